package storybook

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
)

// item is one thing that is shown.
type item struct {
	ID      string // in its sheet
	Name    string // as the code says it, or a title
	Code    bool   // the name is a code
	About   string // one line, such as how many ways there are
	Pairs   []pair // in Dutch and English
	Shown   template.HTML
	Chats   []chatView // how each other chat shows it, folded
	Frames  []frame
	Tongues []tongue // in more languages than two
	Words   string   // for who searches
}

// pair is a text in both languages; without English it is the same in both, or there
// is none.
type pair struct{ NL, EN template.HTML }

// chatView is one thing as another chat shows it.
type chatView struct {
	Chat  string
	Shown template.HTML
	Sent  string // what the chat is sent, as JSON
	None  string // why it shows nothing
}

// tongue is a text in one language.
type tongue struct{ Lang, Dir, Text string }

// frame is a page of ours, in a file of its own.
type frame struct{ File, Lang, Title string }

// sheet is one page of the storybook.
type sheet struct {
	File, Title, About string
	Chapter            string // of the handbook: the job that it belongs to
	Items              []item
}

// link leads to a sheet or an item.
type link struct {
	URL, Title, Words string
	N                 int
	Code              bool
}

// group is a heading with what stands below it.
type group struct {
	Title string
	Links []link
}

// view is what a page of the storybook shows.
type view struct {
	Title string
	Sheet *sheet
	Jobs  []group
	Roles []group
	All   []link
	Here  string
}

var (
	//go:embed storybook.html.tmpl
	pageSource string
	//go:embed storybook.css
	style []byte
	//go:embed storybook.js
	script []byte

	page = template.Must(template.New("storybook").Parse(pageSource))
)

// Book is the storybook as files, by their names.
type Book struct {
	Files  map[string][]byte
	Sheets int
	Items  int
	Asked  []string // the addresses of the bot's own pages that are shown, as paths
}

// Make makes the storybook. The people in it are those of the try-out.
func Make(people playground.Samples) (Book, error) {
	sheets, m, err := sheetsOf(people)
	if err != nil {
		return Book{}, err
	}
	book := Book{Files: m.files, Sheets: len(sheets), Asked: m.asked}
	v := view{}
	for _, c := range append(bot.HandbookPages(), bot.HandbookPage{Name: everything, Title: "Overal"}) {
		g := group{Title: c.Title}
		for _, s := range sheets {
			if s.Chapter == c.Name {
				g.Links = append(g.Links, link{URL: s.File, Title: s.Title, N: len(s.Items)})
			}
		}
		if len(g.Links) > 0 {
			v.Jobs = append(v.Jobs, g)
		}
	}
	for _, r := range bot.HandbookRoles() {
		g := group{Title: strings.ToUpper(r.Title[:1]) + r.Title[1:]}
		for _, c := range bot.HandbookPages() {
			for _, s := range sheets {
				if s.Chapter == c.Name && c.For(r.Name) {
					g.Links = append(g.Links, link{URL: s.File, Title: s.Title, N: len(s.Items)})
				}
			}
		}
		v.Roles = append(v.Roles, g)
	}
	for i := range sheets {
		s := &sheets[i]
		book.Items += len(s.Items)
		for _, one := range s.Items {
			v.All = append(v.All, link{URL: s.File + "#" + one.ID, Title: one.Name, Words: one.Words, Code: one.Code})
		}
		if err := book.add(view{Title: s.Title, Sheet: s, Jobs: v.Jobs, Here: s.File}); err != nil {
			return Book{}, err
		}
	}
	v.Title, v.Here = "Alles wat convenantbot laat zien", "index.html"
	slices.SortFunc(v.All, func(a, b link) int { return cmp.Compare(a.Title, b.Title) })
	if err := book.add(v); err != nil {
		return Book{}, err
	}
	book.Files["storybook.css"], book.Files["storybook.js"] = style, script
	return book, nil
}

// add makes a page and puts it with the files.
func (b *Book) add(v view) error {
	var out bytes.Buffer
	if err := page.Execute(&out, v); err != nil {
		return fmt.Errorf("storybook: %s: %w", v.Here, err)
	}
	if _, twice := b.Files[v.Here]; twice {
		return fmt.Errorf("storybook: there are two pages %s", v.Here)
	}
	b.Files[v.Here] = out.Bytes()
	return nil
}

// sheetsOf makes all sheets, and the maker has the files that they show.
func sheetsOf(people playground.Samples) ([]sheet, *maker, error) {
	look := playground.NewLook(people)
	m := &maker{look: look, files: map[string][]byte{}}
	for name, data := range look.Files() {
		m.files[name] = data
	}
	var all []sheet
	for _, make := range []func() ([]sheet, error){m.messages, m.forms, m.cards, m.refusals, m.commands, m.cardPages, m.vaultPages, m.dashPages, m.papers} {
		some, err := make()
		if err != nil {
			return nil, nil, err
		}
		all = append(all, some...)
	}
	return all, m, nil
}

// maker makes the sheets.
type maker struct {
	look  playground.Look
	files map[string][]byte
	made  int      // messages, for their ids
	asked []string // of the bot's own pages
}

// message is a message of the bot as the local chat shows it.
func (m *maker) message(msg bot.Message) (template.HTML, error) {
	m.made++
	html, err := m.look.Message(msg, fmt.Sprintf("s%d", m.made), false, sampleNow)
	// The address of the picture is that of the running chat.
	return template.HTML(strings.ReplaceAll(string(html), m.look.Icon(), "icon.svg")), err
}
