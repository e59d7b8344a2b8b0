package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// digestHour is when people get their digest, in Amsterdam: before the first
// lesson.
const digestHour = 8

// digestID is the one job that makes the digests, every morning anew.
const digestID = "digest"

// planDigest leaves the job of the digests, once.
func (b *Bot) planDigest(tx Tx) error {
	return tx.AddJob(Job{ID: digestID, Kind: JobDigest, RunAt: b.nextDigest(b.Now())})
}

// nextDigest is the first digest hour after now on a day that people work:
// weekends and school holidays have none.
func (b *Bot) nextDigest(now time.Time) time.Time {
	local := now.In(amsterdam)
	at := time.Date(local.Year(), local.Month(), local.Day(), digestHour, 0, 0, 0, amsterdam)
	for !at.After(now) || !b.workday(at) {
		at = time.Date(at.Year(), at.Month(), at.Day()+1, digestHour, 0, 0, 0, amsterdam)
	}
	return at
}

// workday reports whether people work on the day of at.
func (b *Bot) workday(at time.Time) bool {
	at = at.In(amsterdam)
	_, free := b.Region.HolidayOn(at.Format(time.DateOnly))
	return !free && at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
}

// digest tells everybody in one message what is asked of them: on the first
// working day of a week all of it, on other days what is due by the next working
// day. Who is asked nothing hears nothing.
func (b *Bot) digest(ctx context.Context, t *turn) error {
	now := b.Now()
	people, err := b.digests(ctx, now)
	if err != nil {
		return fmt.Errorf("digests: %w", err)
	}
	for _, p := range people {
		s := speech{Platform: p.platform, User: p.user, Compose: composeDigest, About: p.about, At: now}
		// By account: somebody of the family is "g1" in every casus.
		key := fmt.Sprintf("digest:%s:%s:%s", p.platform, p.user, now.In(amsterdam).Format(time.DateOnly))
		// One by one: a person who cannot be told must not keep the others waiting.
		if err := b.update(ctx, func(tx Tx) error { return b.later(tx, "", key, s) }); err != nil {
			return fmt.Errorf("digests: %w", err)
		}
	}
	return t.Replan(ctx, b.nextDigest(now), nil)
}

// oneDigest is of which casussen one person is told something.
type oneDigest struct {
	platform string
	user     UserID
	about    []Ref
}

// digestText is what somebody is told of the casussen that the digest found, as
// they are when it is said; blank: nothing is asked any more.
func (b *Bot) digestText(ctx context.Context, tx Tx, s speech) (string, error) {
	args := text.DigestArgs{Day: s.At}
	next, full := b.nextDigest(s.At).In(amsterdam).Format(time.DateOnly), b.firstOfWeek(s.At)
	for _, ref := range s.About {
		c, err := tx.Casus(ref)
		if errors.Is(err, ErrGone) || errors.Is(err, ErrNotFound) || err == nil && !b.isHere(tx, c, s.User) {
			continue
		}
		if err != nil {
			return "", err
		}
		line, err := b.digestLine(ctx, tx, c, s.User, s.At, next, full)
		if err != nil {
			return "", err
		}
		if !line.Meeting.IsZero() || len(line.Asked) > 0 {
			args.Lines = append(args.Lines, line)
		}
	}
	if len(args.Lines) == 0 {
		return "", nil
	}
	return text.Digest.Say(args), nil
}

// digestPage is how many casussen are read in one view.
const digestPage = 200

func (b *Bot) digests(ctx context.Context, now time.Time) ([]oneDigest, error) {
	all := map[Account]*oneDigest{}
	var order []Account
	next := b.nextDigest(now).In(amsterdam).Format(time.DateOnly)
	fullWeek := b.firstOfWeek(now)
	after := Ref("")
	for {
		var refs []Ref
		err := b.Store.View(ctx, func(tx Tx) (err error) {
			if refs, err = tx.CasusRefs(after, digestPage, Open, Closed); err != nil {
				return err
			}
			for _, ref := range refs {
				c, err := tx.Casus(ref)
				if errors.Is(err, ErrGone) || errors.Is(err, ErrNotFound) {
					continue
				}
				if err != nil {
					return err
				}
				users, err := b.allowed(tx, c)
				if err != nil {
					return err
				}
				for _, user := range users {
					line, err := b.digestLine(ctx, tx, c, user, now, next, fullWeek)
					if err != nil {
						return err
					}
					if line.Meeting.IsZero() && len(line.Asked) == 0 {
						continue
					}
					key := Account{c.Platform, user}
					if all[key] == nil {
						all[key] = &oneDigest{platform: c.Platform, user: user}
						order = append(order, key)
					}
					all[key].about = append(all[key].about, ref)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(refs) < digestPage {
			break
		}
		after = refs[len(refs)-1]
	}
	var out []oneDigest
	for _, key := range order {
		out = append(out, *all[key])
	}
	return out, nil
}

// firstOfWeek reports whether the day of now is the first working day of its
// week.
func (b *Bot) firstOfWeek(now time.Time) bool {
	day := now.In(amsterdam)
	for d := day.AddDate(0, 0, -1); d.Weekday() != time.Sunday; d = d.AddDate(0, 0, -1) {
		if b.workday(d) {
			return false
		}
	}
	return true
}

// digestLine is what one casus asks of one member by the day next.
func (b *Bot) digestLine(ctx context.Context, tx Tx, c Casus, user UserID, now time.Time, next string, full bool) (text.MineLine, error) {
	line := text.MineLine{Ref: string(c.Ref), Room: c.Ref.Room()}
	who, err := b.who(tx, c.Platform, user)
	if err != nil {
		return line, err
	}
	if m, ok := c.NextMeeting(now); ok && (full && m.At.Before(now.AddDate(0, 0, 7)) || m.At.In(amsterdam).Format(time.DateOnly) <= next) {
		line.Meeting = m.At
	}
	asks, err := b.asked(ctx, tx, c, who, now)
	if err != nil {
		return line, err
	}
	today := now.In(amsterdam).Format(time.DateOnly)
	for _, a := range asks {
		// What was late yesterday was told already; the first day of the week tells it
		// again.
		if full || a.day >= today && a.day <= next {
			line.Asked = append(line.Asked, a.text)
		}
	}
	if !full && !line.Meeting.IsZero() {
		for _, a := range asks {
			if !slices.Contains(line.Asked, a.text) {
				line.Asked = append(line.Asked, a.text)
			}
		}
	}
	return line, nil
}
