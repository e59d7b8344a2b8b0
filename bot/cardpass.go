package bot

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/judge"
)

// cardReader is who reads a card, and what the casus as it is now lets them do.
type cardReader struct {
	card   Card
	casus  Casus
	young  bool
	grown  bool // the young person is 16 or older and decides alone
	known  bool // the age of the young person is known
	decide bool // may say yes
	table  bool // sees why there is an overleg and who sits there
	shared bool // sees what was shared
}

func (r cardReader) id() PersonID { return r.card.Holder }

// who is the reader as the log knows them.
func (r cardReader) who() caller { return caller{ID: r.card.Holder} }

// What a young person of 16 or older lets parents see. Nothing is what was not
// said.
const (
	ParentsSeeNothing = ""
	ParentsSeeTable   = "table"  // why there is an overleg, and who sits there
	ParentsSeeShared  = "shared" // that, and what was shared
)

// readerOf works out who reads a card now. ErrForbidden: nobody may, whatever the
// card itself says.
//
//   - A parent reads as long as they have authority: until 18, or with lack of
//     capacity for as long as they are named. From 16 on they see what the young
//     person lets them see, and decide nothing.
//   - The young person reads from 12, and decides unless they lack capacity.
//   - Where the safety of somebody is at stake there is no card for whom it is
//     at stake by.
//   - Without a known age nobody says yes, a parent sees no more than their own
//     answers, and the young person has no card.
//
// Source: Jeugdwet art. 7.3.11 and 7.3.15; UAVG art. 5; BW 1:245 for the end of
// authority at 18.
func (b *Bot) readerOf(tx Tx, k Card) (cardReader, error) {
	r := cardReader{card: k}
	casus, err := tx.Casus(k.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return r, ErrForbidden
	}
	if err != nil {
		return r, err
	}
	r.casus = casus
	r.young = k.Holder == casus.Private.YoungPerson.ID
	holder := slices.ContainsFunc(casus.Private.Authority, func(h Holder) bool { return h.ID == k.Holder })
	if casus.Status == Erased || !b.aboutSomebody(casus.Kind) || !r.young && !holder || stopped(casus, k.Holder) {
		return r, ErrForbidden
	}
	now, lacks := b.Now(), casus.Private.YoungPerson.LacksCapacity
	born, err := judge.ParseDate(casus.Private.YoungPerson.Born)
	r.known = err == nil
	from := func(age int) bool { return r.known && !now.Before(born.Birthday(age)) }
	r.grown = from(16) && !lacks
	switch {
	case r.young && !from(12), !r.young && from(18) && !lacks:
		return r, ErrForbidden
	case r.young:
		r.decide, r.table, r.shared = !lacks, true, true
	case r.grown:
		r.table = casus.Private.ParentsSee == ParentsSeeTable || casus.Private.ParentsSee == ParentsSeeShared
		r.shared = casus.Private.ParentsSee == ParentsSeeShared
	default:
		r.decide, r.table, r.shared = r.known, r.known, r.known
	}
	return r, nil
}

// stopped reports whether nobody reaches out to somebody of the family, since
// the safety of another is at stake.
func stopped(casus Casus, id PersonID) bool { return slices.Contains(casus.Private.Unsafe, id) }

// CardPass lets whoever opened a card go on reading it. It is short-lived and
// comes anew with every answer.
type CardPass struct {
	Pass string // a secret, for a cookie
	CSRF string // a secret, for the forms of the page
}

// passOf is a pass of an open card at now.
func passOf(k Card, now time.Time) CardPass {
	at := strconv.FormatInt(now.Unix(), 10)
	return CardPass{Pass: k.ID + "." + at + "." + k.mac("pass", k.ID, at), CSRF: k.mac("csrf")}
}

// mac is a keyed hash that only this opening of the card can make.
func (k Card) mac(parts ...string) string {
	h := hmac.New(sha256.New, k.Session)
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// parsePass takes a pass apart: the id of a card, and when it was last touched.
func parsePass(pass string) (id string, at time.Time, ok bool) {
	if len(pass) > 300 {
		return "", time.Time{}, false
	}
	parts := strings.Split(pass, ".")
	if len(parts) != 3 || parts[0] == "" || len(parts[1]) > 12 {
		return "", time.Time{}, false
	}
	n, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || n < 0 {
		return "", time.Time{}, false
	}
	return parts[0], time.Unix(n, 0), true
}

// passed returns who reads with a pass. ErrForbidden: the page is closed, for
// whatever reason.
func (b *Bot) passed(tx Tx, pass string) (cardReader, error) {
	id, at, ok := parsePass(pass)
	if !ok {
		return cardReader{}, ErrForbidden
	}
	k, err := tx.Card(id)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return cardReader{}, ErrForbidden
	}
	if err != nil {
		return cardReader{}, err
	}
	now := b.Now()
	want := passOf(k, at).Pass
	switch {
	case len(k.Session) == 0, !hmac.Equal([]byte(want), []byte(pass)):
		return cardReader{}, ErrForbidden
	case !k.EndedAt.IsZero(), !now.Before(k.ExpiresAt):
		return cardReader{}, ErrForbidden
	case now.Sub(at) > CardIdle, now.Sub(k.SessionAt) >= CardSession:
		return cardReader{}, ErrForbidden
	}
	return b.readerOf(tx, k)
}

// onCard runs f for whoever has the pass and has chosen a PIN of their own, in one
// transaction, and returns a new pass. ErrForbidden: the page is closed, or this is
// not theirs to do.
func (b *Bot) onCard(ctx context.Context, pass, csrf string, f func(tx Tx, r cardReader) error) (CardPass, error) {
	return b.onAnyCard(ctx, pass, csrf, func(tx Tx, r cardReader) error {
		if !r.card.Own {
			return ErrForbidden
		}
		return f(tx, r)
	})
}

// onAnyCard is onCard for a card that still has the PIN of the desk too.
func (b *Bot) onAnyCard(ctx context.Context, pass, csrf string, f func(tx Tx, r cardReader) error) (CardPass, error) {
	var next CardPass
	err := b.update(ctx, func(tx Tx) error {
		r, err := b.passed(tx, pass)
		if err != nil {
			return err
		}
		next = passOf(r.card, b.Now())
		if !hmac.Equal([]byte(next.CSRF), []byte(csrf)) {
			return ErrForbidden
		}
		return f(tx, r)
	})
	if err != nil && !isInvalid(err) {
		next = CardPass{}
	}
	return next, err
}

func isInvalid(err error) bool {
	var invalid *InvalidError
	return errors.As(err, &invalid)
}
