package stories

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A group takes part: each with a code, over TLS, and nothing is left afterwards.
func TestATrainingIsWipedAtItsEnd(t *testing.T) {
	mustBinary(t)
	dir := filepath.Join(t.TempDir(), "training")
	listen := freePort(t) // without it a training takes the port that it is known by
	p := launch(t, nil, "demo", "--training", "--listen", listen, "--host", "127.0.0.1", "--dir", dir)
	address := regexp.MustCompile(`convenantbot is ready: (https://127\.0\.0\.1:\d+)/`)
	until(t, "the training is ready", patience, func() bool { return strings.Contains(p.said(), "Stop with Ctrl-C") || p.gone() }, p.said)
	said := p.said()
	m := address.FindStringSubmatch(said)
	if m == nil {
		t.Fatalf("no address: %s", said)
	}
	code := func(name string) string {
		found := regexp.MustCompile(`(?m)^(\S{4}-\S{4})\s+` + name).FindStringSubmatch(said)
		if found == nil {
			t.Fatalf("no code for %s: %s", name, said)
		}
		return found[1]
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	// The certificate is the one whose fingerprint is printed.
	check := &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		if sum := fmt.Sprintf("%X", sha256.Sum256(s.PeerCertificates[0].Raw)); !strings.Contains(said, sum) {
			return errors.New("another certificate than was printed")
		}
		return nil
	}}
	web := &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: check}}
	read := func(answer *http.Response, err error) (string, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.Request.URL.Path, string(body)
	}
	_, page := read(web.Get(m[1] + "/"))
	where, page := read(web.PostForm(m[1]+"/deur", url.Values{"code": {code("Daan")}, "token": {startToken.FindStringSubmatch(page)[1]}}))
	if !strings.HasPrefix(where, "/als/daan/") {
		t.Fatalf("Daan's code leads to %s", where)
	}
	if strings.Contains(page, `data-days=`) {
		t.Error("somebody who takes part is offered the clock")
	}
	r, err := http.NewRequest(http.MethodPost, m[1]+"/als/daan/klok", strings.NewReader(`{"days":30}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", m[1])
	r.Header.Set("X-Form-Token", pageToken.FindStringSubmatch(page)[1])
	_, told := read(web.Do(r))
	var problem struct{ Error string }
	if err := json.Unmarshal([]byte(told), &problem); err != nil || !strings.Contains(problem.Error, "trainer") {
		t.Errorf("the clock for somebody who takes part: %s", told)
	}
	p.stop(t)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after the training %s is there: %v", dir, err)
	}
	// What was killed is wiped by the next one, and a folder of something else never is.
	p = launch(t, nil, "demo", "--training", "--listen", listen, "--host", "127.0.0.1", "--dir", dir)
	until(t, "it is ready again", patience, func() bool { return strings.Contains(p.said(), "Stop with Ctrl-C") || p.gone() }, p.said)
	p.kill()
	if err := os.WriteFile(filepath.Join(dir, "left.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	p = launch(t, nil, "demo", "--training", "--listen", listen, "--host", "127.0.0.1", "--dir", dir)
	until(t, "it is ready after a kill", patience, func() bool { return strings.Contains(p.said(), "Stop with Ctrl-C") || p.gone() }, p.said)
	if _, err := os.Stat(filepath.Join(dir, "left.txt")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what was left is still there: %v", err)
	}
	p.stop(t)
}

func TestATrainingThatWouldGoWrongDoesNotStart(t *testing.T) {
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "mine.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, args := range map[string][]string{
		"something else in it": {"--training", "--dir", other},
		"does not go with":     {"--training", "--vault"},
		"go together":          {"--training", "--cert", filepath.Join(other, "mine.txt")},
		"go with --training":   {"--host", "a.example"},
		"without https":        {"--training", "--host", "https://a.example"},
	} {
		r := command(t, nil, append([]string{"demo", "--listen", "127.0.0.1:0"}, args...)...)
		if r.code != 2 || !strings.Contains(r.err, name) || ready.MatchString(r.out) {
			t.Errorf("demo %v: %d %s%s; want it refused with %q", args, r.code, r.out, r.err, name)
		}
	}
	if _, err := os.Stat(filepath.Join(other, "mine.txt")); err != nil {
		t.Error(err)
	}
}
