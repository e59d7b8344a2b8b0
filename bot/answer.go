package bot

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/names"
	"github.com/convenantbot/convenantbot/bot/suppose"
	"github.com/convenantbot/convenantbot/bot/text"
)

// asked is one question on its way to an answer, as a button remembers it.
type asked struct {
	Text   string
	Before []string       // of the same conversation, oldest first
	Known  suppose.Sketch // what buttons told
	Topic  string         // a topic that was chosen
	Root   MessageID      // the thread in which everybody may read the answer; blank: none

	note   string // what is said below the answer, about something else
	ticket string // of the button that asks it; used up with the answer
}

// answerQuestion answers what somebody asked by a mention or directly.
func (b *Bot) answerQuestion(ctx context.Context, t *turn, e Event) error {
	a := asked{Text: e.Text, Root: e.Thread}
	if a.Root == "" && !e.Direct {
		a.Root = e.Message
	}
	return b.answer(ctx, t, e, a)
}

// commandAsk is "/convenant vraag".
func (b *Bot) commandAsk(ctx context.Context, t *turn, e Event, rest string) error {
	return b.answer(ctx, t, e, asked{Text: rest})
}

// ownRE finds that somebody asks about what they do themselves. Then the capacity
// of their appointment is the one meant, unless the question names another.
var ownRE = regexp.MustCompile(`(?i)\b(ik|wij|we)\b`)

// place is where a question was asked, as far as the answer depends on it.
type place struct {
	here
	member Member // the asker, when they take part as a professional
	inRoom bool   // in the room of a casus of which the asker is a professional member
	family bool   // parents, the young person or a supporter read along
}

// placeOf looks where e came from. Outside the room of an open casus, and for
// who does not take part in it, nothing of the casus is used.
func (b *Bot) placeOf(tx Tx, e Event) (place, error) {
	var p place
	casus, err := tx.CasusByRoom(e.Platform, e.Channel)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	for _, m := range casus.Private.Members {
		p.family = p.family || m.Role != Professional
	}
	p.here, err = b.at(tx, e.Platform, casus, e.User, MayShare)
	if errors.Is(err, ErrForbidden) {
		return p, nil
	}
	m, ok := casus.Member(e.User)
	p.member, p.inRoom = m, ok && m.Role == Professional && casus.Status == Open
	return p, err
}

// answer answers a question and says it where it may be read.
func (b *Bot) answer(ctx context.Context, t *turn, e Event, a asked) error {
	if strings.TrimSpace(a.Text) == "" && a.Topic == "" {
		return b.finish(ctx, t, e, func(tx Tx) error {
			return b.deliver(tx, t, e, a, Message{Text: text.HelpShort.Say(text.None{})}, false)
		})
	}
	known := a.Known
	if err := b.Store.View(ctx, func(tx Tx) (err error) {
		if a.Before, err = b.saidBefore(tx, t.job.Casus, e, a); err == nil && known.Sector == "" && ownRE.MatchString(a.Text) {
			var own Sector
			own, err = b.sectorOf(tx, e.Platform, e.User)
			known.Sector = string(own)
		}
		return err
	}); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	r, err := b.Answers.Answer(ctx, Question{Text: a.Text, Region: b.Region.ID, Before: a.Before, Known: known, Topic: a.Topic, Room: t.job.Casus != ""})
	failed, err := b.ruled(err)
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if failed {
		r = Reply{Text: text.NoRules.Say(text.None{}), Abstained: true, Private: true}
	}
	return b.finish(ctx, t, e, func(tx Tx) error {
		if a.ticket != "" {
			if err := tx.UseTicket(a.ticket, b.Now()); err != nil {
				return err
			}
		}
		m, private, err := b.compose(ctx, tx, t, e, a, r)
		if err != nil {
			return fmt.Errorf("answer: %w", err)
		}
		m.Text = join([]string{m.Text, a.note})
		return b.deliver(tx, t, e, a, m, private)
	})
}

// compose writes the message with its buttons. private: it is for the asker alone.
func (b *Bot) compose(ctx context.Context, tx Tx, t *turn, e Event, a asked, r Reply) (m Message, private bool, err error) {
	where, err := b.placeOf(tx, e)
	if err != nil {
		return m, false, err
	}
	personal := a.Topic == "" && names.Personal(a.Text)
	private = r.Private
	var parts []string
	if r.Safety && where.family {
		parts = append(parts, text.FamilyReads.Say(text.None{}))
	}
	if personal && openly(e, a) {
		private = true
		if r.Safety {
			parts = append(parts, renderReply(r), text.PersonalFound.Say(text.None{}))
			return Message{Text: join(parts)}, true, nil
		}
		parts = append(parts, text.PersonalFound.Say(text.None{}))
	}
	if r.Safety {
		// Nothing else: no buttons, no counting, no memory of it.
		return Message{Text: join(append(parts, renderReply(r)))}, true, nil
	}
	if !personal {
		if err := b.rememberQuestion(tx, t.job.Casus, e, a); err != nil {
			return m, false, err
		}
	}
	if where.inRoom && aboutCasus(where, r.Case, b.bandOf(where.casus)) && r.Case.Kind != "" {
		words, err := b.casusVerdict(ctx, tx, where, DataKind(r.Case.Kind))
		if err != nil {
			return m, false, err
		}
		m.Text = join(append(parts, words, renderCitations(r)))
		// It shows who said yes, so only the asker reads it.
		m.Buttons, err = b.feedbackButtons(tx, e, a, r, personal)
		return m, true, err
	}
	parts = append(parts, renderReply(r))
	if where.inRoom && r.Case.Kind == "" && (r.Need != "" || r.Abstained) && aboutCasus(where, r.Case, b.bandOf(where.casus)) {
		r.Need = suppose.NeedKind // everything else is known of this casus
	}
	if r.Need != "" {
		parts = append(parts, text.NeedName(r.Need))
		if m.Buttons, err = b.needButtons(tx, e, a, r.Need); err != nil {
			return m, false, err
		}
	} else if r.Case.Unclear() {
		parts = append(parts, text.AskMore.Say(text.None{}))
	}
	if r.Abstained && r.Need == "" && !r.Private {
		if err := tx.CountQuestion(r.Topic, Unanswered); err != nil {
			return m, false, err
		}
	}
	more, err := b.feedbackButtons(tx, e, a, r, personal)
	m.Text, m.Buttons = join(parts), append(m.Buttons, more...)
	return m, private, err
}

// openly reports whether others could read the question.
func openly(e Event, a asked) bool { return !e.Direct && a.Root != "" }

// deliver says m in the place of the question: in its thread, or to the asker
// alone when it is private or was asked by a command.
func (b *Bot) deliver(tx Tx, t *turn, e Event, a asked, m Message, private bool) error {
	s := speech{Platform: e.Platform, Message: m}
	switch {
	case e.Direct:
		s.Channel, s.Message.Thread = e.Channel, e.Thread
	case private:
		s.User = e.User
	case a.Root != "":
		s.Channel, s.Message.Thread = e.Channel, a.Root
	default:
		s.Channel, s.User = e.Channel, e.User
	}
	return b.later(tx, t.job.Casus, "answer:"+eventKey(e), s)
}

// renderReply writes an answer with where it comes from.
func renderReply(r Reply) string {
	note := ""
	if r.Reworded {
		note = text.Reworded.Say(text.None{})
	}
	return join([]string{r.Text, note, renderCitations(r)})
}

// renderCitations writes where an answer comes from. A summary is shown as ours,
// a quote as the source's own words, each with its mark; what the answer quotes
// already is not said twice. Where our base and a region's own document both
// speak, both are named.
func renderCitations(r Reply) string {
	var out []string
	shown := map[string]bool{}
	for _, c := range shownCitations(r.Citations) {
		args := text.CitationArgs{Fact: c.Fact, Source: c.Source, Quote: c.Quote, Mark: c.Mark}
		line := ""
		switch {
		case c.Kind != "quote":
			line = text.CitationSummary.Say(args)
		case strings.Contains(r.Text, c.Quote):
			line = text.CitationPlace.Say(args)
		default:
			line = text.CitationQuote.Say(args)
		}
		if !shown[line] {
			out, shown[line] = append(out, line), true
		}
	}
	return join(out)
}

// shownCitations are the first ones, of which the last makes place for the other
// kind when that would be left out.
func shownCitations(all []Citation) []Citation {
	if len(all) <= maxCitations {
		return all
	}
	few := slices.Clone(all[:maxCitations])
	kind := few[0].Kind
	for _, c := range few {
		if c.Kind != kind {
			return few
		}
	}
	for _, c := range all[maxCitations:] {
		if c.Kind != kind {
			few[maxCitations-1] = c
			break
		}
	}
	return few
}

// join puts paragraphs together and leaves out blank ones.
func join(parts []string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, "\n\n")
}

// maxCitations is how many sources are shown below one answer; more would hide
// the answer.
const maxCitations = 2
