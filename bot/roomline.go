package bot

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/bot/plain"
	"github.com/convenantbot/convenantbot/bot/text"
)

// Alias is what somebody calls a casus for themselves. Nobody else sees it.
type Alias struct {
	User UserID
	Name string
}

// aliasOf is what user calls the casus; blank when they gave it no name.
func aliasOf(c Casus, user UserID) string {
	i := slices.IndexFunc(c.Private.Aliases, func(a Alias) bool { return a.User == user })
	if i < 0 || user == "" {
		return ""
	}
	return c.Private.Aliases[i].Name
}

// withAlias puts what user calls a casus above what they alone are told about it.
func withAlias(tx Tx, ref Ref, user UserID, s string) (string, error) {
	if ref == "" || s == "" {
		return s, nil
	}
	casus, err := tx.Casus(ref)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return s, nil
	}
	alias := plain.Escape(aliasOf(casus, user))
	if err != nil || alias == "" || strings.Contains(s, alias) {
		return s, err
	}
	return text.AliasAbove.Say(text.AliasArgs{Ref: string(ref), Alias: alias}) + "\n\n" + s, nil
}

// roomLine says which casus this is, to user alone: its code and what they call
// it, the school, the kind and how many parties take part.
func (b *Bot) roomLine(tx Tx, c Casus, user UserID) string {
	args := text.RoomLineArgs{Ref: string(c.Ref), Alias: plain.Escape(aliasOf(c, user)), Kind: text.KindName(string(c.Kind)), Parties: len(c.Organisations())}
	if school := c.Private.YoungPerson.School; school != "" {
		args.School = b.orgName(tx, school)
	}
	return text.RoomLine.Say(args)
}

// callName is how people call the bot in a message.
const callName = "@convenantbot"

// greet tells somebody, with their first message of a day in a room, which room
// it is and how to take the message back. It protects nobody by itself, so a
// failure stops nothing.
func (b *Bot) greet(ctx context.Context, casus Casus, p Posting) {
	if _, ok := casus.Member(p.User); !ok || p.Changes != "" || strings.Contains(strings.ToLower(p.Text), callName) {
		return // a question to the bot gets its answer, and nothing in front of it
	}
	today := b.today()
	if !b.greeted.first(today, string(casus.Ref)+" "+string(p.User)) {
		return
	}
	err := b.update(ctx, func(tx Tx) error {
		token, err := b.ticket(tx, Ticket{Action: actTakeBack, Casus: casus.Ref, For: p.User})
		if err != nil {
			return err
		}
		m := Message{Text: text.FirstToday.Say(text.RoomSaidArgs{Line: b.roomLine(tx, casus, p.User)}),
			Buttons: []Button{{Label: text.TakeBackHour.Say(text.None{}), Ticket: token}}}
		return b.later(tx, casus.Ref, "today:"+string(casus.Ref)+":"+string(p.User)+":"+today,
			speech{Platform: p.Platform, Channel: p.Channel, User: p.User, Message: m})
	})
	if err != nil {
		b.Log.Warn("somebody was not told in which room they write", "casus", string(casus.Ref), "error", err)
	}
}

// withRoomLine puts above a form which casus it is about.
func (b *Bot) withRoomLine(tx Tx, f Form, ref Ref, user UserID) (Form, error) {
	if ref == "" {
		return f, nil
	}
	casus, err := tx.Casus(ref)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrGone) {
		return f, nil
	}
	if err != nil {
		return f, err
	}
	f.Intro = strings.TrimSpace(b.roomLine(tx, casus, user) + "\n\n" + f.Intro)
	return f, nil
}

// commandAlias is "/casus bijnaam": what the asker calls this casus for
// themselves.
func (b *Bot) commandAlias(ctx context.Context, t *turn, e Event, rest string) error {
	return b.finish(ctx, t, e, func(tx Tx) error {
		h, err := b.pointed(tx, e, rest, MayRead)
		if err != nil {
			return err
		}
		casus := h.casus
		if word, after, _ := strings.Cut(rest, " "); strings.EqualFold(word, string(casus.Ref)) {
			rest = after
		}
		name := strings.TrimSpace(rest)
		away := strings.EqualFold(name, text.AliasAway.In(text.NL, text.None{})) || strings.EqualFold(name, text.AliasAway.In(text.EN, text.None{}))
		switch {
		case name == "":
			return b.reply(tx, casus.Ref, e, Message{Text: text.AliasNow.Say(text.AliasArgs{Ref: string(casus.Ref), Alias: plain.Escape(aliasOf(casus, e.User))})})
		case casus.Status == Erased:
			return errNoCasus
		case !plain.Sentence(name, 40), strings.HasPrefix(strings.ToUpper(name), "C-"):
			return &InvalidError{Reason: text.WrongAlias.Say(text.None{})}
		}
		casus.Private.Aliases = slices.DeleteFunc(slices.Clone(casus.Private.Aliases), func(a Alias) bool { return a.User == e.User })
		if away {
			name = ""
		} else {
			casus.Private.Aliases = append(casus.Private.Aliases, Alias{User: e.User, Name: name})
		}
		if casus, err = tx.SaveCasus(casus); err != nil {
			return err
		}
		m := Message{Text: text.AliasSaved.Say(text.AliasArgs{Ref: string(casus.Ref), Alias: plain.Escape(name)})}
		return errors.Join(b.record(tx, h.who, Entry{Casus: casus.Ref, Act: ActAliasGiven}), b.reply(tx, casus.Ref, e, m))
	})
}
