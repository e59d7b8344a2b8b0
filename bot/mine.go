package bot

import (
	"context"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// maxMine is how many casussen are shown at once: more is no list to read in a
// chat. Those with the nearest meeting come first.
const maxMine = 25

// birthdayAhead is how many days ahead a birthday that changes who decides is
// told: long enough to ask for consent anew.
const birthdayAhead = 42

// ages are the ages at which somebody else decides (TOE facts, consent matrix).
var ages = []int{12, 16, 18}

// commandMine is "/casus mijn": the casussen that somebody is in and what is asked
// of them.
func (b *Bot) commandMine(ctx context.Context, t *turn, e Event, _ string) error {
	return b.finish(ctx, t, e, func(tx Tx) error { return b.replyComposed(tx, e, composeMine) })
}

// mineText is what "/casus mijn" says, and of which casussen.
func (b *Bot) mineText(ctx context.Context, tx Tx, platform string, user UserID) (string, []Ref, error) {
	who, err := b.who(tx, platform, user)
	if err != nil {
		return "", nil, err
	}
	all, err := b.casussenOf(tx, platform, who)
	if err != nil {
		return "", nil, err
	}
	slices.SortStableFunc(all, func(x, y Casus) int { return b.nextAt(x).Compare(b.nextAt(y)) })
	args := text.MineArgs{More: max(0, len(all)-maxMine)}
	var about []Ref
	for _, c := range all[:min(len(all), maxMine)] {
		line := text.MineLine{Ref: string(c.Ref), Room: c.Ref.Room(), Kind: text.KindName(string(c.Kind)), Phase: text.PhaseName(string(c.Phase)),
			Status: text.StatusName(string(c.Status)), Leads: c.Coordinator == who.ID || c.Deputy == who.ID, Alias: plain.Escape(aliasOf(c, user))}
		if m, ok := c.NextMeeting(b.Now()); ok {
			line.Meeting = m.At
		}
		asks, err := b.asked(ctx, tx, c, who, b.Now())
		if err != nil {
			return "", nil, err
		}
		for _, a := range asks {
			line.Asked = append(line.Asked, a.text)
		}
		args.Lines, about = append(args.Lines, line), append(about, c.Ref)
	}
	return text.Mine.Say(args), about, nil
}

// nextAt is the moment of the next meeting, or long from now.
func (b *Bot) nextAt(c Casus) time.Time {
	if m, ok := c.NextMeeting(b.Now()); ok {
		return m.At
	}
	return b.Now().AddDate(100, 0, 0)
}

// ask is one thing that is asked of somebody.
type ask struct {
	text string
	day  string // on which it is due, YYYY-MM-DD; blank: no day
}

// asked works out what a casus asks of one of its members at now: what they
// promised, what is theirs on the checklist, what their organisation must have
// agreed before it can share, files that wait for them, and to whom it falls,
// birthdays ahead that change who decides.
func (b *Bot) asked(ctx context.Context, tx Tx, c Casus, who caller, now time.Time) ([]ask, error) {
	me, ok := c.Member(who.Account)
	if !ok {
		return nil, nil
	}
	if c.Status != Open {
		return b.askedAfter(c, me), nil
	}
	var all []ask
	for _, p := range c.OpenPoints() {
		if p.Who == me.ID {
			line := b.pointLine(tx, c, p)
			all = append(all, ask{text.AskedPoint.Say(line), p.By})
		}
	}
	for _, s := range openSteps(b.checklist(c)) {
		if s.Owner == me.ID && s.Phase == c.Phase {
			all = append(all, ask{text: text.AskedStep.Say(text.StepLine{Name: text.StepName(s.Code)})})
		}
	}
	if me.Role == Professional {
		needs, err := b.needsOf(ctx, tx, c, me, intended[:1])
		if err != nil {
			return nil, err
		}
		if len(needs.Missing) > 0 {
			all = append(all, ask{text: text.AskedConsent.Say(text.None{})})
		}
		files, err := tx.FilesOf(c.Ref)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(files, func(f File) bool {
			return f.State == Quarantined && f.Account == who.Account && f.ExpiresAt.After(now)
		}) {
			all = append(all, ask{text: text.AskedFile.Say(text.None{})})
		}
	}
	if c.Coordinator == me.ID || c.Deputy == me.ID {
		if day, age, ok := b.birthday(c, now); ok {
			all = append(all, ask{text.AskedBirthday.Say(text.BirthdayArgs{Day: day, Age: age}), day.In(amsterdam).Format(time.DateOnly)})
		}
	}
	return all, nil
}

// askedAfter is what a closed casus asks: to take over what must be kept.
func (b *Bot) askedAfter(c Casus, me Member) []ask {
	for _, h := range c.Private.Handovers {
		if me.Role == Professional && h.Organisation == me.Organisation && h.ConfirmedAt.IsZero() {
			return []ask{{text: text.AskedHandover.Say(text.None{})}}
		}
	}
	return nil
}

// birthday returns the next birthday of the young person that changes who
// decides, when it is near.
func (b *Bot) birthday(c Casus, now time.Time) (time.Time, int, bool) {
	born, err := judge.ParseDate(c.Private.YoungPerson.Born)
	if err != nil {
		return time.Time{}, 0, false
	}
	today, err := startOfDay(now.In(amsterdam).Format(time.DateOnly))
	if err != nil {
		return time.Time{}, 0, false
	}
	for _, age := range ages {
		day := born.Birthday(age)
		if !day.Before(today) && !day.After(today.AddDate(0, 0, birthdayAhead)) {
			return day, age, true
		}
	}
	return time.Time{}, 0, false
}
