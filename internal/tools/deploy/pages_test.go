package deploy

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryFileHasALicence(t *testing.T) {
	wrong, err := judgeLicences(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wrong {
		t.Error(w)
	}
	if mustRead(t, "LICENSE") != mustRead(t, "LICENSES/EUPL-1.2.txt") {
		t.Error("LICENSE is not the text in LICENSES")
	}
}

func TestAFileWithoutALicenceIsSeen(t *testing.T) {
	whole := "version = 1\n[[annotations]]\npath = [\"**.go\", \"docs/*\"]\nprecedence = \"aggregate\"\nSPDX-FileCopyrightText = \"us\"\nSPDX-License-Identifier = \"EUPL-1.2\"\n"
	for name, test := range map[string]struct {
		reuse string
		files []string
		wrong int
	}{
		"all covered":           {whole, []string{"a.go", "b/c.go", "docs/x", "LICENSES/EUPL-1.2.txt"}, 0},
		"another kind of file":  {whole, []string{"a.go", "b.css", "LICENSES/EUPL-1.2.txt"}, 1},
		"a deeper folder":       {whole, []string{"docs/y/x", "LICENSES/EUPL-1.2.txt"}, 1},
		"no text":               {whole, []string{"a.go", "LICENSES/.keep"}, 2},
		"a text too many":       {whole, []string{"a.go", "LICENSES/EUPL-1.2.txt", "LICENSES/MIT.txt"}, 1},
		"nobody's":              {strings.Replace(whole, `"us"`, `""`, 1), []string{"a.go", "LICENSES/EUPL-1.2.txt"}, 1},
		"a version of tomorrow": {strings.Replace(whole, "version = 1", "version = 2", 1), []string{"a.go", "LICENSES/EUPL-1.2.txt"}, 1},
	} {
		dir := t.TempDir()
		mustWrite(t, filepath.Join(dir, "REUSE.toml"), test.reuse)
		for _, f := range test.files {
			mustWrite(t, filepath.Join(dir, f), "x")
		}
		if wrong, err := judgeLicences(dir); err != nil || len(wrong) != test.wrong {
			t.Errorf("%s: %q, %v; want %d", name, wrong, err, test.wrong)
		}
	}
	dir := t.TempDir()
	mustWrite(t, filepath.Join(dir, "REUSE.toml"), whole)
	mustWrite(t, filepath.Join(dir, "LICENSES/EUPL-1.2.txt"), "x")
	mustWrite(t, filepath.Join(dir, "x.css"), "/* SPDX-License-"+"Identifier: MIT */")
	if wrong, err := judgeLicences(dir); err != nil || len(wrong) != 1 || !strings.HasPrefix(wrong[0], "MIT:") {
		t.Errorf("a file of another licence: %q, %v", wrong, err)
	}
}

func TestPubliccodeIsValid(t *testing.T) {
	text := mustRead(t, "publiccode.yml")
	for _, wrong := range judgePubliccode(text) {
		t.Error(wrong)
	}
	for name, change := range map[string][2]string{
		"another version":      {`"0.4"`, `"9.9"`},
		"an unknown field":     {"name: convenantbot", "naam: convenantbot"},
		"an unknown status":    {"developmentStatus: development", "developmentStatus: almost"},
		"an unknown category":  {"  - compliance-management", "  - magic"},
		"an unknown scope":     {"    - welfare", "    - cats"},
		"no licence":           {"license: EUPL-1.2", `license: ""`},
		"nobody to turn to":    {"    - name: De onderhouders van convenantbot", "    []"},
		"a short text":         {"      Een bot in de chat", "      " + strings.Repeat("lang ", 40)},
		"no address":           {`url: "https://github.com/convenantbot/convenantbot"`, `url: ""`},
		"a language that's no": {"    - en", "    - English!"},
	} {
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Errorf("%s: publiccode.yml has no %q", name, change[0])
		} else if len(judgePubliccode(changed)) == 0 {
			t.Errorf("%s: nothing was seen", name)
		}
	}
}

func TestTheListOfChangesIsInOrder(t *testing.T) {
	text := mustRead(t, "CHANGELOG.md")
	for _, wrong := range judgeChanges(text) {
		t.Error(wrong)
	}
	good := "# x\n\n## Not released\n\n### New\n\n- A.\n\n## v1.1.0 · 2026-12-01\n\n### Changed\n\n- B.\n\n## v1.0.0 · 2026-11-01\n\n### Put right\n\n- C.\n"
	if wrong := judgeChanges(good); len(wrong) > 0 {
		t.Errorf("a good list: %q", wrong)
	}
	for name, change := range map[string][2]string{
		"older first":       {"2026-12-01", "2026-10-01"},
		"a day that is not": {"2026-12-01", "2026-13-01"},
		"no date":           {"v1.1.0 · 2026-12-01", "v1.1.0"},
		"an unknown part":   {"### Changed", "### Stuff"},
		"an empty part":     {"- B.\n", ""},
		"no sentence":       {"- C.", "- C"},
		"not released last": {"## v1.0.0 · 2026-11-01", "## Not released"},
	} {
		if len(judgeChanges(strings.Replace(good, change[0], change[1], 1))) == 0 {
			t.Errorf("%s: nothing was seen", name)
		}
	}
}

// pages are the pages in Markdown that people read.
func pages(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && slices.Contains([]string{".git", "dist", "node_modules", "testdata", "data"}, e.Name()) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			rel, err := filepath.Rel(root, path)
			out = append(out, rel)
			return err
		}
		return nil
	})
	if err != nil || len(out) < 20 {
		t.Fatalf("%d pages, %v", len(out), err)
	}
	return out
}

func TestNoPageLeadsNowhere(t *testing.T) {
	for _, page := range pages(t) {
		for _, dead := range deadLinks(root, page, mustRead(t, page)) {
			t.Error(dead)
		}
	}
	if got := deadLinks(root, "README.md", "[a](no.md) [b](LICENSE) [c](https://example.org/x) [d](#here) [e](deploy/docs/backup.md#x)"); !slices.Equal(got, []string{"README.md: no.md"}) {
		t.Errorf("deadLinks = %q", got)
	}
}

// Every name in capitals of ours that a page or a file of deploy mentions is a
// setting, or is known to the program in another way.
func TestEverySettingThatIsMentionedExists(t *testing.T) {
	known := mustRun(t, nil, mustProgram(t), "help", "config")
	elsewhere := []string{"CONVENANTBOT_CONFIG", "CONVENANTBOT_MATTERMOST"}
	files := pages(t)
	for _, more := range []string{"compose.yaml", "compose.bot.yaml", "image/Dockerfile", "systemd/convenantbot.service", "compose/convenantbot.yaml", "helm/convenantbot/values.yaml"} {
		files = append(files, "deploy/"+more)
	}
	for _, file := range files {
		for _, name := range regexp.MustCompile(`CONVENANTBOT_[A-Z_]+`).FindAllString(mustRead(t, file), -1) {
			if !strings.Contains(known, "Omgeving: "+name+"\n") && !slices.Contains(elsewhere, name) && !strings.HasPrefix(name, "CONVENANTBOT_TEST_") {
				t.Errorf("%s mentions %s, and there is no such setting", file, name)
			}
		}
	}
}

func TestUpgradingNamesEveryMigration(t *testing.T) {
	page := mustRead(t, "deploy/docs/upgrading.md")
	rows := regexp.MustCompile("(?m)^\\| `([0-9]{5}_[a-z_]+)` \\|").FindAllStringSubmatch(page, -1)
	var told []string
	for _, row := range rows {
		told = append(told, row[1])
	}
	if !slices.IsSorted(told) {
		t.Error("the migrations are not told in their order")
	}
	for _, dialect := range []string{"sqlite", "postgres"} {
		entries, err := os.ReadDir(filepath.Join(root, "adapters/sqlstore/migrations", dialect))
		if err != nil {
			t.Fatal(err)
		}
		var there []string
		for _, e := range entries {
			there = append(there, strings.TrimSuffix(e.Name(), ".sql"))
		}
		for _, m := range there {
			if !slices.Contains(told, m) {
				t.Errorf("%s has %s: say in deploy/docs/upgrading.md what it does, and what it asks of an operator", dialect, m)
			}
		}
		for _, m := range told {
			if !slices.Contains(there, m) {
				t.Errorf("upgrading.md tells of %s, and %s has it not", m, dialect)
			}
		}
	}
}

func TestDecisionsAreNumberedAndDated(t *testing.T) {
	dir := "deploy/docs/decisions"
	index := mustRead(t, dir+"/README.md")
	entries, err := os.ReadDir(filepath.Join(root, dir))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entries {
		if e.Name() == "README.md" {
			continue
		}
		text := mustRead(t, dir+"/"+e.Name())
		found := regexp.MustCompile(`^# ([0-9]{4}) (.+)\n\nDate: ([0-9]{4}-[0-9]{2}-[0-9]{2}) · Status: (holds|replaced by [0-9]{4})\n`).FindStringSubmatch(text)
		if found == nil || !strings.HasPrefix(e.Name(), found[1]+"-") {
			t.Errorf("%s has no number, title, date and status at its top", e.Name())
			continue
		}
		if want := "[" + found[1] + "](" + e.Name() + ") | " + found[2] + " | " + found[3] + " |"; !strings.Contains(index, want) {
			t.Errorf("the list has no line %s", want)
		}
		for _, part := range []string{"## What made us decide", "## Decision", "## What it costs"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s has no part %s", e.Name(), part)
			}
		}
		if n := len(strings.Fields(text)); n > 250 || n < 50 {
			t.Errorf("%s has %d words (entry %d)", e.Name(), n, i)
		}
	}
}

func TestWhoFindsAWeaknessKnowsWhereToGoAndWhatFollows(t *testing.T) {
	page := mustRead(t, "SECURITY.md")
	for _, want := range []string{"Report a vulnerability", "within 3 working days", "within 90 days", "72 hours", "deploy/security.md"} {
		if !strings.Contains(page, want) {
			t.Errorf("SECURITY.md says nothing of %s", want)
		}
	}
	if !strings.Contains(mustRead(t, "CONTRIBUTING.md"), "SECURITY.md") || !strings.Contains(mustRead(t, "CONTRIBUTING.md"), "CODE_OF_CONDUCT.md") {
		t.Error("CONTRIBUTING.md does not lead there")
	}
}
