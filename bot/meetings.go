package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/invite"
	"github.com/convenantbot/convenantbot/bot/names"
	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/textscan"
)

// The fields of the forms for meetings.
const (
	fieldDay      = "day"
	fieldTime     = "time"
	fieldDuration = "duration"
	fieldPlace    = "place"
	fieldAnyway   = "anyway"
	fieldCasussen = "casussen"
	fieldCallOff  = "call_off"
)

// durations are how long a meeting may take, in minutes.
var durations = []string{"15", "20", "30", "45", "60", "90", "120"}

// whenFields ask for a moment and a place.
func whenFields(m Meeting, duration string) []Field {
	w, none := text.MeetingForm, text.None{}
	day := Field{Name: fieldDay, Label: w.Day.Say(none), Kind: Date}
	at := Field{Name: fieldTime, Label: w.Time.Say(none), Help: w.TimeHelp.Say(none), Kind: ShortText, Max: 5}
	place := Field{Name: fieldPlace, Label: w.Place.Say(none), Help: w.PlaceHelp.Say(none), Kind: ShortText, Max: 80, Optional: true}
	if m.ID != "" {
		local := m.At.In(amsterdam)
		day.Default, at.Default = []string{local.Format(time.DateOnly)}, []string{local.Format("15:04")}
		duration = strconv.Itoa(int(m.Duration / time.Minute))
		if m.Place != "" {
			place.Default = []string{m.Place}
		}
	}
	long := Field{Name: fieldDuration, Label: w.Duration.Say(none), Kind: Choice, Options: options(durations, text.MinutesName), Default: []string{duration}}
	anyway := Field{Name: fieldAnyway, Label: w.Anyway.Say(none), Help: w.AnywayHelp.Say(none), Kind: Tick, Optional: true}
	return []Field{day, at, long, place, anyway}
}

// readWhen reads the moment, the duration and the place. A mistake is an
// *InvalidError at its field; a day on which schools are closed is one too, until
// somebody says that they mean it.
func (b *Bot) readWhen(s Submission) (Meeting, error) {
	wrong := func(field string, why text.Message[text.None]) (Meeting, error) {
		return Meeting{}, &InvalidError{Field: field, Reason: why.Say(text.None{})}
	}
	w := text.WrongMeeting
	day := s.Value(fieldDay)
	if _, err := startOfDay(day); err != nil {
		return wrong(fieldDay, text.Wrong.Date)
	}
	clock := strings.ReplaceAll(strings.TrimSuffix(strings.TrimSpace(s.Value(fieldTime)), " uur"), ".", ":")
	at, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, amsterdam)
	if err != nil {
		return wrong(fieldTime, w.Time)
	}
	if at.Format("15:04") != fmt.Sprintf("%05s", clock) {
		return wrong(fieldTime, w.Time) // the hour that summer time leaves out
	}
	if !at.After(b.Now()) {
		return wrong(fieldDay, w.Past)
	}
	if at.After(b.Now().AddDate(1, 0, 0)) {
		return wrong(fieldDay, w.Far)
	}
	if !slices.Contains(durations, s.Value(fieldDuration)) {
		return wrong(fieldDuration, text.WrongChoice)
	}
	if s.Value(fieldAnyway) != "true" {
		if d := at.Weekday(); d == time.Saturday || d == time.Sunday {
			return wrong(fieldAnyway, w.Weekend)
		}
		if h, in := b.Region.HolidayOn(day); in {
			return Meeting{}, &InvalidError{Field: fieldAnyway, Reason: w.Holiday.Say(text.HolidayArgs{Name: h.Name})}
		}
	}
	place := strings.TrimSpace(s.Value(fieldPlace))
	if place != "" && (!plain.Sentence(place, 80) || textscan.FindBSN(place)) {
		return wrong(fieldPlace, w.Place)
	}
	// It goes into everybody's own calendar, where nobody takes it back.
	if names.First(place) != "" || names.Called(place) {
		return wrong(fieldPlace, w.Place)
	}
	minutes, err := strconv.Atoi(s.Value(fieldDuration))
	return Meeting{At: at, Duration: time.Duration(minutes) * time.Minute, Place: place}, err
}

// commandMeeting is "/casus overleg": plan the next meeting, move it or call it
// off.
func (b *Bot) commandMeeting(ctx context.Context, t *turn, e Event, rest string) error {
	return b.askIn(ctx, t, e, rest, MayLead, Ticket{Action: actMeeting}, func(_ Tx, h here, _ *Ticket) (Form, error) {
		if h.casus.Status != Open {
			return Form{}, &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		w, none := text.MeetingForm, text.None{}
		next, planned := h.casus.NextMeeting(b.Now())
		form := Form{Title: w.Title.Say(none), Intro: w.Intro.Say(text.MeetingIntroArgs{Ref: string(h.casus.Ref), At: next.At, Planned: planned}), Send: w.Send.Say(none),
			Fields: whenFields(next, "60")}
		if planned {
			form.Fields = append(form.Fields, Field{Name: fieldCallOff, Label: w.CallOff.Say(none), Help: w.CallOffHelp.Say(none), Kind: Tick, Optional: true})
		}
		return form, nil
	})
}

// submitMeeting keeps what was planned and tells everybody in the room, each
// with a file for their own calendar.
func (b *Bot) submitMeeting(ctx context.Context, ticket Ticket, s Submission) (FormAnswer, error) {
	var answer FormAnswer
	err := b.submitIn(ctx, ticket, s, MayLead, func(tx Tx, h here) error {
		if h.casus.Status != Open {
			return &InvalidError{Reason: text.RoomClosed.Say(text.CasusArgs{Ref: string(h.casus.Ref)})}
		}
		if s.Value(fieldCallOff) == "true" {
			next, planned := h.casus.NextMeeting(b.Now())
			if !planned {
				return &InvalidError{Field: fieldCallOff, Reason: text.WrongMeeting.None.Say(text.None{})}
			}
			next.Cancelled = true
			answer.Text = text.MeetingCalledOff.Say(text.MeetingArgs{Ref: string(h.casus.Ref), At: next.At})
			return b.saveMeeting(tx, h.who, h.casus, next)
		}
		m, err := b.readWhen(s)
		if err != nil {
			return err
		}
		if err := namesNobody(h.casus, fieldPlace, m.Place); err != nil {
			return err
		}
		answer.Text = text.MeetingSaved.Say(text.MeetingArgs{Ref: string(h.casus.Ref), At: m.At})
		return b.saveMeeting(tx, h.who, h.casus, m)
	})
	return answer, err
}

// saveMeeting plans m for the casus, in the place of the meeting that was still to
// come, and leaves everybody to be told.
func (b *Bot) saveMeeting(tx Tx, who caller, casus Casus, m Meeting) error {
	moved := false
	if next, planned := casus.NextMeeting(b.Now()); planned {
		m.ID, m.Sequence, moved = next.ID, next.Sequence+1, true
	} else {
		m.ID = b.NewID()
	}
	m.PlannedBy = who.ID
	i := slices.IndexFunc(casus.Private.Meetings, func(k Meeting) bool { return k.ID == m.ID })
	if i >= 0 {
		casus.Private.Meetings[i] = m
	} else {
		casus.Private.Meetings = append(casus.Private.Meetings, m)
	}
	casus.LastActivityAt = b.Now()
	casus, err := tx.SaveCasus(casus)
	if err != nil {
		return err
	}
	act := ActMeetingPlanned
	if m.Cancelled {
		act = ActMeetingOff
	}
	if err := b.record(tx, who, Entry{Casus: casus.Ref, Act: act, Object: m.ID}); err != nil {
		return err
	}
	args := text.MeetingArgs{Ref: string(casus.Ref), At: m.At, Minutes: int(m.Duration / time.Minute), Place: plain.Escape(m.Place), Moved: moved}
	said := text.MeetingPlanned
	if m.Cancelled {
		said = text.MeetingCalledOff
	}
	key := fmt.Sprintf("meeting:%s:%d", m.ID, m.Sequence)
	users, err := b.allowed(tx, casus)
	if err != nil {
		return err
	}
	err = b.later(tx, casus.Ref, key, speech{Platform: casus.Platform, Channel: casus.Room, Message: Message{Text: said.Say(args)}})
	for _, user := range users {
		err = errors.Join(err, tx.AddJob(Job{ID: key + ":" + string(user), Kind: JobInvite, Casus: casus.Ref, Object: m.ID, Body: encode(user), RunAt: b.Now()}))
	}
	return err
}

// sendInvite gives one member the calendar file of a meeting as it is now.
func (b *Bot) sendInvite(ctx context.Context, t *turn) error {
	casus, err := b.casus(ctx, t.job.Casus)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return nil
	}
	if err != nil {
		return err
	}
	user, err := decode[UserID](t.job.Body)
	if err != nil {
		return fmt.Errorf("invite for %s: %w", casus.Ref, err)
	}
	i := slices.IndexFunc(casus.Private.Meetings, func(m Meeting) bool { return m.ID == t.job.Object })
	if _, in, err := b.takesPart(ctx, casus, user); err != nil || i < 0 || !in {
		return err
	}
	m := casus.Private.Meetings[i]
	args := text.MeetingArgs{Ref: string(casus.Ref), At: m.At, Minutes: int(m.Duration / time.Minute), Place: plain.Escape(m.Place)}
	l := b.langOf(ctx, casus.Platform, user)
	content := invite.File(invite.Meeting{ID: m.ID, Sequence: m.Sequence, Title: text.InviteTitle.In(l, args), Text: text.InviteText.In(l, args), Place: m.Place,
		At: m.At, Duration: m.Duration, Cancelled: m.Cancelled, Written: b.Now()})
	said := text.InviteHere
	if m.Cancelled {
		said = text.InviteGone
	}
	p, err := b.platform(casus.Platform)
	if err != nil {
		return err
	}
	file := document(content, "overleg-"+string(casus.Ref)+".ics", said.In(l, args))
	id, err := p.TellFile(ctx, user, file, bytes.NewReader(content), t.job.ID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("invite for %s: %w", casus.Ref, err)
	}
	return t.Commit(ctx, func(tx Tx) error { return b.remember(tx, casus.Ref, id) })
}
