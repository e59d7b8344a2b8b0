package bot

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// A no says what is wrong, why, and the way out that works from where this person
// stands. What the table of rights refuses therefore carries which right it was, and
// who names a casus that is not theirs hears which ones are.

// lackedRight is the ErrForbidden of somebody who has no standing for a right.
type lackedRight struct{ right Right }

func (l lackedRight) Error() string { return "forbidden: no right to " + string(l.right) }

// Is makes it an ErrForbidden.
func (l lackedRight) Is(target error) bool { return target == ErrForbidden }

// errOtherButton is the ErrForbidden of a button or form that was made for somebody else.
var errOtherButton = errors.Join(errors.New("made for somebody else"), ErrForbidden)

// unpointed is an errNoCasus of a command that a code can stand behind: none does, or
// one that is nothing to them. The second is an ErrForbidden too, for the log.
type unpointed struct {
	code  string // as they wrote it; blank: none
	right Right
}

func (unpointed) Error() string { return "no casus that is theirs was named" }

// Is makes it an errNoCasus, and an ErrForbidden when a code was named.
func (u unpointed) Is(target error) bool {
	return target == errNoCasus || target == ErrForbidden && u.code != ""
}

// namable is how many codes a refusal names.
const namable = 5

var looksLikeCode = regexp.MustCompile(`^C-[0-9A-Z-]{1,20}$`)

// refusal is what is said for err, in every language, and which casussen that names.
func (b *Bot) refusal(tx Tx, e Event, err error) (string, []Ref, error) {
	var lacked lackedRight
	var where unpointed
	switch {
	case errors.As(err, &where):
		return b.whichCasus(tx, e, where)
	case errors.Is(err, errNoCasus):
		return text.NotInCasus.Say(text.None{}), nil, nil
	case errors.Is(err, errOtherButton):
		return text.NotYourButton.Say(text.None{}), nil, nil
	case errors.As(err, &lacked) && lacked.right == MayOpen:
		said, err := b.whyNotOpen(tx, e.Platform, e.User)
		return said, nil, err
	case errors.As(err, &lacked):
		return text.LacksRight(string(lacked.right)), nil, nil
	}
	return text.Forbidden.Say(text.None{}), nil, nil
}

// whichCasus tells of which casussen somebody can do this. A code that there is not and
// one that is not theirs are answered alike.
func (b *Bot) whichCasus(tx Tx, e Event, u unpointed) (string, []Ref, error) {
	who, err := b.who(tx, e.Platform, e.User)
	if err != nil {
		return "", nil, err
	}
	all, err := b.casussenOf(tx, e.Platform, who)
	if err != nil {
		return "", nil, err
	}
	hats, err := b.hats(tx, who)
	if err != nil {
		return "", nil, err
	}
	for _, h := range hats {
		if h.Kind == HatLead {
			continue // those they are in
		}
		watched, err := tx.Watched(h.watch(who.ID), "", dashPage, Open, Closed, Archived)
		if err != nil {
			return "", nil, err
		}
		for _, w := range watched {
			if w.Casus.Platform == e.Platform {
				all = append(all, w.Casus)
			}
		}
	}
	var refs []Ref
	for _, c := range all {
		if slices.Contains(refs, c.Ref) {
			continue
		}
		switch _, err := b.at(tx, e.Platform, c, e.User, u.right); {
		case err == nil:
			refs = append(refs, c.Ref)
		case !errors.Is(err, ErrForbidden):
			return "", nil, err
		}
	}
	slices.Sort(refs)
	slices.Reverse(refs) // the newest first
	args := text.NoCodeArgs{Named: u.code != "", More: len(refs) > namable, Who: text.LacksRight(string(u.right))}
	if looksLikeCode.MatchString(u.code) {
		args.Code = u.code
	}
	refs = refs[:min(len(refs), namable)]
	args.Refs = texts(refs)
	return text.NoCode.Say(args), refs, nil
}

// whyNotOpen tells somebody who cannot open a casus what that takes, and who of their
// own organisation can do something about it.
func (b *Bot) whyNotOpen(tx Tx, platform string, user UserID) (string, error) {
	var args text.NoOpenArgs
	who, err := b.who(tx, platform, user)
	if err != nil {
		return "", err
	}
	if who.ID == "" {
		return text.NoOpen.Say(args), nil
	}
	p, err := tx.Person(who.ID)
	if err != nil {
		return text.NoOpen.Say(args), goneOrNil(err)
	}
	hats, err := b.hats(tx, who)
	if err != nil {
		return "", err
	}
	args.Watches = slices.ContainsFunc(hats, func(h Hat) bool { return h.Kind != HatLead })
	now := b.Now()
	for _, a := range p.Appointments {
		if !a.EndedAt.IsZero() && !a.EndedAt.After(now) {
			continue
		}
		org, err := tx.Organisation(a.Organisation)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		args = text.NoOpenArgs{Organisation: plain.Escape(org.Name), Party: b.isParty(org), Lapsed: a.Lapsed(now), Decides: org.Appointee != ""}
		if args.Party {
			break // what they could do soonest
		}
	}
	return text.NoOpen.Say(args), nil
}

// codeIn is the code that stands at the beginning of rest; blank: none does.
func codeIn(rest string) Ref {
	word, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	if ref := strings.ToUpper(word); strings.HasPrefix(ref, "C-") {
		return Ref(ref)
	}
	return ""
}
