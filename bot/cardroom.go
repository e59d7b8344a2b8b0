package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"rsc.io/qr"

	"github.com/convenantbot/convenantbot/bot/pincode"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
)

// The acts on agreements that their giver noted.
const (
	ActAgreementGiven   Act = "agreement_recorded"
	ActAgreementRefused Act = "agreement_refused"
)

const (
	actCard   = "card"   // send the form that makes or ends a card
	actSafety = "safety" // send the form about somebody's safety
)

// JobCardPaper gives a card on paper to who made it.
const JobCardPaper JobKind = "card_paper"

// cardPath is where the pages of cards are.
const cardPath = "/kaart/"

// What can be done with cards.
const (
	cardMake = "make"
	cardEnd  = "end"
)

// identified are the ways in which it was made sure at the desk who gets a card.
var identified = []string{"document", "known"}

// cardPaper is what the job of a card remembers. Its body is sealed and forgotten
// when it is done.
type cardPaper struct {
	User UserID
	Code string
}

// cardOptions lists those who can have a card: the holders of authority, and the
// young person. Whether one of them may now is looked at when it is made.
func (b *Bot) cardOptions(casus Casus) []Option {
	return b.familyOptions(Casus{Private: Private{YoungPerson: casus.Private.YoungPerson, Authority: casus.Private.Authority}}, false)
}

// commandCard is "/casus kaart": make a card at the desk, or end one.
func (b *Bot) commandCard(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayEndCard, Ticket{Action: actCard}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		if b.Pages == "" {
			return Form{}, &InvalidError{Reason: text.CardsOff.Say(text.None{})}
		}
		if h.casus.Status == Archived || h.casus.Status == Erased {
			return Form{}, &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		lines, err := b.openCards(tx, h.casus)
		if err != nil {
			return Form{}, err
		}
		does := []string{cardMake, cardEnd}
		if !h.May(MayGiveCard) {
			does = does[1:]
		}
		w, none := text.CardForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(text.CardListArgs{Cards: lines}), Send: w.Send.Say(none), Fields: []Field{
			{Name: fieldWhat, Label: w.What.Say(none), Kind: Choice, Options: options(does, text.CardDoName), Default: does[:1]},
			{Name: fieldWho, Label: w.Who.Say(none), Help: w.WhoHelp.Say(none), Kind: Choice, Options: b.cardOptions(h.casus)},
			{Name: "seen", Label: w.Seen.Say(none), Help: w.SeenHelp.Say(none), Kind: Choice, Options: options(identified, text.CardSeenName), Optional: true},
		}}, nil
	})
}

// openCards lists the cards that can be used now.
func (b *Bot) openCards(tx Tx, casus Casus) ([]text.CardLine, error) {
	all, err := tx.CardsOf(casus.Ref)
	if err != nil {
		return nil, err
	}
	var lines []text.CardLine
	for _, k := range all {
		if k.alive(b.Now()) {
			lines = append(lines, text.CardLine{Who: b.labels(casus, []string{string(k.Holder)})[0], Made: k.MadeAt, Until: k.ExpiresAt, Own: k.Own})
		}
	}
	return lines, nil
}

// submitCard makes a card or ends those of one person. The first PIN is told in
// the answer to the form alone and is never stored: the paper without it opens
// nothing, and neither does it without the paper.
func (b *Bot) submitCard(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	if b.Pages == "" {
		return FormAnswer{}, ErrForbidden
	}
	code, pin := pincode.NewCode(), pincode.NewPIN()
	hash := pincode.Hash(pin)
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayEndCard, func(tx Tx, h here) error {
		casus, w, none := h.casus, text.CardForm, text.None{}
		who := PersonID(s.Value(fieldWho))
		if !slices.ContainsFunc(b.cardOptions(casus), func(o Option) bool { return o.Value == string(who) }) {
			return &InvalidError{Field: fieldWho, Reason: text.WrongChoice.Say(none)}
		}
		args := text.CardArgs{Ref: string(casus.Ref), Who: b.labels(casus, []string{string(who)})[0], PIN: pin, Days: CardTerm, Minutes: int(CardDesk.Minutes())}
		switch s.Value(fieldWhat) {
		case cardEnd:
			n, err := b.endCards(tx, h.who, casus.Ref, who, cardRevoked)
			if err != nil {
				return err
			}
			if n == 0 {
				return &InvalidError{Field: fieldWho, Reason: w.NoCard.Say(none)}
			}
			answer.Text = text.CardEnded.Say(args)
			return nil
		case cardMake:
		default:
			return &InvalidError{Field: fieldWhat, Reason: text.WrongChoice.Say(none)}
		}
		if !h.May(MayGiveCard) {
			return lackedRight{MayGiveCard}
		}
		if casus.Status != Open && casus.Status != Closed {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(casus.Ref)})}
		}
		if !slices.Contains(identified, s.Value("seen")) {
			return &InvalidError{Field: "seen", Reason: w.WrongSeen.Say(none)}
		}
		if stopped(casus, who) {
			return &InvalidError{Field: fieldWho, Reason: w.Stopped.Say(none)}
		}
		now := b.Now()
		k := Card{ID: b.NewID(), Casus: casus.Ref, Code: code, Holder: who, PIN: hash, MadeBy: h.who.ID, MadeAt: now, ExpiresAt: now.Add(CardDesk)}
		if _, err := b.readerOf(tx, k); errors.Is(err, ErrForbidden) {
			return &InvalidError{Field: fieldWho, Reason: w.NotNow.Say(none)}
		} else if err != nil {
			return err
		}
		// One card a person: the old paper must not go about.
		if _, err := b.endCards(tx, h.who, casus.Ref, who, cardReplaced); err != nil {
			return err
		}
		answer.Text = text.CardMade.Say(args)
		return errors.Join(tx.AddCard(k),
			b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActCardMade, Object: k.ID, Reasons: []string{s.Value("seen")}}),
			tx.AddJob(Job{ID: "card_paper:" + k.ID, Kind: JobCardPaper, Casus: casus.Ref, Object: k.ID, Body: encode(cardPaper{User: s.User, Code: code}), RunAt: now}))
	})
	return answer, err
}

// handCard makes the paper and gives it to who made the card. It is taken back
// from the conversation when the time at the desk is over.
func (b *Bot) handCard(ctx context.Context, t *turn) error {
	body, err := decode[cardPaper](t.job.Body)
	if err != nil {
		return fmt.Errorf("card: %w", err)
	}
	var casus Casus
	var k Card
	err = b.Store.View(ctx, func(tx Tx) (err error) {
		if k, err = tx.Card(t.job.Object); err != nil {
			return err
		}
		casus, err = tx.Casus(k.Casus)
		return err
	})
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) || err == nil && (!k.alive(b.Now()) || k.Own) {
		return nil // it came too late to be handed over
	}
	if err != nil {
		return err
	}
	doc, err := b.cardPaper(casus, k, body.Code)
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if err := onPaperNL(doc).Write(&content); err != nil {
		return fmt.Errorf("card for %s: %w", casus.Ref, err)
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	args := text.CardArgs{Ref: string(casus.Ref), Who: b.labels(casus, []string{string(k.Holder)})[0], Minutes: int(CardDesk.Minutes())}
	id, err := p.TellFile(ctx, body.User, document(content.Bytes(), text.CardFile.In(text.NL, args), text.CardHere.In(b.langOf(ctx, casus.Platform, body.User), args)), &content, t.job.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("card for %s: %w", casus.Ref, err)
	}
	return t.Commit(ctx, func(tx Tx) error { return b.rememberUntil(tx, casus.Ref, id, b.Now().Add(CardDesk)) })
}

// cardPaper is the sheet that is handed over. It names nobody.
func (b *Bot) cardPaper(casus Casus, k Card, code string) (*paper.Document, error) {
	address := b.Pages + cardPath + "k/" + code
	picture, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil, fmt.Errorf("card for %s: %w", casus.Ref, err)
	}
	picture.Scale = 8
	w, none := text.CardPaper, text.None{}
	args := text.CardArgs{Ref: string(casus.Ref), Days: CardTerm, Minutes: int(CardDesk.Minutes()), Tries: CardTries}
	return &paper.Document{Title: w.Title.NL(none), Lang: "nl-NL", Footer: text.Paper.Footer.NL(text.PaperArgs{Ref: string(casus.Ref), Made: k.MadeAt}), Made: k.MadeAt,
		Sheets: []paper.Sheet{{Title: w.Title.NL(none), Intro: []string{w.Intro.NL(none), w.Languages.NL(none)},
			Facts:   []paper.Fact{{Label: w.Address.NL(none), Text: b.Pages + cardPath}, {Label: w.Code.NL(none), Text: pincode.ShowCode(code)}, {Label: w.Until.NL(none), Text: w.UntilText.NL(args)}},
			Picture: picture.PNG(),
			Sections: []paper.Section{{Heading: w.How.NL(none), Text: w.HowText.NL(args)}, {Heading: w.Careful.NL(none), Text: w.CarefulText.NL(args)},
				{Heading: w.Without.NL(none), Text: w.WithoutText.NL(none)}},
		}}}, nil
}

// commandSafety is "/casus veiligheid": nobody reaches out to a parent any more, or
// they do again.
func (b *Bot) commandSafety(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayStopOutreach, Ticket{Action: actSafety}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		var who []Option
		for _, p := range h.casus.Private.Authority {
			label := p.Label
			if stopped(h.casus, p.ID) {
				label = text.SafetyIsOn.Say(text.CardArgs{Who: p.Label})
			}
			who = append(who, Option{string(p.ID), plain.Short(label, 60)})
		}
		if len(who) == 0 {
			return Form{}, &InvalidError{Reason: text.SafetyNobody.Say(text.None{})}
		}
		does := []string{"stop", "again"}
		if !h.May(MayResumeOutreach) {
			does = does[:1]
		}
		w, none := text.SafetyForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: fieldWho, Label: w.Who.Say(none), Help: w.WhoHelp.Say(none), Kind: Choice, Options: who},
			{Name: fieldWhat, Label: w.What.Say(none), Kind: Choice, Options: options(does, text.SafetyDoName), Default: does[:1]},
		}}, nil
	})
}

// submitSafety stops all reaching out to a parent, at once. Their cards end and
// look like any card that is over; their seat in the room ends too, since they would
// read there where and when the others come together; nothing says why. It is told
// to who leads and to who watches over the casus, each alone. That contact is allowed
// again gives no seat back: what was said meanwhile was not for them, so whoever leads
// invites them anew.
func (b *Bot) submitSafety(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayStopOutreach, func(tx Tx, h here) error {
		casus, none := h.casus, text.None{}
		who := PersonID(s.Value(fieldWho))
		if !slices.ContainsFunc(casus.Private.Authority, func(p Holder) bool { return p.ID == who }) {
			return &InvalidError{Field: fieldWho, Reason: text.WrongChoice.Say(none)}
		}
		args := text.CardArgs{Ref: string(casus.Ref), Who: b.labels(casus, []string{string(who)})[0]}
		act, said := ActSafetyStop, text.SafetyStopped
		switch s.Value(fieldWhat) {
		case "stop":
			if !stopped(casus, who) {
				casus.Private.Unsafe = append(slices.Clone(casus.Private.Unsafe), who)
			}
			if _, err := b.endCards(tx, h.who, casus.Ref, who, cardStopped); err != nil {
				return err
			}
			casus.Private.Members = slices.Clone(casus.Private.Members)
			for i := range casus.Private.Members {
				if m := &casus.Private.Members[i]; m.ID == who && m.Ended == "" {
					m.Ended, m.Until = endedSafety, b.Now()
				}
			}
		case "again":
			if !h.May(MayResumeOutreach) {
				return lackedRight{MayResumeOutreach}
			}
			act, said = ActSafetyAgain, text.SafetyResumed
			casus.Private.Unsafe = slices.DeleteFunc(slices.Clone(casus.Private.Unsafe), func(id PersonID) bool { return id == who })
		default:
			return &InvalidError{Field: fieldWhat, Reason: text.WrongChoice.Say(none)}
		}
		casus, err := tx.SaveCasus(casus)
		if err != nil {
			return err
		}
		answer.Text = said.Say(args)
		if err := b.record(tx, h.who, Entry{Casus: casus.Ref, Act: act, Object: string(who)}); err != nil {
			return err
		}
		id := fmt.Sprintf("safety:%s:%d", casus.Ref, casus.Version)
		if err := tx.AddJob(Job{ID: id + ":room", Kind: JobReconcile, Casus: casus.Ref, RunAt: b.Now()}); err != nil {
			return err
		}
		m := Message{Text: said.Say(args)}
		if err := b.everyGuardian(tx, casus, id, m); err != nil {
			return err
		}
		lead, ok, err := b.leader(tx, casus)
		if err != nil || !ok || lead.Account == s.User {
			return err
		}
		return b.later(tx, casus.Ref, id+":lead", speech{Platform: casus.Platform, User: lead.Account, Message: m})
	})
	return answer, err
}
