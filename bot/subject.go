package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/dossier"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// requestKinds are the requests that somebody may make about their own data, in
// the order in which people see them.
var requestKinds = []MatterKind{AccessRequest, CorrectionRequest, ErasureRequest, Objection}

// subjects lists those whom the data of a casus are about: the young person, who
// has authority, and who takes part without being a professional.
func (b *Bot) subjects(casus Casus) []Option {
	var all []Option
	add := func(id PersonID) {
		if !slices.ContainsFunc(all, func(o Option) bool { return o.Value == string(id) }) {
			all = append(all, Option{string(id), b.labels(casus, []string{string(id)})[0]})
		}
	}
	add(casus.Private.YoungPerson.ID)
	for _, h := range casus.Private.Authority {
		add(h.ID)
	}
	for _, m := range casus.Private.Members {
		if m.Role != Professional {
			add(m.ID)
		}
	}
	return all
}

// mayAskFor keeps of the subjects those for whom h may note a request: somebody
// of the family asks for themselves, a professional or FG notes what anyone asked.
func mayAskFor(h here, all []Option) []Option {
	m, ok := h.casus.Member(h.who.Account)
	if !ok || m.Role == Professional {
		return all
	}
	return slices.DeleteFunc(all, func(o Option) bool { return o.Value != string(m.ID) })
}

// commandData is "/casus gegevens": a request of somebody about their own data.
func (b *Bot) commandData(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayRead, Ticket{Action: actData}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		about := mayAskFor(h, b.subjects(h.casus))
		if len(about) == 0 {
			return Form{}, ErrForbidden
		}
		w, none := text.DataForm, text.None{}
		return Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none), Fields: []Field{
			{Name: "kind", Label: w.Kind.Say(none), Kind: Choice, Options: options(texts(requestKinds), text.MatterKindName)},
			{Name: "about", Label: w.About.Say(none), Help: w.AboutHelp.Say(none), Kind: Choice, Options: about, Default: []string{about[0].Value}},
			{Name: "text", Label: w.Text.Say(none), Help: w.TextHelp.Say(none), Kind: LongText},
			{Name: "key", Label: w.Key.Say(none), Help: w.KeyHelp.Say(none), Kind: ShortText, Optional: true},
		}}, nil
	})
}

// submitData notes the request. There is a month to answer it (AVG art. 12(3)),
// and nothing is erased meanwhile. A request for erasure is for a person: the
// rules never carry one out.
func (b *Bot) submitData(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayRead, func(tx Tx, h here) (err error) {
		casus := h.casus
		now := b.Now()
		m := Matter{ID: b.NewID(), Casus: casus.Ref, Kind: MatterKind(s.Value("kind")), By: h.who.ID, About: PersonID(s.Value("about")),
			Text: strings.TrimSpace(s.Value("text")), Key: strings.TrimSpace(s.Value("key")), At: now, DueAt: now.In(amsterdam).AddDate(0, 1, 0)}
		about := mayAskFor(h, b.subjects(casus))
		switch {
		case !slices.Contains(requestKinds, m.Kind):
			return &InvalidError{Field: "kind", Reason: text.WrongChoice.Say(text.None{})}
		case !slices.ContainsFunc(about, func(o Option) bool { return o.Value == string(m.About) }):
			return &InvalidError{Field: "about", Reason: text.WrongChoice.Say(text.None{})}
		case !plain.LongEnough(m.Text):
			return &InvalidError{Field: "text", Reason: text.Wrong.Reason.Say(text.None{})}
		case m.Key != "" && dossier.CheckKey(m.Key) != nil:
			return &InvalidError{Field: "key", Reason: text.DataForm.WrongKey.Say(text.None{})}
		}
		if m.By == "" {
			if member, ok := casus.Member(s.User); ok {
				m.By = member.ID
			}
		}
		if m.Kind == ErasureRequest && casus.ErasureRequestedAt.IsZero() {
			casus.ErasureRequestedAt = now
			if casus, err = tx.SaveCasus(casus); err != nil {
				return err
			}
		}
		if err := b.raise(tx, casus, h.who, m, ActRequestReceived); err != nil {
			return err
		}
		args := b.matterArgs(tx, casus, m)
		answer.Text = text.MatterSaved.Say(args)
		if err := b.toCoordinator(tx, casus, "matter:"+m.ID+":led", Message{Text: text.MatterRemind.Say(args)}); err != nil {
			return err
		}
		return b.planRetention(ctx, tx, casus)
	})
	return answer, err
}
