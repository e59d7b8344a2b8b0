package main

import (
	"debug/buildinfo"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crypto/rand"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"golang.org/x/mod/sumdb/note"
)

// mustFolder makes a folder with a program in it, this test, and another file.
func mustFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	raw, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, "convenantbot-linux-amd64"), string(raw), 0o755)
	mustWrite(t, filepath.Join(dir, "man", "convenantbot.1"), ".TH", 0o644)
	return dir
}

func mustWrite(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

func mustKey(t *testing.T, name string) (file, public string) {
	t.Helper()
	secret, public, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(t.TempDir(), "key")
	mustWrite(t, file, secret+"\n"+public+"\n", 0o600)
	return file, public
}

func TestAFolderThatIsNotWhatWasSignedIsSeen(t *testing.T) {
	key, public := mustKey(t, "release.example.org")
	_, other := mustKey(t, "release.example.org")
	for name, change := range map[string]func(dir string){
		"nothing": nil,
		"a changed program": func(dir string) {
			mustWrite(t, filepath.Join(dir, "convenantbot-linux-amd64"), "x", 0o755)
		},
		"a file more": func(dir string) { mustWrite(t, filepath.Join(dir, "extra"), "x", 0o644) },
		"a file less": func(dir string) { _ = os.Remove(filepath.Join(dir, "man", "convenantbot.1")) },
		"other sums": func(dir string) {
			mustWrite(t, filepath.Join(dir, sums), strings.Repeat("0", 64)+"  x\n", 0o644)
		},
		"a changed file and its sum": func(dir string) {
			mustWrite(t, filepath.Join(dir, "man", "convenantbot.1"), "x", 0o644)
			all, err := list(dir)
			if err != nil {
				t.Fatal(err)
			}
			mustWrite(t, filepath.Join(dir, sums), all, 0o644)
		},
		"no signature": func(dir string) { _ = os.Remove(filepath.Join(dir, signed)) },
		"a link in place of a file": func(dir string) {
			path := filepath.Join(dir, "man", "convenantbot.1")
			_ = os.Remove(path)
			_ = os.Symlink("/etc/hostname", path)
		},
	} {
		dir := mustFolder(t)
		if err := run([]string{"finish", dir, "v1.2.3", key}); err != nil {
			t.Fatalf("finish: %v", err)
		}
		if change != nil {
			change(dir)
		}
		if err := verify(dir, public); (err == nil) != (change == nil) {
			t.Errorf("%s: verify = %v", name, err)
		}
		if err := verify(dir, other); err == nil {
			t.Errorf("%s: another key verified it", name)
		}
	}
}

func TestAReleaseIsNotMadeWithoutAProgramOrWithAKeyThatOthersRead(t *testing.T) {
	key, _ := mustKey(t, "release.example.org")
	if err := finish(t.TempDir(), "v1", key); err == nil {
		t.Error("an empty folder was signed")
	}
	if err := os.Chmod(key, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := finish(mustFolder(t), "v1", key); err == nil {
		t.Error("a key that others can read signed")
	}
}

func TestTheBillHasEveryModuleOfTheProgram(t *testing.T) {
	key, _ := mustKey(t, "release.example.org")
	dir := mustFolder(t)
	if err := finish(dir, "v1.2.3", key); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "convenantbot-linux-amd64")
	file, err := os.Open(program + bill)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var b cyclonedx.BOM
	if err := cyclonedx.NewBOMDecoder(file, cyclonedx.BOMFileFormatJSON).Decode(&b); err != nil {
		t.Fatal(err)
	}
	if b.Metadata.Component.Version != "v1.2.3" || b.Metadata.Timestamp != "" || !strings.HasPrefix(b.SerialNumber, "urn:uuid:") || len(b.SerialNumber) != 45 {
		t.Errorf("the bill is of %s, made at %q, number %s", b.Metadata.Component.Version, b.Metadata.Timestamp, b.SerialNumber)
	}
	parts := map[string]bool{}
	for _, c := range *b.Components {
		if parts[c.PackageURL] {
			t.Errorf("%s is there twice", c.PackageURL)
		}
		parts[c.PackageURL] = true
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range info.Deps {
		if m.Replace == nil && !parts["pkg:golang/"+m.Path+"@"+m.Version] {
			t.Errorf("%s %s is in the program and not in the bill", m.Path, m.Version)
		}
	}
	if len(parts) != len(info.Deps)+1 {
		t.Errorf("%d parts, want the %d modules and Go's own", len(parts), len(info.Deps))
	}
	if refs := (*b.Dependencies)[0].Dependencies; len(*refs) != len(parts) {
		t.Errorf("the program needs %d of %d parts", len(*refs), len(parts))
	}
}
