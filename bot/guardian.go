package bot

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// guardian is somebody who watches over a casus from outside: the FG of an
// organisation in it, or whom that organisation appointed to decide.
type guardian struct {
	ID      PersonID
	Account UserID
}

// guardians lists them, each account once, in the order of the organisations.
func (b *Bot) guardians(tx Tx, casus Casus) ([]guardian, error) {
	var all []guardian
	for _, id := range casus.Organisations() {
		org, err := tx.Organisation(id)
		if err != nil {
			return nil, err
		}
		if !b.isParty(org) {
			continue
		}
		for _, person := range []PersonID{org.DPO, org.Appointee} {
			if person == "" {
				continue
			}
			p, err := tx.Person(person)
			if errors.Is(err, ErrNotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			for _, a := range p.Accounts {
				g := guardian{p.ID, a.User}
				if a.Platform == casus.Platform && !slices.Contains(all, g) {
					all = append(all, g)
				}
			}
		}
	}
	return all, nil
}

// toGuardians leaves a message to be told to each of them, once for id. message
// may leave somebody out with false.
func (b *Bot) toGuardians(tx Tx, casus Casus, id string, message func(g guardian) (Message, bool, error)) (told int, err error) {
	all, err := b.guardians(tx, casus)
	if err != nil {
		return 0, err
	}
	for _, g := range all {
		m, ok, err := message(g)
		if err != nil {
			return told, err
		}
		if !ok {
			continue
		}
		told++
		if err := b.later(tx, casus.Ref, id+":"+string(g.Account), speech{Platform: casus.Platform, User: g.Account, Message: m}); err != nil {
			return told, err
		}
	}
	return told, nil
}

// everyGuardian says the same to each of them.
func (b *Bot) everyGuardian(tx Tx, casus Casus, id string, m Message) error {
	_, err := b.toGuardians(tx, casus, id, func(guardian) (Message, bool, error) { return m, true, nil })
	return err
}

// pointed is room, but the casus may also be named by its code: a FG is not in
// the room that they watch over.
func (b *Bot) pointed(tx Tx, e Event, rest string, r Right) (here, error) {
	ref := codeIn(rest)
	if ref == "" {
		h, err := b.room(tx, e.Platform, e.Channel, e.User, r)
		if errors.Is(err, errNoCasus) {
			err = unpointed{right: r}
		}
		return h, err
	}
	notTold := unpointed{string(ref), r}
	casus, err := tx.Casus(ref)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return here{}, notTold
	}
	if err != nil {
		return here{}, err
	}
	if casus.Status == Erased || casus.Platform != e.Platform {
		return here{}, notTold
	}
	h, err := b.at(tx, e.Platform, casus, e.User, r)
	if errors.Is(err, ErrForbidden) && !h.Standings[InRoom] && !h.Standings[DPOOfParty] && !h.Standings[AppointeeOfIt] {
		return here{}, notTold
	}
	return h, err
}

// keepingText is what holds a casus, for below its status; blank when nothing
// does. Reasons are for those who watch over the casus.
func (b *Bot) keepingText(tx Tx, h here) (string, error) {
	holds, err := tx.Holds(h.casus.Ref)
	if err != nil {
		return "", err
	}
	var args text.KeepingArgs
	for _, hold := range holds {
		line := text.HoldLine{Placed: hold.PlacedAt, Released: hold.ReleasedAt}
		if !hold.ReleasedAt.IsZero() {
			if line.Until = graceOf(hold.ReleasedAt); !line.Until.After(b.Now()) {
				continue
			}
		}
		if h.May(MayHold) {
			line.Reason = plain.Escape(hold.Reason)
		}
		args.Holds = append(args.Holds, line)
	}
	matters, err := tx.Matters(h.casus.Ref)
	if err != nil {
		return "", err
	}
	own, _ := h.casus.Member(h.who.Account)
	for _, m := range matters {
		// That somebody asks something about their own data is theirs to tell: only who
		// must act sees it, and who asked.
		mine := own.ID != "" && (m.About == own.ID || m.By == own.ID)
		if m.Open() && (mine || h.May(MayHold) || h.Standings[Leads]) {
			args.Matters = append(args.Matters, text.MatterLine{Kind: text.MatterKindName(string(m.Kind)), At: m.At, DueAt: m.DueAt})
		}
	}
	lines, err := b.handoverLines(tx, h.casus)
	if err != nil {
		return "", err
	}
	handed := text.HandoverLines.Say(lines)
	if len(args.Holds)+len(args.Matters) == 0 {
		return handed, nil
	}
	return strings.TrimSpace(text.Keeping.Say(args) + "\n\n" + handed), nil
}

// graceOf is until when nothing is erased after a hold was released. It is what
// the rules work out too; here it is only shown.
func graceOf(released time.Time) time.Time { return released.In(amsterdam).AddDate(0, 0, announceDays) }
