package main

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"

	"github.com/convenantbot/convenantbot/adapters/web/page"
	"github.com/convenantbot/convenantbot/adapters/web/vault"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/render"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// mustPacked makes a docx or odt of its parts, in pairs of name and content.
func mustPacked(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = io.WriteString(w, parts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func mustPNG(t testing.TB) string {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 60, 40))
	m.Set(3, 3, color.RGBA{200, 0, 0, 255})
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// aDocx is a report of about twenty pages with a picture, and with what should do
// nothing.
func aDocx(t testing.TB) []byte {
	var body strings.Builder
	body.WriteString(`<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Behandelverslag &lt;script&gt;alert(1)&lt;/script&gt;</w:t></w:r></w:p>`)
	for i := range 900 {
		fmt.Fprintf(&body, `<w:p><w:r><w:t>Alinea %d. De jongere is rustig en komt op tijd; er zijn afspraken over de begeleiding.</w:t></w:r></w:p>`, i)
	}
	return mustPacked(t, "[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+body.String()+`</w:body></w:document>`,
		"word/media/image1.png", mustPNG(t))
}

func anODT(t testing.TB) []byte {
	return mustPacked(t, "mimetype", "application/vnd.oasis.opendocument.text",
		"content.xml", `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text><text:h text:outline-level="1">Verslag</text:h><text:p>Een gewone zin.</text:p></office:text></office:body></office:document-content>`)
}

// aPDF has pages of text.
func aPDF(t testing.TB, pages int) []byte {
	t.Helper()
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetFont("Helvetica", "", 11)
	for n := range pages {
		doc.AddPage()
		for line := range 40 {
			doc.CellFormat(0, 6, fmt.Sprintf("Blad %d, regel %d: de jongere is rustig en komt op tijd.", n+1, line+1), "", 1, "L", false, 0, "")
		}
	}
	var b bytes.Buffer
	if err := doc.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mustDraw asks a process of its own for one sheet.
func mustDraw(t testing.TB, name string, data []byte, n int) render.Sheet {
	t.Helper()
	s, err := render.Child{Term: 2 * time.Minute}.Draw(t.Context(), name, bytes.NewReader(data), int64(len(data)), n)
	if err != nil {
		t.Fatalf("Draw(%s, %d): %v", name, n, err)
	}
	return s
}

func TestEveryKindOfDocumentBecomesSomethingThatCanDoNothing(t *testing.T) {
	text := mustDraw(t, "verslag.docx", aDocx(t), 1)
	for _, part := range []string{"Alinea 899.", "&lt;script&gt;", "data:image/png;base64,"} {
		if !strings.Contains(string(text.Body), part) {
			t.Errorf("the docx lacks %q", part)
		}
	}
	for _, part := range []string{"<script", "http://", "https://", "onload", "src=\"/"} {
		if strings.Contains(string(text.Body), part) {
			t.Errorf("the docx has %q", part)
		}
	}
	if s := mustDraw(t, "verslag.odt", anODT(t), 1); s.Type != "text/html" || !strings.Contains(string(s.Body), "Een gewone zin.") {
		t.Errorf("the odt is %s %s", s.Type, s.Body)
	}
	if s := mustDraw(t, "notitie.txt", []byte("Een regel\n\n<img src=x onerror=alert(1)>"), 1); strings.Contains(string(s.Body), "<img src=x") {
		t.Errorf("the text is %s", s.Body)
	}
	if s := mustDraw(t, "scan.png", []byte(mustPNG(t)), 1); s.Type != "image/png" {
		t.Errorf("the picture is %s", s.Type)
	}
	for _, n := range []int{1, 20} {
		s := mustDraw(t, "verslag.pdf", aPDF(t, 20), n)
		m, _, err := image.Decode(bytes.NewReader(s.Body))
		if err != nil || s.Pages != 20 || m.Bounds().Dy() != 1500 {
			t.Errorf("page %d: %d pages, %v", n, s.Pages, err)
		}
	}
}

func TestWhatIsNotSafeToShowIsNotShown(t *testing.T) {
	for name, data := range map[string][]byte{
		"leeg.pdf": nil, "kapot.pdf": []byte("%PDF-1.4 kapot"), "kapot.docx": []byte("PK\x03\x04kapot"), "oud.doc": []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
		"kapot.png": []byte("\x89PNG\r\n\x1a\nkapot"), "programma.exe": []byte("MZ\x90"), "leeg.txt": nil,
	} {
		s, err := render.Child{}.Draw(t.Context(), name, bytes.NewReader(data), int64(len(data)), 1)
		if !errors.Is(err, render.Unreadable) || len(s.Body) > 0 {
			t.Errorf("%s: %v, %d bytes; want it unreadable", name, err, len(s.Body))
		}
	}
	pdf := aPDF(t, 2)
	if _, err := (render.Child{}).Draw(t.Context(), "a.pdf", bytes.NewReader(pdf), int64(len(pdf)), 3); !errors.Is(err, render.Unreadable) {
		t.Errorf("a page that is not there: %v", err)
	}
	if _, err := (render.Child{}).Draw(t.Context(), "a.pdf", io.MultiReader(bytes.NewReader(pdf[:100]), broken{}), int64(len(pdf)), 1); !errors.Is(err, bot.ErrForbidden) {
		t.Errorf("a document that closed meanwhile: %v, want its own no", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, bot.ErrForbidden }

// Documents that were damaged at random draw or do not, and nothing else happens.
func TestDamagedDocumentsBreakNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, whole := range map[string][]byte{"a.docx": anODT(t), "a.odt": anODT(t), "a.pdf": aPDF(t, 1), "a.png": []byte(mustPNG(t))} {
		for range 6 {
			data := bytes.Clone(whole)
			for range 1 + random.IntN(20) {
				data[random.IntN(len(data))] = byte(random.Uint32())
			}
			if random.IntN(3) == 0 {
				data = data[:random.IntN(len(data))]
			}
			s, err := render.Child{}.Draw(t.Context(), name, bytes.NewReader(data), int64(len(data)), 1)
			if err != nil && !errors.Is(err, render.Unreadable) {
				t.Errorf("%s: %v", name, err)
			}
			if err == nil && len(s.Body) == 0 {
				t.Errorf("%s: nothing, as if it were a sheet", name)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a.docx", []byte("PK\x03\x04"))
	f.Add("a.txt", []byte("<script>"))
	f.Add("a.html", []byte("<p onload=x>a</p>"))
	f.Add("a.png", []byte("\x89PNG\r\n\x1a\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if render.IsPDF(data) {
			return // another program reads those, in the child
		}
		s, err := drawSheet(context.Background(), render.Request{Name: name, Size: int64(len(data)), Page: 1}, data)
		if err == nil && bytes.Contains(bytes.ToLower(s.Body), []byte("<script")) {
			t.Errorf("%q shows a script", data)
		}
	})
}

// aDocument is a vault with one document, for one browser.
type aDocument struct {
	vault.Service
	name string
	data []byte
	shut atomic.Bool
}

func (d *aDocument) PeekVault(context.Context, string) error { return nil }
func (d *aDocument) EnterVault(context.Context, string) (string, bot.Reading, error) {
	return "session", bot.Reading{}, nil
}
func (d *aDocument) ReadVault(_ context.Context, session string) (bot.Reading, error) {
	if d.shut.Load() || session != "session" {
		return bot.Reading{}, &bot.ClosedError{Reason: "gone", Text: "het document is er niet meer, of het is teruggenomen."}
	}
	return bot.Reading{Name: d.name, Size: int64(len(d.data)), Reader: "Ilse de Boer", By: "jeugdarts, GGD", Purpose: "Samen een plan maken"}, nil
}

type openBytes struct{ *bytes.Reader }

func (openBytes) Close() error { return nil }

func (d *aDocument) VaultBytes(ctx context.Context, session string) (io.ReadSeekCloser, bot.Reading, error) {
	r, err := d.ReadVault(ctx, session)
	return openBytes{bytes.NewReader(d.data)}, r, err
}

func TestABrowserReadsADocumentAndItClosesInFrontOfTheReader(t *testing.T) {
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test drives chromium, which is not here; `apt-get install chromium`: %v", err)
	}
	// Not the test's own folder: a browser still writes to it as it ends, and then it
	// cannot be removed, for which the test would fail.
	dir, err := testserver.Scratch()
	if err == nil {
		dir, err = os.MkdirTemp(dir, "chromium-")
	}
	if err != nil {
		t.Fatal(err)
	}
	l := launcher.New().Bin(bin).Leakless(false).Headless(true).NoSandbox(true).UserDataDir(dir).Env(append(os.Environ(), "TMPDIR="+dir)...)
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"} {
		l.Set(flags.Flag(flag))
	}
	address, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Kill)
	b := rod.New().ControlURL(address)
	if err := b.Connect(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	for _, c := range []struct{ name, seen string }{
		{"document.docx", `() => !!document.querySelector("iframe[sandbox]")`},
		{"document.pdf", `() => { const i = document.querySelector("main img"); return document.querySelectorAll("main img").length === 20 && i.complete && i.naturalWidth > 500 }`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &aDocument{name: c.name, data: aPDF(t, 20)}
			if strings.HasSuffix(c.name, "docx") {
				d.data = aDocx(t)
			}
			mux := http.NewServeMux()
			var site page.Site
			var asked atomic.Int64 // for anything but the pages themselves
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.HasPrefix(r.URL.Path, "/kluis/") && r.URL.Path != "/favicon.ico" {
					asked.Add(1)
				}
				site.Guard(mux).ServeHTTP(w, r)
			}))
			t.Cleanup(server.CloseClientConnections)
			if site, err = page.NewSite(server.URL); err != nil {
				t.Fatal(err)
			}
			(&vault.Pages{Site: site, Service: d, Drawer: render.Child{Term: 2 * time.Minute}, Log: slog.New(slog.DiscardHandler), Look: 20 * time.Millisecond}).Routes(mux)
			p := b.MustPage("").Timeout(3 * time.Minute)
			p.MustNavigate(server.URL + "/kluis/eenlink").MustWaitLoad()
			began := time.Now()
			p.MustElement("form button").MustClick()
			p.MustElement("main.document").MustWaitVisible()
			p.MustWait(c.seen)
			t.Logf("first page of 20 visible after %s", time.Since(began).Round(time.Millisecond))
			if mark := p.MustElement(".mark span").MustText(); mark != "Ilse de Boer" {
				t.Errorf("the mark is %q", mark)
			}
			if dir := os.Getenv("SCREENSHOTS"); dir != "" {
				p.MustScreenshot(filepath.Join(dir, c.name+".png"))
			}
			d.shut.Store(true)
			p.MustWait(`() => document.body.innerText.includes("is teruggenomen") && !document.querySelector("img, iframe")`)
			if asked.Load() > 0 {
				t.Errorf("the page asked for %d things elsewhere", asked.Load())
			}
			p.MustClose()
		})
	}
}
