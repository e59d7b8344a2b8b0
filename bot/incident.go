package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/fault"
)

// breachTerm is how long the controller has to report a breach to the
// supervisory authority, from when it became known.
//
// Source: AVG art. 33(1).
const breachTerm = 72 * time.Hour

// Locator is a platform that can tell where a message stands and who wrote it.
// Without one only files can be reported, since the bot takes nothing out of
// sight of which it does not know that it stands in the room.
type Locator interface {
	// Locate returns the channel and the author of a message. ErrNotFound.
	Locate(ctx context.Context, message MessageID) (ChannelID, UserID, error)
}

// commandWrong is "/casus verkeerd": something stands in the room that should
// not be there.
func (b *Bot) commandWrong(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayRead, Ticket{Action: actWrong}, func(tx Tx, h here, _ *Ticket) (Form, error) {
		all, err := tx.FilesOf(h.casus.Ref)
		if err != nil {
			return Form{}, err
		}
		var files []Option
		for _, f := range all {
			if f.State == Posted || f.State == Approved {
				files = append(files, Option{string(f.ID), text.IncidentFile.Say(text.HeldArgs{Name: shownName(f), Until: f.At})})
			}
		}
		w, none := text.IncidentForm, text.None{}
		form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(none), Send: w.Send.Say(none)}
		if len(files) > 0 {
			form.Fields = append(form.Fields, Field{Name: "file", Label: w.File.Say(none), Help: w.FileHelp.Say(none), Kind: Choice, Options: files, Optional: true})
		}
		link := Field{Name: "link", Label: w.Link.Say(none), Help: w.LinkHelp.Say(none), Kind: ShortText, Optional: true}
		if e.Thread != "" {
			link.Default = []string{string(e.Thread)}
		}
		form.Fields = append(form.Fields, link, Field{Name: "text", Label: w.Text.Say(none), Help: w.TextHelp.Say(none), Kind: LongText})
		return form, nil
	})
}

// messageOf takes the id of a message from a link to it.
func messageOf(link string) MessageID {
	link = strings.TrimRight(strings.TrimSpace(link), "/")
	return MessageID(link[strings.LastIndexAny(link, "/#=")+1:])
}

// submitWrong takes it out of sight, records who could have seen it, and starts
// the clock of the FG. Anybody in the room may do it: hiding is the safe side,
// and what is hidden can still be looked at by who must judge it.
func (b *Bot) submitWrong(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	casus, err := b.casus(ctx, ticket.Casus)
	if err != nil {
		return FormAnswer{}, err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return FormAnswer{}, err
	}
	message := messageOf(s.Value("link"))
	if message != "" {
		if err := inRoom(ctx, p, casus.Room, message); err != nil {
			return FormAnswer{}, err
		}
	}
	// Who is in the room by the platform's own word, besides who may be in it.
	inside, err := p.RoomMembers(ctx, casus.Room)
	if err != nil {
		b.Log.Warn("who is in the room could not be read for an incident; the members of the casus are recorded", "casus", casus.Ref, "error", err)
	}
	var answer FormAnswer
	err = b.submitIn(ctx, ticket, s, MayRead, func(tx Tx, h here) error {
		casus := h.casus
		m := Matter{ID: b.NewID(), Casus: casus.Ref, Kind: Incident, By: h.who.ID, Text: strings.TrimSpace(s.Value("text")),
			At: b.Now(), DueAt: b.Now().Add(breachTerm)}
		if !plain.LongEnough(m.Text) {
			return &InvalidError{Field: "text", Reason: text.Wrong.Reason.Say(text.None{})}
		}
		if m.Object, err = b.takeAway(tx, casus, FileID(s.Value("file")), message); err != nil {
			return err
		}
		if m.Seen, err = b.couldSee(tx, casus, inside); err != nil {
			return err
		}
		if err := b.raise(tx, casus, h.who, m, ActIncident); err != nil {
			return err
		}
		args := b.matterArgs(tx, casus, m)
		answer.Text = text.IncidentSaved.Say(args)
		return errors.Join(b.toCoordinator(tx, casus, "matter:"+m.ID+":led", Message{Text: text.MatterNew.Say(args)}),
			b.planRetention(ctx, tx, casus))
	})
	if err == nil {
		fault.Hit("incident.committed")
	}
	return answer, err
}

// inRoom makes sure that a message stands in the room.
func inRoom(ctx context.Context, p Platform, room ChannelID, message MessageID) error {
	wrong := &InvalidError{Field: "link", Reason: text.IncidentForm.WrongLink.Say(text.None{})}
	l, ok := p.(Locator)
	if !ok {
		return wrong
	}
	where, _, err := l.Locate(ctx, message)
	if errors.Is(err, ErrNotFound) || err == nil && where != room {
		return wrong
	}
	return err
}

// takeAway plans the hiding of a file or a message and returns its id.
func (b *Bot) takeAway(tx Tx, casus Casus, file FileID, message MessageID) (string, error) {
	if file != "" {
		f, err := tx.File(file)
		if err != nil || f.Casus != casus.Ref {
			return "", errors.Join(ErrForbidden, err)
		}
		if err := f.Move(Withdrawn); err != nil {
			return "", err
		}
		return string(file), errors.Join(tx.SaveFile(f), b.planHiding(tx, f))
	}
	if message == "" {
		return "", &InvalidError{Field: "link", Reason: text.IncidentWhich.Say(text.None{})}
	}
	return string(message), tx.AddJob(Job{ID: fmt.Sprintf("hide_message:%s:%s", casus.Ref, message), Kind: JobHideMessage, Casus: casus.Ref,
		Object: string(message), RunAt: b.Now()})
}

// couldSee lists who could have seen what stood in the room: its members by our
// own list, and whoever else the platform says is inside.
func (b *Bot) couldSee(tx Tx, casus Casus, inside []UserID) ([]PersonID, error) {
	var seen []PersonID
	allowed := casus.Allowed(b.Now())
	for _, m := range casus.Private.Members {
		if slices.Contains(allowed, m.Account) {
			seen = append(seen, m.ID)
		}
	}
	for _, user := range inside {
		if slices.Contains(allowed, user) {
			continue
		}
		who, err := b.who(tx, casus.Platform, user)
		if err != nil {
			return nil, err
		}
		if who.ID == "" {
			who.ID = PersonID(user)
		}
		seen = append(seen, who.ID)
	}
	return seen, nil
}

// hideMessage takes a message out of sight for everybody.
func (b *Bot) hideMessage(ctx context.Context, t *turn) error {
	casus, err := b.casus(ctx, t.job.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	if err := p.Hide(ctx, MessageID(t.job.Object)); err != nil {
		return fmt.Errorf("hide a message in %s: %w", casus.Ref, err)
	}
	return t.Commit(ctx, func(tx Tx) error {
		_, err := tx.Record(Entry{Casus: casus.Ref, At: b.Now(), Act: ActMessageHidden, Object: t.job.Object, Outcome: outcomeDone})
		return err
	})
}
