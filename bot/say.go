package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// maxTalk is how long a message may be and still be talk, in characters. What is
// longer was written elsewhere and pasted: it is a document.
const maxTalk = 1500

// heldTerm is how long a message that was held can still be posted by its button.
const heldTerm = time.Hour

// secret are the sectors whose professionals may not even say that they know
// somebody before there is a yes (consent matrix M40, M50, M60).
var secret = []Sector{YouthCare, YouthHealth, NeighbourhoodTeam}

// OwnWord is a professional's own word that what they write in a casus is about the
// process and the agreements, and so lifts no secrecy.
type OwnWord struct {
	Who   PersonID
	Basis string // who reads along and what was missing; with another basis the question comes again
	At    time.Time
}

// Voice is a platform on which the bot can say something for a person: a message
// of theirs that it held. Without one the person is asked to send it again.
type Voice interface {
	// SayFor posts text in the room, named for user, once for key: a repeat returns
	// the first message's id. Who is not in the room is ErrNotFound or ErrForbidden.
	SayFor(ctx context.Context, room ChannelID, user UserID, thread MessageID, text, key string) (MessageID, error)
}

// heldSaid is a message that was held, as its ticket remembers it.
type heldSaid struct {
	Text   string
	Thread MessageID
	Named  bool // its writer saw what is known in it, and dealt with it
}

// obstacle is why a message is not posted as it is.
type obstacle int

const (
	nothing obstacle = iota
	namesSomebody
	notCovered
)

// said judges the text of a message in the room of an open casus. A no leaves a
// private message with what the writer can do.
func (b *Bot) said(ctx context.Context, casus Casus, p Posting) (Answer, error) {
	yes := Answer{Allow: true}
	if strings.TrimSpace(p.Text) == "" {
		return yes, nil
	}
	if p.Changes == "" && utf8.RuneCountInString(p.Text) > maxTalk {
		if long, err := b.pasted(ctx, casus, p); err != nil || long.Text != "" {
			return long, err
		}
	}
	held := heldSaid{Text: p.Text, Thread: p.Thread}
	var what obstacle
	var v verdict
	released := false
	err := b.Store.View(ctx, func(tx Tx) (err error) {
		if what, v, err = b.weigh(ctx, tx, casus, p.User, held); err != nil || what == nothing {
			return err
		}
		released, err = b.released(tx, casus, p)
		return err
	})
	if err != nil {
		return Answer{}, fmt.Errorf("posting: %w", err)
	}
	if what == nothing || released {
		b.greet(ctx, casus, p)
		return yes, nil
	}
	err = b.update(ctx, func(tx Tx) error {
		who, err := b.whoIn(tx, casus, p.Platform, p.User)
		if err != nil {
			return err
		}
		if p.Changes != "" {
			// A change cannot wait: the message stands there. It stays as it was.
			_, err := b.recordHeld(tx, who, casus, held, what, v, changePart)
			return err
		}
		return b.holdSaid(tx, casus, who, held, what, v)
	})
	if err != nil {
		return Answer{}, fmt.Errorf("posting: %w", err)
	}
	if p.Changes != "" {
		return Answer{Text: text.ChangeHeld.Say(text.None{})}, nil
	}
	return Answer{Text: text.SaidHeld.Say(text.None{})}, nil
}

// code is what the record says of an obstacle.
func (o obstacle) code() string {
	if o == namesSomebody {
		return "known_detail"
	}
	return "not_covered"
}

// pasted treats a long text as the document that it is. The answer has no text
// when its writer may share whatever they like.
func (b *Bot) pasted(ctx context.Context, casus Casus, p Posting) (Answer, error) {
	m, ok := casus.Member(p.User)
	if !ok {
		return Answer{}, nil
	}
	free := false
	err := b.Store.View(ctx, func(tx Tx) error {
		v, err := b.judgeShare(ctx, tx, casus, File{Casus: casus.Ref, Poster: m.ID, Account: p.User})
		free = v.allows()
		return err
	})
	if err != nil || free {
		return Answer{}, err
	}
	answer, err := b.Upload(ctx, Upload{Platform: p.Platform, Channel: p.Channel, User: p.User, Name: text.PastedName.NL(text.None{}),
		Size: int64(len(p.Text)), At: p.At, Protected: p.Protected}, strings.NewReader(p.Text))
	if err != nil {
		return Answer{}, err
	}
	return Answer{Text: strings.TrimSpace(text.SaidLong.NL(text.None{}) + "\n\n" + answer.Text)}, nil
}

// weigh looks what stands in the way of a message: first whether it says who
// somebody is, then whether its writer may tell anything here at all.
func (b *Bot) weigh(ctx context.Context, tx Tx, casus Casus, user UserID, held heldSaid) (obstacle, verdict, error) {
	if !held.Named && len(FindKnown(casus, held.Text)) > 0 {
		return namesSomebody, verdict{}, nil
	}
	m, ok := casus.Member(user)
	if !ok || m.Role != Professional || !slices.Contains(secret, m.Sector) {
		return nothing, verdict{}, nil
	}
	v, err := b.judgeShare(ctx, tx, casus, File{Casus: casus.Ref, Poster: m.ID, Account: user, Kinds: []DataKind{Ordinary}})
	if err != nil || v.allows() {
		return nothing, v, err
	}
	basis := b.talkBasis(casus, v)
	if slices.ContainsFunc(casus.Private.Words, func(k OwnWord) bool { return k.Who == m.ID && k.Basis == basis }) {
		return nothing, v, nil
	}
	return notCovered, v, nil
}

// talkBasis is what somebody's word about their messages rests on: why they may
// not share, who is missing, and who reads along.
func (b *Bot) talkBasis(casus Casus, v verdict) string {
	var who []string
	for _, user := range casus.Allowed(b.Now()) {
		if m, ok := casus.Member(user); ok {
			who = append(who, string(m.Organisation)+"/"+string(m.Sector)+"/"+string(m.Role))
		}
	}
	slices.Sort(who)
	return strings.Join([]string{strings.Join(slices.Compact(who), " "), strings.Join(v.Missing, " "), strings.Join(v.codes(), " ")}, "|")
}

// released reports whether this message is one that its writer dealt with and
// that the bot is about to post for them: the platform then asks about it too.
func (b *Bot) released(tx Tx, casus Casus, p Posting) (bool, error) {
	jobs, err := tx.JobsOf(casus.Ref)
	if err != nil {
		return false, err
	}
	for _, j := range jobs {
		if j.Kind != JobSayFor {
			continue
		}
		s, err := decode[saidFor](j.Body)
		if err == nil && s.User == p.User && s.Text == p.Text {
			return true, nil
		}
	}
	return false, nil
}

// holdSaid keeps a message for its writer for a while, sealed, and tells them
// alone why and what they can do.
func (b *Bot) holdSaid(tx Tx, casus Casus, who caller, held heldSaid, what obstacle, v verdict) error {
	until := b.Now().Add(heldTerm)
	token, err := b.ticket(tx, Ticket{Action: actHeldText, Casus: casus.Ref, For: who.Account, Body: encode(held), Expires: until})
	if err != nil {
		return err
	}
	var buttons []Button
	add := func(action string, label text.Message[text.None]) {
		if err != nil {
			return
		}
		var t string
		t, err = b.ticket(tx, Ticket{Action: action, Casus: casus.Ref, Object: token, For: who.Account, Expires: until})
		buttons = append(buttons, Button{Label: label.Say(text.None{}), Ticket: t})
	}
	// Several messages may wait: each is known by how it begins.
	begins := plain.Escape(plain.Short(WithoutKnown(casus, held.Text, false), 60))
	var m Message
	if what == namesSomebody {
		add(actSayCode, text.SayWithCode)
		add(actSayInitials, text.SayWithInitials)
		add(actSayAsIs, text.SayAsIs)
		args := text.SaidNamesArgs{Ref: string(casus.Ref), Room: casus.Ref.Room(), Begins: begins, Until: until}
		for _, h := range FindKnown(casus, held.Text) {
			if name := text.KnownName(string(h.What)); !slices.Contains(args.What, name) {
				args.What = append(args.What, name)
			}
		}
		m.Text = text.SaidNames.Say(args)
	} else {
		add(actSayProcess, text.SayProcess)
		if err == nil {
			var t string
			t, err = b.ticket(tx, Ticket{Action: actConsent, Casus: casus.Ref, For: who.Account})
			buttons = append(buttons, Button{Label: text.ConsentButton.Say(text.None{}), Ticket: t})
		}
		m.Text = text.SaidUncovered.Say(text.SaidUncoveredArgs{Ref: string(casus.Ref), Room: casus.Ref.Room(), Begins: begins, Why: v.text(),
			Missing: b.labels(casus, v.Missing), Until: until})
	}
	if err != nil {
		return err
	}
	id, err := b.recordHeld(tx, who, casus, held, what, v)
	if err != nil {
		return err
	}
	m.Buttons = buttons
	if m, err = b.withWhy(tx, m, casus.Ref, id, who.Account); err != nil {
		return err
	}
	return b.later(tx, casus.Ref, "held_said:"+b.NewID(), speech{Platform: casus.Platform, User: who.Account, Message: m})
}

// recordHeld records that a message was held, and returns under which id it can be
// explained. What was found in it is told by its sort, never by its words.
func (b *Bot) recordHeld(tx Tx, who caller, casus Casus, held heldSaid, what obstacle, v verdict, more ...string) (DecisionID, error) {
	e := Entry{Casus: casus.Ref, Act: ActMessageHeld, Reasons: append([]string{what.code()}, more...), Outcome: outcomeRefused}
	if what == notCovered {
		return b.addDecision(tx, who, e, v)
	}
	for _, h := range FindKnown(casus, held.Text) {
		if found := foundPrefix + string(h.What); !slices.Contains(e.Reasons, found) {
			e.Reasons = append(e.Reasons, found)
		}
	}
	e.Decision = DecisionID(b.NewID())
	return e.Decision, b.record(tx, who, e)
}
