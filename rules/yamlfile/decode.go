package yamlfile

import (
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Text is a string that remembers where it stands, for complaints about what
// is written inside it.
type Text struct {
	Value string
	At    Pos
}

var (
	posType  = reflect.TypeFor[Pos]()
	textType = reflect.TypeFor[Text]()
	nodeType = reflect.TypeFor[yaml.Node]()
)

// Decode fills into, a pointer to a struct, from one YAML document. Fields are
// named by their yaml tag; "name,required" must be present. Unknown and
// repeated fields, wrong types, anchors and a second document are complaints.
// What could be read is filled in even then, so that a caller can go on and
// find more.
//
// Strings, bools, ints, Text, structs, yaml.Node for what is read later, and slices and string-keyed maps of
// those are understood. A single string stands for a list of one.
func Decode(file string, data []byte, into any) Complaints {
	d := &decoder{file: file}
	dec := yaml.NewDecoder(strings.NewReader(string(data)))
	var doc yaml.Node
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			d.cs.Add(Pos{file, 1, 1}, "the file is empty")
			return d.cs
		}
		d.cs.Add(Pos{file, lineOf(err), 1}, "is not YAML: %s", plain(err))
		return d.cs
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		d.cs.Add(Pos{file, max(more.Line, 1), 1}, "only one document may stand in a file")
	}
	if len(doc.Content) != 1 {
		d.cs.Add(Pos{file, 1, 1}, "the file is empty")
		return d.cs
	}
	d.value(doc.Content[0], reflect.ValueOf(into).Elem(), "the file")
	return d.cs
}

type decoder struct {
	file string
	cs   Complaints
}

func (d *decoder) at(n *yaml.Node) Pos { return Pos{d.file, n.Line, n.Column} }

func (d *decoder) value(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		d.cs.Add(d.at(n), "anchors and aliases are not used here; write %s out", what)
		return
	}
	if v.Type() == nodeType {
		v.Set(reflect.ValueOf(*n))
		return
	}
	if v.Type() == textType {
		if s, ok := d.scalar(n, what); ok {
			at := d.at(n)
			if n.Style == yaml.SingleQuotedStyle || n.Style == yaml.DoubleQuotedStyle {
				at.Column++ // what is written starts after the quote
			}
			v.Set(reflect.ValueOf(Text{Value: s, At: at}))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		d.mapping(n, v, what)
	case reflect.Slice:
		d.list(n, v, what)
	case reflect.Map:
		d.table(n, v, what)
	case reflect.String:
		if s, ok := d.scalar(n, what); ok {
			v.SetString(s)
		}
	case reflect.Bool:
		switch {
		case n.Kind == yaml.ScalarNode && n.Tag == "!!bool" && (n.Value == "true" || n.Value == "false"):
			v.SetBool(n.Value == "true")
		default:
			d.cs.Add(d.at(n), "%s must be true or false", what)
		}
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || err != nil {
			d.cs.Add(d.at(n), "%s must be a whole number", what)
			return
		}
		v.SetInt(int64(i))
	default:
		panic("yamlfile: cannot fill " + v.Type().String())
	}
}

// scalar accepts what a person would call text; numbers and booleans without
// quotes are accepted as their text, null is not.
func (d *decoder) scalar(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Tag == "!!binary" {
		d.cs.Add(d.at(n), "%s must be text", what)
		return "", false
	}
	return n.Value, true
}

func (d *decoder) list(n *yaml.Node, v reflect.Value, what string) {
	items := n.Content
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" && v.Type().Elem().Kind() != reflect.Struct || n.Kind == yaml.ScalarNode && v.Type().Elem() == textType {
		items = []*yaml.Node{n}
	} else if n.Kind != yaml.SequenceNode {
		d.cs.Add(d.at(n), "%s must be a list", what)
		return
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.value(item, out.Index(i), "an item of "+what)
	}
	v.Set(out)
}

func (d *decoder) table(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.MappingNode {
		d.cs.Add(d.at(n), "%s must be a mapping", what)
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			d.cs.Add(d.at(key), "a key of %s must be text", what)
			continue
		}
		k := reflect.ValueOf(key.Value).Convert(v.Type().Key())
		if out.MapIndex(k).IsValid() {
			d.cs.Add(d.at(key), "%q stands twice in %s", key.Value, what)
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(n.Content[i+1], item, strconv.Quote(key.Value))
		if item.Kind() == reflect.Struct {
			if f := item.FieldByName("At"); f.IsValid() && f.Type() == posType {
				f.Set(reflect.ValueOf(d.at(key)))
			}
		}
		out.SetMapIndex(k, item)
	}
	v.Set(out)
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.MappingNode {
		d.cs.Add(d.at(n), "%s must be a mapping", what)
		return
	}
	fields := make(map[string]reflect.Value)
	required := make(map[string]bool)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Name == "At" && f.Type == posType {
			v.Field(i).Set(reflect.ValueOf(d.at(n)))
			continue
		}
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields[name] = v.Field(i)
		required[name] = opts == "required"
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		f, known := fields[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode || !known:
			d.cs.Add(d.at(key), "unknown field %q", key.Value)
		case seen[key.Value]:
			d.cs.Add(d.at(key), "field %q stands twice", key.Value)
		default:
			seen[key.Value] = true
			d.value(n.Content[i+1], f, strconv.Quote(key.Value))
		}
	}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if required[name] && !seen[name] {
			d.cs.Add(d.at(n), "field %q is missing", name)
		}
	}
}

// lineOf finds the line in an error of the YAML library, which gives it only
// as text; 1 when there is none.
func lineOf(err error) int {
	_, rest, found := strings.Cut(err.Error(), "line ")
	if !found {
		return 1
	}
	digits, _, _ := strings.Cut(rest, ":")
	if n, err := strconv.Atoi(digits); err == nil && n > 0 {
		return n
	}
	return 1
}

func plain(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if strings.HasPrefix(text, "line ") {
		if _, rest, ok := strings.Cut(text, ": "); ok {
			return rest
		}
	}
	return text
}
