package playground

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

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
	for key, w := range scriptWords() {
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
		if _, ok := scriptWords()[m[1]]; !ok {
			t.Errorf("the script uses the word %q, which nobody gives it", m[1])
		}
	}
	for key := range scriptWords() {
		if !used[key] {
			t.Errorf("the script is given the word %q and does not use it", key)
		}
	}
}

func TestEveryStepOfTheTourCanBeCheckedOff(t *testing.T) {
	steps := map[string]bool{}
	for _, job := range words.TourJobs {
		for _, s := range job.Steps {
			if steps[s.Step] {
				t.Errorf("step %q stands twice", s.Step)
			}
			steps[s.Step] = true
		}
	}
	for _, s := range []string{stepAsked, stepAnswered, stepNew, stepRoom, stepOutsider, stepPhase, stepRefused, stepForm, stepPosted, stepClosed, stepClock, stepArchived, stepErased} {
		if !steps[s] {
			t.Errorf("step %q is in no job of the tour", s)
		}
	}
}
