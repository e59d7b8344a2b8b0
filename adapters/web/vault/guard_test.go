package vault_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"
)

// every is every route below a session of each page, and the two that follow a
// link.
var every = []struct{ page, method, path, body string }{
	{"/kluis/", "GET", "", ""}, {"/kluis/", "GET", "blad/1", ""}, {"/kluis/", "GET", "bestand", ""}, {"/kluis/", "GET", "leeft", ""}, {"/kluis/", "POST", "dicht", ""},
	{"/breng/", "GET", "", ""}, {"/breng/", "GET", "stand", ""}, {"/breng/", "PUT", "deel?vanaf=0", "abc"}, {"/breng/", "POST", "klaar", `{"name":"a.pdf","size":3}`},
}

// sent sends one request with a cookie and nothing else, and holds the answer
// against what every answer must have.
func (b browser) sent(method, path, cookie, body string, header ...string) (int, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "X-Frame-Options": "SAMEORIGIN"} {
		if got := resp.Header.Get(name); got != want {
			b.t.Errorf("%s %s = %d: %s is %q, want %q", method, path, resp.StatusCode, name, got, want)
		}
	}
	csp := resp.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors '") && !strings.Contains(csp, "sandbox") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
		b.t.Errorf("%s %s = %d: policy %q", method, path, resp.StatusCode, csp)
	}
	return resp.StatusCode, string(data)
}

func TestEveryRouteWithEveryMethodAsksWhoItIs(t *testing.T) {
	f := newFake()
	f.download = true
	open := mustServe(t, f, drawer{kind: "text/html", pages: 1})
	reader, bringer, stranger := open(), open(), open()
	if code, _, _, _ := reader.do("POST", "/kluis/l1", nil); code != 200 {
		t.Fatalf("enter: %d", code)
	}
	if code, _, _, _ := bringer.do("POST", "/breng/b1", nil); code != 200 {
		t.Fatalf("enter: %d", code)
	}
	cookies := map[string]string{
		"nobody": "", "a session that was made up": "kluis=zzz; breng=zzz", "a link as a session": "kluis=l1; breng=b1", "a long one": "kluis=" + strings.Repeat("a", 3000),
		"the other page's": "breng=s1; kluis=" + "", "what brings in, to read": "kluis=", "a session under another name": "sessie=s1; __Secure-kluis=s1; __Secure-breng=u1",
	}
	for _, route := range every {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} {
			at := route.page + "s/" + strings.Repeat("A", 26) + "/" + route.path
			for name, cookie := range cookies {
				if name == "the other page's" && route.page == "/breng/" {
					continue // the fake knows one kind of session only
				}
				code, body := stranger.sent(method, at, cookie, route.body)
				if strings.Contains(body, canary) || strings.Contains(body, "Bakker") {
					t.Errorf("%s: %s %s shows the document", name, method, at)
				}
				known := method == route.method || method == "HEAD" && route.method == "GET"
				switch {
				case !known && code != http.StatusMethodNotAllowed:
					t.Errorf("%s: %s %s = %d, want it not to be known", name, method, at, code)
				case known && route.path == "dicht" && code == 200: // over already: nothing happens
				case known && code != http.StatusForbidden:
					t.Errorf("%s: %s %s = %d, want a no", name, method, at, code)
				}
			}
			// Another site's page makes the browser send nothing with a method that acts.
			if method == "POST" || method == "PUT" {
				if code, _ := stranger.sent(method, at, "kluis=s1; breng=u1", route.body, "Sec-Fetch-Site", "cross-site"); code != http.StatusForbidden {
					t.Errorf("from another site: %s %s = %d", method, at, code)
				}
			}
		}
	}
	if len(f.brought) > 0 || f.name != "" || !f.sessions["s1"] || !f.sessions["u1"] {
		t.Errorf("something came of all that: %v %q %v", f.brought, f.name, f.sessions)
	}
	// Links that are none.
	for _, path := range []string{"/kluis/x", "/breng/x", "/kluis/%2e%2e", "/kluis/s/", "/breng/s/", "/kluis/static/../read.html", "/kluis/static/%2e%2e%2fread.html", "/kluis/static/nee.js"} {
		for _, method := range []string{"GET", "POST"} {
			if code, body := stranger.sent(method, path, "", ""); code < 300 || strings.Contains(body, "{{") {
				t.Errorf("%s %s = %d %q", method, path, code, body)
			}
		}
	}
}

// Whatever is sent of a file that is brought in, an answer comes of it and no
// failure of ours.
func FuzzWhatIsBroughtIn(f *testing.F) {
	f.Add("0", "abc", `{"name":"a.pdf","size":3}`)
	f.Add("-1", "", `{"name":"\u0000","size":-3}`)
	f.Add("9223372036854775808", "x", `{"name":1e99}`)
	f.Add("0&vanaf=4", "x", `[[[[`)
	f.Add("4194304", "\xff\xfe", `{"name":"../../etc","size":1e3}`)
	f.Fuzz(func(t *testing.T, at, part, end string) {
		fake := newFake()
		b := mustServe(t, fake, drawer{})()
		_, _, _, page := b.do("POST", "/breng/b1", nil)
		for _, r := range []struct{ method, path, body string }{{"PUT", "deel?vanaf=" + clean(at), part}, {"POST", "klaar", end}, {"GET", "stand", ""}, {"GET", "../s/" + clean(at), ""}} {
			req, err := http.NewRequestWithContext(t.Context(), r.method, b.base+page+r.path, bytes.NewReader([]byte(r.body)))
			if err != nil {
				return
			}
			resp, err := b.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || resp.StatusCode >= 500 || !utf8.Valid(data) {
				t.Errorf("%s %q %q = %d %v %q", r.method, r.path, r.body, resp.StatusCode, err, data)
			}
		}
	})
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '#' || r == '%' || r == '/' || r == '?' {
			return -1
		}
		return r
	}, s)
}
