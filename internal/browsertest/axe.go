package browsertest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"github.com/go-rod/rod/lib/proto"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// wcag are the rules of axe-core that we hold ourselves to: WCAG 2.2 AA and what
// is good practice besides.
var wcag = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"}

// look is a script that has axe-core look at the page.
const look = `async (tags, off) => {
	const rules = Object.fromEntries(off.filter((id) => id[0] !== ".").map((id) => [id, { enabled: false }]));
	const result = await axe.run({ include: [document], exclude: off.filter((id) => id[0] === ".") }, { runOnly: { type: "tag", values: tags }, rules, iframes: false, preload: false, resultTypes: ["violations"] });
	if (!result.passes.length) throw new Error("axe-core looked at nothing");
	return JSON.stringify(result.violations.map((v) => ({ rule: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 160) + " — " + (n.failureSummary || "").replace(/\s+/g, " ").slice(0, 240)) })));
}`

// Axe fails the test for everything on the page that axe-core calls a violation.
// off are rules that do not count here, and, where they begin with a dot, parts of
// the page that do not; say at the call why. Frames are pages of their own and are
// left out.
func (p *Page) Axe(where string, off ...string) {
	p.t.Helper()
	source, err := os.ReadFile(filepath.Join(testserver.NodeTools(p.t), "axe-core", "axe.min.js"))
	if err != nil {
		p.t.Fatal(err)
	}
	p.Front()
	// What is on its way is judged where it ends: half-way its colours are others.
	p.soon(`() => document.getAnimations().every((a) => a.playState !== "running" || a.effect.getComputedTiming().endTime === Infinity)`)
	// Given to the browser and not to the page, whose policy lets nothing run. A page
	// that renews itself meanwhile answers with an error and is asked again.
	var said string
	for end := time.Now().Add(Patience); ; time.Sleep(50 * time.Millisecond) {
		if !p.Is(`() => typeof axe === "object"`) {
			_, err = p.Timeout(Patience).Eval("() => { " + string(source) + "\n}")
		}
		if err == nil {
			var got *proto.RuntimeRemoteObject
			if got, err = p.Timeout(Patience).Eval(look, wcag, append([]string{}, off...)); err == nil {
				said = got.Value.Str()
				break
			}
		}
		if time.Now().After(end) {
			p.t.Fatalf("%s: axe-core: %v", where, err)
		}
		err = nil
	}
	var violations []struct {
		Rule, Help string
		Nodes      []string
	}
	if err := json.Unmarshal([]byte(said), &violations); err != nil {
		p.t.Fatalf("%s: axe-core said %q", where, said)
	}
	for _, v := range violations {
		for _, n := range v.Nodes {
			p.t.Errorf("%s: %s: %s: %s", where, v.Rule, v.Help, n)
		}
	}
}
