package slack

import (
	"context"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

// Pace keeps the calls of all copies of the bot to one of Slack's limits.
type Pace interface {
	// Wait returns when a call may go, or with the context's error.
	Wait(ctx context.Context) error
	// Rest makes every copy wait: Slack said that it was asked too much.
	Rest(ctx context.Context, d time.Duration)
}

// perMinute is how often a method may be called in a workspace: Slack's tier,
// which is the least that it allows. What is not here is tier 3.
//
// Source: "Rate limits" and the tier at each method in Slack's reference.
var perMinute = map[string]int{
	"admin.conversations.delete": 20, "admin.conversations.setCustomRetention": 20, "admin.conversations.getCustomRetention": 20,
	"apps.connections.open": 1, "auth.test": 100, "chat.postEphemeral": 100, "chat.delete": 50, "chat.update": 50,
	"conversations.archive": 20, "conversations.create": 20, "conversations.history": 50, "conversations.info": 50, "conversations.invite": 50,
	"conversations.kick": 50, "conversations.list": 20, "conversations.members": 100, "conversations.open": 50, "conversations.replies": 50,
	"conversations.setPurpose": 20, "conversations.setTopic": 20, "conversations.unarchive": 20,
	"files.completeUploadExternal": 100, "files.delete": 50, "files.getUploadURLExternal": 100, "files.info": 100, "files.list": 50,
	"pins.add": 20, "team.billing.info": 50, "team.info": 50, "users.conversations": 50, "users.info": 100, "users.list": 20,
	"views.open": 100, "views.publish": 100, "views.push": 100, "views.update": 100,
	// Posting has no tier: about one a second in each channel, with a higher bound
	// for the workspace, which Slack does not publish.
	"chat.postMessage": 120,
}

// defaultPerMinute is tier 3.
const defaultPerMinute = 50

// postRate is how often something may be posted in one channel.
var postRate = bot.Rate{Burst: 3, Every: time.Second}

// paces has one pace for each limit.
type paces struct {
	make  func(name string, r bot.Rate) Pace
	mu    sync.Mutex
	known map[string]Pace
}

// of returns the pace with this name; nil when nothing is bounded.
func (p *paces) of(name string, r bot.Rate) Pace {
	if p.make == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[name] == nil {
		p.known[name] = p.make(name, r)
	}
	return p.known[name]
}

// method returns the pace of a method. A whole minute's calls may go at once,
// and then one after the other.
func (p *paces) method(name string) Pace {
	n := perMinute[name]
	if n == 0 {
		n = defaultPerMinute
	}
	return p.of(name, bot.Rate{Burst: n, Every: time.Minute / time.Duration(n)})
}

// paced is a transport that keeps to the pace of each method. Every call counts,
// repeated ones too.
type paced struct {
	next  http.RoundTripper
	paces *paces
}

// RoundTrip implements http.RoundTripper.
func (p paced) RoundTrip(r *http.Request) (*http.Response, error) {
	pace := p.paces.method(methodOf(r))
	if pace == nil {
		return p.next.RoundTrip(r)
	}
	if err := pace.Wait(r.Context()); err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // as a transport must
		}
		return nil, err
	}
	res, err := p.next.RoundTrip(r)
	if err == nil && res.StatusCode == http.StatusTooManyRequests {
		pace.Rest(r.Context(), retryAfter(res.Header))
	}
	return res, err
}

// methodOf is the method that a request calls, such as "chat.postMessage".
func methodOf(r *http.Request) string {
	name := path.Base(r.URL.Path)
	if name == "" || strings.ContainsAny(name, "/ ") {
		return "other"
	}
	return name
}

// measured returns next with measure around it, if there is one.
func measured(next http.RoundTripper, measure func(http.RoundTripper) http.RoundTripper) http.RoundTripper {
	if measure == nil {
		return next
	}
	return measure(next)
}
