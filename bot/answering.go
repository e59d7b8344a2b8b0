package bot

import (
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// outcomeUpheld is that an objection was followed.
const outcomeUpheld = "upheld"

// outcomeCorrected is that something was corrected.
const outcomeCorrected = "corrected"

// correctable lists what a correction may stand beside, as it is called in an
// overview of what is kept.
func (b *Bot) correctable(tx Tx, casus Casus) ([]Option, error) {
	w := text.Dossier
	all := []Option{{"casus", w.Casus.Say(text.None{})}}
	for _, h := range casus.Private.Authority {
		all = append(all, Option{"authority-" + string(h.ID), w.Authority.Say(text.None{}) + ": " + plain.Short(h.Label, 40)})
	}
	agreements, err := tx.Agreements(casus.Ref)
	if err != nil {
		return nil, err
	}
	label := func(id PersonID) string { return b.labels(casus, []string{string(id)})[0] }
	for _, a := range agreements {
		all = append(all, Option{"agreement-" + a.ID, text.CorrectAgreement.Say(text.TakeOverItemArgs{Name: label(a.Giver), At: a.GivenAt})})
	}
	consents, err := tx.Consents(casus.Ref)
	if err != nil {
		return nil, err
	}
	for _, c := range consents {
		all = append(all, Option{"consent-" + c.ID, text.CorrectConsent.Say(text.TakeOverItemArgs{Name: label(c.Giver), At: c.GivenAt})})
	}
	files, err := tx.FilesOf(casus.Ref)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if f.State == Posted || f.State == Withdrawn {
			all = append(all, Option{itemFile + string(f.ID), text.TakeOverFile.Say(text.TakeOverItemArgs{Name: plain.Short(shownName(f), 60), At: f.At})})
		}
	}
	// The newest are what somebody objects to; all fit in what a form can show.
	if n := len(all); n > maxTaken {
		all = append(all[:1:1], all[n-maxTaken+1:]...)
	}
	return all, nil
}

// accountOf is where somebody of a casus can be told something; blank: nowhere.
func (b *Bot) accountOf(tx Tx, casus Casus, id PersonID) (UserID, error) {
	if id == "" {
		return "", nil
	}
	for _, m := range casus.Private.Members {
		if m.ID == id {
			return m.Account, nil
		}
	}
	for _, h := range casus.Private.Authority {
		if h.ID == id {
			return h.Account, nil
		}
	}
	if yp := casus.Private.YoungPerson; yp.ID == id {
		return yp.Account, nil
	}
	p, err := tx.Person(id)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for _, a := range p.Accounts {
		if a.Platform == casus.Platform {
			return a.User, nil
		}
	}
	return "", nil
}

// answerRequester tells who asked how a request ended and why: the person
// themselves where they have an account, and always who noted it for them.
// Source: AVG art. 12(3, 4) and, of a refusal, the right to complain.
func (b *Bot) answerRequester(tx Tx, casus Casus, m Matter) error {
	if !slices.Contains(requestKinds, m.Kind) {
		return nil
	}
	args := text.MatterAnswerArgs{Ref: string(casus.Ref), Kind: text.MatterKindName(string(m.Kind)), About: b.labels(casus, []string{string(m.About)})[0],
		Outcome: text.OutcomeName(m.Outcome), Note: plain.Escape(m.Note), Rejected: m.Outcome == "rejected"}
	self, err := b.accountOf(tx, casus, m.About)
	if err != nil {
		return err
	}
	noted, err := b.accountOf(tx, casus, m.By)
	if err != nil {
		return err
	}
	if stopped(casus, m.About) {
		self = "" // nobody reaches out to them; who noted it decides how the answer goes
	}
	if noted != "" && noted != self && !b.isHere(tx, casus, noted) {
		// Who noted it takes no part any more, and reads nothing of it. Unless they watch
		// over the casus, whoever leads it now passes the answer on.
		watches, err := b.watches(tx, casus, m.By)
		if err != nil {
			return err
		}
		if !watches {
			noted = ""
			if self == "" {
				args.PassOn = true
				return b.toCoordinator(tx, casus, "answer:"+m.ID+":led", Message{Text: text.MatterAnswer.Say(args)})
			}
		}
	}
	if self != "" {
		if err := b.later(tx, casus.Ref, "answer:"+m.ID, speech{Platform: casus.Platform, User: self, Message: Message{Text: text.MatterAnswer.Say(args)}}); err != nil {
			return err
		}
	}
	if noted == "" || noted == self || stopped(casus, m.By) {
		return nil
	}
	args.PassOn = self == ""
	return b.later(tx, casus.Ref, "answer:"+m.ID+":noted", speech{Platform: casus.Platform, User: noted, Message: Message{Text: text.MatterAnswer.Say(args)}})
}

// tellCorrection tells everybody who can read an item what was corrected beside
// it (AVG art. 19): in the room, or each professional alone once it is archived.
func (b *Bot) tellCorrection(tx Tx, casus Casus, m Matter) error {
	items, err := b.correctable(tx, casus)
	if err != nil {
		return err
	}
	name := m.Object
	if i := slices.IndexFunc(items, func(o Option) bool { return o.Value == m.Object }); i >= 0 {
		name = items[i].Label
	}
	told := Message{Text: text.Corrected.Say(text.CorrectedArgs{Ref: string(casus.Ref), Item: plain.Escape(name), Text: plain.Escape(m.Correction)})}
	if casus.Room != "" && casus.Status != Archived {
		return b.later(tx, casus.Ref, "corrected:"+m.ID, speech{Platform: casus.Platform, Channel: casus.Room, Message: told})
	}
	users, err := b.allowed(tx, casus)
	if err != nil {
		return err
	}
	for _, user := range users {
		if err := b.later(tx, casus.Ref, "corrected:"+m.ID+":"+string(user), speech{Platform: casus.Platform, User: user, Message: told}); err != nil {
			return err
		}
	}
	return nil
}

// readCorrection takes from the form what a correction says and beside what.
func (b *Bot) readCorrection(tx Tx, casus Casus, m *Matter, s Submission) error {
	if m.Kind != CorrectionRequest || s.Value("outcome") != outcomeCorrected {
		return nil
	}
	items, err := b.correctable(tx, casus)
	if err != nil {
		return err
	}
	m.Object, m.Correction = s.Value("item"), strings.TrimSpace(s.Value("correction"))
	if !slices.ContainsFunc(items, func(o Option) bool { return o.Value == m.Object }) {
		return &InvalidError{Field: "item", Reason: text.WrongChoice.Say(text.None{})}
	}
	if n := len([]rune(m.Correction)); n == 0 || n > 3000 {
		return &InvalidError{Field: "correction", Reason: text.DoneForm.NoCorrection.Say(text.None{})}
	}
	return nil
}

// corrections are what was corrected, by the item it stands beside.
func corrections(matters []Matter) map[string][]Matter {
	all := map[string][]Matter{}
	for _, m := range matters {
		if m.Kind == CorrectionRequest && m.Outcome == outcomeCorrected && m.Correction != "" {
			all[m.Object] = append(all[m.Object], m)
		}
	}
	return all
}
