package config

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// neverLogged are the keys whose values never reach the log, whatever they
// hold: who people are, what they wrote, and what opens a door. The list can't
// be configured away. It is the net under the rule that nobody logs these, not
// a replacement of it.
var neverLogged = []string{
	// who
	"name", "naam", "display_name", "username", "first_name", "last_name", "nickname",
	"email", "mail", "phone", "address", "born", "birthday", "birthdate", "bsn", "ip", "remote_addr",
	// what
	"text", "message", "body", "content", "answer", "question", "purpose", "reason", "title", "caption",
	"file_name", "filename", "form", "values", "payload",
	// keys to a door
	"token", "secret", "password", "passwd", "authorization", "cookie", "key", "dsn", "signature",
}

// endings hide any key that ends in one of them: admin_token, bridge.secret.
var endings = []string{"token", "secret", "password", "cookie", "_name", "_text", "email"}

// minCensored is the shortest secret that is looked for inside other text, in
// bytes: a shorter one would hide ordinary words.
const minCensored = 8

// NewLogger returns a logger that writes JSON lines to w, from level on, and
// hides what Guard hides.
func NewLogger(w io.Writer, level slog.Leveler, secrets ...Secret) *slog.Logger {
	return slog.New(Guard(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}), secrets...))
}

// Guard returns a handler that hands records on to next without the values of
// keys that are never logged, and with every occurrence of a current secret in
// a message or value replaced, also in base64 and hexadecimal.
func Guard(next slog.Handler, secrets ...Secret) slog.Handler {
	return &guard{next: next, secrets: secrets}
}

type guard struct {
	next    slog.Handler
	secrets []Secret
}

func (g *guard) Enabled(ctx context.Context, level slog.Level) bool {
	return g.next.Enabled(ctx, level)
}

func (g *guard) Handle(ctx context.Context, record slog.Record) error {
	clean := g.cleaner()
	safe := slog.NewRecord(record.Time, record.Level, clean.text(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		safe.AddAttrs(clean.attr(a))
		return true
	})
	return g.next.Handle(ctx, safe)
}

func (g *guard) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := g.cleaner()
	safe := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		safe[i] = clean.attr(a)
	}
	return &guard{g.next.WithAttrs(safe), g.secrets}
}

// WithGroup hides a whole group whose name is never logged by opening it under
// the same name with its attributes cleaned one by one; a group is structure,
// its values are what is secret.
func (g *guard) WithGroup(name string) slog.Handler {
	return &guard{g.next.WithGroup(name), g.secrets}
}

// cleaner hides the secrets as they are now.
type cleaner struct{ replace *strings.Replacer }

func (g *guard) cleaner() cleaner {
	var pairs []string
	for _, s := range g.secrets {
		value := s()
		if len(value) < minCensored {
			continue
		}
		for _, form := range forms(value) {
			pairs = append(pairs, form, hidden)
		}
	}
	return cleaner{strings.NewReplacer(pairs...)}
}

// forms returns how a secret may turn up in text. The longest come first, since
// a Replacer takes the first that fits.
func forms(value string) []string {
	all := []string{
		value,
		base64.StdEncoding.EncodeToString([]byte(value)),
		base64.RawURLEncoding.EncodeToString([]byte(value)),
		fmt.Sprintf("%x", value),
		fmt.Sprintf("%q", value),
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(all)
}

func (c cleaner) text(s string) string { return c.replace.Replace(s) }

func (c cleaner) attr(a slog.Attr) slog.Attr {
	if hides(a.Key) {
		return slog.String(a.Key, hidden)
	}
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, c.text(value.String()))
	case slog.KindGroup:
		group := value.Group()
		safe := make([]slog.Attr, len(group))
		for i, member := range group {
			safe[i] = c.attr(member)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(safe...)}
	case slog.KindAny:
		// A struct can carry anything, under names that this list can't see. An
		// error or something that prints itself is shown as its text; of the
		// rest only the type.
		switch v := value.Any().(type) {
		case error, fmt.Stringer:
			// Sprint survives a nil pointer in an interface; a log line must not
			// end the process.
			return slog.String(a.Key, c.text(fmt.Sprint(v)))
		case nil:
			return slog.Any(a.Key, nil)
		default:
			return slog.String(a.Key, fmt.Sprintf("[%T]", v))
		}
	}
	return slog.Attr{Key: a.Key, Value: value}
}

func hides(key string) bool {
	key = strings.ToLower(strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(key))
	if slices.Contains(neverLogged, key) {
		return true
	}
	return slices.ContainsFunc(endings, func(end string) bool { return strings.HasSuffix(key, end) })
}
