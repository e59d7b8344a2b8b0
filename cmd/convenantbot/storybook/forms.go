package storybook

import (
	"bytes"
	"encoding/json"
	"html/template"
	"maps"
	"slices"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/slack/blocks"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/sample"
)

// seal signs what Slack is sent; the key is known to everybody and opens nothing.
var seal = blocks.Seal{Keys: func() [][]byte { return [][]byte{[]byte("storybook")} }}

// forms are the sheets of the forms, one for each chapter.
func (m *maker) forms() ([]sheet, error) {
	shown, err := sample.Read()
	if err != nil {
		return nil, err
	}
	byChapter := map[string]*sheet{}
	for _, name := range slices.Sorted(maps.Keys(shown.Forms)) {
		chapter, ok := formChapters[name]
		if !ok {
			chapter = everything
		}
		s := byChapter[chapter]
		if s == nil {
			s = &sheet{File: "formulier-" + chapter + ".html", Title: "Formulieren", About: chapterTitle(chapter), Chapter: chapter}
			byChapter[chapter] = s
		}
		one, err := m.form(name, shown.Forms[name])
		if err != nil {
			return nil, err
		}
		s.Items = append(s.Items, one)
	}
	var all []sheet
	for _, chapter := range slices.Sorted(maps.Keys(byChapter)) {
		all = append(all, *byChapter[chapter])
	}
	return all, nil
}

// chapterTitle is what people call a chapter of the handbook.
func chapterTitle(name string) string {
	for _, c := range bot.HandbookPages() {
		if c.Name == name {
			return c.Title
		}
	}
	return ""
}

func (m *maker) form(name string, f bot.Form) (item, error) {
	one := item{ID: name, Name: f.Title, About: name, Words: searchable("formulier", name, f.Title, f.Intro, f.Send)}
	for _, field := range f.Fields {
		one.Words += searchable(" ", field.Label, field.Help)
	}
	takesFiles := slices.ContainsFunc(f.Fields, func(f bot.Field) bool { return f.Kind == bot.FilesIn })
	if takesFiles {
		one.Chats = append(one.Chats, chatView{Chat: "De lokale chat", None: "Deze chat heeft geen vak voor bestanden. Wie iets deelt, zet het bestand in het bericht."},
			chatView{Chat: "Mattermost", None: "Deze chat heeft geen vak voor bestanden. Wie iets deelt, zet het bestand in het bericht."})
	} else {
		html, err := m.look.Form(f, name+"-")
		if err != nil {
			return one, err
		}
		one.Shown = template.HTML(`<div class="dialog">`) + html + `</div>`
		dialog, err := mattermost.ShownForm(f)
		if err != nil {
			return one, err
		}
		v, err := asMattermost("mm_form", dialog)
		if err != nil {
			return one, err
		}
		one.Chats = append(one.Chats, v)
	}
	modal, err := seal.Modal(f, "kanaal")
	if err != nil {
		return one, err
	}
	v, err := asSlack("slack_form", modal)
	one.Chats = append(one.Chats, v)
	return one, err
}

// cards is the sheet of the messages with buttons.
func (m *maker) cards() ([]sheet, error) {
	shown, err := sample.Read()
	if err != nil {
		return nil, err
	}
	s := sheet{File: "knoppen.html", Title: "Berichten met knoppen", Chapter: everything}
	for i, name := range slices.Sorted(maps.Keys(shown.Cards)) {
		msg := shown.Cards[name]
		html, err := m.message(msg)
		if err != nil {
			return nil, err
		}
		mm, err := asMattermost("mm_post", mattermost.ShownMessage(msg))
		if err != nil {
			return nil, err
		}
		sent, err := seal.Message(msg)
		if err != nil {
			return nil, err
		}
		sl, err := asSlack("slack_post", map[string]any{"text": sent.Text, "blocks": sent.Blocks})
		if err != nil {
			return nil, err
		}
		s.Items = append(s.Items, item{ID: "knoppen-" + string(rune('a'+i/26)) + string(rune('a'+i%26)), Name: name, Shown: html, Chats: []chatView{mm, sl},
			Words: searchable("knoppen", name, msg.Text)})
	}
	// The page of one's own in Slack.
	home, err := asSlack("slack_post", blocks.Home(mine()))
	if err != nil {
		return nil, err
	}
	s.Items = append(s.Items, item{ID: "app-home", Name: "De eigen pagina in Slack (App Home)", Chats: []chatView{home}, Words: "app home slack eigen pagina"})
	return []sheet{s}, nil
}

// asMattermost and asSlack draw what a chat is sent.
func asMattermost(how string, sent any) (chatView, error) { return drawn("Mattermost", how, sent) }
func asSlack(how string, sent any) (chatView, error)      { return drawn("Slack", how, sent) }

func drawn(chat, how string, sent any) (chatView, error) {
	raw, err := json.MarshalIndent(sent, "", " ")
	if err != nil {
		return chatView{}, err
	}
	var tree map[string]any
	if err := json.Unmarshal(raw, &tree); err != nil {
		return chatView{}, err
	}
	var out bytes.Buffer
	err = chats.ExecuteTemplate(&out, how, tree)
	return chatView{Chat: chat, Shown: template.HTML(out.String()), Sent: string(raw)}, err
}
