package storybook

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/sample"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/rules/bundle"
)

func mustPeople(t *testing.T) playground.Samples {
	t.Helper()
	files, err := fs.Sub(deploy.Samples, "samples")
	if err != nil {
		t.Fatal(err)
	}
	people, err := playground.ReadSamples(files)
	if err != nil {
		t.Fatal(err)
	}
	return people
}

// mustSheets makes the sheets, and their items by their names.
func mustSheets(t *testing.T) ([]sheet, map[string]map[string]item) {
	t.Helper()
	all, _, err := sheetsOf(mustPeople(t))
	if err != nil {
		t.Fatal(err)
	}
	items := map[string]map[string]item{}
	for _, s := range all {
		items[s.File] = map[string]item{}
		for _, one := range s.Items {
			if _, twice := items[s.File][one.ID]; twice {
				t.Errorf("%s has %s twice", s.File, one.ID)
			}
			items[s.File][one.ID] = one
		}
	}
	return all, items
}

func TestEveryMessageOfTheCatalogueIsShownInBothLanguages(t *testing.T) {
	_, items := mustSheets(t)
	for _, s := range text.Samples() {
		one, ok := items[fileOf(s.Part)][s.Code]
		if !ok {
			t.Errorf("%s is not shown", s.Code)
		}
		if len(one.Pairs) != len(s.Shown) {
			t.Errorf("%s is shown in %d ways, and there are %d", s.Code, len(one.Pairs), len(s.Shown))
		}
		for _, p := range one.Pairs[:min(1, len(one.Pairs))] {
			if p.NL == "" || p.EN == "" {
				t.Errorf("%s lacks a language", s.Code)
			}
		}
	}
	chapters := []string{everything}
	for _, c := range bot.HandbookPages() {
		chapters = append(chapters, c.Name)
	}
	used := map[string]bool{}
	for _, s := range text.Samples() {
		used[s.Part] = true
	}
	for name, p := range parts {
		if !used[name] {
			t.Errorf("there is no part %q of the catalogue any more", name)
		}
		if !slices.Contains(chapters, p.Chapter) {
			t.Errorf("the part %q belongs to the chapter %q, which there is not", name, p.Chapter)
		}
	}
}

func TestEveryFormAndCardIsShownAsEachChatShowsIt(t *testing.T) {
	_, items := mustSheets(t)
	shown, err := sample.Read()
	if err != nil {
		t.Fatal(err)
	}
	for name := range shown.Forms {
		chapter, ok := formChapters[name]
		if !ok {
			chapter = everything
		}
		one := items["formulier-"+chapter+".html"][name]
		var in []string
		for _, c := range one.Chats {
			in = append(in, c.Chat)
			if (c.Shown == "" || c.Sent == "") && c.None == "" {
				t.Errorf("the form %q shows nothing in %s, and does not say why", name, c.Chat)
			}
		}
		if one.Shown != "" {
			in = append(in, "De lokale chat")
		}
		slices.Sort(in)
		if want := []string{"De lokale chat", "Mattermost", "Slack"}; !slices.Equal(in, want) {
			t.Errorf("the form %q is shown in %v, want %v", name, in, want)
		}
	}
	for name := range formChapters {
		if _, ok := shown.Forms[name]; !ok {
			t.Errorf("there is no form %q any more", name)
		}
	}
	cards := 0
	for _, one := range items["knoppen.html"] {
		if _, ok := shown.Cards[one.Name]; ok {
			cards++
			if one.Shown == "" || len(one.Chats) != 2 {
				t.Errorf("the message with %q is not shown in each chat", one.Name)
			}
		}
	}
	if cards != len(shown.Cards) {
		t.Errorf("%d messages with buttons are shown, want %d", cards, len(shown.Cards))
	}
}

func TestEveryRuleAndCommandIsShown(t *testing.T) {
	_, items := mustSheets(t)
	for _, c := range bot.Suggestions() {
		if one, ok := items["opdrachten.html"][c.Command+"-"+c.Word]; !ok || !strings.Contains(html.UnescapeString(string(one.Shown)), c.Help) {
			t.Errorf("/%s %s is not shown", c.Command, c.Word)
		}
	}
	code := regexp.MustCompile(`(?m)^  - code: (\S+)`)
	for _, question := range []string{"share", "join", "retain"} {
		data, err := bundle.FS.ReadFile(question + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		found := code.FindAllStringSubmatch(string(data), -1)
		if len(found) < 5 {
			t.Errorf("%s has %d clauses; the test does not read it", question, len(found))
		}
		for _, m := range found {
			if _, ok := items["regels.html"][m[1]]; !ok {
				t.Errorf("what %s says of %s is not shown", question, m[1])
			}
		}
	}
}

func TestTheStorybookAsksNothingOfElsewhereAndLeadsNowhere(t *testing.T) {
	book, err := Make(mustPeople(t))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]map[string]bool{}
	for name, data := range book.Files {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		ids[name] = map[string]bool{}
		tree, err := html.Parse(strings.NewReader(string(data)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range tree.Descendants() {
			for _, a := range n.Attr {
				if a.Key == "id" {
					if ids[name][a.Val] {
						t.Errorf("%s has the id %s twice", name, a.Val)
					}
					ids[name][a.Val] = true
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		tree, err := html.Parse(strings.NewReader(string(book.Files[name])))
		if err != nil {
			t.Fatal(err)
		}
		for n := range tree.Descendants() {
			for _, a := range n.Attr {
				if wrong := leads(book, ids, name, n, a); wrong != "" {
					t.Errorf("%s: <%s %s=%q> %s", name, n.Data, a.Key, a.Val, wrong)
				}
			}
		}
	}
}

// leads says what is wrong with an attribute that names another file.
func leads(book Book, ids map[string]map[string]bool, name string, n *html.Node, a html.Attribute) string {
	switch {
	case strings.HasPrefix(a.Key, "on"):
		return "runs a script"
	case a.Key == "style":
		return "is barred by the policy"
	case a.Key != "href" && a.Key != "src":
		return ""
	}
	to, id, _ := strings.Cut(a.Val, "#")
	if n.Data == "a" && (strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "mailto:")) {
		return "" // in what the bot says: nothing is fetched
	}
	if to == "" {
		to = name
	}
	if i := strings.LastIndexByte(name, '/'); i >= 0 && to != name {
		to = name[:i+1] + to
	}
	if _, ok := book.Files[to]; !ok {
		return fmt.Sprintf("is not there (%s)", to)
	}
	if id != "" && !ids[to][id] {
		return "has no such place"
	}
	return ""
}
