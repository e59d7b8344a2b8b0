package playground

import (
	"database/sql"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/convenantbot/convenantbot/bot"
)

func TestTheBotIsSpokenToByItsNameAlone(t *testing.T) {
	for text, want := range map[string]string{
		"@convenantbot wat is een zat?":      "wat is een zat?",
		"@ConvenantBot: wat is een zat?":     "wat is een zat?",
		"Weet jij het, @convenantbot?":       "Weet jij het, ?",
		"wat is een mdo @convenantbot":       "wat is een mdo",
		"(@convenantbot) help":               "( ) help",
		"@convenantbot":                      "",
		"eerst\n@convenantbot en\ndan":       "eerst\n en\ndan",
		"convenantbot wat is een zat?":       "-",
		"@convenantbotje wat is een zat?":    "-",
		"@convenantbot2 hoi":                 "-",
		"info@convenantbot.example":          "-",
		"iemand@convenantbot":                "-",
		"@@convenantbot":                     "-",
		"@sanne wat vind jij":                "-",
		"https://chat.example/@convenantbot": "-",
		"":                                   "-",
	} {
		rest, yes := mentioned(text)
		if !yes {
			rest = "-"
		}
		if rest != want {
			t.Errorf("mentioned(%q) = %q, want %q", text, rest, want)
		}
	}
}

func TestMarkdownShowsWhatAllPlatformsShare(t *testing.T) {
	for text, want := range map[string]string{
		"een zin":                            "<p>een zin</p>",
		"een\ntwee\n\ndrie":                  "<p>een<br>twee</p><p>drie</p>",
		"**vet** en _schuin_":                "<p><strong>vet</strong> en <em>schuin</em></p>",
		"_**beide**_":                        "<p><em><strong>beide</strong></em></p>",
		"snake_case_naam en 2 * 3 * 4":       "<p>snake_case_naam en 2 * 3 * 4</p>",
		"`a **b** <c>`":                      "<p><code>a **b** &lt;c&gt;</code></p>",
		"> citaat\n> door\nna":               "<blockquote><p>citaat<br>door</p></blockquote><p>na</p>",
		"- een\n- twee\n\n1. a\n2. b":        "<ul><li>een</li><li>twee</li></ul><ol><li>a</li><li>b</li></ol>",
		"[hier](https://a.example/?b=1&c=2)": `<p><a href="https://a.example/?b=1&amp;c=2" target="_blank" rel="noopener noreferrer nofollow">hier</a></p>`,
		"zie https://a.example/b.":           `<p>zie <a href="https://a.example/b" target="_blank" rel="noopener noreferrer nofollow">https://a.example/b</a>.</p>`,
		"[x](javascript:alert(1))":           "<p>[x](javascript:alert(1))</p>",
		"[x](data:text/html,hoi)":            "<p>[x](data:text/html,hoi)</p>",
		"[x](//evil.example)":                "<p>[x](//evil.example)</p>",
		"[x](http:evil)":                     "<p>[x](http:evil)</p>",
		`<script>alert("1")</script>`:        "<p>&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt;</p>",
		"@sanne en @niemand":                 `<p><span class="mention">@sanne</span> en @niemand</p>`,
		`\*\*niet vet\*\*`:                   "<p>**niet vet**</p>",
		"**open":                             "<p>**open</p>",
	} {
		if got := string(markdown(text, func(n string) bool { return n == "sanne" })); got != want {
			t.Errorf("markdown(%q)\n got %s\nwant %s", text, got, want)
		}
	}
}

// ours are the only tags that may come out, whatever goes in.
var ours = regexp.MustCompile(`^(?:[^<>"']|</?(?:p|strong|em|code|pre|blockquote|ul|ol|li)>|<br>|</a>|</span>|<span class="mention">|<a href="(?:https?://|mailto:)[^"<>]*" target="_blank" rel="noopener noreferrer nofollow">)*$`)

func TestMarkdownNeverLetsAStrangerWriteHTML(t *testing.T) {
	piece := rapid.SampledFrom([]string{"<", ">", "\"", "'", "&", "`", "**", "_", "[", "]", "(", ")", "https://a.example", "javascript:", "mailto:", "x", " ", "\n", "> ", "- ", "1. ", "@sanne", "\\", "```", "\x00", "é", "\u202e", "onerror=", "<a href=\""})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "")
		if got := string(markdown(text, func(string) bool { return true })); !ours.MatchString(got) {
			t.Fatalf("markdown(%q) = %s", text, got)
		}
	})
}

func TestAFormThatAnotherPlatformCouldNotShowIsRefused(t *testing.T) {
	good := bot.Form{Ticket: "t", Title: strings.Repeat("é", 24), Send: "Ja", Fields: []bot.Field{{Name: "a_1", Label: strings.Repeat("x", 24), Help: strings.Repeat("x", 150), Kind: bot.Choice, Options: []bot.Option{{Value: "x", Label: "X"}}}}}
	if err := checkForm(good); err != nil {
		t.Fatalf("checkForm of a form at every limit: %v", err)
	}
	for name, change := range map[string]func(*bot.Form){
		"no ticket":          func(f *bot.Form) { f.Ticket = "" },
		"no title":           func(f *bot.Form) { f.Title = "" },
		"a long title":       func(f *bot.Form) { f.Title += "x" },
		"no button":          func(f *bot.Form) { f.Send = "" },
		"a long button":      func(f *bot.Form) { f.Send = strings.Repeat("x", 25) },
		"a name with a dash": func(f *bot.Form) { f.Fields[0].Name = "a-1" },
		"a field twice":      func(f *bot.Form) { f.Fields = append(f.Fields, f.Fields[0]) },
		"no label":           func(f *bot.Form) { f.Fields[0].Label = "" },
		"a long label":       func(f *bot.Form) { f.Fields[0].Label += "x" },
		"a long help":        func(f *bot.Form) { f.Fields[0].Help += "x" },
		"no options":         func(f *bot.Form) { f.Fields[0].Options = nil },
		"an unknown kind":    func(f *bot.Form) { f.Fields[0].Kind = "colour" },
	} {
		f := good
		f.Fields = append([]bot.Field{}, good.Fields...)
		change(&f)
		if checkForm(f) == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEveryWordIsThere(t *testing.T) {
	v := reflect.ValueOf(words)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() {
			t.Errorf("words.%s is empty", name)
		}
	}
	for key, w := range words.script() {
		if w == "" {
			t.Errorf("the script's word %q is empty", key)
		}
	}
}

func TestEveryWordOfTheScriptIsGivenAndUsed(t *testing.T) {
	script := string(assets["chat.js"])
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\bW\.([A-Za-z]+)`).FindAllStringSubmatch(script, -1) {
		used[m[1]] = true
		if _, ok := words.script()[m[1]]; !ok {
			t.Errorf("the script uses the word %q, which nobody gives it", m[1])
		}
	}
	for key := range words.script() {
		if !used[key] {
			t.Errorf("the script is given the word %q and does not use it", key)
		}
	}
}

// The first tour shows everything that the chat itself checks off; each of the
// others belongs to somebody.
func TestEveryStepOfTheTourIsShown(t *testing.T) {
	files := os.DirFS("../../deploy/samples")
	samples, err := ReadSamples(files)
	if err != nil {
		t.Fatal(err)
	}
	steps := map[string]bool{}
	for _, tour := range samples.Tours {
		for _, job := range tour.Jobs {
			for _, s := range job.Steps {
				steps[s.Step] = true
			}
		}
	}
	for _, s := range tourSteps {
		if !steps[s] {
			t.Errorf("step %q is in no tour", s)
		}
	}
	for _, ask := range [][3]string{{"", "", "vier-taken"}, {"fg", "", "fg"}, {"what", "", "vier-taken"}, {"", "FG", "fg"}, {"procesregisseur", "FG", "procesregisseur"},
		{"vier-taken", "FG", "vier-taken"}, {"", "ouder", "vier-taken"}} {
		if tour := tourCalled(samples.Tours, ask[0], ask[1]); tour.ID != ask[2] {
			t.Errorf("who asks for the tour %q as %q gets %s, want %s", ask[0], ask[1], tour.ID, ask[2])
		}
	}
}

// In a training everybody is one person: no step has them be another, or set the clock.
func TestNoStepOfATrainingHasSomebodyBeAnother(t *testing.T) {
	samples, err := ReadSamples(os.DirFS("../../deploy/samples"))
	if err != nil {
		t.Fatal(err)
	}
	c := &Chat{tours: samples.Tours, toursEN: samples.ToursEN}
	alone := regexp.MustCompile(`\bWord [A-Z]|nieuw venster|\b[Aa]ls (Sanne|Daan|Joke|Hanneke)|links onderaan|\bBe [A-Z]|new window|\b[Aa]s (Sanne|Daan|Joke|Hanneke)|bottom left`)
	for _, w := range []*wordsOf{&words, &english} {
		many := 0
		for _, tour := range c.toursIn(w) {
			for _, job := range tour.Jobs {
				for _, s := range job.Steps {
					if alone.MatchString(s.Text) {
						many++
					}
					if said := orElse(s.Group, s.Text); alone.MatchString(said) {
						t.Errorf("%s, %s: %q is for who is several people", w.Lang, tour.ID, said)
					}
				}
			}
		}
		if many < 8 {
			t.Errorf("%s: %d steps are for who is several people; the test does not read them", w.Lang, many)
		}
	}
}

// Who reads the chat in English reads the tours in English, with the same steps.
func TestTheToursAreInEnglishToo(t *testing.T) {
	samples, err := ReadSamples(os.DirFS("../../deploy/samples"))
	if err != nil {
		t.Fatal(err)
	}
	c := &Chat{tours: samples.Tours, toursEN: samples.ToursEN}
	nl, en := c.toursIn(&words), c.toursIn(&english)
	for i := range nl {
		for j := range nl[i].Jobs {
			for k, s := range nl[i].Jobs[j].Steps {
				other := en[i].Jobs[j].Steps[k]
				if other.Text == s.Text || other.Step != s.Step || other.Fill != s.Fill || other.File != s.File || other.Own != s.Own {
					t.Errorf("%s: the step %q is in English %+v", nl[i].ID, s.Step, other)
				}
			}
		}
	}
	for name, spoil := range map[string]func(*Tour){
		"another id":             func(e *Tour) { e.ID = "fg2" },
		"a step less":            func(e *Tour) { e.Jobs[0].Steps = e.Jobs[0].Steps[1:] },
		"a step without a text":  func(e *Tour) { e.Jobs[0].Steps[0].Text = "" },
		"a step with a command":  func(e *Tour) { e.Jobs[0].Steps[0].Fill = "/casus nieuw" },
		"a word for groups less": func(e *Tour) { e.Jobs[1].Steps[0].Group = "" },
	} {
		again, err := ReadSamples(os.DirFS("../../deploy/samples"))
		if err != nil {
			t.Fatal(err)
		}
		spoil(&again.ToursEN[len(again.ToursEN)-1])
		if again.check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestATourThatCannotBeWalkedIsRefused(t *testing.T) {
	good := func() Samples {
		return Samples{People: []Person{{ID: "a", Person: "p", Name: "A", Function: "coach", About: "a"}}, Files: map[string][]byte{"a.txt": nil}, Tours: []Tour{
			{ID: "all", Title: "t", Intro: "i", Jobs: []TourJob{{"j", []TourStep{{Step: stepAsked, Text: "x"}, {Step: "/casus nieuw", Text: "x", File: "a.txt"}}}}},
			{ID: "one", Title: "t", Intro: "i", Function: "coach", Jobs: []TourJob{{"j", []TourStep{{Step: stepAsked, Text: "x"}}}}}}}
	}
	if err := good().check(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Samples){
		"an id twice":           func(s *Samples) { s.Tours[1].ID = "all" },
		"a step nobody does":    func(s *Samples) { s.Tours[1].Jobs[0].Steps[0].Step = "danced" },
		"a step without a text": func(s *Samples) { s.Tours[1].Jobs[0].Steps[0].Text = "" },
		"a file that is absent": func(s *Samples) { s.Tours[0].Jobs[0].Steps[1].File = "b.txt" },
		"nobody's function":     func(s *Samples) { s.Tours[1].Function = "judge" },
		"no tour for everybody": func(s *Samples) { s.Tours[0].Function = "coach" },
		"a job without steps":   func(s *Samples) { s.Tours[0].Jobs[0].Steps = nil },
		"no jobs":               func(s *Samples) { s.Tours[0].Jobs = nil },
	} {
		s := good()
		spoil(&s)
		if s.check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// What an older version left is forgotten whole, also where its tables were others.
func TestTheStoreOfAnOlderVersionIsForgotten(t *testing.T) {
	dir := t.TempDir()
	s, err := openStore(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{`DROP TABLE tour`, `CREATE TABLE tour (step TEXT PRIMARY KEY, at INTEGER NOT NULL)`, `INSERT INTO tour VALUES ('asked', 1)`,
		`INSERT INTO meta VALUES ('schema', '1'), ('born', '1790000000000')`} {
		if _, err := s.db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	at := time.UnixMilli(1790000000001)
	c, err := Open(t.Context(), Options{Dir: dir, Now: func() time.Time { return at }, Samples: Samples{People: []Person{{ID: "a", Person: "p", Name: "A", Function: "coach", About: "a"}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.store.do(t.Context(), func(tx *sql.Tx) error {
		if err := c.mark(tx, stepAsked, "a"); err != nil {
			return err
		}
		done, err := stepsDone(tx)
		if err == nil && (len(done) != 1 || len(done[stepAsked]) != 1 || done[stepAsked][0] != "a") {
			t.Errorf("done: %v, want only what was done now", done)
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}
