package stories

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var ready = regexp.MustCompile(`convenantbot is ready: (http://127\.0\.0\.1:\d+)`)

// tryOut starts the try-out, with more on its command line, and returns its address.
func tryOut(t *testing.T, dir string, more ...string) (*process, string) {
	t.Helper()
	p := launch(t, nil, append([]string{"demo", "--dir", dir}, more...)...)
	began := time.Now()
	until(t, "the try-out prints its address", patience, func() bool { return ready.MatchString(p.said()) || p.gone() }, p.said)
	m := ready.FindStringSubmatch(p.said())
	if m == nil {
		t.Fatalf("the try-out did not start:\n%s", p.said())
	}
	t.Logf("the try-out is there after %s", time.Since(began).Round(time.Millisecond))
	return p, m[1]
}

func TestTheFourJobsOnTheTryOutAndNothingLostByARestart(t *testing.T) {
	mustBinary(t)
	dir := t.TempDir()
	bot, base := tryOut(t, dir)
	var sanne, mehmet, joke, daan, olivier *window
	open := func() {
		for id, w := range map[string]**window{"sanne": &sanne, "mehmet": &mehmet, "joke": &joke, "daan": &daan, "olivier": &olivier} {
			*w = become(t, base, id)
		}
	}
	open()

	// One: an answer.
	const question = "Vanaf welke leeftijd beslist een jongere zelf over jeugdhulp?"
	want, _, _ := strings.Cut(command(t, nil, "ask", question).out, "\n")
	sanne.say("algemeen", "@convenantbot "+question)
	until(t, "the question is answered where it was asked", patience, func() bool {
		for _, m := range mehmet.look("algemeen").Messages {
			if m.Author == botName && strings.Contains(m.Text, want) && strings.Contains(m.Text, "_Bron: ") {
				return true
			}
		}
		return false
	}, bot.said)

	// Two: a casus.
	sanne.say("algemeen", "/casus nieuw")
	today, inTenMonths := amsterdam(t, 0).Format(time.DateOnly), amsterdam(t, 0).AddDate(0, 10, 0).Format(time.DateOnly)
	sanne.fill(values{"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-de-linde"},
		"members": {"mehmet", "joke", "daan"}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	room := ""
	until(t, "the room is there, with its pinned message", patience, func() bool {
		if rooms := mehmet.rooms(); len(rooms) == 1 {
			room = rooms[0]
			for _, m := range mehmet.look(room).Messages {
				if m.Pinned && strings.Contains(m.Text, "**Wie doen mee**") {
					return true
				}
			}
		}
		return false
	}, bot.said)
	if rooms := olivier.rooms(); len(rooms) != 0 {
		t.Errorf("somebody from outside sees %v", rooms)
	}
	if err := mehmet.act("lid", map[string]any{"channel": room, "person": "olivier"}, nil); err != nil {
		t.Fatalf("a member adds somebody: %v", err)
	}
	sanne.wasTold("in het kanaal gezet")
	until(t, "the outsider is gone", patience, func() bool { return len(olivier.rooms()) == 0 }, bot.said)

	// Three: a file.
	sanne.say(room, "/casus fase F3")
	const text = "een behandelverslag"
	if got := daan.upload(room, "verslag.txt", []byte(text)); !strings.Contains(got, "nog niet geplaatst") {
		t.Fatalf("upload: %q, want it held", got)
	}
	until(t, "the room is in the next phase", patience, func() bool {
		for _, m := range daan.look(room).Messages {
			if strings.Contains(m.Text, "is nu in fase") {
				return true
			}
		}
		return false
	}, bot.said)
	daan.press("Zeg wat erin staat", "verslag.txt")
	daan.fill(values{"kinds": {"health"}})
	daan.wasTold("de jongere, moeder en vader")
	for i, g := range givers {
		if files := sanne.files(room); len(files) != 0 {
			t.Fatalf("with %d consents the file is seen", i)
		}
		daan.press("Toestemming vastleggen", "verslag.txt")
		daan.shown()
		if i == 1 {
			// In the middle of it the program dies, and nothing is lost.
			bot.kill()
			bot, base = tryOut(t, dir)
			open()
			daan.press("Toestemming vastleggen", "verslag.txt")
		}
		daan.fill(values{"giver": {g[0]}, "capacity": {g[1]}, "decision": {"given"}, "recipients": {"school-de-linde", "gemeente-waterrijk", "ggd-waterrijk"},
			"kinds": {"health"}, "purpose": {"Samen een plan maken"}, "given_on": {today}, "expires_on": {inTenMonths}, "how": {"conversation"}})
	}
	until(t, "the file is there after every consent", patience, func() bool { return slices.Contains(slices.Collect(maps.Values(sanne.files(room))), text) }, daan.told)
	bot.stop(t)
	bot, base = tryOut(t, dir)
	open()
	if got := slices.Collect(maps.Values(sanne.files(room))); len(got) != 1 || got[0] != text {
		t.Errorf("after a restart the room has %v, want the file", got)
	}
	daan.say(room, "/casus intrekken")
	f := daan.shown()
	daan.fill(values{"consent": {f.Fields[0].Options[0].Value}})
	until(t, "the file is out of sight after a withdrawal", patience, func() bool { return len(sanne.files(room)) == 0 }, bot.said)

	// Four: the end. The clock of the try-out is set forward.
	sanne.say(room, "/casus sluit")
	sanne.press("Ja, sluiten", "sluiten")
	for _, w := range []*window{sanne, mehmet, joke, daan} {
		w.press("Wij hebben overgenomen", "is gesloten")
		w.wasTold("Vastgelegd voor casus")
	}
	forward := func(days int) {
		t.Helper()
		if err := sanne.act("klok", map[string]any{"days": days}, nil); err != nil {
			t.Fatalf("set the clock forward: %v", err)
		}
	}
	settings := filepath.Join(dir, "convenantbot.yaml")
	if r := command(t, nil, "retention", "plan", "--all", "--config", settings); r.code != 0 || !strings.Contains(r.out, "keep") {
		t.Errorf("retention plan beside the try-out: %d %s%s", r.code, r.out, r.err)
	}
	forward(8)
	until(t, "the room is read-only", patience, func() bool { return joke.look(room).Closed }, bot.said)
	forward(9)
	joke.wasTold("wordt vernietigd")
	forward(15)
	joke.wasTold("is vernietigd")
	until(t, "the room is gone", patience, func() bool { return len(joke.rooms()) == 0 }, bot.said)
	var found []string
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if data, err := os.ReadFile(path); err == nil && strings.Contains(string(data), text) {
				found = append(found, path)
			}
		}
		return nil
	})
	if len(found) > 0 {
		t.Errorf("after erasing the bytes of the file stand in %v", found)
	}
	bot.stop(t)
	if r := command(t, nil, "audit", "verify", "--config", settings); r.code != 0 {
		t.Errorf("audit verify: %d %s%s", r.code, r.out, r.err)
	}
}

func TestTheTryOutListensToThisMachineAlone(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:8080", "example.org:80"} {
		r := command(t, nil, "demo", "--dir", t.TempDir(), "--listen", addr)
		if r.code != 2 || !strings.Contains(r.err, "loopback") || ready.MatchString(r.out) {
			t.Errorf("demo --listen %s: %d %s%s; want it refused with why", addr, r.code, r.out, r.err)
		}
	}
	_, base := tryOut(t, t.TempDir())
	for name, value := range map[string]string{"X-Forwarded-For": "192.0.2.7", "Forwarded": "for=192.0.2.7", "Origin": "http://example.org", "Host": "example.org"} {
		r, err := http.NewRequest(http.MethodGet, base+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode < 400 {
			t.Errorf("a request with %s: %s got %d, want it refused", name, value, res.StatusCode)
		}
	}
}

func TestServeNeverStartsTheChatInWhichAnyoneCanBeAnyone(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := write("master.key", strings.Repeat("ab", 32))
	config := write("convenantbot.yaml", "data_dir: "+dir+"\nkey: {master: 'file:"+key+"'}\nlisten: "+freePort(t)+"\n")
	r := command(t, nil, "serve", "--config", config)
	if r.code != 2 || !strings.Contains(r.err, "mattermost.url") || r.out != "" {
		t.Errorf("serve without a platform: %d %s%s; want 2 and what is missing", r.code, r.out, r.err)
	}
	// The settings that a try-out leaves behind make no installation either.
	tried := filepath.Join(dir, "try-out")
	p, _ := tryOut(t, tried)
	p.stop(t)
	r = command(t, nil, "serve", "--config", filepath.Join(tried, "convenantbot.yaml"))
	if r.code != 2 || !strings.Contains(r.err, "mattermost.url") {
		t.Errorf("serve with the settings of a try-out: %d %s%s; want it refused", r.code, r.out, r.err)
	}
}
