package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/convenantbot/convenantbot/bot"
)

// Options say where Redis is and who we are there.
type Options struct {
	// Addresses are host:port: of one server, of the Sentinels when Master is set,
	// or of some nodes of a cluster.
	Addresses []string
	Master    string // the name that the Sentinels know it by; blank: no Sentinels
	Cluster   bool
	Database  int         // of one server or of Sentinel; a cluster has only 0
	TLS       *tls.Config // nil: none

	// Username and Password are read at each new connection, so that a rotated
	// password is used at once. A blank name is the default user.
	Username string
	Password func() string

	// Prefix begins every key; installations that share a Redis differ in it.
	// Blank: "convenantbot".
	Prefix string
	// Reclaim is how long an entry of the intake may be under way. 0: a minute.
	Reclaim time.Duration
	// Full is how many entries one queue takes. 0: 10,000.
	Full int
	Now  func() time.Time // required: only to count how long Redis was away
	Log  *slog.Logger

	callTerm time.Duration // 0: callTerm
}

// How long calls may take. A call is made at most twice, when its connection was
// found broken, and both stay below a second together.
const (
	dialTerm = 400 * time.Millisecond
	callTerm = 400 * time.Millisecond
	// awayFor is how long nobody asks after a call that got no answer.
	awayFor = time.Second
	// poolSize is enough for a waiting reader of every queue and some more.
	poolSize = 2*bot.IntakeShards + 8
)

// Coordination is a bot.Coordination in Redis. Make it with New and give it back
// with Close; it is safe for concurrent use.
type Coordination struct {
	o      Options
	client redis.UniversalClient
	away   atomic.Int64 // until when nobody asks, in nanoseconds; 0: ask
}

var _ bot.Coordination = (*Coordination)(nil)

// silent takes the client's own log, which would stand unstructured between ours;
// what fails is told by do.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

var silence = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

// New returns the coordination that o describes. It does not connect yet: a Redis
// that is away at the start is like one that goes away later.
func New(o Options) (*Coordination, error) {
	if len(o.Addresses) == 0 || o.Now == nil {
		return nil, errors.New("redis: an address and a clock are needed")
	}
	if o.Cluster && (o.Master != "" || o.Database != 0) {
		return nil, errors.New("redis: a cluster has no Sentinel and only database 0")
	}
	if o.Master == "" && !o.Cluster && len(o.Addresses) > 1 {
		return nil, errors.New("redis: several addresses are for Sentinel or a cluster")
	}
	if o.Prefix == "" {
		o.Prefix = "convenantbot"
	}
	if err := bot.CheckName(o.Prefix); err != nil {
		return nil, fmt.Errorf("redis: prefix: %w", err)
	}
	if o.Reclaim == 0 {
		o.Reclaim = time.Minute
	}
	if o.Full == 0 {
		o.Full = 10_000
	}
	if o.callTerm == 0 {
		o.callTerm = callTerm
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	silence()
	u := &redis.UniversalOptions{
		Addrs: o.Addresses, MasterName: o.Master, IsClusterMode: o.Cluster, DB: o.Database, TLSConfig: o.TLS,
		ClientName: "convenantbot", Protocol: 2, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		DialTimeout:              max(dialTerm, o.callTerm), ReadTimeout: o.callTerm, WriteTimeout: o.callTerm, ContextTimeoutEnabled: true,
		DialerRetries: 1, MaxRetries: 1, MinRetryBackoff: -1, MaxRetryBackoff: -1, MaxRedirects: 3,
		PoolSize: poolSize, PoolTimeout: o.callTerm,
	}
	if o.Password != nil {
		u.CredentialsProvider = func() (string, string) { return o.Username, o.Password() }
	}
	return &Coordination{o: o, client: redis.NewUniversalClient(u)}, nil
}

// Close lets the connections go.
func (c *Coordination) Close() error { return c.client.Close() }

// Ping asks whether Redis answers and lets us in, for readiness and doctor.
func (c *Coordination) Ping(ctx context.Context) error {
	return c.do(ctx, "ping", 0, func(ctx context.Context) error { return c.client.Ping(ctx).Err() })
}

func (c *Coordination) key(parts ...string) string {
	return c.o.Prefix + ":" + strings.Join(parts, ":")
}

// do makes one call, for at most a second longer than it may wait by itself. While
// Redis is away it fails at once.
func (c *Coordination) do(ctx context.Context, what string, waits time.Duration, f func(ctx context.Context) error) error {
	if c.o.Now().UnixNano() < c.away.Load() {
		return fmt.Errorf("redis: %s: it was away a moment ago: %w", what, bot.ErrUnavailable)
	}
	term, cancel := context.WithTimeout(ctx, waits+2*c.o.callTerm)
	defer cancel()
	err := f(term)
	if err == nil || ctx.Err() != nil {
		if err == nil && c.away.Swap(0) != 0 {
			c.o.Log.Info("Redis answers again")
		}
		return errors.Join(err, ctx.Err())
	}
	if unanswered(err) && c.away.Swap(c.o.Now().Add(awayFor).UnixNano()) == 0 {
		c.o.Log.Warn("Redis does not answer; the bot goes on without it", "during", what)
	}
	return fmt.Errorf("redis: %s: %s: %w", what, reason(err), bot.ErrUnavailable)
}

// unanswered reports whether nobody answered, as against an answer that is an
// error.
func unanswered(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, net.ErrClosed)
}

// reason is what may be told of an error of Redis: the word that it begins with,
// never the keys and values that follow.
func reason(err error) string {
	var answer redis.Error
	switch {
	case unanswered(err):
		return "no answer"
	case errors.As(err, &answer):
		word, _, _ := strings.Cut(answer.Error(), " ")
		return word
	}
	return "failed"
}
