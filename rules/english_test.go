package rules

import (
	"maps"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/rules/bundle"
)

func TestEveryReasonOfTheDefaultBundleIsThereInEnglish(t *testing.T) {
	b, err := Load(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	look := func(r Reason) {
		t.Helper()
		looked++
		if (r.Text == "") != (r.English.Text == "") || (r.Next == "") != (r.English.Next == "") || r.Text != "" && r.Text == r.English.Text {
			t.Errorf("%s in English: %+v of %q and %q", r.Code, r.English, r.Text, r.Next)
		}
	}
	for _, q := range b.questions {
		for _, c := range q.clauses {
			look(c.reason)
			look(c.ground)
		}
	}
	for _, r := range b.builtin {
		look(r)
	}
	if looked < 60 {
		t.Fatalf("only %d reasons were looked at", looked)
	}
}

// TestHalfATranslationIsNoTranslation takes something away from the English, or adds
// to it, and hears what is wrong.
func TestHalfATranslationIsNoTranslation(t *testing.T) {
	whole, err := Files(bundle.FS)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ from, to, want string }{
		"a message less":         {"  M22:\n", "  M99:\n", "the message of M22 is missing"},
		"a message of its own":   {"  M22:\n", "  M99:\n", "M99 has no message in messages.nl.yaml"},
		"without the way out":    {"    next: Record why it is necessary.\n", "", "the message of M22 has no next, and in Dutch it has"},
		"a way out that is none": {"    text: Nothing is due yet.\n", "    text: Nothing is due yet.\n    next: Wait.\n", "the message of waiting has a next that it does not have in Dutch"},
		"an empty yes":           {"    allowed: The consent for sensitive data is complete.\n", "    allowed: \" \"\n", "has no allowed, and in Dutch it has"},
		"no YAML":                {"messages:\n", "messages: [\n", englishFile},
	} {
		t.Run(name, func(t *testing.T) {
			files := maps.Clone(whole)
			english := strings.Replace(string(whole[englishFile]), test.from, test.to, 1)
			if english == string(whole[englishFile]) {
				t.Fatalf("%q is not in %s", test.from, englishFile)
			}
			files[englishFile] = []byte(english)
			if _, err := LoadFiles(files); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("LoadFiles: %v, want %q", err, test.want)
			}
			delete(files, englishFile)
			if _, err := LoadFiles(files); err != nil {
				t.Errorf("without any English: %v", err)
			}
		})
	}
}
