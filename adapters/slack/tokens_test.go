package slack_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// rotor is a workspace whose tokens end after twelve hours, with a store on disk.
type rotor struct {
	*slackfake.Server
	t     *testing.T
	clock *slackfake.Clock
	path  string
	store *sqlstore.Store
	first string // the refresh token of the installation
	log   bytes.Buffer
}

func newRotor(t *testing.T) *rotor {
	t.Helper()
	clock := slackfake.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	r := &rotor{Server: slackfake.New(t, slackfake.Options{Rotating: true, Clock: clock}), t: t, clock: clock, path: filepath.Join(t.TempDir(), "bot.db")}
	r.first = r.RefreshToken(r.BotToken())
	r.open()
	t.Cleanup(func() { r.store.Close() })
	return r
}

// open opens the store, anew when it was open.
func (r *rotor) open() {
	r.t.Helper()
	if r.store != nil {
		r.store.Close()
	}
	var err error
	if r.store, err = sqlstore.Open(r.t.Context(), sqlstore.Options{Address: "sqlite:" + r.path, Masters: [][]byte{bytes.Repeat([]byte{7}, 32)}, Now: r.clock.Now}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rotor) memory() slack.Memory { return &slack.StoreMemory{Store: r.store, Now: r.clock.Now} }

// rotation is a bot that starts.
func (r *rotor) rotation(m slack.Memory) *slack.Rotation {
	return &slack.Rotation{Name: slack.Name, API: r.APIURL(), ClientID: func() string { return r.ClientID }, ClientSecret: func() string { return r.ClientSecret },
		First: func() string { return r.first }, Memory: m, Now: r.clock.Now, Log: slog.New(slog.NewTextHandler(&r.log, nil))}
}

func (r *rotor) once(one *slack.Rotation) {
	r.t.Helper()
	if err := one.Once(r.t.Context()); err != nil {
		r.t.Fatalf("Once: %v", err)
	}
}

// counts says what Slack says of a token; blank: it counts.
func (r *rotor) counts(token string) string {
	r.t.Helper()
	_, err := slackgo.New(token, slackgo.OptionAPIURL(r.APIURL())).AuthTestContext(r.t.Context())
	var said slackgo.SlackErrorResponse
	if errors.As(err, &said) {
		return said.Err
	}
	if err != nil {
		r.t.Fatalf("auth.test: %v", err)
	}
	return ""
}

// got is how often a token was asked for and given.
func (r *rotor) got() (n int) {
	for _, c := range r.Calls("oauth.v2.access") {
		if c.Error == "" {
			n++
		}
	}
	return n
}

func TestATokenIsChangedBeforeItEndsAndTheOldOneIsRefusedAfterIt(t *testing.T) {
	r := newRotor(t)
	one := r.rotation(r.memory())
	if one.Token() != "" {
		t.Error("there is a token before any was got")
	}
	r.once(one)
	old := one.Token()
	if why := r.counts(old); old == "" || why != "" {
		t.Fatalf("the first token %q: %s", old, why)
	}
	// Nothing is asked while there is time.
	r.clock.Advance(10*time.Hour - time.Second)
	r.once(one)
	if n := r.got(); n != 1 || one.Token() != old {
		t.Errorf("%d tokens were got, want one while it lasts", n)
	}
	r.clock.Advance(time.Second)
	r.once(one)
	fresh := one.Token()
	if fresh == old || r.counts(fresh) != "" || r.counts(old) != "" {
		t.Errorf("two hours before the end: a new one %v, it counts %q, the old one still counts %q", fresh != old, r.counts(fresh), r.counts(old))
	}
	r.clock.Advance(2 * time.Hour)
	if why := r.counts(old); why != "token_expired" {
		t.Errorf("the old token after its end: %q", why)
	}
	if r.counts(fresh) != "" || one.Token() != fresh {
		t.Error("the new token ended with the old one")
	}
	// Nobody changed it: it is not handed out after its end.
	r.clock.Advance(10 * time.Hour)
	if one.Token() != "" {
		t.Error("a token is handed out that is over")
	}
}

func TestTokensOutliveARestartAndLieSealed(t *testing.T) {
	r := newRotor(t)
	one := r.rotation(r.memory())
	r.once(one)
	r.clock.Advance(11 * time.Hour)
	r.once(one) // the installation's refresh token is long used up
	token := one.Token()

	r.open()
	next := r.rotation(r.memory())
	r.once(next)
	if next.Token() != token || r.got() != 2 {
		t.Errorf("after a restart the token is another one, and %d were got", r.got())
	}
	r.clock.Advance(11 * time.Hour)
	r.once(next)
	if next.Token() == token || r.counts(next.Token()) != "" {
		t.Error("after a restart it is not changed any more")
	}

	tokens := []string{token, next.Token(), r.first, "xoxe"}
	r.store.Close()
	files, err := filepath.Glob(r.path + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("the store has no files: %v", err)
	}
	for _, path := range files {
		if info, err := os.Stat(path); err != nil || info.IsDir() {
			continue
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range tokens {
			if bytes.Contains(raw, []byte(word)) {
				t.Errorf("%s has a token in the open", filepath.Base(path))
			}
		}
	}
	for _, word := range append(tokens, r.ClientSecret) {
		if strings.Contains(r.log.String(), word) {
			t.Error("the log has a token")
		}
	}
}

// leaky is a Memory that fails to keep what it is told while it is shut.
type leaky struct {
	slack.Memory
	shut bool
}

func (l *leaky) Note(ctx context.Context, name string, value []byte) error {
	if l.shut {
		return bot.ErrUnavailable
	}
	return l.Memory.Note(ctx, name, value)
}

// A token was got and could not be kept: what was kept before has a refresh token
// that is used up, and going back to it lost the workspace.
func TestATokenThatCouldNotBeKeptIsKeptLater(t *testing.T) {
	r := newRotor(t)
	m := &leaky{Memory: r.memory()}
	one := r.rotation(m)
	r.once(one)
	r.clock.Advance(11 * time.Hour)
	m.shut = true
	if err := one.Once(t.Context()); !errors.Is(err, bot.ErrUnavailable) {
		t.Fatalf("Once while nothing is kept: %v", err)
	}
	token := one.Token()
	if err := one.Once(t.Context()); !errors.Is(err, bot.ErrUnavailable) || one.Token() != token || r.got() != 2 {
		t.Fatalf("again: %v, another token %v, %d got", err, one.Token() != token, r.got())
	}
	m.shut = false
	r.once(one)
	r.open()
	next := r.rotation(r.memory())
	r.once(next)
	if next.Token() != token || r.got() != 2 {
		t.Errorf("after a restart it is not the token that was got last; %d were got", r.got())
	}
}

func TestWhenSlackIsAwayTheTokenThatIsThereStays(t *testing.T) {
	r := newRotor(t)
	one := r.rotation(r.memory())
	r.once(one)
	token := one.Token()
	r.clock.Advance(11 * time.Hour)
	for _, trouble := range []slackfake.Trouble{slackfake.LostCall, slackfake.Broken, slackfake.TooMany, slackfake.Page} {
		fault := r.Inject(slackfake.Fault{Method: "oauth.v2.access", Trouble: trouble})
		if err := one.Once(t.Context()); err == nil || one.Token() != token || r.counts(token) != "" {
			t.Errorf("%s: %v, and the token is another one: %v", trouble, err, one.Token() != token)
		}
		if r.Hits(fault) != 1 {
			t.Errorf("%s did not happen", trouble)
		}
	}
	r.once(one)
	if one.Token() == token || r.counts(one.Token()) != "" {
		t.Error("it is not changed when Slack is back")
	}
}

func TestAfterANewInstallationItsRefreshTokenIsUsed(t *testing.T) {
	r := newRotor(t)
	one := r.rotation(r.memory())
	r.once(one)
	r.clock.Advance(11 * time.Hour)
	other := r.rotation(&slack.Forgetful{}) // knows only the refresh token of the settings, which is used up
	if err := other.Once(t.Context()); err == nil {
		t.Error("a refresh token counts twice")
	}
	r.Revoke(one.Token())
	if err := one.Once(t.Context()); err == nil {
		t.Error("what was revoked can be refreshed")
	}
	r.first = r.RefreshToken(r.BotToken())
	r.once(one)
	if r.counts(one.Token()) != "" || one.Token() == "" {
		t.Error("the new installation is not used")
	}
}

// The app was removed and installed again while the bot ran: it kept to a token
// that was over until the twelve hours had passed.
func TestANewInstallationIsUsedAtOnceByEveryCopy(t *testing.T) {
	r := newRotor(t)
	m := r.memory()
	one, other := r.rotation(m), r.rotation(m)
	r.once(one)
	r.once(other)
	old := one.Token()
	r.Revoke(old)
	r.once(one)
	if one.Token() != old || r.got() != 1 {
		t.Errorf("with the settings of the old installation %d tokens were got", r.got())
	}
	r.first = r.RefreshToken(r.BotToken())
	r.once(one)
	r.once(other)
	if one.Token() == old || one.Token() != other.Token() || r.counts(one.Token()) != "" || r.got() != 2 {
		t.Errorf("the new installation: another token %v, the same for both %v, %d got", one.Token() != old, one.Token() == other.Token(), r.got())
	}
	r.clock.Advance(11 * time.Hour)
	r.once(one)
	r.once(other)
	if r.got() != 3 || r.counts(other.Token()) != "" {
		t.Errorf("later it is changed as before: %d got", r.got())
	}
}

// A refresh token in the settings that is none costs nothing of what is kept: that
// counts once, and was spent at every look.
func TestAWrongRefreshTokenInTheSettingsSpendsNothing(t *testing.T) {
	r := newRotor(t)
	one := r.rotation(r.memory())
	r.once(one)
	token := one.Token()
	r.first = "xoxe-1-of-nobody"
	for range 3 {
		if err := one.Once(t.Context()); !errors.Is(err, one.Failed()) || err == nil || one.Token() != token {
			t.Errorf("Once with a refresh token of nobody: %v, it failed by %v", err, one.Failed())
		}
	}
	if r.got() != 1 {
		t.Errorf("%d tokens were got, want the first only", r.got())
	}
	r.clock.Advance(11 * time.Hour)
	r.once(one) // now it is time, and what is kept counts
	if one.Token() == token || one.Failed() != nil || r.counts(one.Token()) != "" {
		t.Error("what was kept is not used when it is time")
	}
}

// A copy that dies after Slack gave it a token and before it could keep it takes
// the one refresh token with it. Nothing brings that back; the token there was
// counts until it ends, it is said that it will not be changed, and a new
// installation puts it right.
func TestATokenThatDiedWithItsCopyIsSaid(t *testing.T) {
	r := newRotor(t)
	m := r.memory()
	one := r.rotation(m)
	r.once(one)
	token := one.Token()
	r.clock.Advance(11 * time.Hour)
	dying := r.rotation(&leaky{Memory: m, shut: true})
	if err := dying.Once(t.Context()); !errors.Is(err, bot.ErrUnavailable) {
		t.Fatalf("the copy that dies: %v", err)
	}
	if err := one.Once(t.Context()); err == nil || one.Failed() == nil || one.Token() != token || r.counts(token) != "" {
		t.Errorf("the one that lives on: %v, failed by %v, the same token %v that counts %q", err, one.Failed(), one.Token() == token, r.counts(token))
	}
	r.first = r.RefreshToken(r.BotToken())
	r.once(one)
	if one.Failed() != nil || one.Token() == token || r.counts(one.Token()) != "" {
		t.Errorf("after a new installation: %v", one.Failed())
	}
}

// Several copies share one store; one of them has the turn.
func TestOfSeveralCopiesOneChangesTheToken(t *testing.T) {
	r := newRotor(t)
	var mu sync.Mutex
	taken := false
	turn := func(context.Context) (func(), bool) {
		mu.Lock()
		defer mu.Unlock()
		mine := !taken
		taken = true
		return func() {}, mine
	}
	m := r.memory()
	copies := []*slack.Rotation{r.rotation(m), r.rotation(m), r.rotation(m)}
	for _, c := range copies {
		c.Turn = turn
		r.once(c)
	}
	for _, c := range copies {
		r.once(c)
		if c.Token() == "" || c.Token() != copies[0].Token() {
			t.Error("the copies have different tokens")
		}
	}
	if n := r.got(); n != 1 {
		t.Errorf("%d tokens were got, want one", n)
	}
}

func TestWhatIsNotedIsRecalledAndTheNewestWins(t *testing.T) {
	r := newRotor(t)
	for name, m := range map[string]slack.Memory{
		"in a store on disk":   r.memory(),
		"in a store in memory": &slack.StoreMemory{Store: bottest.NewMemStore(r.clock.Now), Now: r.clock.Now},
		"for the process":      &slack.Forgetful{},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if _, err := m.Recall(ctx, "a"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("what nobody noted: %v", err)
			}
			for _, v := range []string{"een", "twee", "", "drie"} {
				if err := m.Note(ctx, "a", []byte(v)); err != nil {
					t.Fatal(err)
				}
				if got, err := m.Recall(ctx, "a"); err != nil || string(got) != v {
					t.Errorf("Recall = %q, %v; want %q", got, err, v)
				}
			}
			if _, err := m.Recall(ctx, "a#1"); !errors.Is(err, bot.ErrNotFound) {
				t.Errorf("a name that begins with another: %v", err)
			}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					if err := m.Note(ctx, "b", []byte("samen")); err != nil {
						t.Errorf("two at once: %v", err)
					}
				})
			}
			all.Wait()
			if got, err := m.Recall(ctx, "b"); err != nil || string(got) != "samen" {
				t.Errorf("Recall = %q, %v", got, err)
			}
			if got, err := m.Recall(ctx, "a"); err != nil || string(got) != "drie" {
				t.Errorf("another name was touched: %q, %v", got, err)
			}
		})
	}
}

func TestANoteOfAMessageIsOverAfterAYearAndTheTokensAreNot(t *testing.T) {
	r := newRotor(t)
	m := r.memory()
	for _, name := range []string{"said:x", "tokens:slack"} {
		if err := m.Note(t.Context(), name, []byte("iets")); err != nil {
			t.Fatal(err)
		}
	}
	r.clock.Advance(366 * 24 * time.Hour)
	if _, err := m.Recall(t.Context(), "said:x"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("the note of a message: %v", err)
	}
	if got, err := m.Recall(t.Context(), "tokens:slack"); err != nil || string(got) != "iets" {
		t.Errorf("the tokens: %q, %v", got, err)
	}
}
