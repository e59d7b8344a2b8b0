package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asUser runs a command for somebody whose data is in home.
func asUser(t *testing.T, home string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, &IO{In: strings.NewReader(""), Out: &o, Err: &e, Environ: []string{"HOME=" + home}})
	return o.String(), e.String(), code
}

func mustFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnImportedDocumentIsListedAskedAndRemoved(t *testing.T) {
	t.Setenv("CONVENANTBOT_CONFIG", "")
	home := t.TempDir()
	file := mustFile(t, home, "regio.md", "# Convenant\n\n## Artikel 9 Bewaren\n\n1. Verslagen blijven zes maanden.\n2. Daarna vernietigt de procesregisseur ze binnen tien werkdagen.\n")
	out, errs, code := asUser(t, home, "knowledge", "import", file)
	if code != exitDone || !strings.Contains(out, "regio.md: versie 1") || !strings.Contains(out, "1 artikelen") {
		t.Fatalf("import: %d %q %q", code, out, errs)
	}
	if out, _, code = asUser(t, home, "knowledge", "import", file); code != exitDone || !strings.Contains(out, "was er al") {
		t.Errorf("import again: %d %q", code, out)
	}
	if out, _, code = asUser(t, home, "knowledge", "list"); code != exitDone || !strings.Contains(out, "regio.md") || !strings.Contains(out, "ALG-01") {
		t.Errorf("list: %d %.200q", code, out)
	}
	if out, _, code = asUser(t, home, "knowledge", "check"); code != exitDone || !strings.Contains(out, "1 versions of imported documents") {
		t.Errorf("check: %d %q", code, out)
	}
	if out, _, code = asUser(t, home, "knowledge", "search", "tien werkdagen vernietigt"); code != exitDone || !strings.Contains(out, "artikel 9 lid 2 (quoted)") {
		t.Errorf("search: %d %q", code, out)
	}
	out, _, code = asUser(t, home, "ask", "--json", "wat staat er in artikel 9 lid 2")
	var a askAnswer
	if err := json.Unmarshal([]byte(out), &a); err != nil || code != exitDone {
		t.Fatalf("ask: %d %q %v", code, out, err)
	}
	if a.Abstained || len(a.Citations) == 0 || a.Citations[0].Kind != "quote" || a.Citations[0].Quote != "2. Daarna vernietigt de procesregisseur ze binnen tien werkdagen." {
		t.Errorf("ask: %+v", a)
	}
	if out, _, code = asUser(t, home, "knowledge", "remove", "regio.md"); code != exitDone || !strings.Contains(out, "--apply") {
		t.Errorf("remove without --apply: %d %q", code, out)
	}
	if out, _, _ = asUser(t, home, "knowledge", "list"); !strings.Contains(out, "regio.md") {
		t.Error("a plan removed it")
	}
	if _, _, code = asUser(t, home, "knowledge", "remove", "--apply", "regio.md"); code != exitDone {
		t.Errorf("remove: %d", code)
	}
	if out, _, _ = asUser(t, home, "knowledge", "list"); strings.Contains(out, "regio.md") {
		t.Error("it is still listed")
	}
	if _, _, code = asUser(t, home, "knowledge", "remove", "--apply", "regio.md"); code != exitBadInput {
		t.Errorf("remove again: %d", code)
	}
}

func TestABadFileIsNamedAndNothingIsImported(t *testing.T) {
	t.Setenv("CONVENANTBOT_CONFIG", "")
	home := t.TempDir()
	good := mustFile(t, home, "goed.md", "# Convenant\n\nTekst over iets dat wij afspraken.\n")
	huge := mustFile(t, home, "groot.pdf", "%PDF-1.4\n")
	if err := os.Truncate(huge, 500<<20); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		mustFile(t, home, "stuk.pdf", "%PDF-1.4 stuk"),
		mustFile(t, home, "geen.docx", "gewoon tekst"),
		mustFile(t, home, "leeg.txt", ""),
		mustFile(t, home, "plaatje.png", "\x89PNG"),
		huge, filepath.Join(home, "bestaat-niet.md"), home,
	} {
		out, errs, code := asUser(t, home, "knowledge", "import", good, bad)
		if code != exitBadInput || !strings.Contains(errs, filepath.Base(bad)+": ") || out != "" {
			t.Errorf("import %s: %d %q %q", bad, code, out, errs)
		}
		if _, err := os.Stat(filepath.Join(home, ".local")); !os.IsNotExist(err) {
			t.Errorf("import %s left something behind: %v", bad, err)
		}
	}
}
