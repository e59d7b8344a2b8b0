package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/convenantbot/convenantbot/"

// may lists what the packages of a room may import of ours besides what lies in
// their own home. cmd may import everything, so it isn't here.
var may = map[string][]string{
	"rules":    {},
	"bot":      {"rules", "internal"},
	"adapters": {"bot", "rules", "internal"},
	"internal": {},
	"deploy":   {},
}

// never lists what the packages of a room may not import from elsewhere: the
// world, which comes in through ports.
var never = map[string][]string{
	"rules": {"os", "net", "net/http", "database/sql", "math/rand", "math/rand/v2"},
	"bot": {"os", "net", "net/http", "database/sql", "os/exec",
		"github.com/mattermost", "github.com/slack-go", "github.com/redis", "github.com/jackc", "modernc.org", "cel.dev"},
	"internal/bridge": {"github.com/mattermost"},
}

// knowTheWhole are the packages in bot that import bot itself: its contracts, and
// what it shows. Every other one is a part, which bot is made of and not made for.
var knowTheWhole = []string{"bot/bottest", "bot/sample"}

// forTests are the packages that only tests may import. Where one of them is
// made of others of them, that is fine too.
var forTests = []string{"bot/bottest", "internal/testserver", "internal/slackfake", "internal/browsertest", "internal/golden", "internal/archtest", "internal/deps"}

// pkg is what go list says of a package, its tests left out.
type pkg struct {
	ImportPath string
	Name       string
	Doc        string
	GoFiles    []string
	Imports    []string
	Error      *struct{ Err string }
}

// mustList returns the packages of this module. Their paths are without the
// module's.
func mustList(t *testing.T) []pkg {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Name,Doc,GoFiles,Imports,Error", module+"...")
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Error != nil {
			t.Errorf("%s: %s", p.ImportPath, p.Error.Err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module)
		pkgs = append(pkgs, p)
	}
	if len(pkgs) < 10 {
		t.Fatalf("go list found %d packages; the walk is broken", len(pkgs))
	}
	return pkgs
}

// within says whether path is folder or lies in it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// home is the folder within which packages know each other: an adapter or a
// leaf is a home of its own, bot and rules are one each.
func home(path string) string {
	parts := strings.SplitN(path, "/", 3)
	if len(parts) > 1 && (parts[0] == "adapters" || parts[0] == "internal") {
		return parts[0] + "/" + parts[1]
	}
	return parts[0]
}

// complaints returns what is wrong with one import.
func complaints(from, to string) []string {
	var wrong []string
	top, _, _ := strings.Cut(from, "/")
	inTest := func(path string) bool {
		return slices.ContainsFunc(forTests, func(f string) bool { return within(path, f) })
	}
	if own, ours := strings.CutPrefix(to, module); ours {
		if inTest(own) && !inTest(from) {
			wrong = append(wrong, from+" imports "+own+", which only tests may")
		}
		if top == "bot" && own == "bot" && !slices.ContainsFunc(knowTheWhole, func(f string) bool { return within(from, f) }) {
			wrong = append(wrong, from+", a part of bot, imports bot")
		}
		if top == "cmd" || within(own, home(from)) {
			return wrong
		}
		allowed := func(folder string) bool { return within(own, folder) }
		// A leaf for tests may need another one; no program is built from it.
		if !slices.ContainsFunc(may[top], allowed) && !(inTest(from) && inTest(own)) {
			wrong = append(wrong, from+" imports "+own)
		}
		return wrong
	}
	for room, list := range never {
		if within(from, room) && slices.ContainsFunc(list, func(f string) bool {
			// "net" is itself and not net/url; a vendor is all that lies in it.
			return to == f || strings.Contains(f, ".") && within(to, f)
		}) {
			wrong = append(wrong, from+" imports "+to)
		}
	}
	return wrong
}

func TestImportsFollowTheArrows(t *testing.T) {
	for _, p := range mustList(t) {
		for _, to := range p.Imports {
			for _, wrong := range complaints(p.ImportPath, to) {
				t.Error(wrong)
			}
		}
	}
}

// The rule is tested as well, since a tree without mistakes can't show that it
// would see one.
func TestComplaints(t *testing.T) {
	tests := []struct {
		from, to string
		fine     bool
	}{
		{"cmd/convenantbot", module + "adapters/slack", true},
		{"cmd/convenantbot", module + "bot/bottest", false},
		{"adapters/slack", module + "bot", true},
		{"adapters/slack", module + "bot/text", true},
		{"adapters/slack", module + "rules", true},
		{"adapters/slack", module + "internal/seal", true},
		{"adapters/slack", module + "adapters/slack/render", true},
		{"adapters/slack", module + "adapters/mattermost", false},
		{"adapters/slack", module + "adapters/slacker", false},
		{"adapters/slack", module + "cmd/convenantbot", false},
		{"adapters/slack", "net/http", true},
		{"bot", module + "rules", true},
		{"bot", module + "bot/text", true},
		{"bot/judge", module + "rules/region", true},
		{"bot/judge", module + "bot", false},
		{"bot/plain", module + "bot/text", true},
		{"bot", module + "bot/plain", true},
		{"bot/sample", module + "bot", true},
		{"bot", module + "internal/textscan", true},
		{"bot", module + "adapters/slack", false},
		{"bot", "net/http", false},
		{"bot", "net/url", true},
		{"bot", "os", false},
		{"bot", "modernc.org/sqlite", false},
		{"bot/bottest", module + "bot", true},
		{"rules", module + "bot", false},
		{"rules", module + "internal/textscan", false},
		{"rules", "cel.dev/cel-go/cel", true},
		{"rules/region", "os", false},
		{"internal/audit", module + "internal/seal", false},
		{"internal/audit", module + "bot", false},
		{"internal/config/sample", module + "internal/config", true},
		{"internal/testserver/stories", module + "internal/testserver", true},
	}
	for _, test := range tests {
		if wrong := complaints(test.from, test.to); (len(wrong) == 0) != test.fine {
			t.Errorf("complaints(%s, %s) = %q, want fine: %v", test.from, test.to, wrong, test.fine)
		}
	}
}

// A package of one file says at its top what it is, and so does a command in
// its main.go; every other has a page for it.
func TestEveryPackageSaysWhatItIs(t *testing.T) {
	for _, p := range mustList(t) {
		small := len(p.GoFiles) <= 1 || p.Name == "main"
		if p.Doc == "" || !small && !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("%s doesn't say what it is in a doc.go", p.ImportPath)
		}
	}
}
