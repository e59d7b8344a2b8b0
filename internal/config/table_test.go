package config

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// leaves are the fields of c that hold a value, each with what it holds now.
func leaves(c Config) map[string]string {
	out := map[string]string{}
	var walk func(name string, v reflect.Value)
	walk = func(name string, v reflect.Value) {
		if s, ok := v.Interface().(Secret); ok {
			out[name] = "none"
			if s != nil {
				out[name] = s()
			}
			return
		}
		if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[netip.Prefix]() {
			for i := range v.NumField() {
				walk(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
			return
		}
		out[name] = fmt.Sprint(v.Interface())
	}
	walk("Config", reflect.ValueOf(c))
	return out
}

// probes are values of which every setting takes at least one that is no default.
func probes(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	more := filepath.Join(t.TempDir(), "more")
	if err := os.Mkdir(more, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(more, "noord.token"), []byte("xoxb-1"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{
		more, "xoxb-1", "xapp-1", "xoxp-1", "xoxe-1-a", "U0123ABCD",
		"true", "false", "7", "0.3", "https://a.example.org", "127.0.0.1:9", "a:1", file, filepath.Dir(file), "/some/where", "debug", "woord", "s3",
		master, "a@example.org", "10.0.0.0/8", "abcdefghijklmnopqrstuvwxy1", "postgres://h/d", "hcvault://a:1/b/keys/c", strings.Repeat("b", minBridge),
	}
}

func TestEverySettingFillsOneFieldAndEveryFieldHasOneSetting(t *testing.T) {
	filled := map[string]string{}
	for _, s := range Table() {
		changed := ""
		for _, value := range probes(t) {
			var c Config
			if s.Default == value || s.set(&c, s.Default) != nil {
				continue
			}
			before := leaves(c)
			if s.set(&c, value) != nil {
				continue
			}
			for name, now := range leaves(c) {
				if before[name] == now || changed == name {
					continue
				}
				if changed != "" {
					t.Errorf("%s fills %s and %s", s.Name, changed, name)
				}
				changed = name
			}
		}
		if changed == "" {
			t.Errorf("%s fills nothing, or takes none of the values that this test tries: add one to probes", s.Name)
			continue
		}
		if other := filled[changed]; other != "" {
			t.Errorf("%s and %s both fill %s", other, s.Name, changed)
		}
		filled[changed] = s.Name
	}
	for name := range leaves(Config{}) {
		if filled[name] == "" {
			t.Errorf("no setting fills %s", name)
		}
	}
}

func TestTheSampleAndTheHelpHaveEverySettingOnceWithItsMeaningAndDefault(t *testing.T) {
	sample, help := "\n"+Sample(), "\n"+Reference()
	flat := func(text string) string {
		return strings.Join(strings.Fields(strings.ReplaceAll(text, "#", " ")), " ")
	}
	for _, s := range Table() {
		last := s.Name[strings.LastIndex(s.Name, ".")+1:]
		if !regexp.MustCompile(`\n *#` + regexp.QuoteMeta(fmt.Sprintf("%s: %q", last, s.Default)) + `\n`).MatchString(sample) {
			t.Errorf("the sample has no %s with its default %q", s.Name, s.Default)
		}
		if n := strings.Count(help, "\n"+s.Name+"\n"); n != 1 {
			t.Errorf("the help has %s %d times", s.Name, n)
		}
		for place, text := range map[string]string{"the sample": flat(sample), "the help": flat(help)} {
			for _, part := range []string{s.Meaning, s.Limits, s.Unit, s.Env()} {
				if !strings.Contains(text, flat(part)) {
					t.Errorf("%s says of %s nothing of: %s", place, s.Name, part)
				}
			}
		}
		if s.Default != "" && !strings.Contains(help, "Standaard: "+s.Default+"\n") {
			t.Errorf("the help has no default %q for %s", s.Default, s.Name)
		}
	}
	if got, want := strings.Count(sample, "\n# Omgeving: ")+strings.Count(sample, "\n  # Omgeving: "), len(Table()); got != want {
		t.Errorf("the sample has %d settings, the table %d", got, want)
	}
}

func TestSectionsStandTogether(t *testing.T) {
	var sections []string
	for _, s := range Table() {
		section, _, grouped := strings.Cut(s.Name, ".")
		if !grouped || len(sections) > 0 && sections[len(sections)-1] == section {
			continue
		}
		if slices.Contains(sections, section) {
			t.Errorf("%s stands apart from its section: the sample would have %s: twice, which is no YAML", s.Name, section)
		}
		sections = append(sections, section)
	}
}

func TestANameThatDoesNotExistIsToldTheNearest(t *testing.T) {
	tests := []struct{ name, want string }{
		{"mattermost.ulr", "mattermost.url"},
		{"mattermost.admintoken", "mattermost.admin_token"},
		{"retention.break_count", "retention.brake_count"},
		{"brake_count", "retention.brake_count"},
		{"regio", "region"},
		{"pages.proxy", "pages.proxies"},
		{"chat.bridge_secret", "mattermost.bridge_secret"},
		{"key.masters", "key.master"},
		{"url", ""}, // several have one
		{"kleur", ""},
		{"slaap.uren", ""},
		{"", ""},
	}
	for _, test := range tests {
		if got := nearest(test.name); got != test.want {
			t.Errorf("nearest(%q) = %q, want %q", test.name, got, test.want)
		}
	}
	_, err := Load(mustWrite(t, 0o600, "mattermost:\n  ulr: https://a.example.org\n"), append(slices.Clone(minimal),
		"CONVENANTBOT_LOG_LEVL=debug", "CONVENANTBOT_KLEUR_VAN_DE_BOT=groen"))
	if err == nil {
		t.Fatal("Load took names that there are not")
	}
	for _, want := range []string{
		"mattermost.ulr: there is no such setting; did you mean mattermost.url?",
		"CONVENANTBOT_LOG_LEVL: there is no such setting; did you mean CONVENANTBOT_LOG_LEVEL?",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant: %s", err, want)
		}
	}
	if !strings.Contains(err.Error()+"\n", "CONVENANTBOT_KLEUR_VAN_DE_BOT: there is no such setting\n") {
		t.Errorf("%v\nwant no guess for what is near nothing", err)
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"url", "ulr", 1}, {"url", "url", 0}, {"abc", "axc", 1}, {"kitten", "sitting", 3}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
