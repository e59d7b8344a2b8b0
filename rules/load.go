package rules

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"

	"github.com/convenantbot/convenantbot/rules/yamlfile"
)

const (
	bundleFile   = "bundle.yaml"
	messagesFile = "messages.nl.yaml"
	englishFile  = "messages.en.yaml"
	sourcesFile  = "sources.yaml"
	testsDir     = "tests"
)

type bundleHead struct {
	Name      string        `yaml:"name,required"`
	Version   string        `yaml:"version,required"`
	Effective string        `yaml:"effective,required"`
	Facts     yamlfile.Text `yaml:"facts,required"`
	Engine    int           `yaml:"engine,required"`
}

type questionFile struct {
	Question yamlfile.Text              `yaml:"question,required"`
	Matrix   map[string][]yamlfile.Text `yaml:"matrix"`
	Clauses  []clauseFile               `yaml:"clauses,required"`
}

type messagesYAML struct {
	Messages map[string]message `yaml:"messages,required"`
}

// Load reads, compiles and checks a bundle. Everything wrong with it is one
// error, yamlfile.Complaints, each with its place; a bundle with a complaint
// does not load at all. Its test cases are read but not run; see Test.
func Load(dir fs.FS) (*Bundle, error) {
	var cs yamlfile.Complaints
	files, err := readFiles(dir, &cs)
	if err != nil {
		return nil, err
	}
	return load(files, cs)
}

// LoadFiles is Load for a bundle whose files, by name, are kept elsewhere.
func LoadFiles(files map[string][]byte) (*Bundle, error) {
	total := 0
	for _, data := range files {
		total += len(data)
	}
	var cs yamlfile.Complaints
	if total > maxBundle {
		cs.Add(yamlfile.Pos{File: bundleFile}, "makes the bundle larger than %d KiB", maxBundle>>10)
		return nil, cs.Err()
	}
	return load(files, cs)
}

// Files reads the files of a bundle by name, as LoadFiles takes them.
func Files(dir fs.FS) (map[string][]byte, error) {
	var cs yamlfile.Complaints
	files, err := readFiles(dir, &cs)
	if err != nil {
		return nil, err
	}
	return files, cs.Err()
}

func load(files map[string][]byte, cs yamlfile.Complaints) (*Bundle, error) {
	b := &Bundle{identity: identify(files), questions: make(map[string]*compiled), builtin: make(map[string]Reason)}
	var head bundleHead
	if data, ok := need(files, bundleFile, &cs); ok {
		cs = append(cs, yamlfile.Decode(bundleFile, data, &head)...)
		if head.Facts.Value != FactsVersion {
			cs.Add(head.Facts.At, "facts %q are not those of this engine, %q", head.Facts.Value, FactsVersion)
		}
		if head.Engine > EngineVersion {
			cs.Add(yamlfile.Pos{File: bundleFile, Line: 1, Column: 1}, "needs engine %d and this is %d", head.Engine, EngineVersion)
		}
	}
	b.Name, b.Version, b.Effective = head.Name, head.Version, head.Effective

	var texts messagesYAML
	if data, ok := need(files, messagesFile, &cs); ok {
		cs = append(cs, yamlfile.Decode(messagesFile, data, &texts)...)
	}
	var english messagesYAML
	if data, ok := files[englishFile]; ok {
		cs = append(cs, yamlfile.Decode(englishFile, data, &english)...)
		sameMessages(texts.Messages, english.Messages, &cs)
	}
	if data, ok := need(files, sourcesFile, &cs); ok {
		cs = append(cs, yamlfile.Decode(sourcesFile, data, &b.sources)...)
		b.sources.check(&cs)
	}
	used := make(map[string]bool)
	for _, code := range builtin {
		m, ok := texts.Messages[code]
		if !ok {
			cs.Add(yamlfile.Pos{File: messagesFile, Line: 1, Column: 1}, "the message of %s is missing", code)
		}
		m.check(code, true, &cs)
		used[code] = true
		e := english.Messages[code]
		b.builtin[code] = Reason{Code: code, Text: m.Text, Next: m.Next, English: Words{e.Text, e.Next}}
	}
	for _, q := range questions {
		name := q.name + ".yaml"
		if data, ok := need(files, name, &cs); ok {
			b.questions[q.name] = loadQuestion(q, name, data, told{texts.Messages, english.Messages, &b.sources}, used, &cs)
		}
	}
	for code, m := range texts.Messages {
		if !used[code] {
			cs.Add(m.At, "no clause gives %s", code)
		}
		b.codes = append(b.codes, code)
	}
	slices.Sort(b.codes)
	for name, data := range files {
		if path.Dir(name) == testsDir {
			b.cases = append(b.cases, loadCases(name, data, &cs)...)
		}
	}
	sortCases(b.cases)
	if err := cs.Err(); err != nil {
		return nil, err
	}
	return b, nil
}

// readFiles takes the YAML files of the bundle and complains about anything
// else, so that what is hashed is what is used.
func readFiles(dir fs.FS, cs *yamlfile.Complaints) (map[string][]byte, error) {
	files := make(map[string][]byte)
	total := 0
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && name != testsDir {
				cs.Add(yamlfile.Pos{File: name}, "is a folder that a bundle does not have")
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".yaml" {
			if path.Ext(name) != ".go" { // the default bundle lies in a Go package
				cs.Add(yamlfile.Pos{File: name}, "is not part of a bundle")
			}
			return nil
		}
		if info, err := d.Info(); err != nil || !info.Mode().IsRegular() {
			cs.Add(yamlfile.Pos{File: name}, "is not an ordinary file")
			return nil
		} else if total += int(min(info.Size(), maxBundle+1)); total > maxBundle {
			cs.Add(yamlfile.Pos{File: name}, "makes the bundle larger than %d KiB", maxBundle>>10)
			return fs.SkipAll
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		files[name] = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the bundle: %w", err)
	}
	return files, nil
}

func need(files map[string][]byte, name string, cs *yamlfile.Complaints) ([]byte, bool) {
	data, ok := files[name]
	if !ok {
		cs.Add(yamlfile.Pos{File: name}, "is missing")
	}
	return data, ok
}

func loadQuestion(q question, name string, data []byte, told told, used map[string]bool, cs *yamlfile.Complaints) *compiled {
	var f questionFile
	*cs = append(*cs, yamlfile.Decode(name, data, &f)...)
	if f.Question.Value != q.name {
		cs.Add(f.Question.At, "question must be %s", q.name)
	}
	out := &compiled{question: q}
	if len(f.Clauses) > maxClauses {
		cs.Add(f.Clauses[maxClauses].At, "there are %d clauses; the most is %d", len(f.Clauses), maxClauses)
		return out
	}
	if len(f.Clauses) == 0 {
		cs.Add(yamlfile.Pos{File: name, Line: 1, Column: 1}, "there are no clauses")
	}
	envs := make(map[bool]*cel.Env)
	for _, withPart := range []bool{false, true} {
		env, err := environment(q, withPart)
		if err != nil {
			cs.Add(yamlfile.Pos{File: name, Line: 1, Column: 1}, "the environment of CEL does not start: %s", err)
			return out
		}
		envs[withPart] = env
	}
	whole := true
	for _, cf := range f.Clauses {
		used[cf.Code] = true
		c, ok := cf.build(q, envs, told, cs)
		if !ok {
			whole = false
			continue
		}
		out.clauses = append(out.clauses, c)
		if c.per == perDocument {
			out.document = append(out.document, c)
		} else {
			out.parts = append(out.parts, c)
		}
	}
	out.nameTwins(cs)
	if q.part != nil {
		out.checkMatrix(f.Matrix, name, whole, cs)
	} else if f.Matrix != nil {
		cs.Add(yamlfile.Pos{File: name, Line: 1, Column: 1}, "only the share question has a matrix")
	}
	return out
}

// nameTwins gives clauses of one code a name of their own and complains where
// both could apply: which one decided would then be a matter of chance.
func (q *compiled) nameTwins(cs *yamlfile.Complaints) {
	for i, c := range q.clauses {
		twins := 0
		for j, o := range q.clauses {
			if o.code != c.code {
				continue
			}
			twins++
			if j < i && c.sel.overlaps(&o.sel) {
				cs.Add(c.at, "%s applies to the same facts as the %s at line %d", c.code, o.code, o.at.Line)
			}
		}
		if twins > 1 {
			c.id = fmt.Sprintf("%s:%d", c.code, c.at.Line)
		}
	}
}

// checkMatrix complains about every cell of the matrix without a clause and
// every cell with two. Where not all clauses could be built, whole is false and
// a cell without one says nothing: one mistake would be told a hundred times.
func (q *compiled) checkMatrix(sel map[string][]yamlfile.Text, file string, whole bool, cs *yamlfile.Complaints) {
	at := yamlfile.Pos{File: file, Line: 1, Column: 1}
	if len(sel) == 0 {
		cs.Add(at, "matrix is missing: say for which facts there must be a cell")
		return
	}
	m := newSelection(q.name, sel, at, cs)
	q.matrix = &m
	dims := dimensions[q.name]
	var walk func(d int, k key, words []string)
	walk = func(d int, k key, words []string) {
		if d == len(dims) {
			var hit []*clause
			for _, c := range q.parts {
				if c.per == perCell && c.sel.has(k) {
					hit = append(hit, c)
				}
			}
			switch {
			case len(hit) == 0 && whole:
				cs.Add(at, "no clause is the cell of %s", strings.Join(words, ", "))
			case len(hit) > 1:
				cs.Add(hit[1].at, "%s and %s are both the cell of %s", hit[0].code, hit[1].code, strings.Join(words, ", "))
			}
			return
		}
		for i, v := range valuesOf(q.name, dims[d]) {
			if m[d]>>i&1 == 1 {
				k[d] = uint8(i) //nolint:gosec // a handful
				walk(d+1, k, append(slices.Clone(words), v))
			}
		}
	}
	walk(0, key{}, nil)
	for _, c := range q.clauses {
		if c.rule == ruleOfCell && c.per != perKind {
			cs.Add(c.at, "rule cell is for a clause per kind")
		}
	}
}
