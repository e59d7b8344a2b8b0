package playground

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var verb = regexp.MustCompile(`%(?:\[\d\])?[a-z]`)

// filled lists what is filled in, in the order of the arguments.
func filled(text string) []string {
	all := verb.FindAllString(text, -1)
	slices.Sort(all)
	return all
}

func TestBothLanguagesFillInTheSame(t *testing.T) {
	nl, en := reflect.ValueOf(words), reflect.ValueOf(english)
	for i := range nl.NumField() {
		name := wordCode(nl.Type().Field(i).Name)
		a, b := nl.Field(i), en.Field(i)
		if a.Kind() == reflect.String {
			if !slices.Equal(filled(a.String()), filled(b.String())) {
				t.Errorf("%s: %q and %q do not fill in the same", name, a, b)
			}
			continue
		}
		if a.Len() != b.Len() {
			t.Errorf("%s has %d words in one language and %d in the other", name, a.Len(), b.Len())
		}
		for n := range a.Len() {
			if a.Index(n).IsZero() || b.Index(n).IsZero() {
				t.Errorf("%s: word %d is empty", name, n)
			}
		}
	}
	if words.Lang != "nl" || english.Lang != "en" {
		t.Errorf("the languages are %q and %q", words.Lang, english.Lang)
	}
}

func TestACatalogueWithAFlawIsRefused(t *testing.T) {
	good, err := wordFiles.ReadFile("words/en.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(string) string{
		"send is missing":         func(s string) string { return strings.Replace(s, "send: Send\n", "", 1) },
		"send is empty":           func(s string) string { return strings.Replace(s, "send: Send\n", "send: \"\"\n", 1) },
		"nod is no word of ours":  func(s string) string { return s + "nod: Nod\n" },
		"days: ":                  func(s string) string { return strings.Replace(s, "[Sunday, ", "[", 1) },
		"already defined at line": func(s string) string { return s + "send: Again\n" },
	} {
		if _, err := readWords([]byte(spoil(string(good)))); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("readWords, where %q: %v", name, err)
		}
	}
	if _, err := readWords(good); err != nil {
		t.Errorf("readWords of the file itself: %v", err)
	}
}

func TestALanguageIsNamedAsPlatformsNameIt(t *testing.T) {
	for locale, want := range map[string]string{"": "nl", "nl": "nl", "nl-NL": "nl", "en": "en", "en-GB": "en", "EN_us": "en", "fr": "nl", "eng": "nl", "e": "nl"} {
		if got := wordsIn(locale).Lang; got != want {
			t.Errorf("wordsIn(%q) is %s, want %s", locale, got, want)
		}
	}
}

var (
	action    = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	element   = regexp.MustCompile(`(?s)<(?:!--.*?--|!?/?[a-zA-Z][^>]*)>`)
	spoken    = regexp.MustCompile(`\b(?:aria-label|title|placeholder|alt|aria-description|value)="([^"]*)"`)
	letter    = regexp.MustCompile(`\p{L}`)
	sentence  = regexp.MustCompile(`\p{L}{2}[,:]? \p{L}`)
	scriptSay = regexp.MustCompile("\\b(?:text|textContent|title|innerText|placeholder|\"aria-label\")\\s*[:=]\\s*([\"'`][^\"'`]*)")
)

// No word that a person reads stands in a template, in the script or in the code:
// they are all in the catalogue.
func TestNoWordStandsOutsideTheCatalogue(t *testing.T) {
	names, err := fs.Glob(web, "web/*.html")
	if err != nil || len(names) < 5 {
		t.Fatalf("templates: %v, %v", names, err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(web, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wordsInTemplate(string(data)) {
			t.Errorf("%s says %q by itself", name, w)
		}
	}
	for _, name := range []string{"chat.js", "start.js"} {
		for _, m := range scriptSay.FindAllStringSubmatch(string(assets[name]), -1) {
			if letter.MatchString(strings.ReplaceAll(m[1], "${", "")) && !strings.Contains(m[1], "${") {
				t.Errorf("%s says %s by itself", name, m[0])
			}
		}
	}
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wordsInCode(t, name, string(code)) {
			t.Errorf("%s says %s by itself", name, w)
		}
	}
}

// wordsInTemplate lists what a template says that comes from no catalogue.
func wordsInTemplate(text string) (found []string) {
	text = action.ReplaceAllString(text, "")
	for _, m := range spoken.FindAllStringSubmatch(text, -1) {
		if letter.MatchString(m[1]) && !strings.HasPrefix(m[0], "value=") {
			found = append(found, m[1])
		}
	}
	for _, line := range strings.Split(element.ReplaceAllString(text, "\n"), "\n") {
		if letter.MatchString(line) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// toNobody are functions whose sentences no person of the chat reads: errors and
// logs are for the operator, and statements for the database.
var toNobody = []string{"Errorf", "New", "Error", "Warn", "Info", "Debug", "complain", "panic", "Exec", "ExecContext", "Query", "QueryRow", "list", "MustCompile", "failed"}

// wordsInCode lists sentences that reach people otherwise.
func wordsInCode(t *testing.T, name, code string) (found []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), name, code, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			return false
		case *ast.CallExpr:
			called := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				called = f.Name
			case *ast.SelectorExpr:
				called = f.Sel.Name
				if x, ok := f.X.(*ast.Ident); ok && x.Name == "http" && called == "Error" {
					called = ""
				}
			}
			if slices.Contains(toNobody, called) {
				return false
			}
		case *ast.BasicLit:
			if n.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(n.Value)
			if err != nil {
				t.Fatal(err)
			}
			if sentence.MatchString(text) && !statement.MatchString(text) {
				found = append(found, strconv.Quote(text))
			}
		}
		return true
	})
	return found
}

// statement is what is no sentence: commands, tags, SQL, and what a header of HTTP
// carries.
var statement = regexp.MustCompile(`^\s*(?:/convenant |/casus |[<"][^<]*>$|seq, id|SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|ALTER|BEGIN|WHERE|ORDER BY|id, |GET |POST |default-src|; form-action|text/|public, )`)

func TestAWordOutsideTheCatalogueIsFound(t *testing.T) {
	for text, want := range map[string]int{
		`<p class="x">{{.W.Send}}</p>`:                     0,
		`<p>Verstuur {{.Name}}</p>`:                        1,
		`<button aria-label="Sluit">{{.X}}</button>`:       1,
		`<button title="{{.W.Send}}">·</button>`:           0,
		`{{/* what it is for */}}<img alt="">`:             0,
		`<input placeholder="Je code" value="{{.Value}}">`: 1,
	} {
		if got := wordsInTemplate(text); len(got) != want {
			t.Errorf("%s says %q", text, got)
		}
	}
	for code, want := range map[string]int{
		`fmt.Errorf("no such person")`:           0,
		`http.Error(w, "Dit mag niet.", 403)`:    1,
		`reply(w, 403, problem{"Dit mag niet"})`: 1,
		`tx.Exec("DELETE FROM files WHERE x")`:   0,
		`refusal{words.TooLong}`:                 0,
	} {
		if got := wordsInCode(t, "x.go", "package x\nfunc f() { _ = "+code+" }"); len(got) != want {
			t.Errorf("%s says %q", code, got)
		}
	}
}
