package knowledge

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Question is what a person asks.
type Question struct {
	Text     string
	Region   string   // name of the region pack; empty or "model" for none
	Previous string   // the question before it in the same thread, if any
	Case     *Case    // facts of the casus channel it is asked in, if any
	Closed   bool     // nothing of it may leave the installation: it is asked in the room of a casus
	Verdicts Verdicts // judges a case by the rules; nil leaves it to the general rule
}

// Citation is one source of an answer.
type Citation struct {
	Fact   string `json:"fact"`
	Kind   string `json:"kind"` // summary: our own words for the source; quote: the document's
	Source string `json:"source"`
	Quote  string `json:"quote"` // stands literally in the fact
	Mark   Mark   `json:"mark"`
}

// Topic is an entry offered as a button.
type Topic struct {
	Code  string `json:"code"`
	Title string `json:"title"`
}

// Answer is the reply to a question. An abstained answer has a text that says
// whom to ask and has no citations.
type Answer struct {
	Abstained  bool
	Text       string
	More       string // longer explanation, shown on request
	Confidence float64
	Citations  []Citation
	Topics     []Topic // nearest other topics
	Contacts   []string
	Safety     bool // the safety reply stands first
	Private    bool // to be said to the asker alone
	Need       string
}

const askFG = "Vraag het de functionaris gegevensbescherming (FG) van uw organisatie of het Steunpunt Passend Onderwijs."

// Ask answers a question. An error is a broken base, never "I don't know".
func (b *Base) Ask(ctx context.Context, q Question) (Answer, error) {
	danger := b.Alarming(q.Text)
	if danger == NoDanger {
		if why := refuse(q.Text); why != NoRefusal {
			return Answer{Abstained: true, Text: refusalText[why], Private: why == PersonData}, nil
		}
	}
	ctx = b.withMeaning(ctx, q)
	found, err := b.retrieve(ctx, b.inContext(q), q.Region)
	if err != nil {
		return Answer{}, err
	}
	c := Recognise(q.Text)
	if q.Case != nil {
		c = c.within(*q.Case)
	}
	a := b.compose(found)
	a, err = b.judgeCase(ctx, q, c, a)
	if err != nil {
		return Answer{}, err
	}
	a = b.guard(c, a)
	own, err := b.own(ctx, b.inContext(q))
	if err != nil {
		return Answer{}, err
	}
	a = b.withOwn(a, own, c)
	if danger != NoDanger {
		a = b.safely(danger, a, asksToo(q.Text))
	}
	if err := b.verify(a); err != nil {
		// A quote that does not stand in its source is worse than no answer.
		return b.abstain(found, 0), nil
	}
	return a, nil
}

var followUp = regexp.MustCompile(`^(en|maar|of|dus|ook|wat als|en als|geldt dat|en bij|hoezo|waarom dan|en dan)\b`)

// inContext puts the question before it in front of a short follow-up.
func (b *Base) inContext(q Question) string {
	if q.Previous == "" {
		return q.Text
	}
	if followUp.MatchString(flat(q.Text)) || len(words(q.Text)) <= 5 {
		return q.Previous + " " + q.Text
	}
	return q.Text
}

// within fills what a question left out from what is known already: the casus
// it is asked in, the question before it, or a button.
func (c Case) within(casus Case) Case {
	c.Shares, c.Outside = c.Shares || casus.Shares, c.Outside || casus.Outside
	if c.Kind == "" {
		c.Kind = casus.Kind
	}
	if c.Age < 0 {
		c.Age = casus.Age
	}
	if c.Sector == "" {
		c.Sector = casus.Sector
	}
	if len(c.Recipients) == 0 {
		c.Recipients = casus.Recipients
	}
	return c
}

// compose writes the answer of the best entry, or abstains.
func (b *Base) compose(found retrieved) Answer {
	if len(found.best) == 0 || found.chance < b.judge.Threshold {
		return b.abstain(found, found.chance)
	}
	found.best = b.definitionsLast(found)
	found.best = b.elsewhereLast(found)
	e := b.entries[found.best[0].entry]
	if e.Mark == Unconfirmed {
		near := b.runnersUp(found, func(int) bool { return false })
		// What is known nearby is worth telling; the unconfirmed part stays just
		// that, and is not cited.
		if len(near) == 0 || near[0].Mark == Unconfirmed {
			return b.unconfirmed(e, found)
		}
		a := Answer{Text: e.Answer, Confidence: found.chance, Contacts: []string{"fg"}, Topics: b.topics(found, 1, 2)}
		b.tell(&a, near[:1], "Wel bekend: ")
		return a
	}
	a := Answer{
		Text: worded(e), More: e.More, Confidence: found.chance, Contacts: e.Contacts,
		Citations: []Citation{b.cite(e.Code, e.Source)}, Topics: b.topics(found, 1, 2),
	}
	for _, code := range e.Also {
		if !cites(a.Citations, code) {
			a.Citations = append(a.Citations, b.cite(code, ""))
		}
	}
	// The meaning of a word that nobody asked for is no answer beside another.
	b.tell(&a, b.runnersUp(found, func(i int) bool { return b.defines(i) && found.asked&asksMeaning == 0 }), "Ook van belang: ")
	return a
}

// tell adds entries to an answer, each after lead. What is not confirmed is
// said to be so and not cited.
func (b *Base) tell(a *Answer, entries []Entry, lead string) {
	for _, e := range entries {
		if e.Mark == Unconfirmed {
			a.Text += "\n\n" + e.Answer
			continue
		}
		a.Text += "\n\n" + lead + worded(e)
		if !cites(a.Citations, e.Code) {
			a.Citations = append(a.Citations, b.cite(e.Code, e.Source))
		}
	}
}

// definitionsLast moves what only says what a word means behind the entry that comes
// next, where the question did not ask that: who asks whether something may or must be
// done knows the word, and wants the rule.
func (b *Base) definitionsLast(found retrieved) []candidate {
	best := found.best
	if len(best) < 2 || !b.defines(best[0].entry) || found.asked&asksMeaning != 0 || found.asked&asksRuling == 0 || b.defines(best[1].entry) {
		return best
	}
	if best[1].score < tuned.least || b.entries[best[1].entry].Mark == Unconfirmed {
		return best
	}
	best = slices.Clone(best)
	best[0], best[1] = best[1], best[0]
	return best
}

// elsewhereLast moves what only holds in a region behind the entry for all that comes
// next, for who is not of that region and did not name it: what holds everywhere comes
// first, and how one region does it is an aside.
func (b *Base) elsewhereLast(found retrieved) []candidate {
	best := found.best
	if len(best) < 2 || !b.elsewhere(found, best[0].entry) {
		return best
	}
	next := best[1]
	if b.elsewhere(found, next.entry) || next.score < tuned.least || b.entries[next.entry].Mark == Unconfirmed {
		return best
	}
	best = slices.Clone(best)
	best[0], best[1] = best[1], best[0]
	return best
}

// elsewhere reports whether an entry only holds in a region that is not the asker's and
// that the question does not name.
func (b *Base) elsewhere(found retrieved, entry int) bool {
	region := b.entries[entry].Region
	return region != "" && region != found.region && !found.named[region]
}

// defines reports whether an entry only says what a word means.
func (b *Base) defines(entry int) bool { return b.profiles[entry].page == glossaryPage }

// runnersUp are the second and third entries, as long as there is a fair chance
// that the question meant them and not what is told already, and without those to skip.
func (b *Base) runnersUp(found retrieved, skip func(entry int) bool) []Entry {
	var out []Entry
	told := found.best[0].score
	for i := 1; i < len(found.best) && i < mostTold; i++ {
		if told >= tuned.enough || found.best[i].score < tuned.least {
			break
		}
		told += found.best[i].score
		if skip(found.best[i].entry) {
			continue
		}
		out = append(out, b.entries[found.best[i].entry])
	}
	return out
}

// mostTold is how many entries one answer tells: more is not read in a chat.
const mostTold = 3

// worded makes sure that the mark is heard in the text itself.
func worded(e Entry) string {
	text := e.Answer
	low := strings.ToLower(text)
	switch e.Mark {
	case Interpretation:
		if !wordedAsInterpretation(text) {
			text += " Dit is een interpretatie; laat de FG dit bevestigen."
		}
	case VerifiedOld:
		if !strings.Contains(low, "oud") && !strings.Contains(low, "2017") && !strings.Contains(low, "2013") && !strings.Contains(low, "2014") {
			text += " Wij zagen dit in een oudere versie van de wet (2017 of eerder); controleer de geldende tekst."
		}
	case TitleOnly:
		if !strings.Contains(low, "titel") && !strings.Contains(low, "inhoudsopgave") {
			text += " Van dit artikel is alleen de titel gezien."
		}
	}
	return text
}

func (b *Base) cite(code, source string) Citation {
	f := b.facts[code]
	if source == "" {
		if i, ok := b.at[code]; ok {
			source = b.entries[i].Source
		} else {
			source = f.Source
		}
	}
	return Citation{Fact: code, Kind: "summary", Source: source, Quote: f.Text, Mark: f.Mark}
}

// topics offers n entries from the from-th best on.
func (b *Base) topics(found retrieved, from, n int) []Topic {
	var out []Topic
	for i := from; i < len(found.best) && len(out) < n; i++ {
		e := b.entries[found.best[i].entry]
		out = append(out, Topic{e.Code, e.Title})
	}
	return out
}

// abstain says that the bot does not know, whom to ask, and what it does know nearby.
func (b *Base) abstain(found retrieved, confidence float64) Answer {
	a := Answer{Abstained: true, Confidence: confidence, Contacts: []string{"fg", "steunpunt"}}
	a.Text = "Dit weet ik niet zeker genoeg om te beantwoorden. " + askFG
	if found.chance > b.judge.Threshold/4 {
		a.Topics = b.topics(found, 0, 2)
	}
	if len(a.Topics) > 0 {
		titles := make([]string, len(a.Topics))
		for i, t := range a.Topics {
			titles[i] = "“" + t.Title + "”"
		}
		a.Text += " Bedoelt u misschien " + strings.Join(titles, " of ") + "?"
	}
	return a
}

// unconfirmed says that a fact was not confirmed; it is never an answer.
func (b *Base) unconfirmed(e Entry, found retrieved) Answer {
	text := e.Answer
	if !strings.Contains(text, "FG") {
		text += " " + askFG
	}
	return Answer{Abstained: true, Text: text, Confidence: min(found.chance, 0.3), Contacts: []string{"fg"}, Topics: b.topics(found, 1, 2)}
}

// safely puts the safety reply before everything else. What was asked is
// answered below it when something was asked and the answer is sure; otherwise
// only safety is said.
func (b *Base) safely(kind Danger, a Answer, asked bool) Answer {
	text := safetyReply
	facts := append([]string(nil), SafetyFacts...)
	if kind == Suicide {
		text += suicideReply
		facts = append([]string{"UIT-19"}, facts...)
	}
	text += safetySteps
	out := Answer{Text: text, Safety: true, Private: true, Confidence: 1, Contacts: []string{"veilig_thuis", "aandachtsfunctionaris"}}
	if !a.Abstained && asked {
		out.Text += "\n\nOver uw vraag: " + a.Text
		out.Citations = append(out.Citations, a.Citations...)
		out.More, out.Topics = a.More, a.Topics
	}
	for _, code := range facts {
		if _, ok := b.facts[code]; ok && !cites(out.Citations, code) {
			out.Citations = append(out.Citations, b.cite(code, ""))
		}
	}
	return out
}

func cites(list []Citation, code string) bool {
	for _, c := range list {
		if c.Fact == code {
			return true
		}
	}
	return false
}

// verify compares every quote literally with its stored fact.
func (b *Base) verify(a Answer) error {
	if a.Abstained && len(a.Citations) > 0 {
		return fmt.Errorf("an abstained answer cites")
	}
	for _, c := range a.Citations {
		if c.Kind == "quote" {
			if !b.stands(c) {
				return fmt.Errorf("the quote of %s does not stand in its document", c.Fact)
			}
			continue
		}
		f, ok := b.facts[c.Fact]
		if !ok || c.Quote == "" || !strings.Contains(f.Text, c.Quote) || c.Mark != f.Mark || f.Mark == Unconfirmed {
			return fmt.Errorf("citation of %s does not stand in its source", c.Fact)
		}
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
