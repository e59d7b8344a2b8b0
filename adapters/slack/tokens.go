package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot"
)

// noteTokens begins the name under which the newest tokens are kept.
const noteTokens = "tokens:"

// Rotation keeps the bot's token fresh where the app's tokens expire: twelve hours
// after they were given, with a refresh token that counts once. What is got is
// kept, sealed, before anything else is done, so that neither a crash nor another copy of the
// bot loses the only token that counts.
type Rotation struct {
	Name string // of the platform, one for each workspace
	API  string // blank: Slack's own
	// ClientID and ClientSecret are the app's; First is the refresh token of the
	// installation, used when nothing newer is known.
	ClientID     func() string
	ClientSecret func() string
	First        func() string
	Memory       Memory
	// Turn gives one copy at a time the turn, until it calls end; nil: this is the
	// only one. It lasts longer than turnTerm.
	Turn func(ctx context.Context) (end func(), mine bool)
	HTTP *http.Client
	Now  func() time.Time
	Log  *slog.Logger

	mu     sync.Mutex
	have   pair
	failed error // of the last time that a token was asked for; nil: it was given
}

// pair is a token with what gets the next.
type pair struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Until   time.Time `json:"until"`
	// Of is the mark of the installation's refresh token that it all began with;
	// blank: kept before this was noted.
	Of string `json:"of,omitempty"`
}

// turnTerm is how long asking Slack for a token may take, with all that is tried.
const turnTerm = 45 * time.Second

// Tokens are changed well before they end, and looked at so often.
const (
	rotateAhead = 2 * time.Hour
	rotateLook  = 5 * time.Minute
)

// Token is the token of this moment; blank: there is none yet, or it is over.
func (r *Rotation) Token() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.have.Until.IsZero() && !r.Now().Before(r.have.Until) {
		return ""
	}
	return r.have.Access
}

// Failed is why the token could not be changed the last time that it was tried;
// nil: it could, or it was not time yet.
func (r *Rotation) Failed() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// Once reads what is known and gets a new token when it is time, or when the app
// was installed anew. An error leaves the token as it is: it may still count.
// Without the turn nothing is done but reading.
func (r *Rotation) Once(ctx context.Context) error {
	known, err := r.latest(ctx)
	if err != nil || r.fresh(known) {
		return err
	}
	if r.Turn != nil {
		end, mine := r.Turn(ctx)
		if !mine {
			return nil
		}
		defer end()
		// Whoever had the turn before us may have done it.
		if known, err = r.latest(ctx); err != nil || r.fresh(known) {
			return err
		}
	}
	err = r.refresh(ctx, known)
	r.mu.Lock()
	r.failed = err
	r.mu.Unlock()
	return err
}

// fresh reports whether a pair needs no changing yet. Another refresh token in the
// settings is of another installation: with the one before it what it gave is over.
func (r *Rotation) fresh(p pair) bool {
	return !r.soon(p) && !r.other(p)
}

// soon reports whether a pair ends before long, or is none.
func (r *Rotation) soon(p pair) bool {
	return p.Access == "" || !r.Now().Add(rotateAhead).Before(p.Until)
}

// other reports whether the settings have the refresh token of another
// installation than a pair is of.
func (r *Rotation) other(p pair) bool {
	first := r.First()
	return p.Of != "" && first != "" && p.Of != mark("", first)
}

// latest is the newest pair there is, which is used from now on. One that was got
// and could not be kept is newer than what is kept, and its refresh token is the
// only one that counts: it is kept first.
func (r *Rotation) latest(ctx context.Context) (pair, error) {
	known, err := r.recall(ctx)
	if err != nil {
		return pair{}, err
	}
	r.mu.Lock()
	have := r.have
	r.mu.Unlock()
	if have.Until.After(known.Until) {
		return have, r.keep(ctx, have)
	}
	if !have.Until.Equal(known.Until) {
		r.mu.Lock()
		r.failed = nil // another copy got it
		r.mu.Unlock()
	}
	r.set(known)
	return known, nil
}

// keep notes a pair, whatever becomes of who asked for it.
func (r *Rotation) keep(ctx context.Context, p pair) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return r.Memory.Note(context.WithoutCancel(ctx), noteTokens+r.Name, raw)
}

func (r *Rotation) set(p pair) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.have = p
}

func (r *Rotation) recall(ctx context.Context) (pair, error) {
	raw, err := r.Memory.Recall(ctx, noteTokens+r.Name)
	if errors.Is(err, bot.ErrNotFound) {
		return pair{Refresh: r.First()}, nil
	}
	if err != nil {
		return pair{}, fmt.Errorf("slack: recall the tokens: %w", err)
	}
	var p pair
	if json.Unmarshal(raw, &p) != nil {
		return pair{}, errors.New("slack: the tokens that were kept cannot be read")
	}
	return p, nil
}

// refresh gets the next pair. Slack lets the old token count until it ends, so
// what is under way is not cut off.
func (r *Rotation) refresh(ctx context.Context, known pair) error {
	ctx, cancel := context.WithTimeout(ctx, turnTerm)
	defer cancel()
	first, of := r.First(), known.Of
	try := []string{known.Refresh}
	switch {
	case first == "" || first == known.Refresh:
		of = mark("", known.Refresh)
	case r.other(known) && r.soon(known):
		try = []string{first, known.Refresh}
	case r.other(known):
		try = []string{first} // what is kept counts once, and it is not time yet
	default:
		try = append(try, first)
		if of == "" {
			of = mark("", first)
		}
	}
	var got *slack.OAuthV2Response
	var err error
	for i, token := range try {
		if i > 0 {
			// The app was installed anew, and the settings have the refresh token of it; or
			// they have an old one again.
			r.Log.Warn("slack: a refresh token does not count any more; the other one is tried")
		}
		got, err = r.ask(ctx, token)
		if token == first {
			of = mark("", first)
		}
		if !says(err, "invalid_refresh_token", "token_expired", "token_revoked") {
			break
		}
	}
	if err != nil {
		return fail("get a new token", err)
	}
	if got.AccessToken == "" || got.RefreshToken == "" || got.ExpiresIn <= 0 {
		return fmt.Errorf("slack: get a new token: the app's tokens do not expire: %w", bot.ErrConflict)
	}
	next := pair{Access: got.AccessToken, Refresh: got.RefreshToken, Until: r.Now().Add(time.Duration(got.ExpiresIn) * time.Second), Of: of}
	// It is used at once, since it is the only one that counts; and kept, however
	// long that takes, since a copy that starts anew knows nothing else.
	r.set(next)
	return r.keep(ctx, next)
}

// ask exchanges a refresh token for the next pair.
func (r *Rotation) ask(ctx context.Context, token string) (*slack.OAuthV2Response, error) {
	client := r.HTTP
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: noRedirect}
	}
	api := r.API
	if api == "" {
		api = slack.APIURL
	}
	return slack.RefreshOAuthV2TokenContext(ctx, client, r.ClientID(), r.ClientSecret(), token, slack.OAuthOptionAPIURL(strings.TrimRight(api, "/")+"/"))
}

// Run keeps the token fresh until ctx ends.
func (r *Rotation) Run(ctx context.Context) error {
	for {
		wait := rotateLook
		if err := r.Once(ctx); err != nil && ctx.Err() == nil {
			r.Log.Warn("slack: the token could not be changed; the one there is counts until it ends", "error", err)
			wait = 30*time.Second + rand.N(30*time.Second)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}
