package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"
	"github.com/convenantbot/convenantbot/internal/bridge"
)

// How long things are kept in the server's store, in seconds.
const (
	recordTerm = 24 * 3600      // a file that passed must be posted within a day
	saidTerm   = 90 * 24 * 3600 // a message is not said twice within this time
)

// records keeps gate.Records in the server's store.
type records struct{ p *Plugin }

var _ gate.Records = records{}

// Put implements gate.Records.
func (r records) Put(file string, rec gate.Record) error {
	b, err := json.Marshal(rec)
	if err != nil {
		return err
	}
	_, appErr := r.p.API.KVSetWithOptions(keyFile+file, b, model.PluginKVSetOptions{ExpireInSeconds: recordTerm})
	if appErr != nil {
		return fmt.Errorf("write a record: status %d", appErr.StatusCode)
	}
	return nil
}

// Get implements gate.Records.
func (r records) Get(file string) (gate.Record, bool, error) {
	var rec gate.Record
	b, appErr := r.p.API.KVGet(keyFile + file)
	if appErr != nil {
		return rec, false, fmt.Errorf("read a record: status %d", appErr.StatusCode)
	}
	if len(b) == 0 {
		return rec, false, nil
	}
	err := json.Unmarshal(b, &rec)
	return rec, err == nil, err
}

// nonces keeps the nonces of the bot's calls in the server's store, so that a
// restart of the plugin opens no door to a replay.
type nonces struct{ p *Plugin }

var _ bridge.Nonces = nonces{}

// Fresh implements bridge.Nonces.
func (n nonces) Fresh(_ context.Context, nonce string, until time.Time) (bool, error) {
	term := int64(time.Until(until)/time.Second) + 1
	ok, appErr := n.p.API.KVSetWithOptions(keyNonce+nonce, []byte("1"),
		model.PluginKVSetOptions{Atomic: true, ExpireInSeconds: max(term, 1)})
	if appErr != nil {
		return false, fmt.Errorf("write a nonce: status %d", appErr.StatusCode)
	}
	return ok, nil
}

// keyed lets one caller at a time work under a key.
type keyed struct {
	mu   sync.Mutex
	busy map[string]chan struct{}
}

// take waits for its turn at key and returns what gives it back.
func (k *keyed) take(key string) (release func()) {
	for {
		k.mu.Lock()
		if k.busy == nil {
			k.busy = map[string]chan struct{}{}
		}
		waits, taken := k.busy[key]
		if !taken {
			done := make(chan struct{})
			k.busy[key] = done
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				delete(k.busy, key)
				k.mu.Unlock()
				close(done)
			}
		}
		k.mu.Unlock()
		<-waits
	}
}

// said is what is kept of a message under its key: that it was begun, and what
// became of it. It is written before each step, so that a repeat after a crash
// knows where to look.
type said struct {
	Begun   int64  `json:"b"` // milliseconds since 1970
	Channel string `json:"c"`
	File    string `json:"f,omitempty"`
	Post    string `json:"p,omitempty"`
	// Retracted: it may not be seen any more, nor come yet.
	Retracted bool `json:"r,omitempty"`
}

// saidKey is the key in the store; the caller's own key can be of any length.
func saidKey(channel, key string) string {
	sum := sha256.Sum256([]byte(channel + "\n" + key))
	return keySaid + hex.EncodeToString(sum[:20])
}

func (p *Plugin) readSaid(key string) (said, error) {
	var s said
	b, appErr := p.API.KVGet(key)
	if appErr != nil {
		return s, bridge.Fail(bridge.KindUnavailable, "store")
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &s); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (p *Plugin) writeSaid(key string, s said) error {
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, appErr := p.API.KVSetWithOptions(key, b, model.PluginKVSetOptions{ExpireInSeconds: saidTerm}); appErr != nil {
		return bridge.Fail(bridge.KindUnavailable, "store")
	}
	return nil
}

// outbox hands events over to the bot. Each is written to the server's store
// before the hook returns and removed when the bot has it, so that neither a
// restart of the plugin nor a bot that is away loses one.
type outbox struct {
	p    *Plugin
	wake chan struct{}

	mu     sync.Mutex
	keys   []string // of what waits, oldest first, as far as is known
	loaded time.Time
}

// reload is how often the whole store is looked through for events: at the
// start, and for what another node of a cluster left behind.
const reload = 5 * time.Minute

func newOutbox(p *Plugin) *outbox { return &outbox{p: p, wake: make(chan struct{}, 1)} }

// waiting returns how many events wait for the bot, as far as is known.
func (o *outbox) waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.keys)
}

// nudge makes the outbox look now.
func (o *outbox) nudge() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// put keeps an event until the bot has it. The key begins with the time, so
// that they go out in order.
func (o *outbox) put(e bridge.Event) {
	b, err := json.Marshal(e)
	if err != nil {
		return
	}
	key := fmt.Sprintf("%s%013x%s", keyEvent, time.Now().UnixMicro(), model.NewId())
	if appErr := o.p.API.KVSet(key, b); appErr != nil {
		o.p.API.LogError("an event cannot be kept", "kind", e.Kind, "status", appErr.StatusCode)
		return
	}
	o.mu.Lock()
	o.keys = append(o.keys, key)
	o.mu.Unlock()
	o.nudge()
}

// run hands events over until ctx ends.
func (o *outbox) run(ctx context.Context) {
	wait := time.Second
	for {
		idle := 30 * time.Second
		if o.flush(ctx) {
			wait = time.Second
		} else {
			idle, wait = wait, min(2*wait, 30*time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		case <-time.After(idle):
		}
	}
}

// flush hands over what waits, oldest first, and reports whether nothing is
// left. It stops at the first that the bot does not take.
func (o *outbox) flush(ctx context.Context) (done bool) {
	defer func() {
		if r := recover(); r != nil {
			o.p.panics.Add(1)
			o.p.API.LogError("handing events over panicked", "kind", fmt.Sprintf("%T", r))
		}
	}()
	if !o.load() {
		return false
	}
	for {
		o.mu.Lock()
		if len(o.keys) == 0 {
			o.mu.Unlock()
			return true
		}
		key := o.keys[0]
		o.mu.Unlock()
		if !o.hand(ctx, key) {
			return false
		}
		o.mu.Lock()
		o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
		o.mu.Unlock()
	}
}

// hand gives one event to the bot and forgets it.
func (o *outbox) hand(ctx context.Context, key string) bool {
	b, appErr := o.p.API.KVGet(key)
	if appErr != nil {
		return false
	}
	var e bridge.Event
	if len(b) > 0 && json.Unmarshal(b, &e) == nil {
		if _, err := bridge.BotEvent.Do(ctx, o.p.caller, e); err != nil {
			if bridge.Kind(err) != bridge.KindInvalid {
				return false
			}
			// One that the bot can never take must not stop the others.
			o.p.API.LogError("the bot cannot take an event", "kind", e.Kind)
		}
	}
	return o.p.API.KVDelete(key) == nil
}

// load looks through the store when that is due and reports whether what is
// known is good enough to go on.
func (o *outbox) load() bool {
	o.mu.Lock()
	due := time.Since(o.loaded) > reload
	o.mu.Unlock()
	if !due {
		return true
	}
	var found []string
	for page := 0; ; page++ {
		list, appErr := o.p.API.KVList(page, 1000)
		if appErr != nil {
			return false
		}
		for _, key := range list {
			if strings.HasPrefix(key, keyEvent) {
				found = append(found, key)
			}
		}
		if len(list) < 1000 {
			break
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	// An event that was handed over meanwhile comes along once more and is found
	// to be gone; one that was put meanwhile is in both.
	o.keys = append(o.keys, found...)
	slices.Sort(o.keys)
	o.keys = slices.Compact(o.keys)
	o.loaded = time.Now()
	return true
}
