package browsertest

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// wcag are the rules of axe-core that we hold ourselves to: WCAG 2.2 AA and what
// is good practice besides.
var wcag = []string{"wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"}

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
	p.front()
	// Given to the browser and not to the page, whose policy lets nothing run.
	if !p.Is(`() => typeof axe === "object"`) {
		if _, err := p.Timeout(Patience).Eval("() => { " + string(source) + "\n}"); err != nil {
			p.t.Fatalf("%s: axe-core does not load: %v", where, err)
		}
	}
	got, err := p.Timeout(Patience).Eval(`async (tags, off) => {
		const rules = Object.fromEntries(off.filter((id) => id[0] !== ".").map((id) => [id, { enabled: false }]));
		const result = await axe.run({ include: [document], exclude: off.filter((id) => id[0] === ".") }, { runOnly: { type: "tag", values: tags }, rules, iframes: false, preload: false, resultTypes: ["violations"] });
		if (!result.passes.length) throw new Error("axe-core looked at nothing");
		return JSON.stringify(result.violations.map((v) => ({ rule: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 160) + " — " + (n.failureSummary || "").replace(/\s+/g, " ").slice(0, 240)) })));
	}`, wcag, append([]string{}, off...))
	if err != nil {
		p.t.Fatalf("%s: axe-core: %v", where, err)
	}
	var violations []struct {
		Rule, Help string
		Nodes      []string
	}
	if err := json.Unmarshal([]byte(got.Value.Str()), &violations); err != nil {
		p.t.Fatalf("%s: axe-core said %q", where, got.Value.Str())
	}
	for _, v := range violations {
		for _, n := range v.Nodes {
			p.t.Errorf("%s: %s: %s: %s", where, v.Rule, v.Help, n)
		}
	}
}
