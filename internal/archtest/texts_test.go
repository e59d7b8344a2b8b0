package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// What people read stands in the catalogue (bot/text), in every language. Two signs
// give away what does not: a literal in a field that is shown to people, and a literal
// that is a Dutch sentence, wherever it stands; errors and logs are in English.

// saidIn are the rooms in which nothing is said but from the catalogue.
var saidIn = []string{"bot", "adapters"}

// mayHoldTexts are folders within them that hold words of their own.
var mayHoldTexts = map[string]string{
	"bot/text/":            "is the catalogue",
	"bot/bottest/":         "is for tests",
	"bot/names/":           "are lists of words by which names are told from what is none",
	"adapters/playground/": "has a catalogue of its own, and a test of its own",
}

// maySay are literals that look like texts and are none, by file and beginning.
var maySay = map[string]string{
	"bot/command.go: [zoek en een paar woorden]":            "what is typed behind a command, which is Dutch as the command is",
	"bot/handbook.go: convenant mag-ik-delen":               "a command",
	"adapters/slack/blocks/home.go: convenant mag-ik-delen": "a command",
}

// shown are the fields that people read, by the type they are of.
var shown = map[string][]string{
	"Message": {"Text"}, "Document": {"Text"}, "Button": {"Label"}, "Form": {"Title", "Intro", "Send"},
	"Field": {"Label", "Help"}, "Option": {"Label"}, "FormAnswer": {"Text", "Errors"}, "UploadAnswer": {"Text"}, "Reply": {"Text"},
}

// unkeyed are those fields by their place in a literal without names.
var unkeyed = map[string][]int{"Option": {1}, "Message": {0}, "Button": {0}}

// passesOn are functions whose arguments are in what they return.
var passesOn = []string{"fmt.Sprintf", "fmt.Sprint", "strings.Join", "cmp.Or"}

var (
	aWord     = regexp.MustCompile(`\p{L}{2}`)
	aVerb     = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)
	sentence  = regexp.MustCompile(`\p{L}[,:]? \p{L}`)
	onlyDutch = regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:het|een|niet|geen|uw|mag|wordt|zijn|voor|naar|deze|ook|nog|wie|kunt|hebt)(?:[^\p{L}]|$)`)
)

// said lists what a file says by itself. consts are the constants of its package.
func said(file *ast.File, consts map[string]string) (found []string) {
	add := func(s string) {
		if !slices.Contains(found, s) {
			found = append(found, s)
		}
	}
	// literals calls add for what stands in an expression itself, and not in what a
	// call makes of it.
	var literals func(e ast.Expr)
	literals = func(e ast.Expr) {
		word := func(s string) {
			if aWord.MatchString(aVerb.ReplaceAllString(s, "")) {
				add(s)
			}
		}
		switch e := e.(type) {
		case *ast.BasicLit:
			if s, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
				word(s)
			}
		case *ast.Ident:
			word(consts[e.Name])
		case *ast.ParenExpr:
			literals(e.X)
		case *ast.BinaryExpr:
			literals(e.X)
			literals(e.Y)
		case *ast.CallExpr:
			if slices.Contains(passesOn, nameOf(e.Fun)) {
				for _, arg := range e.Args {
					literals(arg)
				}
			}
		case *ast.CompositeLit: // of strings
			for _, one := range e.Elts {
				if kv, ok := one.(*ast.KeyValueExpr); ok {
					one = kv.Value
				}
				literals(one)
			}
		}
	}
	// typed looks at a literal of a type, which the list around it may have named.
	var typed func(c *ast.CompositeLit, of string)
	typed = func(c *ast.CompositeLit, of string) {
		elem := ""
		switch t := c.Type.(type) {
		case *ast.ArrayType:
			elem = lastName(t.Elt)
		case *ast.MapType:
			elem = lastName(t.Value)
		case nil:
		default:
			of = lastName(t)
		}
		for i, one := range c.Elts {
			value := one
			if kv, ok := one.(*ast.KeyValueExpr); ok {
				value = kv.Value
				if key, ok := kv.Key.(*ast.Ident); ok && elem == "" && slices.Contains(shown[of], key.Name) {
					literals(value)
				}
			} else if elem == "" && slices.Contains(unkeyed[of], i) {
				literals(value)
			}
			if inner, ok := value.(*ast.CompositeLit); ok && inner.Type == nil && elem != "" {
				typed(inner, elem)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			return n.Tag == nil
		case *ast.CompositeLit:
			if n.Type != nil {
				typed(n, "")
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				sel, ok := left.(*ast.SelectorExpr)
				if ok && len(n.Rhs) == len(n.Lhs) && slices.Contains([]string{"Text", "Label", "Help", "Title", "Intro", "Send"}, sel.Sel.Name) {
					literals(n.Rhs[i])
				}
			}
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && sentence.MatchString(s) && onlyDutch.MatchString(s) {
				add(s)
			}
		}
		return true
	})
	return found
}

// nameOf is "pkg.Func" of a called function; lastName its last part, or that of a type.
func nameOf(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		return lastName(sel.X) + "." + sel.Sel.Name
	}
	return lastName(e)
}

func lastName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.StarExpr:
		return lastName(e.X)
	}
	return ""
}

// constsOf are the strings that a package gives a name, at its top.
func constsOf(files ...*ast.File) map[string]string {
	all := map[string]string{}
	for _, file := range files {
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range decl.Specs {
				value, ok := spec.(*ast.ValueSpec)
				if !ok || len(value.Names) != len(value.Values) {
					continue
				}
				for i, name := range value.Names {
					if lit, ok := value.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
						all[name.Name], _ = strconv.Unquote(lit.Value)
					}
				}
			}
		}
	}
	return all
}

func TestNothingIsSaidOutsideTheCatalogue(t *testing.T) {
	packages := map[string]map[string]*ast.File{}
	goFiles(t, func(name string, _ *token.FileSet, file *ast.File) {
		if strings.HasSuffix(name, "_test.go") || !slices.Contains(saidIn, strings.Split(name, "/")[0]) {
			return
		}
		dir := path.Dir(name)
		if packages[dir] == nil {
			packages[dir] = map[string]*ast.File{}
		}
		packages[dir][name] = file
	})
	used, looked := map[string]bool{}, 0
	for _, files := range packages {
		var all []*ast.File
		for _, file := range files {
			all = append(all, file)
		}
		consts := constsOf(all...)
		for name, file := range files {
			looked++
			excused := false
			for may := range mayHoldTexts {
				if strings.HasPrefix(name, may) {
					used[may], excused = true, true
				}
			}
			if excused {
				continue
			}
		literals:
			for _, s := range said(file, consts) {
				for may := range maySay {
					if strings.HasPrefix(name+": "+s, may) {
						used[may] = true
						continue literals
					}
				}
				t.Errorf("%s says %q by itself; it belongs in the catalogue, in every language", name, s)
			}
		}
	}
	if looked < 200 {
		t.Errorf("%d files were looked at; the walk is broken", looked)
	}
	for _, list := range []map[string]string{mayHoldTexts, maySay} {
		for may := range list {
			if !used[may] {
				t.Errorf("%s is excused and is not there", may)
			}
		}
	}
}

func TestATextOutsideTheCatalogueIsFound(t *testing.T) {
	for code, want := range map[string]int{
		`Message{Text: "Klaar."}`:                                    1,
		`bot.Message{Text: "Done, " + who}`:                          1,
		`Message{Text: fmt.Sprintf("%s left", who)}`:                 1,
		`Message{Text: fmt.Sprintf("%s: %d", who, n)}`:               0,
		`Message{Text: text.Done.Say(text.DoneArgs{Ref: "left"})}`:   0,
		`Message{Text: greeting}`:                                    1,
		`Message{Text: who}`:                                         0,
		`[]Button{{Label: "Stop", Ticket: "t"}}`:                     1,
		`[]Button{{Label: label, Ticket: "ticket"}}`:                 0,
		`[]bot.Option{{"seven", text.Seven.Say(none)}, {"7", "7"}}`:  0,
		`[]bot.Option{{"seven", "Seven days"}}`:                      1,
		`Form{Title: w.Title, Fields: []Field{{Label: "Reason"}}}`:   1,
		`&Form{Title: "Reason"}`:                                     1,
		`FormAnswer{Errors: map[string]string{"why": "Fill it in"}}`: 1,
		`FormAnswer{Errors: map[string]string{"why": why}}`:          0,
		`Other{Text: "code"}`:                                        0,
		`errors.New("Dit mag niet in een kanaal")`:                   1,
		`errors.New("this may not be done")`:                         0,
		`say("Het overleg is voorbij")`:                              1,
		`[]string{"het", "een"}`:                                     0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nconst greeting = \"Hello there\"\nvar _ = "+code, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := said(file, constsOf(file)); len(got) != want {
			t.Errorf("%s says %q, want %d", code, got, want)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\nfunc f() { answer.Text = \"Saved.\" }", 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := said(file, nil); len(got) != 1 {
		t.Errorf("an assignment says %q, want one", got)
	}
}
