package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/text"
)

// chapter is one task of the handbook.
type chapter struct {
	Name     string   // what follows "help"
	Roles    []string // who does it: a Name or an Is of handbookRoles, or "iedereen"
	Also     []string // other words that lead here
	Commands []string // "casus nodig", in the order in which they are used
}

// handbook is the one table of what is told by "/convenant help". Every command
// stands in a chapter; a test holds it, and one that does not is still shown, in
// the last chapter. Titles and texts stand in the catalogue under the chapter's
// name.
var handbook = []chapter{
	{"vragen", []string{"iedereen"}, []string{"vraag", "antwoord", "regels", "privacy"}, []string{"convenant vraag", "convenant mag-ik-delen", "convenant help"}},
	{"starten", []string{"professional", "procesregisseur"}, []string{"nieuw", "openen", "begin", "start"}, []string{"casus nieuw", "casus kring", "casus reeks", "casus bekend", "casus bijnaam"}},
	{"deelnemers", []string{"professional", "procesregisseur"}, []string{"mensen", "uitnodiging", "ouders", "vervanging"}, []string{"casus deelnemer", "casus uitnodigen", "casus hoorrecht", "casus vervanger", "casus regie"}},
	{"toestemming", []string{"professional", "procesregisseur", "ouder"}, []string{"consent", "instemming", "handtekening", "ja"}, []string{"casus nodig", "casus formulier", "casus toestemming", "casus intrekken", "casus bewijs", "casus kaart"}},
	{"kaart", []string{"procesregisseur", "professional", "ouder"}, []string{"ouderkaart", "qr", "pincode", "balie"}, []string{"casus kaart", "casus veiligheid", "casus bewijs"}},
	{"delen", []string{"professional", "ouder"}, []string{"bestand", "bestanden", "upload", "verslagen", "document"}, []string{"convenant mag-ik-delen", "casus nodig", "casus waarom", "casus deel", "casus verkeerd", "casus neem-terug"}},
	{"kluis", []string{"professional", "procesregisseur", "fg"}, []string{"vault", "lezen", "inbrengen", "downloaden", "gezondheid"}, []string{"casus kluis"}},
	{"uitzondering", []string{"professional", "fg"}, []string{"uitzonderingen", "grond", "ondertoezichtstelling", "ots", "behandelteam"}, []string{"casus waarom", "convenant partijen"}},
	{"overleg", []string{"professional", "procesregisseur"}, []string{"vergadering", "plannen", "datum", "taken"}, []string{"casus status", "casus stappen", "casus overleg", "casus agenda", "casus afspraak", "casus afspraken", "casus verslag", "casus mijn", "casus fase", "casus lijst"}},
	{"afsluiten", []string{"procesregisseur"}, []string{"sluiten", "einde", "wissen", "bewaren", "archief"}, []string{"casus sluit", "casus heropen", "casus bewaar", "casus vrijgeven"}},
	{"gegevens", []string{"ouder", "professional", "fg"}, []string{"inzage", "correctie", "bezwaar", "rechten", "dossier"}, []string{"casus gegevens", "casus bewijs", "casus neem-terug"}},
	{"overzicht", []string{"fg", "procesregisseur"}, []string{"dashboard", "cijfers", "steekproef", "kalender", "bewaartermijnen", "logboek"}, []string{"convenant overzicht"}},
	{"toezicht", []string{"fg"}, []string{"beheer", "beheerder", "fouten", "incident", "datalek", "documenten", "organisaties"}, []string{"convenant overzicht", "convenant vragen", "convenant kennis", "convenant partijen", "convenant medewerkers", "casus bewaar", "casus vrijgeven"}},
}

// lastChapter shows the commands that no other chapter has.
const lastChapter = "overig"

// handbookRoles are the roles that people may ask for, with other words for them.
// What counts for each stands in the consent matrix under its sector.
var handbookRoles = []struct {
	Name string
	Is   string // what it also is: its chapters are for it too
	Also []string
}{
	{"ib", "professional", []string{"ib'er", "ibér", "begeleider", "zorgcoördinator", "zorgcoordinator", "ondersteuningscoördinator", "mentor", "leraar", "leerkracht", "school", "professional"}},
	{"leerplicht", "professional", []string{"leerplichtambtenaar", "lpa", "rmc"}},
	{"jeugdarts", "professional", []string{"jeugdverpleegkundige", "jgz", "ggd", "arts", "verpleegkundige"}},
	{"hulpverlener", "professional", []string{"jeugdhulpverlener", "gezinsspecialist", "jeugdhulp", "wijkteam", "cjg", "gezinscoach", "voogdijwerker"}},
	{"swv", "professional", []string{"samenwerkingsverband", "consulent"}},
	{"procesregisseur", "", []string{"regisseur", "voorzitter", "plaatsvervanger"}},
	{"ouder", "", []string{"jongere", "moeder", "vader", "leerling", "steunfiguur", "voogd"}},
	{"fg", "", []string{"dpo", "functionaris", "beslisser"}},
}

// roles are the names of the handbookRoles that a chapter is for; nil: everybody.
func (c chapter) roles() []string {
	if slices.Contains(c.Roles, "iedereen") {
		return nil
	}
	var out []string
	for _, r := range handbookRoles {
		if slices.Contains(c.Roles, r.Name) || slices.Contains(c.Roles, r.Is) {
			out = append(out, r.Name)
		}
	}
	return out
}

// commandHelp is "/convenant help" and "/casus help": the chapters with a button
// for each, or the one that is asked for by its name, a role or a command.
func (b *Bot) commandHelp(ctx context.Context, t *turn, e Event, rest string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		m, err := b.helpPage(tx, e.User, rest)
		if err != nil {
			return err
		}
		return b.reply(tx, t.job.Casus, e, m)
	})
}

// helpByButton shows the chapter of a button. It can be pressed again.
func (b *Bot) helpByButton(ctx context.Context, t *turn, e Event, ticket Ticket) error {
	return b.commandHelp(ctx, t, e, ticket.Object)
}

func (b *Bot) helpPage(tx Tx, user UserID, topic string) (Message, error) {
	topic = strings.Trim(strings.ToLower(strings.TrimSpace(topic)), "/?.!\"")
	var m Message
	var chapters []string // that get a button
	if role := roleCalled(topic); role != "" {
		args := text.HandbookArgs{Title: text.RoleName(role), Body: text.RoleDuty(role)}
		for _, c := range handbook {
			if whose := c.roles(); whose == nil || slices.Contains(whose, role) {
				args.Chapters = append(args.Chapters, text.HandbookLine{Command: c.Name, Help: text.ChapterTitle(c.Name)})
				chapters = append(chapters, c.Name)
			}
		}
		m.Text = text.HandbookRole.Say(args)
	} else if c, ok := chapterCalled(topic); ok {
		m.Text = text.HandbookChapter.Say(text.HandbookArgs{Title: text.ChapterTitle(c.Name), Body: text.ChapterBody(c.Name), Commands: helpLines(c.Commands)})
		chapters = nextChapters(c)
	} else {
		args := text.HandbookArgs{Unknown: topic != ""}
		for _, c := range allChapters() {
			args.Chapters = append(args.Chapters, text.HandbookLine{Command: c.Name, Help: text.ChapterTitle(c.Name)})
			chapters = append(chapters, c.Name)
		}
		for _, r := range handbookRoles {
			args.Roles = append(args.Roles, text.HandbookLine{Command: r.Name, Help: text.RoleName(r.Name)})
		}
		m.Text = text.Handbook.Say(args)
	}
	for _, name := range chapters {
		token, err := b.ticket(tx, Ticket{Action: actHelp, For: user, Object: name})
		if err != nil {
			return m, err
		}
		m.Buttons = append(m.Buttons, Button{Label: text.ChapterTitle(name), Ticket: token})
	}
	return m, nil
}

// allChapters is the handbook, with a last chapter for commands that have none.
func allChapters() []chapter {
	left := withoutChapter()
	if len(left) == 0 {
		return handbook
	}
	return append(slices.Clone(handbook), chapter{Name: lastChapter, Commands: left})
}

// withoutChapter lists the commands that no chapter has.
func withoutChapter() []string {
	var left []string
	for _, s := range suggestions() {
		call := s.Command + " " + s.Word
		if s.Word != "help" && !slices.ContainsFunc(handbook, func(c chapter) bool { return slices.Contains(c.Commands, call) }) {
			left = append(left, call)
		}
	}
	return left
}

// helpLines are commands with what may follow them and what they do. One that
// does not exist is left out, so that nobody is sent to it.
func helpLines(calls []string) []text.HandbookLine {
	var out []text.HandbookLine
	for _, call := range calls {
		for _, s := range suggestions() {
			if s.Command+" "+s.Word != call {
				continue
			}
			if s.Hint != "" {
				call += " " + s.Hint
			}
			out = append(out, text.HandbookLine{Command: "/" + call, Help: s.Help})
		}
	}
	return out
}

// chapterCalled finds a chapter by its name, another word for it, or a command.
func chapterCalled(topic string) (chapter, bool) {
	if topic == "" {
		return chapter{}, false
	}
	word := topic[strings.LastIndex(topic, " ")+1:]
	for _, same := range []func(c chapter) bool{
		func(c chapter) bool { return c.Name == topic || c.Name == word },
		func(c chapter) bool { return slices.Contains(c.Also, topic) || slices.Contains(c.Also, word) },
		func(c chapter) bool {
			return slices.ContainsFunc(c.Commands, func(call string) bool { _, w, _ := strings.Cut(call, " "); return w == word })
		},
	} {
		if i := slices.IndexFunc(allChapters(), same); i >= 0 {
			return allChapters()[i], true
		}
	}
	return chapter{}, false
}

func roleCalled(topic string) string {
	for _, r := range handbookRoles {
		if r.Name == topic || slices.Contains(r.Also, topic) {
			return r.Name
		}
	}
	return ""
}

// nextChapters are the one before and the one after, to leaf through.
func nextChapters(c chapter) []string {
	all := allChapters()
	var out []string
	for i := range all {
		if all[i].Name != c.Name {
			continue
		}
		if i > 0 {
			out = append(out, all[i-1].Name)
		}
		if i+1 < len(all) {
			out = append(out, all[i+1].Name)
		}
	}
	return out
}
