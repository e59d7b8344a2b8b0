package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// triggerTerm is how long a command or button lets a form be opened: the least of
// the platforms' times. What takes longer is refused clearly and can be tried
// again.
const triggerTerm = 3 * time.Second

// ticketTerm is how long a button or form may be used.
const ticketTerm = 24 * time.Hour

// subcommand is one word after /casus or /convenant.
type subcommand struct {
	Word string
	Hint string // what may follow it
	Do   func(b *Bot, ctx context.Context, t *turn, e Event, rest string) error
	Help text.Message[text.None]
}

// commands is the one table of commands: help, suggestions and handling come
// from it.
var commands = map[string][]subcommand{}

func init() {
	commands["convenant"] = []subcommand{
		{"vraag", "[je vraag]", (*Bot).commandAsk, text.HelpAsk},
		{"mag-ik-delen", "", (*Bot).commandMayShare, text.HelpMayShare},
		{"vragen", "", (*Bot).commandQuestions, text.HelpQuestions},
		{"partijen", "[toetreden of uittreden]", (*Bot).commandParties, text.HelpParties},
		{"medewerkers", "", (*Bot).commandStaff, text.HelpStaff},
		{"overzicht", "", (*Bot).commandOverview, text.HelpOverview},
		{"kennis", "[zoek en een paar woorden]", (*Bot).commandLibrary, text.HelpLibrary},
		{"help", "[onderwerp]", (*Bot).commandHelp, text.HelpHelp},
	}
	commands["casus"] = []subcommand{
		{"nieuw", "[lijst of beleid]", (*Bot).commandOpen, text.HelpOpen},
		{"status", "", (*Bot).commandStatus, text.HelpStatus},
		{"waarom", "", (*Bot).commandWhy, text.HelpWhy},
		{"nodig", "[gewoon, gevoelig of gezondheid]", (*Bot).commandNeed, text.HelpNeed},
		{"formulier", "[gewoon, gevoelig of gezondheid]", (*Bot).commandForm, text.HelpForm},
		{"deelnemer", "", (*Bot).commandInvite, text.HelpInvite},
		{"toestemming", "", (*Bot).commandConsent, text.HelpConsent},
		{"uitnodigen", "", (*Bot).commandFamily, text.HelpFamily},
		{"hoorrecht", "", (*Bot).commandHearing, text.HelpHearing},
		{"lijst", "", (*Bot).commandList, text.HelpList},
		{"vervanger", "", (*Bot).commandStandIn, text.HelpStandIn},
		{"regie", "", (*Bot).commandLead, text.HelpLead},
		{"intrekken", "", (*Bot).commandWithdraw, text.HelpWithdraw},
		{"bewijs", "", (*Bot).commandReceipt, text.HelpReceipt},
		{"kaart", "", (*Bot).commandCard, text.HelpCard},
		{"veiligheid", "", (*Bot).commandSafety, text.HelpSafety},
		{"fase", "[F0-F7]", (*Bot).commandPhase, text.HelpPhase},
		{"bewaar", "", (*Bot).commandHold, text.HelpHold},
		{"vrijgeven", "", (*Bot).commandRelease, text.HelpRelease},
		{"gegevens", "", (*Bot).commandData, text.HelpData},
		{"verkeerd", "", (*Bot).commandWrong, text.HelpWrong},
		{"neem-terug", "[tijd]", (*Bot).commandTakeBack, text.HelpTakeBack},
		{"bekend", "", (*Bot).commandKnown, text.HelpKnown},
		{"bijnaam", "[naam]", (*Bot).commandAlias, text.HelpAlias},
		{"overleg", "", (*Bot).commandMeeting, text.HelpMeeting},
		{"mijn", "", (*Bot).commandMine, text.HelpMine},
		{"afspraak", "[wat]", (*Bot).commandPoint, text.HelpPoint},
		{"afspraken", "", (*Bot).commandPoints, text.HelpPoints},
		{"verslag", "", (*Bot).commandMinutes, text.HelpMinutes},
		{"stappen", "", (*Bot).commandSteps, text.HelpSteps},
		{"kring", "", (*Bot).commandCircle, text.HelpCircle},
		{"reeks", "", (*Bot).commandSeries, text.HelpSeries},
		{"deel", "", (*Bot).commandHandIn, text.HelpHandIn},
		{"kluis", "[code]", (*Bot).commandVault, text.VaultHelp},
		{"agenda", "[dag]", (*Bot).commandAgenda, text.HelpAgenda},
		{"sluit", "", (*Bot).commandClose, text.HelpClose},
		{"heropen", "[code]", (*Bot).commandReopen, text.HelpReopen},
		{"help", "[onderwerp]", (*Bot).commandHelp, text.HelpHelp},
	}
}

// Suggestion is one command as a platform may suggest it while somebody types.
type Suggestion struct {
	Command string // without the slash
	Word    string
	Hint    string
	Help    string // Dutch
}

// Suggestions lists every command, in the order of the help, as platforms suggest
// them to everybody: in Dutch.
func Suggestions() []Suggestion { return text.Read(text.NL, suggestions()) }

func suggestions() []Suggestion {
	var all []Suggestion
	for _, name := range []string{"convenant", "casus"} {
		for _, c := range commands[name] {
			all = append(all, Suggestion{name, c.Word, c.Hint, c.Help.Say(text.None{})})
		}
	}
	return all
}

// command handles a slash command.
func (b *Bot) command(ctx context.Context, t *turn, e Event) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(e.Text), " ")
	for _, c := range commands[e.Name] {
		if c.Word == strings.ToLower(word) {
			err := b.wrongShape(ctx, e, c.Word)
			if err == nil {
				err = c.Do(b, ctx, t, e, strings.TrimSpace(rest))
			}
			return b.explain(ctx, t, e, err)
		}
	}
	if e.Name == "convenant" && word != "" {
		return b.commandAsk(ctx, t, e, e.Text) // somebody forgot the word "vraag"
	}
	return b.commandHelp(ctx, t, e, "")
}

// explain turns a failure that a person can do something about into an answer
// for that person. Other errors are returned: the job is tried again.
func (b *Bot) explain(ctx context.Context, t *turn, e Event, err error) error {
	var invalid *InvalidError
	var message string
	switch {
	case err == nil:
		return nil
	case errors.As(err, &invalid):
		message = invalid.Reason
	case errors.Is(err, errFormExpired):
		message = text.FormExpired.Say(text.None{})
	case errors.Is(err, errNoCasus), errors.Is(err, ErrForbidden):
	default:
		return err
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		said, named := message, []Ref(nil)
		if said == "" {
			var rerr error
			if said, named, rerr = b.refusal(tx, e, err); rerr != nil {
				return rerr
			}
		}
		if errors.Is(err, ErrForbidden) {
			if err := b.recordRefusal(tx, t.job.Casus, e.Platform, e.User, "no_right"); err != nil {
				return err
			}
		}
		return b.replyAbout(tx, t.job.Casus, e, Message{Text: said}, named...)
	})
}

// recordRefusal leaves an entry of an attempt that was refused. Trying counts
// as much as doing.
func (b *Bot) recordRefusal(tx Tx, ref Ref, platform string, user UserID, reason string) error {
	var casus Casus
	if ref != "" {
		var err error
		if casus, err = tx.Casus(ref); err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrGone) {
			return err
		}
	}
	return b.recordAttempt(tx, casus, platform, user, Entry{Casus: ref, Reasons: []string{reason}})
}

// recordRefused is recordRefusal for what can be explained to who tried.
func (b *Bot) recordRefused(tx Tx, casus Casus, platform string, user UserID, reason string) error {
	return b.recordAttempt(tx, casus, platform, user, Entry{Casus: casus.Ref, Decision: DecisionID(b.NewID()), Reasons: []string{reason}})
}

func (b *Bot) recordAttempt(tx Tx, casus Casus, platform string, user UserID, entry Entry) error {
	who, err := b.whoIn(tx, casus, platform, user)
	if err != nil {
		return err
	}
	entry.At, entry.Actor, entry.OnBehalf, entry.Act, entry.Outcome = b.Now(), who.ID, who.Organisation, ActRefused, outcomeRefused
	_, err = tx.Record(entry)
	return err
}

// The two outcomes of an entry.
const (
	outcomeDone    = "done"
	outcomeRefused = "refused"
)

var (
	errNoCasus     = errors.New("not in the room of a casus")
	errFormExpired = errors.New("the form could not be opened in time")
)

// here is the casus of the room in which something was asked, and who asked.
type here struct {
	casus Casus
	who   caller
	Standings
}

// room returns the casus of the channel of e with who asks, or errNoCasus
// outside a casus room, or ErrForbidden without the right.
func (b *Bot) room(tx Tx, platform string, channel ChannelID, user UserID, r Right) (here, error) {
	var h here
	casus, err := tx.CasusByRoom(platform, channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return h, errNoCasus
	}
	if err != nil {
		return h, err
	}
	return b.at(tx, platform, casus, user, r)
}

// at checks that user has the right r in the casus.
func (b *Bot) at(tx Tx, platform string, casus Casus, user UserID, r Right) (here, error) {
	h := here{casus: casus}
	var err error
	if h.who, err = b.who(tx, platform, user); err != nil {
		return h, err
	}
	if h.Standings, err = b.standings(tx, h.who, casus); err != nil {
		return h, err
	}
	if m, ok := casus.Member(user); ok && h.Standings[InRoom] {
		h.who.Organisation = m.Organisation // in a casus a person acts in one capacity
		if m.Role != Professional {
			h.who.ID = m.ID // also of the family: the log must not say that it was the bot
		}
	}
	if !h.May(r) {
		return h, lackedRight{r}
	}
	return h, nil
}

// openForm gives out a ticket for action and shows the form.
func (b *Bot) openForm(ctx context.Context, t *turn, e Event, f Form, ticket Ticket) error {
	p, err := b.platform(e.Platform)
	if err != nil {
		return err
	}
	// A form that nobody can be shown any more is not begun: its ticket would lie
	// about, and who asked would wait for nothing.
	if b.Now().Sub(e.At) >= formTerm(p) {
		return errFormExpired
	}
	ticket.For = e.User
	if err := b.Store.Update(ctx, func(tx Tx) (err error) {
		if f, err = b.withRoomLine(tx, f, ticket.Casus, e.User); err != nil {
			return err
		}
		f.Ticket, err = b.ticket(tx, ticket)
		return err
	}); err != nil {
		return err
	}
	opening, cancel := context.WithTimeout(ctx, triggerTerm)
	err = p.OpenForm(opening, e.Trigger, readForm(b.langOf(opening, e.Platform, e.User), f))
	late := opening.Err() != nil && ctx.Err() == nil
	cancel()
	if err != nil {
		if late || errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
			return errFormExpired
		}
		return err
	}
	return b.finish(ctx, t, e, nil)
}
