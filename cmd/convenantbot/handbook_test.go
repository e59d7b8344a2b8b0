package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/storybook"
)

// look calls do for every element of a page.
func look(t *testing.T, page string, do func(n *html.Node, attr map[string]string)) {
	t.Helper()
	tree, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Type == html.ElementNode {
			attr := map[string]string{}
			for _, a := range n.Attr {
				attr[a.Key] = a.Val
			}
			do(n, attr)
		}
	}
}

func TestTheHandbookIsPagesWithoutScriptsOrOtherAddresses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "boek")
	mustSay(t, "handbook", "--out", dir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files, reached := map[string]string{}, map[string]bool{"index.html": true, "stijl.css": true}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(raw)
	}
	pictures := map[string]bool{}
	for name, page := range files {
		if strings.HasSuffix(name, ".png") {
			continue
		}
		if strings.Contains(page, "://") || strings.Contains(page, "@import") || strings.Contains(page, "url(") {
			t.Errorf("%s asks something of another address", name)
		}
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		ids, headings, level, mains := map[string]bool{}, 0, 0, 0
		look(t, page, func(n *html.Node, attr map[string]string) {
			switch n.Data {
			case "script", "style", "iframe", "object", "embed", "form":
				t.Errorf("%s has <%s>", name, n.Data)
			case "img":
				pictures[attr["src"]], reached[attr["src"]] = true, true
				if files[attr["src"]] == "" || len(attr["alt"]) < 30 || attr["width"] == "" || attr["height"] == "" {
					t.Errorf("%s has the picture %v", name, attr)
				}
			case "html":
				if attr["lang"] != "nl" {
					t.Errorf("%s is in the language %q", name, attr["lang"])
				}
			case "main":
				mains++
			case "nav":
				if attr["aria-label"] == "" {
					t.Errorf("%s has a nav without a name", name)
				}
			case "h1", "h2", "h3":
				at := int(n.Data[1] - '0')
				if at > level+1 {
					t.Errorf("%s goes from heading %d to %d", name, level, at)
				}
				level = at
				if at == 1 {
					headings++
				}
			}
			for key, value := range attr {
				if strings.HasPrefix(key, "on") || key == "style" || key == "src" && n.Data != "img" {
					t.Errorf("%s has %s on <%s>", name, key, n.Data)
				}
				if key == "id" {
					if ids[value] {
						t.Errorf("%s has id %s twice", name, value)
					}
					ids[value] = true
				}
			}
			if to := attr["href"]; n.Data == "a" && strings.HasPrefix(to, "#") {
				if !strings.Contains(page, `id="`+to[1:]+`"`) {
					t.Errorf("%s leads to %s, which it has not", name, to)
				}
			} else if to != "" {
				if files[to] == "" {
					t.Errorf("%s leads to %s, which there is not", name, to)
				}
				if name == "index.html" {
					reached[to] = true
				}
			}
		})
		if headings != 1 || mains != 1 {
			t.Errorf("%s has %d titles and %d main parts, want one of each", name, headings, mains)
		}
		if !strings.Contains(page, "default-src 'none'") {
			t.Errorf("%s does not bar what it does not need", name)
		}
	}
	for name := range files {
		if !reached[name] {
			t.Errorf("%s is not reached from the first page", name)
		}
	}
	for _, r := range bot.HandbookRoles() {
		if main := mainOf(files["rol-"+r.Name+".html"]); !strings.Contains(main, "<figure>") || strings.Count(main, "<li>") < 5 {
			t.Errorf("the page for %s has no picture, or little to do: %s", r.Name, main)
		}
	}
	for _, p := range bot.HandbookPages() {
		if why := unpictured[p.Name]; pictures[p.Name+".png"] == (why != "") {
			t.Errorf("%s has a picture: %v, and says why not: %q", p.Name, pictures[p.Name+".png"], why)
		}
		page := files[p.Name+".html"]
		if !strings.Contains(page, "<h1>"+p.Title+"</h1>") {
			t.Errorf("there is no page for %s", p.Title)
		}
		for _, c := range p.Commands {
			if !strings.Contains(html.UnescapeString(page), "<code>"+c.Command+"</code>") {
				t.Errorf("%s says nothing of %s", p.Name, c.Command)
			}
		}
		for _, r := range bot.HandbookRoles() {
			if got := strings.Contains(mainOf(files["rol-"+r.Name+".html"]), `href="`+p.Name+`.html"`); got != p.For(r.Name) {
				t.Errorf("%s on the page for %s: %v, want %v", p.Name, r.Name, got, p.For(r.Name))
			}
		}
	}
}

// TestEachPictureOfTheHandbookIsOfAChapter keeps no picture that nobody sees, and no
// words for one that is not there.
func TestEachPictureOfTheHandbookIsOfAChapter(t *testing.T) {
	taken, err := handbookPictures.ReadDir("handbook_pictures")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, p := range storybook.Pictures() {
		if named[p.Chapter+".png"] {
			t.Errorf("%s has two pictures", p.Chapter)
		}
		named[p.Chapter+".png"] = true
		if picture, err := pictureOf(p.Chapter); err != nil || picture == nil || picture.Width > p.Width || picture.Height < 100 {
			t.Errorf("the picture of %s is %+v: %v", p.Chapter, picture, err)
		}
		if !strings.HasSuffix(p.Alt, ".") || len(strings.Fields(p.Alt)) > 30 {
			t.Errorf("what the picture of %s shows is told as %q", p.Chapter, p.Alt)
		}
	}
	all := int64(0)
	for _, f := range taken {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if all += info.Size(); !named[f.Name()] {
			t.Errorf("%s is the picture of nothing", f.Name())
		}
	}
	if all > 150_000 {
		t.Errorf("the pictures have %d bytes, which are in the program", all)
	}
}

// mainOf is the main part of a page.
func mainOf(page string) string {
	_, rest, _ := strings.Cut(page, "<main")
	main, _, _ := strings.Cut(rest, "</main>")
	return main
}

func TestParagraphsShowWhatTheyDoNotKnowAsItIsWritten(t *testing.T) {
	for body, want := range map[string]string{
		"Een.\n\nTwee.":           "<p>Een.</p>\n<p>Twee.</p>\n",
		"Een\nregel.":             "<p>Een regel.</p>\n",
		"Typ `/casus nieuw`.":     "<p>Typ <code>/casus nieuw</code>.</p>\n",
		"**Let op**: niet doen":   "<p><strong>Let op</strong>: niet doen</p>\n",
		"- een\n- twee":           "<ul>\n<li>een</li>\n<li>twee</li>\n</ul>\n",
		"<script>x</script> & zo": "<p>&lt;script&gt;x&lt;/script&gt; &amp; zo</p>\n",
		"`<b>`":                   "<p><code>&lt;b&gt;</code></p>\n",
		"5 * 3 ** 2":              "<p>5 * 3 ** 2</p>\n",
	} {
		if got := string(paragraphs(body)); got != want {
			t.Errorf("paragraphs(%q) = %q, want %q", body, got, want)
		}
	}
}
