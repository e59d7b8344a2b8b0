package playground

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/bot"
)

// How long a trigger opens a form, and how long a form can be filled in, both
// by the wall clock: they are about a person at a screen, not about the story.
const (
	triggerTerm = time.Minute
	formTerm    = 2 * time.Hour
)

// shown is a form that is open in front of somebody.
type shown struct {
	ID      string
	Person  bot.UserID
	Tab     string
	Channel bot.ChannelID
	Form    bot.Form
}

// newTrigger gives the person in this tab the means to be shown a form.
func (c *Chat) newTrigger(tx *sql.Tx, who bot.UserID, tab string, in bot.ChannelID) (string, error) {
	id, now := newID(), c.wall()
	if _, err := tx.Exec(`DELETE FROM triggers WHERE expires <= ?`, now.UnixMilli()); err != nil {
		return "", err
	}
	_, err := tx.Exec(`INSERT INTO triggers (id, person, tab, channel, expires) VALUES (?,?,?,?,?)`, id, who, tab, in, now.Add(triggerTerm).UnixMilli())
	return id, err
}

// OpenForm implements bot.Forms. A trigger opens one form. When no window of
// the person is there to show it, it is ErrUnavailable.
func (c *Chat) OpenForm(ctx context.Context, trigger string, f bot.Form) error {
	if err := checkForm(f); err != nil {
		return err
	}
	s := shown{ID: newID(), Form: f}
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		now := c.wall().UnixMilli()
		err := tx.QueryRow(`SELECT person, tab, channel FROM triggers WHERE id = ? AND expires > ?`, trigger, now).Scan(&s.Person, &s.Tab, &s.Channel)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("open form: trigger expired: %w", bot.ErrConflict)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM triggers WHERE id = ?`, trigger); err != nil {
			return err
		}
		return keepForm(tx, s, c.wall())
	})
	if err != nil {
		return err
	}
	if !c.hub.show(s.Person, s.Tab, push{Kind: "form", Form: c.viewForm(s)}) {
		err := c.store.do(ctx, func(tx *sql.Tx) error { return dropForm(tx, s.ID, s.Person) })
		return errors.Join(fmt.Errorf("open form: no window of this person is open: %w", bot.ErrUnavailable), err)
	}
	return nil
}

func keepForm(tx *sql.Tx, s shown, now time.Time) error {
	data, err := json.Marshal(s.Form)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`DELETE FROM forms WHERE opened <= ?`, now.Add(-formTerm).UnixMilli()); err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO forms (id, person, tab, channel, form, opened) VALUES (?,?,?,?,?,?)`, s.ID, s.Person, s.Tab, s.Channel, string(data), now.UnixMilli())
	return err
}

func dropForm(tx *sql.Tx, id string, who bot.UserID) error {
	_, err := tx.Exec(`DELETE FROM forms WHERE id = ? AND person = ?`, id, who)
	return err
}

// cancelForm closes a form that its person does not want to send. One that is
// gone is no error.
func (c *Chat) cancelForm(ctx context.Context, who bot.UserID, id string) error {
	return c.store.do(ctx, func(tx *sql.Tx) error { return dropForm(tx, id, who) })
}

func scanForm(row func(...any) error) (shown, error) {
	var s shown
	var data string
	if err := row(&s.ID, &s.Person, &s.Tab, &s.Channel, &data); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(data), &s.Form)
}

// openForms lists the forms that are open in a tab, for when it was reloaded.
func openForms(tx *sql.Tx, who bot.UserID, tab string, now time.Time) ([]shown, error) {
	return list(tx, scanForm, `SELECT id, person, tab, channel, form FROM forms WHERE person = ? AND tab = ? AND opened > ? ORDER BY opened`,
		who, tab, now.Add(-formTerm).UnixMilli())
}

// submit hands a form that was filled in to the bot. A form that is not open
// before this person any more is ErrNotFound. When the bot asks for more, the
// next form takes its place.
func (c *Chat) submit(ctx context.Context, who bot.UserID, id string, values map[string][]string) (bot.FormAnswer, *shown, error) {
	var s shown
	err := c.store.do(ctx, func(tx *sql.Tx) error {
		var err error
		s, err = scanForm(tx.QueryRow(`SELECT id, person, tab, channel, form FROM forms WHERE id = ? AND person = ? AND opened > ?`,
			id, who, c.wall().Add(-formTerm).UnixMilli()).Scan)
		if err != nil {
			return found(err, "form")
		}
		_, err = channelFor(tx, s.Channel, who)
		return err
	})
	if err != nil {
		return bot.FormAnswer{}, nil, err
	}
	// Only what was asked goes on, and an empty field has no value.
	kept := map[string][]string{}
	for _, f := range s.Form.Fields {
		for _, v := range values[f.Name] {
			if v != "" && utf8.ValidString(v) {
				kept[f.Name] = append(kept[f.Name], v)
			}
		}
	}
	if wrong := c.wordsFor(who).realFields(kept); len(wrong) > 0 {
		return bot.FormAnswer{Errors: wrong}, nil, nil
	}
	answer, err := c.in().Submit(ctx, bot.Submission{Platform: Platform, Ticket: s.Form.Ticket, User: who, Channel: s.Channel, Values: kept})
	if err != nil {
		return bot.FormAnswer{}, nil, c.failed(who, "submit", err)
	}
	if len(answer.Errors) > 0 {
		return answer, nil, nil
	}
	var next *shown
	if answer.Next != nil {
		if err := checkForm(*answer.Next); err != nil {
			return bot.FormAnswer{}, nil, c.failed(who, "next form", err)
		}
		next = &shown{ID: newID(), Person: who, Tab: s.Tab, Channel: s.Channel, Form: *answer.Next}
	}
	err = c.change(ctx, func(tx *sql.Tx) error {
		if err := dropForm(tx, id, who); err != nil {
			return err
		}
		if next != nil {
			return keepForm(tx, *next, c.wall())
		}
		return c.mark(tx, stepForm, who)
	})
	if err != nil {
		return bot.FormAnswer{}, nil, err
	}
	if answer.Text != "" {
		if err := c.Whisper(ctx, s.Channel, who, bot.Message{Text: answer.Text}); err != nil && !isNotFound(err) {
			return answer, next, err
		}
	}
	return answer, next, nil
}

var fieldName = regexp.MustCompile(`^[A-Za-z0-9_]{1,64}$`)

// checkForm holds a form against the limits written at bot.Form, so that a form
// that works here can be shown elsewhere too.
func checkForm(f bot.Form) error {
	bad := func(field, reason string) error { return &bot.InvalidError{Field: "form." + field, Reason: reason} }
	switch {
	case f.Ticket == "":
		return bad("ticket", "required")
	case f.Title == "" || utf8.RuneCountInString(f.Title) > 24:
		return bad("title", "length")
	case f.Send == "" || utf8.RuneCountInString(f.Send) > 24:
		return bad("send", "length")
	}
	seen := map[string]bool{}
	for _, one := range f.Fields {
		switch {
		case !fieldName.MatchString(one.Name) || seen[one.Name]:
			return bad(one.Name, "name")
		case one.Label == "" || utf8.RuneCountInString(one.Label) > 24:
			return bad(one.Name, "label_length")
		case utf8.RuneCountInString(one.Help) > 150:
			return bad(one.Name, "help_length")
		}
		seen[one.Name] = true
		switch one.Kind {
		case bot.Choice, bot.Choices:
			if len(one.Options) == 0 {
				return bad(one.Name, "options")
			}
		case bot.ShortText, bot.LongText, bot.Date, bot.Users, bot.Tick:
		default:
			return bad(one.Name, "kind")
		}
	}
	return nil
}
