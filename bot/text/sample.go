package text

import (
	"cmp"
	_ "embed"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/convenantbot/convenantbot/internal/zone"
)

//go:embed samplewords.yaml
var sampleFile []byte

// sampleWords are the values that were thought of; see the file.
var sampleWords = sync.OnceValue(func() map[string]string {
	var words map[string]string
	if err := yaml.Unmarshal(sampleFile, &words); err != nil {
		panic(err) // embedded, and read by the tests
	}
	return words
})

// Sample is one message of the catalogue as people may come upon it, with invented
// arguments.
type Sample struct {
	Code string
	Part string // of the catalogue: the name of its file, such as "consentpaper"
	// Shown has a text for each way in which the message can read, the fullest first.
	Shown []Spoken
	// Unseen are pieces of the text, in any language, that none of them shows.
	Unseen []string
}

// Spoken is one text in every language of the catalogue.
type Spoken map[Lang]string

// Samples are all messages, in the order of their parts and codes. The arguments
// are filled in by their types, and by the names of their fields where that makes
// more sense (see samplewords.yaml); what a text says only sometimes is looked for by
// leaving out one argument after the other.
var Samples = sync.OnceValue(func() []Sample {
	parts, err := partsOf(files)
	if err != nil {
		panic(err) // the same files as the catalogue's, which were read
	}
	var all []Sample
	for code, zero := range declared {
		s := sampleOf(code, zero)
		s.Part = parts[code]
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Sample) int { return cmp.Or(cmp.Compare(a.Part, b.Part), cmp.Compare(a.Code, b.Code)) })
	return all
})

// partsOf says in which file a code stands.
func partsOf(fsys fs.FS) (map[string]string, error) {
	names, err := fs.Glob(fsys, path.Join(string(NL), "*.yaml"))
	if err != nil {
		return nil, err
	}
	parts := map[string]string{}
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var raw map[string]string
		if err := yaml.Unmarshal(data, &raw); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for code := range raw {
			parts[code] = strings.TrimSuffix(path.Base(name), ".yaml")
		}
	}
	return parts, nil
}

// sampleOf looks for arguments that show all of a message.
func sampleOf(code string, zero any) Sample {
	s := Sample{Code: code}
	kind := reflect.TypeOf(zero)
	marked, want := map[Lang]*template.Template{}, map[string]string{}
	consts := map[reflect.Kind][]reflect.Value{reflect.Int: {reflect.ValueOf(1), reflect.ValueOf(12)}}
	for _, l := range []Lang{NL, EN} {
		marked[l] = mark(l, lookup(l, code), want, consts)
	}
	seen := map[string]bool{}
	try := func(f filling) {
		spoken, said := Spoken{}, ""
		for l, t := range marked {
			f.lang = l
			v := reflect.New(kind).Elem()
			f.fill(v, "", kind.Name(), kind.Name())
			var b strings.Builder
			if t == nil || t.Execute(&b, v.Interface()) != nil {
				return
			}
			said += b.String()
			spoken[l] = strings.TrimSpace(marks.ReplaceAllString(b.String(), ""))
		}
		fresh := len(s.Shown) == 0
		for _, m := range marks.FindAllString(said, -1) {
			fresh = fresh || want[m] != "" && !seen[m]
			seen[m] = want[m] != ""
		}
		if fresh {
			s.Shown = append(s.Shown, spoken)
		}
	}
	try(filling{})
	var leaves []string
	filling{lang: NL, note: &leaves}.fill(reflect.New(kind).Elem(), "", kind.Name(), kind.Name())
	whole := func() bool {
		for m := range want {
			if !seen[m] {
				return false
			}
		}
		return true
	}
	// One thing is otherwise, then nothing is there but one thing, then two or
	// three are.
	for _, bare := range []bool{false, true} {
		if !whole() && bare {
			try(filling{bare: true})
		}
		for _, leaf := range leaves {
			for _, c := range append([]reflect.Value{{}}, slices.Concat(consts[reflect.Int], consts[reflect.String])...) {
				if !whole() {
					try(filling{bare: bare, other: map[string]reflect.Value{leaf: c}})
				}
			}
		}
	}
	for _, a := range leaves {
		for _, b := range leaves {
			for _, c := range consts[reflect.String] {
				if a != b && !whole() {
					try(filling{bare: true, other: map[string]reflect.Value{a: {}, b: c}})
				}
			}
		}
	}
	for i, a := range leaves {
		for j, b := range leaves[:i] {
			for _, c := range leaves[:j+1] { // with b itself: two
				for _, bare := range []bool{false, true} {
					if !whole() {
						try(filling{bare: bare, other: map[string]reflect.Value{a: {}, b: {}, c: {}}})
					}
				}
			}
		}
	}
	for m, piece := range want {
		if !seen[m] {
			s.Unseen = append(s.Unseen, piece)
		}
	}
	slices.Sort(s.Unseen)
	return s
}

// marks are what mark puts into a text; they are taken out before anybody reads it.
var marks = regexp.MustCompile("\x00[a-z0-9]+\x00")

// mark is a copy of a text in which every piece that stands fast tells that it is
// shown. want gets the pieces with words in them, consts the values that the text
// compares with.
func mark(l Lang, t *template.Template, want map[string]string, consts map[reflect.Kind][]reflect.Value) *template.Template {
	if t == nil {
		return nil
	}
	pieces := 0
	var walk func(n parse.Node)
	branch := func(b *parse.BranchNode) {
		walk(b.Pipe)
		walk(b.List)
		if b.ElseList != nil {
			walk(b.ElseList)
		}
	}
	walk = func(n parse.Node) {
		switch n := n.(type) {
		case *parse.ListNode:
			for _, one := range n.Nodes {
				walk(one)
			}
		case *parse.TextNode:
			pieces++
			m := fmt.Sprintf("\x00%s%d\x00", l, pieces)
			if strings.ContainsFunc(string(n.Text), unicode.IsLetter) {
				want[m] = strings.TrimSpace(string(n.Text))
			}
			n.Text = append(slices.Clone(n.Text), m...)
		case *parse.IfNode:
			branch(&n.BranchNode)
		case *parse.RangeNode:
			branch(&n.BranchNode)
		case *parse.WithNode:
			branch(&n.BranchNode)
		case *parse.PipeNode:
			for _, c := range n.Cmds {
				for _, a := range c.Args {
					walk(a)
				}
			}
		case *parse.StringNode:
			consts[reflect.String] = append(consts[reflect.String], reflect.ValueOf(n.Text))
		case *parse.NumberNode:
			if n.IsInt {
				consts[reflect.Int] = append(consts[reflect.Int], reflect.ValueOf(int(n.Int64)))
			}
		}
	}
	out, err := t.Clone()
	for _, one := range t.Templates() { // the text, and what it has by a name of its own
		if err == nil {
			tree := one.Copy()
			walk(tree.Root)
			_, err = out.AddParseTree(one.Name(), tree)
		}
	}
	if err != nil {
		return nil // then the message is without a sample, which the test sees
	}
	return out
}

// filling fills in arguments. other has, by its path, what is otherwise than it
// would be: the value, or nothing where that is none. bare leaves out all but that.
type filling struct {
	lang  Lang
	bare  bool
	other map[string]reflect.Value
	note  *[]string // gets the paths
}

// SampleNow is the moment at which the samples play.
var SampleNow = time.Date(2026, 3, 2, 10, 30, 0, 0, zone.Amsterdam)

var timeType = reflect.TypeFor[time.Time]()

func (f filling) fill(v reflect.Value, at, of, field string) {
	leaf := v.Kind() != reflect.Struct || v.Type() == timeType
	if leaf && f.note != nil && !slices.Contains(*f.note, at) {
		*f.note = append(*f.note, at)
	}
	if leaf {
		c, otherwise := f.other[at]
		switch {
		case otherwise && c.IsValid():
			if c.Kind() == v.Kind() {
				v.Set(c.Convert(v.Type()))
			}
			return
		case otherwise != f.bare:
			return
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == timeType {
			v.Set(reflect.ValueOf(sampleTime(field)))
			return
		}
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			f.fill(v.Field(i), at+"."+name, v.Type().Name(), name)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			v.Set(reflect.ValueOf(strings.Split(sampleWord(f.lang, of, field), "; ")).Convert(v.Type()))
			return
		}
		list := reflect.MakeSlice(v.Type(), 2, 2)
		full := f
		full.bare = false
		full.fill(list.Index(0), at+"[0]", of, field)
		full.fill(list.Index(1), at+"[1]", of, field)
		v.Set(list)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(sampleNumber(field))
	case reflect.Int64: // a time.Duration
		v.SetInt(int64(40 * time.Minute))
	case reflect.String:
		v.SetString(sampleWord(f.lang, of, field))
	}
}

// sampleWord is what stands in a field. In the table the languages are apart by a
// bar, the parts of a list by semicolons, and "=code" is another message.
func sampleWord(l Lang, of, field string) string {
	word, ok := sampleWords()[of+"."+field]
	if !ok {
		word, ok = sampleWords()[field]
	}
	if !ok {
		word = "een voorbeeld|an example"
	}
	if code, is := strings.CutPrefix(word, "="); is {
		return Message[None]{code}.In(l, None{})
	}
	nl, en, both := strings.Cut(word, "|")
	if l == EN && both {
		return en
	}
	return nl
}

func sampleNumber(field string) int64 {
	if n, err := strconv.ParseInt(sampleWords()["#"+field], 10, 64); err == nil {
		return n
	}
	return 3
}

func sampleTime(field string) time.Time {
	if n, err := strconv.Atoi(sampleWords()["@"+field]); err == nil {
		return SampleNow.AddDate(0, 0, n)
	}
	return SampleNow.AddDate(0, 0, 14)
}
