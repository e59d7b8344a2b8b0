package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// bounds are the fields that each server and client of ours says, by its type: a
// server lets nobody keep a line busy, and a client takes no token to where an
// answer points.
var bounds = map[string][]string{
	"http.Server": {"ReadHeaderTimeout", "ReadTimeout", "IdleTimeout", "MaxHeaderBytes"},
	"http.Client": {"CheckRedirect"},
}

// careless are the ways of net/http that have no bounds.
var careless = []string{"http.DefaultClient", "http.DefaultServeMux", "http.Get", "http.Post", "http.PostForm", "http.Head",
	"http.ListenAndServe", "http.ListenAndServeTLS", "http.Serve", "http.ServeTLS", "http.Handle", "http.HandleFunc"}

// unbounded returns what is wrong with file, by where.
func unbounded(file *ast.File) map[token.Pos]string {
	name := func(e ast.Expr) string {
		if sel, ok := e.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok {
				return x.Name + "." + sel.Sel.Name
			}
		}
		return ""
	}
	wrong := map[token.Pos]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.CompositeLit:
			has := map[string]bool{}
			for _, e := range n.Elts {
				if kv, ok := e.(*ast.KeyValueExpr); ok {
					if key, ok := kv.Key.(*ast.Ident); ok {
						has[key.Name] = true
					}
				}
			}
			for _, field := range bounds[name(n.Type)] {
				if !has[field] {
					wrong[n.Pos()] = name(n.Type) + " without " + field
				}
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "new" && len(n.Args) == 1 && bounds[name(n.Args[0])] != nil {
				wrong[n.Pos()] = name(n.Args[0]) + " without bounds"
			}
		case *ast.SelectorExpr:
			if slices.Contains(careless, name(n)) {
				wrong[n.Pos()] = name(n)
			}
		}
		return true
	})
	return wrong
}

// Found in a review of security: a server that read bodies for as long as they
// took, and a client that followed its server to wherever it pointed.
func TestEveryServerAndClientIsBounded(t *testing.T) {
	goFiles(t, func(path string, set *token.FileSet, file *ast.File) {
		dir := path[:max(0, strings.LastIndex(path, "/"))]
		if strings.HasSuffix(path, "_test.go") || slices.ContainsFunc(forTests, func(f string) bool { return within(dir, f) }) || strings.HasPrefix(path, "cmd/convenantbot/faults/") {
			return
		}
		for at, what := range unbounded(file) {
			t.Errorf("%s: %s", set.Position(at), what)
		}
	})
}

func TestUnbounded(t *testing.T) {
	for body, want := range map[string]int{
		"_ = http.Server{Handler: h}":                                                              1,
		"_ = &http.Server{ReadHeaderTimeout: 1, ReadTimeout: 1, IdleTimeout: 1}":                   1,
		"_ = http.Server{ReadHeaderTimeout: 1, ReadTimeout: 1, IdleTimeout: 1, MaxHeaderBytes: 1}": 0,
		"_ = http.Client{Timeout: 1}":                                                              1,
		"_ = new(http.Client)":                                                                     1,
		"_ = http.Client{CheckRedirect: f}":                                                        0,
		"_, _ = http.Get(u)":                                                                       1,
		"http.DefaultClient.Do(r)":                                                                 1,
		"client.Get(u)":                                                                            0,
		"_ = http.MethodGet":                                                                       0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "a.go", "package p\nfunc f() {"+body+"}", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(unbounded(file)); got != want {
			t.Errorf("unbounded(%s) = %d, want %d", body, got, want)
		}
	}
}

// secret is what a key looks like that opens something real. Files without its mark
// are not searched.
type secret struct {
	mark string
	form *regexp.Regexp
}

// secrets are cut in pieces so that this file holds none of them.
var secrets = []secret{
	{"PRIV" + "ATE KEY", regexp.MustCompile(`-----BEGIN [A-Z ]*PRIV` + `ATE KEY( BLOCK)?-----`)},
	{"AKI" + "A", regexp.MustCompile(`\bAKI` + `A[0-9A-Z]{16}\b`)},
	{"ASI" + "A", regexp.MustCompile(`\bASI` + `A[0-9A-Z]{16}\b`)},
	{"xox", regexp.MustCompile(`\bxox[abeoprs]-[0-9]{6,}-[0-9A-Za-z-]{20,}`)},
	{"xapp-", regexp.MustCompile(`\bxapp-[0-9]-[A-Z0-9]{8,}-[0-9]{6,}-[0-9a-f]{32,}`)},
	{"gh", regexp.MustCompile(`\bgh[pousr]_[0-9A-Za-z]{36,}\b`)},
	{"github_p" + "at_", regexp.MustCompile(`\bgithub_p` + `at_[0-9A-Za-z_]{50,}`)},
	{"glp" + "at-", regexp.MustCompile(`\bglp` + `at-[0-9A-Za-z_-]{20,}`)},
	{"npm_", regexp.MustCompile(`\bnpm_[0-9A-Za-z]{36}\b`)},
	{"hv", regexp.MustCompile(`\bhv[sb]\.[0-9A-Za-z_-]{24,}`)},
	{"AIz" + "a", regexp.MustCompile(`\bAIz` + `a[0-9A-Za-z_-]{35}\b`)},
	{"sk-", regexp.MustCompile(`\bsk-[A-Za-z0-9-]{0,12}[0-9A-Za-z]{40,}\b`)},
	{"AGE-SEC" + "RET-KEY", regexp.MustCompile(`AGE-SEC` + `RET-KEY-1[0-9A-Z]{50,}`)},
	{"PRIV" + "ATE+KEY", regexp.MustCompile(`PRIV` + `ATE\+KEY\+[A-Za-z0-9._/-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40,}`)}, // what signs the log
	{"eyJhbGciOi", regexp.MustCompile(`eyJhbGciOi[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]{20,}`)},
	{"://", regexp.MustCompile(`(postgres(ql)?|rediss?|https?|smtps?|hcvault)://[^/\s:@"'<>{}$]+:[^/\s:@"'<>{}$%*]{8,}@`)},
}

// found returns where text holds what looks like a secret.
func found(text string) (at [][]int) {
	for _, s := range secrets {
		if strings.Contains(text, s.mark) {
			at = append(at, s.form.FindAllStringIndex(text, -1)...)
		}
	}
	return at
}

// madeUp are what opens nothing: a test or a sample made it up, and it says so.
var madeUp = []string{"secret-word"}

// Nothing in the tree opens anything: no key, token or password of a real thing.
// It is a net under the rule that nobody puts one there.
func TestNoSecretIsInTheTree(t *testing.T) {
	walk(t, func(path string, raw []byte) {
		if !utf8.Valid(raw) {
			return
		}
		text := string(raw)
		for _, at := range found(text) {
			what := text[at[0]:at[1]]
			if !slices.ContainsFunc(madeUp, func(part string) bool { return strings.Contains(what, part) }) {
				t.Errorf("%s:%d: looks like a secret: %.12s…", path, 1+strings.Count(text[:at[0]], "\n"), what)
			}
		}
	})
}

func TestSecrets(t *testing.T) {
	for text, want := range map[string]bool{
		"-----BEGIN RSA PRIV" + "ATE KEY-----":              true,
		"-----BEGIN PRIV" + "ATE KEY-----":                  true,
		"-----BEGIN PUBLIC KEY-----":                        false,
		"AKI" + "AIOSFODNN7EXAMPLE":                         true,
		"AKI" + "Aiosfodnn7example":                         false,
		"xox" + "b-123456789012-abcdefghijklmnopqrstuvwx":   true,
		"xox" + "b-sample":                                  false,
		"gh" + "p_" + strings.Repeat("a1", 18):              true,
		"postgres://bot:" + "werkelijk-geheim@db/convenant": true,
		"postgres://bot:" + "$PASSWORD@db/convenant":        false,
		"postgres://bot@db/convenant":                       false,
		"https://elders.example.org:8443/a@b":               false,
		"AGE-SEC" + "RET-KEY-1" + strings.Repeat("Q", 58):   true,
	} {
		if got := len(found(text)) > 0; got != want {
			t.Errorf("secrets(%q) = %v, want %v", text, got, want)
		}
	}
}

// What the page on security says that holds is held by a test of that name.
func TestEveryTestThatTheThreatModelNamesExists(t *testing.T) {
	named, there := map[string]bool{}, map[string]bool{}
	name := regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	walk(t, func(path string, raw []byte) {
		switch {
		case path == "deploy/security.md":
			for _, m := range name.FindAllStringSubmatch(string(raw), -1) {
				named[m[1]] = true
			}
		case strings.HasSuffix(path, "_test.go"):
			for _, m := range declared.FindAllStringSubmatch(string(raw), -1) {
				there[m[1]] = true
			}
		}
	})
	if len(named) < 20 {
		t.Errorf("the page names %d tests", len(named))
	}
	for one := range named {
		if !there[one] {
			t.Errorf("deploy/security.md: there is no %s", one)
		}
	}
}
