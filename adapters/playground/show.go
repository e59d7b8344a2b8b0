package playground

import (
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Look shows messages and forms as the windows of this chat do, without a chat
// behind them: for the storybook, and for the pictures in the handbook.
type Look struct{ c *Chat }

// NewLook returns the look with these people in it.
func NewLook(s Samples) Look {
	c := &Chat{people: map[bot.UserID]Person{}, order: s.People, orgs: map[bot.OrgID]string{}}
	for _, p := range s.People {
		c.people[p.ID] = p
	}
	for _, o := range s.Organisations {
		c.orgs[o.ID] = o.Name
	}
	return Look{c}
}

// Files are what a page with them needs beside itself, by name. The address of the
// bot's picture is Icon.
func (Look) Files() map[string][]byte {
	return map[string][]byte{"chat.css": assets["chat.css"], "icon.svg": assets["icon.svg"]}
}

// Icon is where messages say that the bot's picture is.
func (Look) Icon() string { return "/static/" + assetsVersion + "/icon.svg" }

// Message shows what the bot says. id tells it from others on the page; only you
// see it when it is for your eyes alone.
func (l Look) Message(m bot.Message, id string, only bool, at time.Time) (template.HTML, error) {
	v := l.c.messageView(message{ID: bot.MessageID(id), Author: BotUser, At: at, Text: m.Text, Buttons: m.Buttons}, "")
	v.Whisper = only
	out, err := part("message", v)
	return template.HTML(out), err //nolint:gosec // made by our own templates
}

// lookForm is a form as its template shows it.
type lookForm struct {
	W      *wordsOf
	Prefix string
	Form   *formView
	Intro  template.HTML
	Fields []lookField
}

type lookField struct {
	fieldView
	W                     *wordsOf
	ID, Called, Described string
	Value                 string
	Group                 string // what its inputs are, where it has several; blank: one
	Two                   bool   // in two columns
	Picks                 []lookPick
}

type lookPick struct {
	Value, Label string
	On           bool
}

// Form shows a form. prefix begins every id in it. A form that this chat could not
// open is an *InvalidError.
func (l Look) Form(f bot.Form, prefix string) (template.HTML, error) {
	if err := checkForm(f); err != nil {
		return "", err
	}
	v := l.c.viewForm(shown{Form: f})
	one := lookForm{W: &words, Prefix: prefix, Form: v, Intro: template.HTML(v.Intro)} //nolint:gosec // made by markdown
	for _, f := range v.Fields {
		one.Fields = append(one.Fields, l.field(f, v.Users, prefix))
	}
	out, err := part("form", one)
	return template.HTML(out), err //nolint:gosec // made by our own templates
}

// field decides as drawField of chat.js does.
func (l Look) field(f fieldView, users []userView, prefix string) lookField {
	one := lookField{fieldView: f, W: &words, ID: prefix + f.Name, Called: f.Name}
	one.Described = one.ID + "-error"
	if f.Help != "" {
		one.Described = one.ID + "-help " + one.Described
	}
	if len(f.Default) > 0 {
		one.Value = f.Default[0]
	}
	pick := func(value, label string) {
		on := slices.Contains(f.Default, value)
		if one.Group == "" {
			on = value == one.Value
		}
		one.Picks = append(one.Picks, lookPick{value, label, on})
	}
	switch f.Kind {
	case bot.Choices:
		one.Group = "checkbox"
	case bot.Choice:
		if len(f.Options) <= 4 && !f.Optional {
			one.Group = "radio"
		}
	case bot.Users:
		if f.Many {
			one.Group = "checkbox"
		}
		for _, u := range users {
			pick(string(u.ID), strings.Join([]string{u.Name, u.Function}, ", "))
		}
	}
	for _, o := range f.Options {
		pick(o.Value, o.Label)
	}
	one.Two = one.Group != "" && len(one.Picks) > 6
	return one
}
