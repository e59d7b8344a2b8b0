package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	client "github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

func TestDoctorLooksAtRedis(t *testing.T) {
	users := filepath.Join(t.TempDir(), "users.acl")
	if err := os.WriteFile(users, []byte("user default on nopass ~* &* +@all\n"+
		"user bot on >geheim ~convenantbot:* &convenantbot:* -@all +@read +@write +@stream +@scripting +@pubsub +@connection -@dangerous +time +info\n"+
		"user shy on >geheim ~convenantbot:* &convenantbot:* -@all +@read +@write +@stream +@scripting +@pubsub +@connection -@dangerous +time\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server := testserver.Redis(t, "--aclfile", users)
	operator := client.NewClient(&client.Options{Addr: server.Addr, Protocol: 2, DisableIdentity: true})
	defer operator.Close()
	set := func(name, value string) {
		t.Helper()
		if err := operator.ConfigSet(t.Context(), name, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	look := func(user string) (map[string]finding, int) {
		t.Helper()
		more := fmt.Sprintf("redis: {addresses: %q", server.Addr)
		if user != "" {
			more += fmt.Sprintf(", username: %s, password: geheim", user)
		}
		return doctorSays(t, mustSettings(t, more+"}\n"))
	}
	want := func(found map[string]finding, levels map[string]mattermost.Level) {
		t.Helper()
		for code, level := range levels {
			if found[code].Severity != level {
				t.Errorf("%s: %+v, want %s", code, found[code], level)
			}
		}
	}

	found, _ := look("")
	want(found, map[string]mattermost.Level{"redis": mattermost.Good, "redis_version": mattermost.Good, "redis_eviction": mattermost.Good,
		"redis_persistence": mattermost.Advice, "redis_user": mattermost.Advice, "redis_tls": mattermost.Good, "redis_clock": mattermost.Good})

	set("maxmemory-policy", "allkeys-lru")
	set("appendonly", "yes")
	found, _ = look("bot")
	want(found, map[string]mattermost.Level{"redis": mattermost.Good, "redis_version": mattermost.Good, "redis_eviction": mattermost.Advice,
		"redis_persistence": mattermost.Good, "redis_user": mattermost.Good})
	if found["redis_eviction"].Have != "allkeys-lru" {
		t.Errorf("eviction: %+v", found["redis_eviction"])
	}

	found, _ = look("shy")
	want(found, map[string]mattermost.Level{"redis": mattermost.Good, "redis_version": mattermost.Advice, "redis_user": mattermost.Good})

	found, _ = look("nobody")
	want(found, map[string]mattermost.Level{"redis": mattermost.Broken})
	server.Kill()
	found, code := look("")
	want(found, map[string]mattermost.Level{"redis": mattermost.Broken})
	if code != exitNegative {
		t.Errorf("exit code %d", code)
	}
	for c := range found {
		if c != "redis" && len(c) > 6 && c[:6] == "redis_" {
			t.Errorf("%s is said of a Redis that does not answer", c)
		}
	}
	if found, _ := doctorSays(t, mustSettings(t, "")); found["redis"].Code != "" {
		t.Error("a Redis that is not used is spoken of")
	}
}

func TestWhichAddressesAreOfThisMachine(t *testing.T) {
	for addresses, want := range map[[2]string]bool{
		{"127.0.0.1:6379", "localhost:1"}: true, {"[::1]:6379", "127.3.4.5:1"}: true,
		{"127.0.0.1:6379", "10.0.0.1:1"}: false, {"localhost.example.org:1", "localhost:1"}: false,
	} {
		if got := loopback(addresses[:]); got != want {
			t.Errorf("loopback(%v) = %v, want %v", addresses, got, want)
		}
	}
}
