package browsertest

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/launcher/flags"
	"github.com/go-rod/rod/lib/proto"

	"github.com/convenantbot/convenantbot/internal/testserver"
)

// Patience is how long something may take that must happen.
const Patience = 2 * time.Minute

// Life is how long one page may be used: a whole story on a slow machine.
const Life = 25 * time.Minute

// Browser is one browser: its own cookies, its own cache.
type Browser struct {
	rod *rod.Browser
	t   testing.TB
	out *outside
}

// outside is what the browser asked of other machines. All browsers of one process
// share it.
type outside struct {
	mu    sync.Mutex
	asked []string
}

// itself are hosts that Chromium asks on its own account, whatever page is open.
var itself = []string{"google.com", "googleapis.com", "gstatic.com", "googleusercontent.com", "gvt1.com", "chromium.org"}

// ServeHTTP is the proxy: it refuses everything.
func (o *outside) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, _ := strings.Cut(r.Host, ":")
	own := slices.ContainsFunc(itself, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) })
	if !own {
		o.mu.Lock()
		o.asked = append(o.asked, r.Method+" "+r.Host+r.URL.Path)
		o.mu.Unlock()
	}
	w.WriteHeader(http.StatusForbidden)
}

// Start starts a browser with an empty profile, which is gone with the test. It trusts
// these certificates besides, and no others: as somebody does who compared a
// fingerprint.
func Start(t testing.TB, trusted ...*x509.Certificate) *Browser {
	t.Helper()
	bin, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("this test drives chromium, which is not here; `apt-get install chromium`: %v", err)
	}
	dir, err := profile()
	if err != nil {
		t.Fatalf("a folder for chromium: %v", err)
	}
	out := &outside{}
	proxy := httptest.NewServer(out)
	l := launcher.New().Bin(bin).Leakless(false).Headless(true).NoSandbox(true).UserDataDir(filepath.Join(dir, "profile")).
		Env(append(os.Environ(), "TZ=Europe/Amsterdam", "LANGUAGE=nl_NL", "TMPDIR="+dir)...)
	for _, flag := range []string{"disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "disable-default-apps"} {
		l.Set(flags.Flag(flag))
	}
	l.Set("lang", "nl-NL")
	// Debian's Chromium has no Dutch of its own. With this a field for a day or a number
	// follows the language of the page, as it looks to people here: dd-mm-yyyy.
	l.Set("enable-blink-features", "LangAttributeAwareFormControlUI")
	l.Set("proxy-server", proxy.URL) // the loopback does not go by it
	var keys []string
	for _, c := range trusted {
		sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
		keys = append(keys, base64.StdEncoding.EncodeToString(sum[:]))
	}
	if len(keys) > 0 {
		l.Set("ignore-certificate-errors-spki-list", strings.Join(keys, ","))
	}
	var b *rod.Browser
	t.Cleanup(func() {
		if b != nil {
			_ = b.Close()
		}
		l.Kill()
		proxy.CloseClientConnections()
		proxy.Close()
		// Its helpers end a moment later than it does, and write until then. What is
		// still there after a while goes with the test process.
		for end := time.Now().Add(5 * time.Second); os.RemoveAll(dir) != nil && time.Now().Before(end); {
			time.Sleep(50 * time.Millisecond)
		}
	})
	address, err := l.Launch()
	if err == nil {
		one := rod.New().ControlURL(address)
		if err = one.Connect(); err == nil {
			b = one
		}
	}
	if err != nil {
		t.Fatalf("chromium: %v", err)
	}
	return &Browser{rod: b, t: t, out: out}
}

// profile makes a folder for a browser's profile and whatever else it writes. It is
// not the test's own: one that a browser still writes to as it ends cannot be removed,
// and the test would fail for that.
func profile() (string, error) {
	all, err := testserver.Scratch()
	if err != nil {
		return "", err
	}
	return os.MkdirTemp(all, "chromium-")
}

// Another is the browser of somebody else: the same process, with nothing of the
// first one's cookies and cache.
func (b *Browser) Another() *Browser {
	b.t.Helper()
	other, err := b.rod.Incognito()
	if err != nil {
		b.t.Fatalf("another browser: %v", err)
	}
	return &Browser{rod: other, t: b.t, out: b.out}
}

// For is the same browser in a subtest.
func (b *Browser) For(t testing.TB) *Browser { return &Browser{rod: b.rod, t: t, out: b.out} }

// Open opens a tab of width × height CSS pixels on address. A narrow one is a
// phone: it is touched and zooms as one.
func (b *Browser) Open(address string, width, height int) *Page {
	b.t.Helper()
	raw, err := b.rod.Page(proto.TargetCreateTarget{URL: "about:blank"})
	if err != nil {
		b.t.Fatalf("open a tab: %v", err)
	}
	p := &Page{Page: raw.Timeout(Life), t: b.t, out: b.out, width: width, height: height}
	p.size(width, height)
	version, err := b.rod.Version()
	if err == nil {
		err = raw.SetUserAgent(&proto.NetworkSetUserAgentOverride{UserAgent: version.UserAgent, AcceptLanguage: "nl-NL,nl"})
	}
	if err != nil {
		b.t.Fatalf("a tab that asks for Dutch: %v", err)
	}
	p.watch(address)
	p.Go(address)
	return p
}

// Outside lists what was asked of other machines so far.
func (b *Browser) Outside() []string {
	b.out.mu.Lock()
	defer b.out.mu.Unlock()
	return slices.Clone(b.out.asked)
}
