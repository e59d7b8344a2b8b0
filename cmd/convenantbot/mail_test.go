package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/config"
)

// postOffice is a mail server that keeps what it is given. It offers TLS when it
// has a certificate.
type postOffice struct {
	net.Listener
	cert   *tls.Certificate
	mu     sync.Mutex
	mails  []string
	said   []string
	refuse string // answer to RCPT; blank: it takes the mail
}

func newPostOffice(t *testing.T, cert ...tls.Certificate) *postOffice {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &postOffice{Listener: l}
	if len(cert) > 0 {
		p.cert = &cert[0]
	}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			group.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); group.Wait() })
	return p
}

func (p *postOffice) serve(conn net.Conn) {
	defer conn.Close()
	in, safe := bufio.NewReader(conn), ""
	say := func(s string) { _, _ = conn.Write([]byte(s + "\r\n")) }
	say("220 post.test ESMTP")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		p.mu.Lock()
		p.said = append(p.said, safe+strings.TrimSpace(line))
		refuse := p.refuse
		p.mu.Unlock()
		switch word := strings.ToUpper(line[:4]); {
		case word == "EHLO" && p.cert != nil && safe == "":
			say("250-post.test\r\n250 STARTTLS")
		case word == "EHLO":
			say("250-post.test\r\n250-AUTH PLAIN\r\n250 8BITMIME")
		case word == "STAR":
			say("220 go on")
			within := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*p.cert}})
			if within.Handshake() != nil {
				return
			}
			conn, in, safe = within, bufio.NewReader(within), "tls: "
		case word == "AUTH":
			say("235 welcome")
		case word == "RCPT" && refuse != "":
			say(refuse)
		case word == "DATA":
			say("354 go on")
			var mail strings.Builder
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				mail.WriteString(line)
			}
			p.mu.Lock()
			p.mails = append(p.mails, mail.String())
			p.mu.Unlock()
			say("250 kept")
		case word == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (p *postOffice) refuses(answer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = answer
}

func (p *postOffice) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.mails)
}

const someNote = "convenantbot\n7\nJmnZWz2dQnfT9XGVTcZ0wPAd5Ic8kfVm7FfpaYoLyIo=\n2026-11-22T01:00:00Z\n\n— convenantbot abc\n"

func TestACheckpointGoesByMailOnceADayAndHoldsNothingElse(t *testing.T) {
	post := newPostOffice(t)
	now := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
	m := newMailer(config.Mail{To: "fg@example.org", From: "bot@example.org", Server: post.Addr().String(), Hours: 24}, func() time.Time { return now })
	for range 3 {
		if err := m.publish(t.Context(), someNote); err != nil {
			t.Fatalf("publish: %v", err)
		}
		now = now.Add(11 * time.Hour)
	}
	got := post.got()
	if len(got) != 1 {
		t.Fatalf("%d mails within a day, want one", len(got))
	}
	head, body, _ := strings.Cut(got[0], "\r\n\r\n")
	if !strings.Contains(head, "To: <fg@example.org>") || !strings.Contains(body, strings.ReplaceAll(someNote, "\n", "\r\n")) {
		t.Errorf("the mail:\n%s", got[0])
	}
	// What the verifier reads from the mail is the note itself.
	file := filepath.Join(t.TempDir(), "mail")
	_, noteText, _ := strings.Cut(body, "\r\n\r\n")
	if err := os.WriteFile(file, []byte(noteText), 0o600); err != nil {
		t.Fatal(err)
	}
	if notes := splitNotes(noteText); len(notes) != 1 || notes[0] != someNote {
		t.Errorf("the note from the mail = %q", notes)
	}
	now = now.Add(24 * time.Hour)
	if err := m.publish(t.Context(), someNote); err != nil || len(post.got()) != 2 {
		t.Errorf("the next day: %v, %d mails", err, len(post.got()))
	}
}

func TestAMailThatWasNotTakenIsTriedWithTheNextCheckpoint(t *testing.T) {
	post := newPostOffice(t)
	post.refuses("451 later")
	m := newMailer(config.Mail{To: "fg@example.org", From: "bot@example.org", Server: post.Addr().String(), Hours: 24}, time.Now)
	if err := m.publish(t.Context(), someNote); err == nil {
		t.Fatal("a mail that was refused counts as sent")
	}
	post.refuses("")
	if err := m.publish(t.Context(), someNote); err != nil || len(post.got()) != 1 {
		t.Errorf("the next one: %v, %d mails", err, len(post.got()))
	}
}

func TestNoMailGoesInTheClearToAnotherMachine(t *testing.T) {
	post := newPostOffice(t)
	m := newMailer(config.Mail{To: "fg@example.org", From: "bot@example.org", Server: post.Addr().String(), User: "bot", Password: config.Fixed("hush"), Hours: 24}, time.Now)
	m.clear = false // as if it were elsewhere
	err := m.publish(t.Context(), someNote)
	post.mu.Lock()
	defer post.mu.Unlock()
	if err == nil || len(post.mails) != 0 || strings.Contains(strings.Join(post.said, " "), "MAIL") {
		t.Errorf("err = %v, it was told %v", err, post.said)
	}
	for server, clear := range map[string]bool{"localhost:25": true, "[::1]:25": true, "mail.example.org:587": false, "10.0.0.1:25": false} {
		if got := newMailer(config.Mail{Server: server}, time.Now).clear; got != clear {
			t.Errorf("%s: in the clear %v, want %v", server, got, clear)
		}
	}
}

func TestAMailServerThatIsAwayIsAnErrorAndStopsNothing(t *testing.T) {
	away := mustPort(t)
	file := filepath.Join(t.TempDir(), "notes")
	cfg := config.Config{Audit: config.Audit{File: file, Mail: config.Mail{To: "fg@example.org", From: "b@example.org", Server: away, Hours: 1}}}
	publisher(cfg, nil, config.NewLogger(&strings.Builder{}, slog.LevelError))(context.Background(), someNote)
	if kept, err := os.ReadFile(file); err != nil || !strings.Contains(string(kept), "— convenantbot abc") {
		t.Errorf("the file has %q, %v", kept, err)
	}
}

// mustCertificate makes a certificate for host by itself, and who believes it.
func mustCertificate(t *testing.T, host string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	if ip := net.ParseIP(host); ip != nil {
		of.IPAddresses = []net.IP{ip}
	} else {
		of.DNSNames = []string{host}
	}
	raw, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}, roots
}

func TestTheMailGoesByTLSAndTheNameAndPasswordOnlyInsideIt(t *testing.T) {
	right, believed := mustCertificate(t, "127.0.0.1")
	wrong, elsewhere := mustCertificate(t, "mail.example.org")
	for name, c := range map[string]struct {
		cert  tls.Certificate
		roots *x509.CertPool
		clear bool // as if it were on this machine
		goes  bool
	}{
		"a certificate of somebody believed":                {right, believed, false, true},
		"one that nobody believes":                          {right, elsewhere, false, false},
		"one of another machine":                            {wrong, elsewhere, false, false},
		"one that a server on this machine made for itself": {wrong, nil, true, true},
	} {
		post := newPostOffice(t, c.cert)
		m := newMailer(config.Mail{To: "fg@example.org", From: "bot@example.org", Server: post.Addr().String(), User: "bot", Password: config.Fixed("hush"), Hours: 24}, time.Now)
		m.roots, m.clear = c.roots, c.clear
		err := m.publish(t.Context(), someNote)
		if mails := post.got(); (err == nil) != c.goes || (len(mails) == 1) != c.goes {
			t.Errorf("%s: %v, %d mails", name, err, len(mails))
		}
		post.mu.Lock()
		for _, said := range post.said {
			if word := strings.Fields(said)[0]; word != "tls:" && word != "EHLO" && word != "STARTTLS" {
				t.Errorf("%s: said in the clear: %s", name, said)
			}
		}
		inside := strings.Join(post.said, "\n")
		post.mu.Unlock()
		if c.goes && !strings.Contains(inside, "tls: AUTH PLAIN") {
			t.Errorf("%s: it did not say who it is:\n%s", name, inside)
		}
	}
}
