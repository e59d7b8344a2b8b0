package slackfake

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// payload is what an interaction carries.
func payload(r request) map[string]any {
	form, _ := url.ParseQuery(string(r.body))
	var o map[string]any
	_ = json.Unmarshal([]byte(form.Get("payload")), &o)
	return o
}

func kind(want string) func(request) bool {
	return func(r request) bool { return payload(r)["type"] == want }
}

const modal = `{"type":"modal","callback_id":"nieuw","private_metadata":"m-1","title":{"type":"plain_text","text":"Nieuw overleg"},
"submit":{"type":"plain_text","text":"Openen"},"notify_on_close":true,"blocks":[
{"type":"input","block_id":"doel","label":{"type":"plain_text","text":"Doel"},"element":{"type":"plain_text_input","action_id":"doel","max_length":20}},
{"type":"input","block_id":"soort","optional":true,"label":{"type":"plain_text","text":"Soort"},"element":{"type":"static_select","action_id":"soort",
 "options":[{"text":{"type":"plain_text","text":"MDO"},"value":"mdo"},{"text":{"type":"plain_text","text":"ZAT"},"value":"zat"}]}},
{"type":"input","block_id":"wie","optional":true,"label":{"type":"plain_text","text":"Wie"},"element":{"type":"multi_users_select","action_id":"wie"}},
{"type":"input","block_id":"bestand","optional":true,"label":{"type":"plain_text","text":"Bestand"},"element":{"type":"file_input","action_id":"bestand","filetypes":["pdf","txt"],"max_files":1}}]}`

// command types /casus and returns the trigger and the address for answers.
func command(t *testing.T, b bench, channel, text string) (trigger, to string) {
	t.Helper()
	if err := b.people[0].Command(channel, "/casus", text); err != nil {
		t.Fatal(err)
	}
	r := b.app.await(t, 1, func(r request) bool {
		return r.path == "//casus" && strings.Contains(string(r.body), url.QueryEscape(text))
	})
	form, err := url.ParseQuery(string(r.body))
	if err != nil || form.Get("command") != "/casus" || form.Get("text") != text || form.Get("user_id") != b.people[0].ID {
		t.Fatalf("the command arrived as %s (%v)", r.body, err)
	}
	return form.Get("trigger_id"), form.Get("response_url")
}

func TestATriggerIsUsedOnceAndWithinThreeSeconds(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{Clock: clock})
	common := b.CommonChannel("overleg", b.people...)
	trigger, _ := command(t, b, common, "een")
	clock.Advance(triggerLife)
	b.bot.must("views.open", "trigger_id", trigger, "view", modal)
	b.bot.refused("exchanged_trigger_id", "views.open", "trigger_id", trigger, "view", modal)
	trigger, _ = command(t, b, common, "twee")
	clock.Advance(triggerLife + time.Millisecond)
	b.bot.refused("expired_trigger_id", "views.open", "trigger_id", trigger, "view", modal)
	b.bot.refused("invalid_trigger_id", "views.open", "trigger_id", "1.2.abc", "view", modal)
}

func TestAFormIsFilledInAndSent(t *testing.T) {
	b := newBench(t, Options{})
	common := b.CommonChannel("overleg", b.people...)
	trigger, _ := command(t, b, common, "nieuw")
	b.bot.must("views.open", "trigger_id", trigger, "view", modal)
	p := b.people[0]
	shown, ok := p.View()
	if !ok || shown.Title != "Nieuw overleg" || shown.PrivateMetadata != "m-1" {
		t.Fatalf("View = %+v, %v", shown, ok)
	}
	for name, values := range map[string]map[string][]string{
		"a required field is empty":  {"soort": {"mdo"}},
		"the text is too long":       {"doel": {strings.Repeat("x", 21)}},
		"a choice that is not there": {"doel": {"plan"}, "soort": {"sot"}},
		"a field that is not there":  {"doel": {"plan"}, "datum": {"2026-01-01"}},
		"a file of another kind":     {"doel": {"plan"}, "bestand": {p.Attaches("a.exe", []byte("x"))}},
		"a file that is too large":   {"doel": {"plan"}, "bestand": {p.Attaches("a.pdf", make([]byte, maxFormFile+1))}},
		"a file of somebody else":    {"doel": {"plan"}, "bestand": {b.people[1].Attaches("a.pdf", []byte("x"))}},
	} {
		if _, err := p.SubmitsModal(values); err == nil || errors.Is(err, ErrNoAnswer) {
			t.Errorf("%s: SubmitsModal: %v, want the client to refuse", name, err)
		}
	}
	b.app.answers(func(request) (int, string) {
		return 200, `{"response_action":"errors","errors":{"doel":"Schrijf een hele zin."}}`
	})
	file := p.Attaches("verslag.pdf", []byte("inhoud"))
	sent, err := p.SubmitsModal(map[string][]string{"doel": {"plan"}, "soort": {"zat"}, "wie": {b.people[1].ID, b.people[2].ID}, "bestand": {file}})
	if err != nil || sent.Errors["doel"] != "Schrijf een hele zin." || sent.Closed || sent.Next == nil {
		t.Fatalf("SubmitsModal = %+v, %v; want the error at its field and the view still there", sent, err)
	}
	v := payload(b.app.await(t, 1, kind("view_submission")))["view"]
	values := at(v, "state", "values")
	if text(values, "doel", "doel", "value") != "plan" || text(values, "soort", "soort", "selected_option", "value") != "zat" ||
		fmt.Sprint(at(values, "wie", "wie", "selected_users")) != fmt.Sprint([]string{b.people[1].ID, b.people[2].ID}) {
		t.Errorf("the state is %v", values)
	}
	files := at(values, "bestand", "bestand", "files").([]any)
	if text(files[0], "id") != file {
		t.Errorf("the files are %v", files)
	}
	info := b.bot.must("files.info", "file", file)
	if text(info, "file", "name") != "verslag.pdf" {
		t.Errorf("files.info = %v", info)
	}
	b.app.answers(nil)
	if sent, err = p.SubmitsModal(map[string][]string{"doel": {"plan"}}); err != nil || !sent.Closed || sent.Next != nil {
		t.Errorf("SubmitsModal = %+v, %v; want it closed", sent, err)
	}
}

func TestAnErrorAtAFieldThatIsNotThereIsAFailure(t *testing.T) {
	b := newBench(t, Options{})
	trigger, _ := command(t, b, b.CommonChannel("overleg", b.people...), "nieuw")
	b.bot.must("views.open", "trigger_id", trigger, "view", modal)
	for _, answer := range []string{`{"response_action":"errors","errors":{"geen":"x"}}`, `{"response_action":"errors"}`, `{"response_action":"sluit"}`, `geen json`,
		`{"response_action":"update","view":{"type":"modal","blocks":[]}}`} {
		b.app.answers(func(request) (int, string) { return 200, answer })
		if _, err := b.people[0].SubmitsModal(map[string][]string{"doel": {"plan"}}); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%s: %v, want ErrNoAnswer", answer, err)
		}
		if _, ok := b.people[0].View(); !ok {
			t.Fatalf("%s closed the view", answer)
		}
	}
}

func TestViewsAreStackedThreeDeepAndUpdatedUnderAHash(t *testing.T) {
	b := newBench(t, Options{})
	common := b.CommonChannel("overleg", b.people...)
	trigger, _ := command(t, b, common, "nieuw")
	first := b.bot.must("views.open", "trigger_id", trigger, "view", modal)
	id, hash := text(first, "view", "id"), text(first, "view", "hash")
	next := b.bot.must("views.update", "view_id", id, "hash", hash, "view", modal)
	b.bot.refused("hash_conflict", "views.update", "view_id", id, "hash", hash, "view", modal)
	b.bot.must("views.update", "view_id", id, "hash", text(next, "view", "hash"), "view", modal)
	b.bot.refused("not_found", "views.update", "view_id", "V0", "view", modal)
	p := b.people[0]
	push := func() string { return `{"response_action":"push","view":` + modal + `}` }
	b.app.answers(func(request) (int, string) { return 200, push() })
	for range 2 {
		if sent, err := p.SubmitsModal(map[string][]string{"doel": {"plan"}}); err != nil || sent.Next == nil || sent.Next.ID == id {
			t.Fatalf("push: %+v, %v", sent, err)
		}
	}
	if _, err := p.SubmitsModal(map[string][]string{"doel": {"plan"}}); !errors.Is(err, ErrNoAnswer) || !strings.Contains(err.Error(), "push_limit_reached") {
		t.Errorf("a fourth view: %v, want push_limit_reached", err)
	}
	b.app.answers(nil)
	if err := p.ClosesModal(false); err != nil {
		t.Fatal(err)
	}
	if r := payload(b.app.await(t, 1, kind("view_closed"))); r["is_cleared"] != false {
		t.Errorf("view_closed = %v", r)
	}
	b.app.answers(func(request) (int, string) { return 200, `{"response_action":"clear"}` })
	if sent, err := p.SubmitsModal(map[string][]string{"doel": {"plan"}}); err != nil || !sent.All {
		t.Errorf("clear: %+v, %v", sent, err)
	}
	if _, ok := p.View(); ok {
		t.Error("a view is still open")
	}
}

func TestAHomeTabIsPublishedForOnePerson(t *testing.T) {
	b := newBench(t, Options{})
	const home = `{"type":"home","blocks":[{"type":"actions","elements":[{"type":"button","action_id":"open","value":"1","text":{"type":"plain_text","text":"Openen"}}]}]}`
	out := b.bot.must("views.publish", "user_id", b.people[0].ID, "view", home)
	b.bot.refused("hash_conflict", "views.publish", "user_id", b.people[0].ID, "view", home, "hash", "0.x")
	b.bot.must("views.publish", "user_id", b.people[0].ID, "view", home, "hash", text(out, "view", "hash"))
	b.bot.refused("invalid_arguments", "views.publish", "user_id", b.people[0].ID, "view", modal)
	if _, ok := b.people[1].Home(); ok {
		t.Error("somebody else has it too")
	}
	if err := b.people[0].ClicksInHome("Openen"); err != nil {
		t.Fatal(err)
	}
	if a := payload(b.app.await(t, 1, kind("block_actions")))["actions"].([]any); text(a[0], "action_id") != "open" || text(a[0], "value") != "1" {
		t.Errorf("actions = %v", a)
	}
}

func TestAButtonIsPressedAndItsMessageReplaced(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	const blocks = `[{"type":"section","text":{"type":"mrkdwn","text":"Weet je het zeker?"}},{"type":"actions","elements":[{"type":"button","action_id":"a1","value":"ticket-7","style":"danger","text":{"type":"plain_text","text":"Ja, zeker"}}]}]`
	ts := text(b.bot.must("chat.postMessage", "channel", room, "text", "Weet je het zeker?", "blocks", blocks), "ts")
	if err := b.people[1].Clicks(room, ts, "Ja, zeker"); err == nil {
		t.Error("an outsider pressed it")
	}
	if err := b.people[0].Clicks(room, ts, "Nee"); err == nil {
		t.Error("a button that is not there was pressed")
	}
	if err := b.people[0].Clicks(room, ts, "Ja, zeker"); err != nil {
		t.Fatal(err)
	}
	p := payload(b.app.await(t, 1, kind("block_actions")))
	if text(p, "container", "message_ts") != ts || text(p, "channel", "id") != room || text(p["actions"].([]any)[0], "value") != "ticket-7" {
		t.Errorf("the press arrived as %v", p)
	}
	respond(t, text(p, "response_url"), `{"replace_original":true,"text":"Gedaan."}`, 200)
	if seen, _ := b.people[0].Sees(room); !slices.ContainsFunc(seen, func(s Seen) bool { return s.TS == ts && s.Text == "Gedaan." && len(s.Blocks) == 0 }) {
		t.Errorf("after the answer %v is seen", seen)
	}
	respond(t, text(p, "response_url"), `{"delete_original":true}`, 200)
	if seen, _ := b.people[0].Sees(room); slices.ContainsFunc(seen, func(s Seen) bool { return s.TS == ts }) {
		t.Error("the message is still there")
	}
}

func respond(t *testing.T, to, body string, want int) {
	t.Helper()
	res, err := http.Post(to, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != want {
		t.Errorf("%s: %d, want %d", body, res.StatusCode, want)
	}
}

func TestAResponseAddressWorksFiveTimesInHalfAnHour(t *testing.T) {
	clock := NewClock(began)
	b := newBench(t, Options{Clock: clock})
	common := b.CommonChannel("overleg", b.people...)
	_, to := command(t, b, common, "een")
	for range replyUses {
		respond(t, to, `{"text":"bezig"}`, 200)
	}
	respond(t, to, `{"text":"bezig"}`, 404)
	_, to = command(t, b, common, "twee")
	clock.Advance(replyLife)
	respond(t, to, `{"text":"bezig"}`, 200)
	clock.Advance(time.Second)
	respond(t, to, `{"text":"bezig"}`, 404)
	mine, _ := b.people[0].Sees(common)
	others, _ := b.people[1].Sees(common)
	if len(mine) != 6 || len(others) != 0 {
		t.Errorf("the person sees %d answers and another %d, want 6 and none", len(mine), len(others))
	}
}

func TestAnImmediateAnswerIsShownToWhoAsked(t *testing.T) {
	b := newBench(t, Options{})
	common := b.CommonChannel("overleg", b.people...)
	b.app.answers(func(r request) (int, string) { return 200, `{"response_type":"in_channel","text":"voor allen"}` })
	_ = b.people[0].Command(common, "/casus", "status")
	b.app.answers(func(r request) (int, string) { return 200, `alleen voor jou` })
	_ = b.people[0].Command(common, "/casus", "status")
	mine, _ := b.people[0].Sees(common)
	others, _ := b.people[1].Sees(common)
	if len(mine) != 2 || len(others) != 1 || others[0].Text != "voor allen" || !mine[1].Private {
		t.Errorf("the person sees %+v, another %+v", mine, others)
	}
}

func TestAnAppThatIsSilentIsAnErrorForThePerson(t *testing.T) {
	b := newBench(t, Options{})
	common := b.CommonChannel("overleg", b.people...)
	b.app.answers(func(request) (int, string) { return 500, "" })
	if err := b.people[0].Command(common, "/casus", "status"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("Command: %v, want ErrNoAnswer", err)
	}
	if err := b.people[0].Shortcut("nieuw"); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("Shortcut: %v, want ErrNoAnswer", err)
	}
}

func TestShortcutsCarryWhatTheyWereUsedOn(t *testing.T) {
	b := newBench(t, Options{})
	room := b.room("casus-2026-1", b.people[0])
	ts, _ := b.people[0].Says(room, "hallo")
	if err := b.people[0].MessageShortcut("deel", room, ts); err != nil {
		t.Fatal(err)
	}
	p := payload(b.app.await(t, 1, kind("message_action")))
	if text(p, "message", "text") != "hallo" || text(p, "channel", "id") != room || text(p, "trigger_id") == "" || text(p, "callback_id") != "deel" {
		t.Errorf("the shortcut arrived as %v", p)
	}
	if err := b.people[0].Shortcut("nieuw"); err != nil {
		t.Fatal(err)
	}
	if p := payload(b.app.await(t, 1, kind("shortcut"))); p["channel"] != nil || text(p, "trigger_id") == "" {
		t.Errorf("the shortcut arrived as %v", p)
	}
}

func TestAMenuAsksTheAppForItsChoices(t *testing.T) {
	b := newBench(t, Options{})
	trigger, _ := command(t, b, b.CommonChannel("overleg", b.people...), "nieuw")
	b.bot.must("views.open", "trigger_id", trigger, "view", `{"type":"modal","title":{"type":"plain_text","text":"Zoek"},"submit":{"type":"plain_text","text":"Ja"},"blocks":[
{"type":"input","block_id":"school","label":{"type":"plain_text","text":"School"},"element":{"type":"external_select","action_id":"school","min_query_length":1}}]}`)
	b.app.answers(func(r request) (int, string) {
		if payload(r)["value"] != "de" {
			return 200, `{"options":[]}`
		}
		return 200, `{"options":[{"text":{"type":"plain_text","text":"De Ark"},"value":"ark"}]}`
	})
	if got, err := b.people[0].Suggestions("school", "de"); err != nil || !slices.Equal(got, []string{"ark"}) {
		t.Errorf("Suggestions = %v, %v", got, err)
	}
}
