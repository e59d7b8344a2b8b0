package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const root = "../.."

// walk calls do for every file of the repository, with its path from the root.
// What was built or fetched is left out.
func walk(t *testing.T, do func(path string, raw []byte)) {
	t.Helper()
	seen := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if slices.Contains([]string{".git", "dist", "node_modules", "data", ".idea", ".vscode"}, name) {
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		raw, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // another test's file, gone since
		}
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		seen++
		do(filepath.ToSlash(rel), raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Fatalf("the walk saw %d files; it is broken", seen)
	}
}

// goFiles calls do for every Go file, parsed.
func goFiles(t *testing.T, do func(path string, set *token.FileSet, file *ast.File)) {
	t.Helper()
	walk(t, func(path string, raw []byte) {
		if !strings.HasSuffix(path, ".go") || strings.Contains(path, "testdata/") {
			return
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, raw, parser.ParseComments)
		if err != nil {
			t.Errorf("%v", err)
			return
		}
		do(path, set, file)
	})
}

// clockless are the rooms in which time comes in as a parameter.
var clockless = []string{"bot", "rules", "adapters"}

// mayReadClock are files within them that have a reason.
var mayReadClock = map[string]string{
	"adapters/sqlstore/clocks.go": "holds the clock that is handed in against the pulse of the process, which no setting moves",
	"bot/bottest/latency.go":      "measures how long calls really take, for benchmarks",
	"bot/bottest/platform.go":     "names rooms on a real server, where each run must differ",
}

// wire are the calls that set a deadline on a connection. They compare with the
// machine's clock and with no other, so they are given that one.
var wire = []string{"SetDeadline", "SetReadDeadline", "SetWriteDeadline", "WriteControl"}

// clockReads returns where file reads the clock other than for the wire.
func clockReads(file *ast.File) []token.Pos {
	var reads []token.Pos
	ast.Inspect(file, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			if fun, ok := call.Fun.(*ast.SelectorExpr); ok && slices.Contains(wire, fun.Sel.Name) {
				return false
			}
		}
		if sel, ok := node.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
				reads = append(reads, sel.Pos())
			}
		}
		return true
	})
	return reads
}

func TestTimeComesInAsAParameter(t *testing.T) {
	goFiles(t, func(path string, set *token.FileSet, file *ast.File) {
		if strings.HasSuffix(path, "_test.go") || mayReadClock[path] != "" ||
			!slices.ContainsFunc(clockless, func(room string) bool { return within(path, room) }) {
			return
		}
		for _, at := range clockReads(file) {
			t.Errorf("%s: reads the clock; take a Now func() time.Time", set.Position(at))
		}
	})
}

func TestClockReads(t *testing.T) {
	for body, want := range map[string]int{
		"_ = time.Now()":                       1,
		"_ = time.Since(x)":                    1,
		"f(time.Now)":                          1,
		"_ = b.now()":                          0,
		"_ = time.Duration(1)":                 0,
		"c.SetReadDeadline(time.Now().Add(1))": 0,
		"c.SetReadDeadline(time.Now().Add(1)); time.Now()":   1,
		"control.WriteControl(1, nil, time.Now().Add(term))": 0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", "package p\nfunc f() {"+body+"}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(clockReads(file)); got != want {
			t.Errorf("clockReads(%s) = %d, want %d", body, got, want)
		}
	}
}

// A test that doesn't run says nothing and looks like one that passed. What a
// test needs and doesn't find is a failure.
func TestNoTestIsSkipped(t *testing.T) {
	goFiles(t, func(path string, set *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, _ := sel.X.(*ast.Ident)
			named := func(names ...string) bool { return x != nil && slices.Contains(names, x.Name) }
			if slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) && named("t", "tb", "b", "f") ||
				sel.Sel.Name == "Short" && named("testing") {
				t.Errorf("%s: skips a test", set.Position(call.Pos()))
			}
			return true
		})
	})
}

// What is still to be done stands in the list of work, where people look.
func TestNoCommentLeavesWorkForLater(t *testing.T) {
	later := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX|HA` + `CK)\b`)
	goFiles(t, func(path string, set *token.FileSet, file *ast.File) {
		for _, group := range file.Comments {
			if found := later.FindString(group.Text()); found != "" {
				t.Errorf("%s: %s", set.Position(group.Pos()), found)
			}
		}
	})
}

// banned names what belongs to one machine or network and not to the project.
// It is cut in pieces so that this file doesn't hold the words.
var banned = regexp.MustCompile(strings.Join([]string{
	`/wo` + `rk/`, `/ro` + `ot/`, `/ho` + `me/[a-z]`, `bash` + `_jobs`, `/far` + `m/`,
	`proxy\.gol` + `ang\.org`, `sum\.gol` + `ang\.org`, `registry\.np` + `mjs`, `deb\.deb` + `ian\.org`,
	`\b10\.255\.\d+\.\d+\b`,
}, "|"))

func TestNothingNamesTheMachineItWasWrittenOn(t *testing.T) {
	walk(t, func(path string, raw []byte) {
		if !utf8.Valid(raw) {
			return
		}
		for number, line := range slices.Collect(strings.Lines(string(raw))) {
			if found := banned.FindString(line); found != "" {
				t.Errorf("%s:%d: %s", path, number+1, found)
			}
		}
	})
}

func TestBanned(t *testing.T) {
	for text, want := range map[string]bool{
		"see /wo" + "rk/x":             true,
		"/ro" + "ot/go":                true,
		"proxy.gol" + "ang.org/x":      true,
		"work/x":                       false,
		"bot/network/x":                false,
		"go.dev":                       false,
		"/var/lib/convenantbot":        false,
		"https://10.0.0.1/proxy":       false,
		"/ho" + "me/someone/.config":   true,
		"a page's home/ is a homepage": false,
	} {
		if got := banned.MatchString(text); got != want {
			t.Errorf("banned(%q) = %v, want %v", text, got, want)
		}
	}
}
