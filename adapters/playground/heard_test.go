package playground_test

import (
	"slices"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/input"

	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// Who hears the chat knows where they are: what is said comes by itself, a form is
// named and is all there is while it is open, and afterwards one is where one was.
func TestWhoHearsTheChatKnowsWhereTheyAre(t *testing.T) {
	chat, _ := mustScripted(t)
	p := mustPage(t, browsertest.Start(t), chat.URL(), 1280, 800)
	p.be("Sanne")
	find := func(role, name string) *browsertest.Node {
		tree := p.Tree()
		at := slices.IndexFunc(tree, func(n browsertest.Node) bool { return n.Role == role && (name == "" || n.Name == name) })
		if at < 0 {
			return nil
		}
		return &tree[at]
	}
	// A browser tells a screen reader of what changed when it gets to it.
	hears := func(what, role, name, is, value string) {
		t.Helper()
		var got *browsertest.Node
		for end := time.Now().Add(browsertest.Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			if got = find(role, name); got != nil && got.Is[is] == value {
				return
			}
		}
		t.Errorf("%s: %v", what, got)
	}
	hears("new messages are not told", "log", "Berichten", "live", "polite")
	hears("what went wrong is not told at once", "alert", "", "live", "assertive")
	first := 0
	for _, n := range p.Tree() {
		if n.Role == "heading" && n.Is["level"] == "1" {
			first++
		}
	}
	if first != 1 {
		t.Errorf("%d headings are the first", first)
	}
	hears("the field to write in", "textbox", "Bericht in #algemeen", "focused", "true")

	p.say("/casus nieuw")
	p.form()
	hears("the form is no dialog of that name", "dialog", "Nieuw casusoverleg", "modal", "true")
	for _, outside := range [][2]string{{"log", ""}, {"navigation", ""}, {"textbox", "Bericht in #algemeen"}} {
		n := find(outside[0], outside[1])
		for end := time.Now().Add(browsertest.Patience); n != nil && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
			n = find(outside[0], outside[1])
		}
		if n != nil {
			t.Errorf("while the form is open one hears %v behind it", n)
		}
	}
	for _, n := range p.Tree() {
		if n.Role == "textbox" && n.Name == "Doel" && (n.Is["required"] != "true" || n.About == "") {
			t.Errorf("the field %q does not say that it is needed, and for what: %v", n.Name, n)
		}
	}
	p.Tap("dialog button[value=send]", "")
	p.Sees("dialog .errors", "Vul dit in.")
	hears("the field that is wrong does not say so", "textbox", "Doel", "invalid", "true")
	p.Heard("chat-formulier-fouten-gehoord")
	p.Press(input.Escape)
	p.Until("the form is gone", `() => !document.querySelector("dialog").open`)
	hears("afterwards the focus is not where it was", "textbox", "Bericht in #algemeen", "focused", "true")
	p.Calm()
}
