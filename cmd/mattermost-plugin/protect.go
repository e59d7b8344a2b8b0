package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// The prefixes of keys in the server's key-value store. A key has at most 50
// characters.
const (
	keyChannel = "p:" // protected channel
	keyFile    = "f:" // a file that passed
	keySaid    = "k:" // a message said under a key
	keyEvent   = "e:" // an event that waits for the bot
	keyNonce   = "n:" // a nonce of a call
	keyCanary  = "canary"
)

// channels knows which channels are protected. What is in memory was read from
// the store or written there before; while the store cannot be read, every
// private channel with the bot in it counts as protected.
type channels struct {
	p *Plugin

	mu     sync.RWMutex
	known  map[string]bool
	loaded bool
	tried  time.Time
}

func newChannels(p *Plugin) *channels { return &channels{p: p, known: map[string]bool{}} }

// load reads the protected channels. A store that answers nothing at all looks
// like an empty one, so a canary must come back from it first.
func (c *channels) load() {
	known, err := c.read()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tried = time.Now()
	if err != nil {
		c.loaded = false
		c.p.API.LogError("the protected channels cannot be read; every private channel with the bot is closed", "cause", err.Error())
		return
	}
	// What was protected here stays so until unprotect says otherwise.
	for id := range c.known {
		known[id] = true
	}
	c.known, c.loaded = known, true
}

func (c *channels) read() (map[string]bool, error) {
	api := c.p.API
	if appErr := api.KVSet(keyCanary, []byte("here")); appErr != nil {
		return nil, fmt.Errorf("write the canary: status %d", appErr.StatusCode)
	}
	if v, appErr := api.KVGet(keyCanary); appErr != nil || string(v) != "here" {
		return nil, fmt.Errorf("the canary did not come back")
	}
	known := map[string]bool{}
	seen := false
	const page = 1000
	for n := 0; ; n++ {
		keys, appErr := api.KVList(n, page)
		if appErr != nil {
			return nil, fmt.Errorf("list the keys: status %d", appErr.StatusCode)
		}
		for _, key := range keys {
			seen = seen || key == keyCanary
			if id, ok := strings.CutPrefix(key, keyChannel); ok {
				known[id] = true
			}
		}
		if len(keys) < page {
			break
		}
	}
	if !seen {
		return nil, fmt.Errorf("the list lacks the canary")
	}
	return known, nil
}

// Protected implements gate.Channels.
func (c *channels) Protected(channel string) bool {
	c.mu.RLock()
	known, loaded, tried := c.known[channel], c.loaded, c.tried
	c.mu.RUnlock()
	if known || loaded {
		return known
	}
	if time.Since(tried) > time.Second {
		c.load()
		c.mu.RLock()
		known, loaded = c.known[channel], c.loaded
		c.mu.RUnlock()
		if known || loaded {
			return known
		}
	}
	ch, appErr := c.p.API.GetChannel(channel)
	if appErr != nil || ch == nil {
		return appErr == nil || appErr.StatusCode != http.StatusNotFound
	}
	if ch.Type != model.ChannelTypePrivate {
		return false
	}
	m, appErr := c.p.API.GetChannelMember(channel, c.p.self())
	if appErr != nil {
		return appErr.StatusCode != http.StatusNotFound
	}
	return m != nil
}

// Any implements gate.Channels.
func (c *channels) Any() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return !c.loaded || len(c.known) > 0
}

func (c *channels) count() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.known)
}

func (c *channels) readable() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.loaded
}

func (c *channels) list() []string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	ids := make([]string, 0, len(c.known))
	for id := range c.known {
		ids = append(ids, id)
	}
	return ids
}

// protect guards a channel. It is in memory first: if writing fails the channel
// is guarded until a restart, and the caller hears that it is not written.
func (c *channels) protect(id string) error {
	c.mu.Lock()
	c.known[id] = true
	c.mu.Unlock()
	if appErr := c.p.API.KVSet(keyChannel+id, []byte("1")); appErr != nil {
		return fmt.Errorf("write: status %d", appErr.StatusCode)
	}
	// A call that is lost on the way to the server answers nothing, which looks
	// like success; so read it back.
	if v, appErr := c.p.API.KVGet(keyChannel + id); appErr != nil || len(v) == 0 {
		return fmt.Errorf("what was written did not come back")
	}
	if err := c.guard(id); err != nil {
		return err
	}
	c.p.tellSentry()
	c.tell()
	return nil
}

// guardsFrom is the first server that closes a channel by itself while the
// plugin that claimed it is away.
const guardsFrom = "11.9"

// guard claims a channel on a server that knows claims. An older server answers
// the same call with success and does nothing, so the version decides whether
// to believe it. No server that new has been run with this plugin yet.
func (c *channels) guard(id string) error {
	if !atLeast(c.p.API.GetServerVersion(), guardsFrom) {
		return nil
	}
	if appErr := c.p.API.RegisterChannelGuard(id); appErr != nil {
		return fmt.Errorf("claim the channel: status %d", appErr.StatusCode)
	}
	return nil
}

// guardAll claims every protected channel, after the server was upgraded.
func (c *channels) guardAll() {
	for _, id := range c.list() {
		if err := c.guard(id); err != nil {
			c.p.API.LogError("a protected channel cannot be claimed", "cause", err.Error())
			return
		}
	}
}

// atLeast compares two versions by their numbers. What cannot be read is older.
func atLeast(version, least string) bool {
	have, want := strings.Split(version, "."), strings.Split(least, ".")
	for i := range want {
		if i >= len(have) {
			return false
		}
		h, err := strconv.Atoi(have[i])
		w, _ := strconv.Atoi(want[i])
		if err != nil || h < w {
			return false
		}
		if h > w {
			return true
		}
	}
	return true
}

// unprotect ends it.
func (c *channels) unprotect(id string) error {
	if appErr := c.p.API.KVDelete(keyChannel + id); appErr != nil {
		return fmt.Errorf("delete: status %d", appErr.StatusCode)
	}
	if atLeast(c.p.API.GetServerVersion(), guardsFrom) {
		if appErr := c.p.API.UnregisterChannelGuard(id); appErr != nil {
			return fmt.Errorf("give the claim back: status %d", appErr.StatusCode)
		}
	}
	c.mu.Lock()
	delete(c.known, id)
	c.mu.Unlock()
	return nil
}

// tell makes the other nodes of a cluster read again. On one node it does
// nothing.
func (c *channels) tell() {
	err := c.p.API.PublishPluginClusterEvent(model.PluginClusterEvent{Id: "protected"},
		model.PluginClusterEventSendOptions{SendType: model.PluginClusterEventSendTypeReliable})
	if err != nil {
		c.p.API.LogWarn("the other nodes were not told of a protected channel", "cause", err.Error())
	}
}
