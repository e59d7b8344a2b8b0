package config

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"
	syntax "go.yaml.in/yaml/v3"
)

// prefix starts every name in the environment.
const prefix = "CONVENANTBOT_"

// elsewhere are names with our prefix that others read: the path of the file,
// failpoints, and what the tests need (all that starts with TEST_).
var elsewhere = []string{prefix + "CONFIG", prefix + "FAULT"}

// Mistake is one thing that is wrong with the settings.
type Mistake struct {
	Name     string // of the setting, or of the file
	Sentence string // never with the value of a secret in it
}

// Error names the setting first, since that is what has to be fixed.
func (m *Mistake) Error() string { return m.Name + ": " + m.Sentence }

// Load reads the settings from the file at path, over the defaults and under
// the environment, given as os.Environ gives it. An empty path is no file.
//
// The error joins a *Mistake for each thing that is wrong; the Config is then
// empty. Nothing else is wrong with the returned Config but what only its users
// can judge, such as whether a region exists.
func Load(path string, environ []string) (Config, error) {
	var mistakes []error
	report := func(name, sentence string) {
		mistakes = append(mistakes, &Mistake{name, sentence})
	}

	table := Table()
	ko := koanf.New(".")
	for _, s := range table {
		if err := ko.Set(s.Name, s.Default); err != nil {
			return Config{}, fmt.Errorf("settings: default of %s: %w", s.Name, err)
		}
	}
	fromFile := readFile(path, ko, report)
	readEnvironment(environ, ko, report)

	var c Config
	for _, s := range table {
		value, err := plain(ko.Get(s.Name))
		if err != nil {
			report(s.Name, err.Error())
			// Set to what does no harm, so that checking can go on.
			value = s.Default
		}
		if err := s.set(&c, value); err != nil {
			report(s.Name, err.Error())
		}
		if s.Secret && fromFile[s.Name] && !safeInFile(s, value, path) {
			report(s.Name, fmt.Sprintf("stands in %s, which others can read: chmod 600 it, or write file:PATH", path))
		}
	}
	together(c, report)
	if len(mistakes) > 0 {
		return Config{}, errors.Join(mistakes...)
	}
	return c, nil
}

// readFile lays the file over ko and returns the names that it set.
func readFile(path string, ko *koanf.Koanf, report func(name, sentence string)) map[string]bool {
	set := map[string]bool{}
	if path == "" {
		return set
	}
	own := koanf.New(".")
	if err := own.Load(file.Provider(path), yaml.Parser()); err != nil {
		report(path, err.Error())
		return set
	}
	for _, name := range own.Keys() {
		value := own.Get(name)
		if written, ok := asWritten(path, name); ok && isSecret(name) {
			value = written // a key of digits alone is no number
		}
		switch {
		case known(name):
			// A name without a value, with everything after it commented out,
			// keeps its default.
			if value == nil {
				continue
			}
			set[name] = true
			if err := ko.Set(name, value); err != nil {
				report(name, err.Error())
			}
		case isSection(name) && empty(value):
		default:
			report(name, "there is no such setting"+hint(nearest(name)))
		}
	}
	return set
}

// asWritten is the text of one value in the file, whatever YAML takes it for.
func asWritten(path, name string) (string, bool) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	var at syntax.Node
	if syntax.Unmarshal(data, &at) != nil || len(at.Content) == 0 {
		return "", false
	}
	node := at.Content[0]
	for part := range strings.SplitSeq(name, ".") {
		var next *syntax.Node
		if node.Kind == syntax.MappingNode {
			for i := 0; i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == part {
					next = node.Content[i+1]
				}
			}
		}
		if next == nil {
			return "", false
		}
		node = next
	}
	return node.Value, node.Kind == syntax.ScalarNode && node.Tag != "!!null"
}

func isSecret(name string) bool {
	return slices.ContainsFunc(Table(), func(s Setting) bool { return s.Name == name && s.Secret })
}

// readEnvironment lays the environment over ko.
func readEnvironment(environ []string, ko *koanf.Koanf, report func(name, sentence string)) {
	names := map[string]string{}
	for _, s := range Table() {
		names[s.Env()] = s.Name
	}
	provider := env.Provider(".", env.Opt{
		Prefix:      prefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			setting, ok := names[name]
			if !ok && !slices.Contains(elsewhere, name) && !strings.HasPrefix(name, prefix+"TEST_") {
				report(name, "there is no such setting"+hint(nearestEnv(name, names)))
			}
			return setting, value
		},
	})
	if err := ko.Load(provider, nil); err != nil {
		report("environment", err.Error())
	}
}

// plain returns a value from a file or the environment as text. Lists and
// sections are an error.
func plain(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	default:
		return "", errors.New("want one value; put it in quotes if it is text")
	}
}

// safeInFile says whether a secret may stand as it is in the settings file:
// as a reference, as the default, or because nobody else can read the file.
func safeInFile(s Setting, value, path string) bool {
	if value == s.Default || strings.HasPrefix(value, "file:") || strings.HasPrefix(value, "sqlite:") {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode().Perm()&0o077 == 0
}

func known(name string) bool {
	return slices.ContainsFunc(Table(), func(s Setting) bool { return s.Name == name })
}

func isSection(name string) bool {
	return slices.ContainsFunc(Table(), func(s Setting) bool { return strings.HasPrefix(s.Name, name+".") })
}

func empty(value any) bool {
	section, ok := value.(map[string]any)
	return value == nil || (ok && len(section) == 0)
}

func envName(name string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(name, ".", "_"))
}
