package playground_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/sample"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// shower opens the form that a command names.
type shower struct {
	bottest.Incoming
	chat  *playground.Chat
	forms map[string]bot.Form
}

func (s *shower) Receive(ctx context.Context, e bot.Event) error {
	if f, ok := s.forms[e.Text]; ok && e.Kind == bot.Command {
		return s.chat.OpenForm(ctx, e.Trigger, f)
	}
	return nil
}

// tellsForm says all there is of a form: what it is made of and what is filled in.
// How its buttons send is left out, since a picture sends nothing.
const tellsForm = `function tell(e) {
	if (e.nodeType === 3) return e.textContent.replace(/\s+/g, " ").trim();
	const attributes = [...e.attributes].filter(a => !["value", "checked", "selected"].includes(a.name) && !(e.tagName === "BUTTON" && a.name === "type"))
		.map(a => a.name + "=" + a.value.replace("f-dialog-title", "dialog-title")).sort();
	const filled = "checked" in e ? [e.checked, e.value] : e.tagName === "BUTTON" ? [] : "value" in e ? [e.value] : [];
	const inner = e.tagName === "TEXTAREA" ? [] : [...e.childNodes].map(tell).filter(Boolean);
	return "<" + [e.tagName, ...attributes, ...filled].join(" ") + ">" + inner.join("\n") + "</>";
}`

// TestAFormIsShownWithoutTheChatAsTheChatShowsIt opens every form of the product in a
// window, and compares.
func TestAFormIsShownWithoutTheChatAsTheChatShowsIt(t *testing.T) {
	shown, err := sample.Read()
	if err != nil {
		t.Fatal(err)
	}
	opt := options(t, t.TempDir(), bottest.NewClock().Now)
	chat := mustOpen(t, opt)
	look := playground.NewLook(opt.Samples)
	s := &shower{chat: chat, forms: map[string]bot.Form{"new": newForm(), "short": consentForm()}}
	for name, f := range shown.Forms {
		if !slices.ContainsFunc(f.Fields, func(f bot.Field) bool { return f.Kind == bot.FilesIn }) {
			s.forms[name] = f
		}
	}
	mustServe(t, chat, s)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1360, 860)
	p.be("Sanne")
	for _, name := range slices.Sorted(maps.Keys(s.forms)) {
		html, err := look.Form(s.forms[name], "f-")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p.say("/casus " + name)
		p.Until("the form "+name, `(title) => document.querySelector("dialog[open] h2")?.textContent === title`, s.forms[name].Title)
		both := p.MustEval(`(html) => { `+tellsForm+`
			const t = document.createElement("template");
			t.innerHTML = html;
			return [tell(document.querySelector("dialog form")), tell(t.content.querySelector("form"))];
		}`, string(html)).Arr()
		if want, got := both[0].Str(), both[1].Str(); got != want {
			t.Errorf("%s is shown as\n%s\nand the chat shows\n%s", name, got, want)
		}
		p.Press(input.Escape)
		p.Until("the form "+name+" is closed", `() => !document.querySelector("dialog[open]")`)
	}
	p.Calm()
}

func TestAMessageIsShownWithoutTheChat(t *testing.T) {
	look := playground.NewLook(mustSamples(t))
	m := bot.Message{Text: "**Nee.** <script>", Buttons: []bot.Button{{Label: "Leg vast"}, {Label: "Gooi weg", Danger: true}}}
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	html, err := look.Message(m, "een", true, at)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`id="m-een"`, "<strong>Nee.</strong> &lt;script&gt;", "Leg vast", `btn danger`, "10:30", "whisper", look.Icon()} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the message lacks %q: %s", want, html)
		}
	}
	if open, err := look.Message(m, "een", false, at); err != nil || strings.Contains(string(open), "whisper") {
		t.Errorf("a message for everybody: %v, %s", err, open)
	}
	var bad *bot.InvalidError
	if _, err := look.Form(bot.Form{Title: "Zonder kaartje"}, "f-"); !errors.As(err, &bad) {
		t.Errorf("a form that the chat would not open: %v", err)
	}
}
