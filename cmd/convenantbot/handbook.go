package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/storybook"
)

// Handbook is "convenantbot handbook": what the bot says under "/convenant
// help", as pages that any web server can give. They run no script and ask
// nothing of other addresses.
type Handbook struct {
	Out string `required:"" type:"path" placeholder:"DIR" help:"The folder for the pages; files of the same name are replaced."`
}

var (
	//go:embed handbook.html.tmpl
	handbookPage string
	//go:embed handbook.css
	handbookStyle string
	// The pictures are pieces of the storybook, one for each chapter that has one;
	// make pictures takes them anew.
	//go:embed handbook_pictures/*.png
	handbookPictures embed.FS

	handbookTemplate = template.Must(template.New("handbook").Parse(handbookPage))
)

// handbookLink leads to another page.
type handbookLink struct{ File, Title string }

// handbookPicture shows what a task looks like.
type handbookPicture struct {
	File, Alt     string
	Width, Height int
}

// unpictured are the chapters without a picture, and why.
var unpictured = map[string]string{
	"overig": "it lists commands that have no chapter yet",
}

// showsBest is the chapter whose picture shows best what somebody in a role will see.
var showsBest = map[string]string{
	"ib": "starten", "leerplicht": "vragen", "jeugdarts": "kluis", "hulpverlener": "delen", "swv": "uitzondering",
	"procesregisseur": "overleg", "ouder": "kaart", "fg": "overzicht",
}

// handbookView is what a page shows.
type handbookView struct {
	File, Title     string
	Body            template.HTML // made by paragraphs, which escapes
	Picture         *handbookPicture
	Commands        []text.HandbookLine
	ListTitle       string
	List, Also      []handbookLink
	Before, After   handbookLink
	Chapters, Roles []handbookLink
}

// Run writes the pages.
func (c *Handbook) Run(io *IO) error {
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return err
	}
	views, err := handbookViews()
	if err != nil {
		return err
	}
	for _, v := range views {
		var page bytes.Buffer
		if err := handbookTemplate.Execute(&page, v); err != nil {
			return fmt.Errorf("handbook: %s: %w", v.File, err)
		}
		if err := os.WriteFile(filepath.Join(c.Out, v.File), page.Bytes(), 0o644); err != nil {
			return err
		}
		if v.Picture == nil {
			continue
		}
		picture, err := handbookPictures.ReadFile("handbook_pictures/" + v.Picture.File)
		if err := errors.Join(err, os.WriteFile(filepath.Join(c.Out, v.Picture.File), picture, 0o644)); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(c.Out, "stijl.css"), []byte(handbookStyle), 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.Out, "%d pages in %s; begin at index.html.\n", len(views), c.Out)
	return err
}

// handbookViews are the first page, a page for each chapter and one for each role.
func handbookViews() ([]handbookView, error) {
	pages, roles := bot.HandbookPages(), bot.HandbookRoles()
	var chapters, forRoles []handbookLink
	for _, p := range pages {
		chapters = append(chapters, handbookLink{p.Name + ".html", p.Title})
	}
	for _, r := range roles {
		forRoles = append(forRoles, handbookLink{"rol-" + r.Name + ".html", upper(r.Title)})
	}
	views := []handbookView{{File: "index.html", Title: "Wat de bot voor je doet",
		Body: paragraphs("De bot beantwoordt vragen over het privacyconvenant. Hij zet een casusoverleg klaar, let op of delen mag, en ruimt op wat weg moet.\n\n" +
			"Kies wat je wilt doen, of kijk wat er voor jouw rol is. In de chat staat hetzelfde onder `/convenant help`."),
		ListTitle: "Wat wil je doen?", List: chapters, Also: forRoles}}
	for i, p := range pages {
		v := handbookView{File: chapters[i].File, Title: p.Title, Body: paragraphs(p.Body), Commands: p.Commands}
		var err error
		if v.Picture, err = pictureOf(p.Name); err != nil {
			return nil, err
		}
		if i > 0 {
			v.Before = chapters[i-1]
		}
		if i+1 < len(chapters) {
			v.After = chapters[i+1]
		}
		views = append(views, v)
	}
	for i, r := range roles {
		v := handbookView{File: forRoles[i].File, Title: "Voor: " + r.Title, Body: paragraphs(r.Body), ListTitle: "Meer hierover"}
		var err error
		if v.Picture, err = pictureOf(showsBest[r.Name]); err != nil {
			return nil, err
		}
		for j, p := range pages {
			if p.For(r.Name) {
				v.List = append(v.List, chapters[j])
			}
		}
		views = append(views, v)
	}
	for i := range views {
		views[i].Chapters, views[i].Roles = chapters, forRoles
	}
	return views, nil
}

// pictureOf is the picture of a chapter; nil: it has none.
func pictureOf(chapter string) (*handbookPicture, error) {
	for _, p := range storybook.Pictures() {
		if p.Chapter != chapter {
			continue
		}
		f, err := handbookPictures.Open("handbook_pictures/" + chapter + ".png")
		if err != nil {
			return nil, fmt.Errorf("handbook: %w; make pictures takes it", err)
		}
		defer f.Close()
		size, err := png.DecodeConfig(f)
		if err != nil {
			return nil, fmt.Errorf("handbook: %s: %w", chapter, err)
		}
		return &handbookPicture{File: chapter + ".png", Alt: p.Alt, Width: size.Width, Height: size.Height}, nil
	}
	return nil, nil
}

// upper is text with a capital at its beginning.
func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

var (
	handbookCode = regexp.MustCompile("`([^`]+)`")
	handbookBold = regexp.MustCompile(`\*\*([^*]+)\*\*`)
)

// paragraphs turns what the bot writes in a chat into HTML: paragraphs, lists,
// bold words and what is typed. Anything else is shown as it is written.
func paragraphs(body string) template.HTML {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimSpace(body), "\n\n") {
		lines := strings.Split(strings.TrimSpace(part), "\n")
		list := true
		for i, line := range lines {
			line = template.HTMLEscapeString(strings.TrimSpace(line))
			line = handbookCode.ReplaceAllString(line, "<code>$1</code>")
			lines[i] = handbookBold.ReplaceAllString(line, "<strong>$1</strong>")
			list = list && strings.HasPrefix(line, "- ")
		}
		if !list {
			fmt.Fprintf(&b, "<p>%s</p>\n", strings.Join(lines, " "))
			continue
		}
		b.WriteString("<ul>\n")
		for _, line := range lines {
			fmt.Fprintf(&b, "<li>%s</li>\n", strings.TrimPrefix(line, "- "))
		}
		b.WriteString("</ul>\n")
	}
	return template.HTML(b.String())
}
