package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/smtp"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/internal/config"
)

// mailTime bounds one mail, from dialling to goodbye.
const mailTime = 30 * time.Second

// mailer sends checkpoints by mail: the signed text and nothing else, so that
// whoever reads the mail on its way learns how many entries the log has.
type mailer struct {
	config.Mail
	now   func() time.Time
	clear bool           // the server may be spoken to without TLS: it is this machine
	roots *x509.CertPool // whom to believe; nil: those of the system

	mu   sync.Mutex
	last time.Time // when one was sent
}

func newMailer(m config.Mail, now func() time.Time) *mailer {
	host, _, _ := net.SplitHostPort(m.Server)
	ip, err := netip.ParseAddr(host)
	return &mailer{Mail: m, now: now, clear: host == "localhost" || err == nil && ip.IsLoopback()}
}

// publish sends the checkpoint unless one was sent within Hours: a mail a minute
// is read by nobody, and each checkpoint covers all that came before it.
func (m *mailer) publish(ctx context.Context, signed string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if !m.last.IsZero() && now.Before(m.last.Add(time.Duration(m.Hours)*time.Hour)) {
		return nil
	}
	if err := m.send(ctx, signed, now); err != nil {
		return fmt.Errorf("audit.mail_server: %w", err)
	}
	m.last = now
	return nil
}

func (m *mailer) send(ctx context.Context, signed string, now time.Time) error {
	host, port, err := net.SplitHostPort(m.Server)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, mailTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	// On this machine nobody stands in between, and a mail server there has made its
	// certificate itself as often as not.
	secure := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: m.roots, InsecureSkipVerify: m.clear}
	if port == "465" {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	defer c.Close()
	if port != "465" {
		if ok, _ := c.Extension("STARTTLS"); ok {
			if err := c.StartTLS(secure); err != nil {
				return err
			}
		} else if !m.clear {
			return errors.New("it offers no TLS, and is not this machine itself")
		}
	}
	if m.User != "" {
		// PlainAuth itself refuses to show the password without TLS.
		if err := c.Auth(smtp.PlainAuth("", m.User, m.Password(), host)); err != nil {
			return errors.New("it does not accept audit.mail_user with its password")
		}
	}
	if err := c.Mail(m.From); err != nil {
		return err
	}
	if err := c.Rcpt(m.To); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(mailText(m.From, m.To, signed, now))); err != nil {
		return err
	}
	return errors.Join(w.Close(), c.Quit())
}

// mailText is the whole mail. The checkpoint is in it as it was signed; its dash
// is why the text is sent as eight bits.
func mailText(from, to, signed string, now time.Time) string {
	lines := []string{
		"From: <" + from + ">", "To: <" + to + ">", "Subject: convenantbot checkpoint " + sizeOf(signed),
		"Date: " + now.UTC().Format(time.RFC1123Z), "Message-ID: <checkpoint-" + sizeOf(signed) + "-" + fmt.Sprint(now.Unix()) + "@convenantbot>",
		"MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "Auto-Submitted: auto-generated", "",
		"Bewaar dit bericht. Controleer het logboek ermee: convenantbot audit verify --since BESTAND", "",
	}
	return strings.Join(lines, "\r\n") + "\r\n" + strings.ReplaceAll(strings.TrimRight(signed, "\n"), "\n", "\r\n") + "\r\n"
}
