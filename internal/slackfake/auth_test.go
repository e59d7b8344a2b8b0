package slackfake

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestTokensThatAreRefused(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{Rotating: true, Clock: clock, BotScopes: []string{"chat:write"}})
	if out := b.bot.must("auth.test"); text(out, "user_id") != b.BotUser || text(out, "bot_id") != b.BotID || text(out, "team_id") != b.TeamID {
		t.Errorf("auth.test = %v", out)
	}
	client{t, b.Server, ""}.refused("not_authed", "auth.test")
	client{t, b.Server, "xoxb-1"}.refused("invalid_auth", "auth.test")
	b.bot.refused("unknown_method", "chat.shout")
	out, code := b.bot.call("users.list")
	if code != "missing_scope" || text(out, "needed") != "users:read" || text(out, "provided") != "chat:write" {
		t.Errorf("users.list = %v, want missing_scope with what is needed", out)
	}
	b.bot.refused("missing_scope", "conversations.create", "name", "a")
	b.bot.refused("not_allowed_token_type", "admin.conversations.delete", "channel_id", "C1")
	clock.Advance(tokenLife - time.Second)
	b.bot.must("auth.test")
	clock.Advance(time.Second)
	b.bot.refused("token_expired", "auth.test")
	fresh := client{t, b.Server, b.BotToken()}
	b.Revoke(fresh.token)
	fresh.refused("token_revoked", "auth.test")
	anna := client{t, b.Server, b.UserToken(b.people[0])}
	anna.must("auth.test")
	b.people[0].Deactivate()
	anna.refused("account_inactive", "auth.test")
}

func TestATokenIsRefreshedOnce(t *testing.T) {
	b := newBench(t, Options{Rotating: true})
	none := client{t, b.Server, ""}
	refresh := b.RefreshToken(b.bot.token)
	id, secret := b.ClientID, b.ClientSecret
	none.refused("bad_client_secret", "oauth.v2.access", "client_id", id, "client_secret", "x", "grant_type", "refresh_token", "refresh_token", refresh)
	none.refused("invalid_client_id", "oauth.v2.access", "client_id", "x", "client_secret", secret, "grant_type", "refresh_token", "refresh_token", refresh)
	out := none.must("oauth.v2.access", "client_id", id, "client_secret", secret, "grant_type", "refresh_token", "refresh_token", refresh)
	none.refused("invalid_refresh_token", "oauth.v2.access", "client_id", id, "client_secret", secret, "grant_type", "refresh_token", "refresh_token", refresh)
	client{t, b.Server, text(out, "access_token")}.must("auth.test")
	if out["expires_in"] != float64(12*60*60) || text(out, "refresh_token") == refresh {
		t.Errorf("the answer is %v", out)
	}
}

func TestAnInstallationGivesACodeThatWorksOnce(t *testing.T) {
	b := newBench(t, Options{})
	none := client{t, b.Server, ""}
	code := b.Install("https://example.org/install")
	ask := func(redirect string) []string {
		return []string{"client_id", b.ClientID, "client_secret", b.ClientSecret, "code", code, "redirect_uri", redirect}
	}
	none.refused("bad_redirect_uri", "oauth.v2.access", ask("https://elsewhere.example")...)
	out := none.must("oauth.v2.access", ask("https://example.org/install")...)
	client{t, b.Server, text(out, "access_token")}.must("auth.test")
	none.refused("invalid_code", "oauth.v2.access", ask("https://example.org/install")...)
}

// What a token of an administrator may do depends on what is paid for.
func TestWhatEachPlanAllows(t *testing.T) {
	for plan, want := range map[Plan]struct{ admin, posting bool }{Free: {}, Pro: {}, BusinessPlus: {posting: true}, Enterprise: {admin: true, posting: true}} {
		b := newBench(t, Options{Plan: plan})
		room := b.room("casus-2026-1", b.people[0])
		_, code := b.admin.call("admin.conversations.setCustomRetention", "channel_id", room, "duration_days", "30")
		if (code == "") != want.admin || code != "" && code != "feature_not_enabled" {
			t.Errorf("%s: setCustomRetention: %q, want it to work: %v", plan, code, want.admin)
		}
		if err := b.RestrictPosting(room); (err == nil) != want.posting {
			t.Errorf("%s: RestrictPosting: %v, want it to work: %v", plan, err, want.posting)
		}
		if err := b.RestrictPosting(b.General()); err != nil {
			t.Errorf("%s: RestrictPosting in the general channel: %v", plan, err)
		}
	}
}

func TestAnAdministratorOfAnOrganisation(t *testing.T) {
	b := newBench(t, Options{Plan: Enterprise})
	room := b.room("casus-2026-1", b.people[0])
	id, _ := b.people[0].Uploads(room, "a.txt", []byte("x"), "")
	plain := client{t, b.Server, b.UserToken(b.people[0])}
	plain.refused("not_an_admin", "admin.conversations.setCustomRetention", "channel_id", room, "duration_days", "30")
	for days, want := range map[string]string{"0": "invalid_duration", "1": "", "36500": "", "36501": "invalid_duration", "x": "invalid_duration"} {
		if _, code := b.admin.call("admin.conversations.setCustomRetention", "channel_id", room, "duration_days", days); code != want {
			t.Errorf("%s days: %q, want %q", days, code, want)
		}
	}
	b.admin.refused("channel_type_not_supported", "admin.conversations.setCustomRetention", "channel_id", b.General(), "duration_days", "30")
	b.admin.refused("invalid_value", "admin.conversations.setConversationPrefs", "channel_id", room, "prefs", `{'who_can_post':'type:nobody'}`)
	b.admin.must("admin.conversations.setConversationPrefs", "channel_id", room, "prefs", `{"who_can_post":{"type":["everyone"]}}`)
	b.admin.must("admin.conversations.setConversationPrefs", "channel_id", room, "prefs", `{'who_can_post':'type:admin,user:U1'}`)
	if _, err := b.people[0].Says(room, "x"); err == nil || err.Error() != "restricted_action_read_only_channel" {
		t.Errorf("Says where only administrators post: %v", err)
	}
	if _, err := b.people[0].Uploads(room, "b.txt", []byte("x"), ""); err == nil {
		t.Error("a file was posted where only administrators post")
	}
	b.bot.must("chat.postMessage", "channel", room, "text", "de app wel")
	b.admin.must("admin.conversations.restrictAccess.addGroup", "channel_id", room, "group_id", "S1")
	b.admin.must("admin.conversations.delete", "channel_id", room)
	b.bot.refused("channel_not_found", "conversations.info", "channel", room)
	b.bot.must("conversations.create", "name", "casus-2026-1", "is_private", "true")
	if !b.FileExists(id) {
		t.Error("deleting a channel took the file as well; the documentation does not say so")
	}
}

func TestGuestsAndPeopleOfElsewhere(t *testing.T) {
	b := newBench(t, Options{})
	room, second := b.room("casus-2026-1"), b.room("casus-2026-2")
	single := b.AddPerson(PersonOptions{Name: "ouder", SingleChannelGuest: true})
	guest := b.AddPerson(PersonOptions{Name: "gast", Guest: true})
	other := b.AddPerson(PersonOptions{Name: "wijk", Team: "T0ELSEWHERE"})
	b.bot.must("conversations.invite", "channel", room, "users", single.ID+","+guest.ID)
	b.bot.refused("ura_max_channels", "conversations.invite", "channel", second, "users", single.ID)
	b.bot.must("conversations.invite", "channel", second, "users", guest.ID)
	if err := guest.Invites(room, b.people[0].ID); err == nil {
		t.Error("a guest invited somebody")
	}
	if _, err := guest.Sees(b.General()); err == nil {
		t.Error("a guest sees the general channel")
	}
	b.bot.refused("user_not_visible", "users.info", "user", other.ID)
	b.bot.refused("no_external_invite_permission", "conversations.invite", "channel", room, "users", other.ID)
	b.ConnectChannel(room, "T0ELSEWHERE")
	b.bot.must("conversations.invite", "channel", room, "users", other.ID)
	u := b.bot.must("users.info", "user", other.ID)
	if at(u, "user", "is_stranger") != true || text(u, "user", "team_id") != "T0ELSEWHERE" {
		t.Errorf("users.info = %v", u)
	}
	org := newBench(t, Options{Plan: Enterprise})
	shared := org.room("casus-2026-1")
	org.ConnectChannel(shared, "T0ELSEWHERE")
	if err := org.RestrictPosting(shared); err == nil {
		t.Error("posting was limited in a channel that is shared")
	}
	if ch := b.bot.must("conversations.info", "channel", room); at(ch, "channel", "is_ext_shared") != true {
		t.Errorf("conversations.info = %v, want is_ext_shared", ch)
	}
	if u := b.bot.must("users.info", "user", single.ID); at(u, "user", "is_ultra_restricted") != true || at(u, "user", "is_restricted") != true {
		t.Errorf("users.info = %v", u)
	}
}

func TestFaultsStrikeBeforeOrAfterTheEffect(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	count := func() int {
		seen, _ := b.people[0].Sees(room)
		n := 0
		for _, s := range seen {
			if s.Text == "hallo" {
				n++
			}
		}
		return n
	}
	post := func() (int, string, error) {
		form := url.Values{"channel": {room}, "text": {"hallo"}, "token": {b.bot.token}}
		res, err := http.PostForm(b.APIURL()+"chat.postMessage", form)
		if err != nil {
			return 0, "", err
		}
		defer res.Body.Close()
		return res.StatusCode, res.Header.Get("Retry-After"), nil
	}
	for _, test := range []struct {
		trouble Trouble
		status  int // 0: no answer
		effect  int
	}{{LostAnswer, 0, 1}, {LostCall, 0, 0}, {Broken, 500, 0}, {BrokenAfter, 500, 1}, {InternalAfter, 200, 1}, {TooMany, 429, 0}, {Page, 503, 0}} {
		before := count()
		f := b.Inject(Fault{Method: "chat.postMessage", Trouble: test.trouble, Wait: 7 * time.Second})
		status, after, err := post()
		if status != test.status || (err == nil) != (test.status != 0) || count()-before != test.effect || b.Hits(f) != 1 {
			t.Errorf("%s: status %d (%v), effect %d; want %d and %d", test.trouble, status, err, count()-before, test.status, test.effect)
		}
		if test.trouble == TooMany && after != "7" {
			t.Errorf("Retry-After = %q, want 7", after)
		}
		b.Clock.Advance(10 * time.Second)
	}
	if _, _, err := post(); err != nil {
		t.Error("a fault struck more often than it was told to")
	}
}

func TestASlowCallWaitsForTheClock(t *testing.T) {
	b := newBench(t, Options{})
	b.Inject(Fault{Method: "auth.test", Trouble: Slow, Wait: 20 * time.Second})
	done := make(chan error, 1)
	go func() {
		res, err := http.PostForm(b.APIURL()+"auth.test", url.Values{"token": {b.bot.token}})
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode != 200 {
				err = errors.New(res.Status)
			}
		}
		done <- err
	}()
	mustWait(t, b.Server, 20*time.Second)
	select {
	case <-done:
		t.Fatal("it did not wait")
	default:
	}
	b.Clock.Advance(20 * time.Second)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestAJSONBodyIsReadOnlyByMethodsThatWrite(t *testing.T) {
	b := newBench(t, Options{})
	ask := func(method, body string) string {
		req, _ := http.NewRequest(http.MethodPost, b.APIURL()+method, strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
		req.Header.Set("Authorization", "Bearer "+b.bot.token)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var o map[string]any
		_ = json.NewDecoder(res.Body).Decode(&o)
		return text(o, "error")
	}
	if code := ask("conversations.create", `{"name":"casus-2026-1","is_private":true}`); code != "" {
		t.Errorf("conversations.create with JSON: %s", code)
	}
	if code := ask("users.info", `{"user":"`+b.people[0].ID+`"}`); code != "user_not_found" {
		t.Errorf("users.info with JSON: %q, want that it reads nothing", code)
	}
	if code := ask("auth.test", ""); code != "" {
		t.Errorf("auth.test with an empty body: %s", code)
	}
	if code := ask("conversations.create", `{"name":`); code != "invalid_json" {
		t.Errorf("broken JSON: %q, want invalid_json", code)
	}
}
