package stories

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var vaultAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+/(?:kluis|breng)/[A-Za-z0-9]+`)

// lastLink is the last link that was whispered to w.
func (w *window) lastLink() string {
	all := vaultAddress.FindAllString(w.told(), -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// visit sends one request and returns the status, what was said and where it
// ended.
func visit(t *testing.T, c *http.Client, method, address, body string) (int, string, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data), resp.Request.URL.String()
}

func mustClient(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: time.Minute}
}

// agreed is a try-out with the vault, in which everybody agreed that Daan shares
// what is about health with the school.
type agreed struct {
	bot         *process
	dir, room   string
	sanne, daan *window
}

func mustAgreed(t *testing.T) agreed {
	t.Helper()
	mustBinary(t)
	a := agreed{dir: t.TempDir()}
	a.bot = launch(t, nil, "demo", "--vault", "--dir", a.dir)
	until(t, "the try-out prints its address", patience, func() bool { return ready.MatchString(a.bot.said()) || a.bot.gone() }, a.bot.said)
	m := ready.FindStringSubmatch(a.bot.said())
	if m == nil {
		t.Fatalf("the try-out did not start:\n%s", a.bot.said())
	}
	a.sanne, a.daan = become(t, m[1], "sanne"), become(t, m[1], "daan")
	a.sanne.say("algemeen", "/casus nieuw")
	today, inTenMonths := amsterdam(t, 0).Format(time.DateOnly), amsterdam(t, 0).AddDate(0, 10, 0).Format(time.DateOnly)
	a.sanne.fill(values{"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-de-linde"},
		"members": {"daan"}, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	until(t, "the room is there", patience, func() bool {
		if rooms := a.daan.rooms(); len(rooms) == 1 {
			a.room = rooms[0]
		}
		return a.room != ""
	}, a.bot.said)
	a.sanne.say(a.room, "/casus fase F3")
	for _, g := range givers {
		a.daan.say(a.room, "/casus toestemming")
		a.daan.fill(values{"giver": {g[0]}, "capacity": {g[1]}, "decision": {"given"}, "recipients": {"school-de-linde"},
			"kinds": {"health"}, "purpose": {"Samen een plan maken"}, "given_on": {today}, "expires_on": {inTenMonths}, "how": {"conversation"}})
	}
	return a
}

// Health is brought in by the page, read on a page, and closes in front of the
// reader; the chat has none of it.
func TestHealthIsReadOnAPageAndTheChatHasNoneOfIt(t *testing.T) {
	a := mustAgreed(t)
	bot, dir, room, sanne, daan := a.bot, a.dir, a.room, a.sanne, a.daan

	// In by the page.
	const secret = "KANARIEVOGEL is rustig en komt op tijd"
	daan.say(room, "/casus kluis")
	daan.press("Breng een bestand in", "kluis")
	until(t, "a link to bring in a file", patience, func() bool { return strings.Contains(daan.lastLink(), "/breng/") }, daan.told)
	in := mustClient(t)
	status, said, at := visit(t, in, "POST", daan.lastLink(), "")
	if status != 200 {
		t.Fatalf("the page to bring in a file: %d %s", status, said)
	}
	if status, said, _ = visit(t, in, "PUT", at+"deel?vanaf=0", secret); status != 200 {
		t.Fatalf("the part: %d %s", status, said)
	}
	if status, said, _ = visit(t, in, "POST", at+"klaar", fmt.Sprintf(`{"name":"verslag van Kwetternaam.txt","size":%d}`, len(secret))); status != 200 || !strings.Contains(said, "nog niet geplaatst") {
		t.Fatalf("the end: %d %s", status, said)
	}
	daan.press("Zeg wat erin staat", "document.txt")
	daan.fill(values{"kinds": {"health"}})

	// Read on a page.
	sanne.place = room
	sanne.press("Open in de kluis", "Er ligt een document in de kluis")
	until(t, "a link to read", patience, func() bool { return strings.Contains(sanne.lastLink(), "/kluis/") }, sanne.told)
	link, reader := sanne.lastLink(), mustClient(t)
	if status, said, _ := visit(t, mustClient(t), "GET", link, ""); status != 200 || strings.Contains(said, "KANARIE") {
		t.Errorf("looking behind the link: %d %s", status, said)
	}
	status, said, at = visit(t, reader, "POST", link, "")
	if status != 200 || !strings.Contains(said, "iframe") || !strings.Contains(said, "Sanne") {
		t.Fatalf("the page: %d %s", status, said)
	}
	if status, said, _ := visit(t, reader, "GET", at+"blad/1", ""); status != 200 || !strings.Contains(said, secret) {
		t.Errorf("the document: %d %s", status, said)
	}
	if status, _, _ := visit(t, mustClient(t), "POST", link, ""); status != 403 {
		t.Errorf("the link a second time: %d", status)
	}
	if status, _, _ := visit(t, mustClient(t), "GET", at, ""); status != 403 {
		t.Errorf("another browser: %d", status)
	}

	// A yes is taken back while the page is open.
	heard := make(chan string, 1)
	go func() {
		for range 20 {
			r, err := reader.Get(at + "leeft")
			if err != nil {
				heard <- err.Error()
				return
			}
			data, _ := io.ReadAll(r.Body)
			_ = r.Body.Close()
			if r.StatusCode != http.StatusNoContent {
				heard <- string(data)
				return
			}
		}
		heard <- "still open"
	}()
	daan.say(room, "/casus intrekken")
	daan.fill(values{"consent": {daan.shown().Fields[0].Options[0].Value}})
	if got := <-heard; !strings.Contains(got, "er niet meer") {
		t.Errorf("the open page heard %q", got)
	}
	if status, said, _ := visit(t, reader, "GET", at+"blad/1", ""); status != 403 || strings.Contains(said, "KANARIE") {
		t.Errorf("after that: %d %s", status, said)
	}

	// Nothing of it is in the chat, in our own database or in what was logged.
	bot.stop(t)
	seen := 0
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		seen++
		for _, word := range []string{"KANARIEVOGEL", "Kwetternaam"} {
			if strings.Contains(string(data), word) {
				t.Errorf("%s has %q", filepath.Base(path), word)
			}
		}
		return err
	}); err != nil || seen < 3 {
		t.Fatalf("looked at %d files: %v", seen, err)
	}
	if u, err := url.Parse(link); err != nil || strings.Contains(bot.said(), "KANARIE") || strings.Contains(bot.said(), strings.TrimPrefix(u.Path, "/kluis/")) {
		t.Errorf("the log has the content or the link:\n%s", bot.said())
	}
}
