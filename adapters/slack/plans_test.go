package slack_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/slack"
)

// The page for the FG says of each limit, for each plan, whether it holds. It says
// what the table says.
func TestThePageAboutThePlansSaysWhatTheTableSays(t *testing.T) {
	raw, err := os.ReadFile("../../deploy/docs/slack-plannen.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]slack.Plan{"Free": slack.PlanFree, "Pro": slack.PlanPro, "Business+": slack.PlanBusiness, "Enterprise": slack.PlanGrid}
	var columns []slack.Plan
	code := regexp.MustCompile(`<!-- ([a-z_]+) -->`)
	told := map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if columns == nil {
			for _, name := range cells[1:5] {
				if names[name] == "" {
					t.Fatalf("the table begins with a column %q, which is no plan", name)
				}
				columns = append(columns, names[name])
			}
			continue
		}
		var codes []string
		for _, m := range code.FindAllStringSubmatch(cells[0], -1) {
			codes = append(codes, m[1])
			told[m[1]] = true
		}
		if len(codes) == 0 {
			continue // something that people set themselves
		}
		if len(strings.Fields(cells[5])) == 0 {
			t.Errorf("%s: the page does not say what the bot does then", codes[0])
		}
		for i, plan := range columns {
			want := "ja"
			switch {
			case holds(plan, true, codes):
				want = "nee"
			case holds(plan, false, codes):
				want = "beheerder"
			}
			if cells[1+i] != want {
				t.Errorf("%v on %s: the page says %q, want %q", codes, plan, cells[1+i], want)
			}
		}
	}
	for _, c := range slack.LimitCodes() {
		if !told[c] {
			t.Errorf("the page says nothing about %s", c)
		}
		delete(told, c)
	}
	for c := range told {
		t.Errorf("the page speaks of %s, which is no limit", c)
	}
}

// holds says whether one of the limits holds on a plan.
func holds(p slack.Plan, admin bool, codes []string) bool {
	for _, l := range slack.Limits(p, admin) {
		for _, c := range codes {
			if l.Code == c {
				return true
			}
		}
	}
	return false
}
