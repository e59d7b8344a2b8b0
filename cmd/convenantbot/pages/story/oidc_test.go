package story

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/web/dashboard"
	"github.com/convenantbot/convenantbot/internal/browsertest"
	"github.com/convenantbot/convenantbot/internal/slackfake"
	"github.com/convenantbot/convenantbot/internal/testserver"
	"github.com/convenantbot/convenantbot/internal/testserver/program"
)

// desk is the program as `serve` runs it, beside a workspace of Slack, with a real
// provider of accounts. Its settings and its register are files that one can change.
type desk struct {
	t        testing.TB
	chat     *slackfake.Server
	provider *testserver.OIDC
	at       string // of the pages
	health   string
	dir      string
	config   string
	common   string // a channel
	ingrid   *slackfake.Person

	run  *exec.Cmd
	gone chan struct{}
	mu   sync.Mutex
	log  bytes.Buffer
}

// Write implements io.Writer for the program's output.
func (d *desk) Write(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.Write(b)
}

func (d *desk) said() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.log.String()
}

func (d *desk) write(name, text string) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// register says who is the FG of the school. Ingrid and Hanneke have an account with
// the provider beside the one in the chat.
func (d *desk) register(fg string) string {
	return d.write("register.yaml", fmt.Sprintf(`organisations:
  - {id: school-a, name: School A, signed_at: '2025-09-01', announced_at: '2025-09-15', dpo: %s, appointee: p-hanneke}
people:
  - id: p-ingrid
    accounts: [{platform: slack, user: %s}, {platform: oidc, user: ingrid}]
  - id: p-hanneke
    accounts: [{platform: oidc, user: hanneke}]
`, fg, d.ingrid.ID))
}

func openDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir(), health: program.FreePort(t),
		chat: slackfake.New(t, slackfake.Options{Plan: slackfake.BusinessPlus, SocketMode: true, Unlimited: true})}
	pages := program.FreePort(t)
	d.at = "http://" + pages
	d.ingrid = d.chat.AddPerson(slackfake.PersonOptions{Name: "ingrid", RealName: "ingrid"})
	admin := d.chat.AddPerson(slackfake.PersonOptions{Name: "dienst", Admin: true})
	d.common = d.chat.CommonChannel("overleg", d.ingrid)
	d.provider = testserver.StartOIDC(t, testserver.OIDCClient{ID: "bot", Secret: "geheim", Redirects: []string{d.at + dashboard.Return},
		After: []string{d.at + dashboard.Front}, Tells: d.at + dashboard.Ended}, map[string]map[string]any{"ingrid": {}, "hanneke": {}, "vreemd": {}})
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(d.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d.config = d.write("convenantbot.yaml", fmt.Sprintf(`listen: %q
data_dir: %q
region: model
directory: {file: %q}
key: {master: %q}
pages: {url: %q, listen: %q}
oidc: {issuer: %q, client_id: bot, client_secret: geheim, name: School A}
slack: {api: %q, token: %q, app_token: %q, signing_secret: %q, admin_token: %q}
`, d.health, d.dir, d.register("p-ingrid"), "file:"+d.write("master.key", hex.EncodeToString(key)+"\n"), d.at, pages, d.provider.Issuer,
		strings.TrimRight(d.chat.APIURL(), "/"), d.chat.BotToken(), d.chat.AppToken(), d.chat.SigningSecret, d.chat.UserToken(admin)))
	t.Cleanup(func() {
		d.stop()
		if t.Failed() {
			t.Logf("the program said:\n%s", d.said())
		}
	})
	d.start()
	return d
}

// start starts the bot, and waits until it is ready and the chat has its connection.
func (d *desk) start() {
	d.t.Helper()
	d.run = exec.Command(program.Binary(d.t), "serve", "--config", d.config)
	d.run.Env, d.run.Stdout, d.run.Stderr = program.Environ(), d, d
	if err := d.run.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.gone = make(chan struct{})
	go func(run *exec.Cmd, gone chan struct{}) { _ = run.Wait(); close(gone) }(d.run, d.gone)
	until(d.t, "the bot is ready", func() bool {
		select {
		case <-d.gone:
			d.t.Fatalf("the bot does not stay:\n%s", d.said())
		default:
		}
		res, err := http.Get("http://" + d.health + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK && d.chat.Sockets() > 0
	})
}

// stop stops it as an operator does, and waits until it is gone.
func (d *desk) stop() {
	if d.run == nil || d.run.Process == nil {
		return
	}
	_ = d.run.Process.Signal(syscall.SIGTERM)
	<-d.gone
}

var inLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/overzicht/in/[A-Za-z0-9_-]+`)

// link asks the bot in the chat for a link to the overview.
func (d *desk) link() string {
	d.t.Helper()
	all := func() []string {
		var b strings.Builder
		direct, _ := d.ingrid.SeesDirect()
		here, _ := d.ingrid.Sees(d.common)
		for _, s := range append(direct, here...) {
			fmt.Fprintf(&b, "%s %s\n", s.Text, s.Blocks)
		}
		return inLink.FindAllString(b.String(), -1)
	}
	known := map[string]bool{}
	for _, l := range all() {
		known[l] = true
	}
	if err := d.ingrid.Command(d.common, "/convenant", "overzicht"); err != nil {
		d.t.Fatal(err)
	}
	fresh := ""
	until(d.t, "the bot sends a link to the overview", func() bool {
		for _, l := range all() {
			if !known[l] {
				fresh = l
			}
		}
		return fresh != ""
	})
	return fresh
}

// signIn goes from a page of ours to the provider, signs in there as somebody, and
// comes back.
func (d *desk) signIn(p *browsertest.Page, who string) {
	d.t.Helper()
	p.May(d.provider.Issuer)
	p.Follow("a.hoofd", "Log in met School A")
	p.Sees("h1", "Organisation sign-in")
	p.Follow("button[value="+who+"]", "")
}

// in waits for a view of the overview.
func in(p *browsertest.Page, hat string) {
	p.Until("the overview is there", `() => document.readyState === "complete" && !!document.querySelector("header .pet")`)
	p.Sees("header .pet", hat)
}

func out(p *browsertest.Page) {
	p.Sees("h1", "Je bent uitgelogd")
	p.Until("nothing of the overview is left", `() => !document.querySelector("header .pet") && !document.querySelector("main table")`)
}

// The whole way, with the built program, a real provider and a real browser.
func TestTheFGSignsInWithTheAccountOfHerOrganisation(t *testing.T) {
	d := openDesk(t)
	first := browsertest.Start(t)

	// She wanted the overview, and signs in.
	fg := first.Open(d.at+"/overzicht/", 1280, 900)
	out(fg)
	fg.Calm("answer 401", "status of 401")
	d.signIn(fg, "ingrid")
	in(fg, "FG")
	goTo(fg, "casussen")
	fg.Calm()

	// Whom the provider knows and the bot does not: a no, and the way out.
	stranger := first.Another().Open(d.at+dashboard.Front, 800, 700)
	d.signIn(stranger, "vreemd")
	stranger.Sees("h1", "De bot kent je hier niet")
	stranger.Sees("main code", "vreemd")
	stranger.Sees("main", "/convenant overzicht")
	stranger.Axe("somebody whom the bot does not know")
	stranger.Fits("somebody whom the bot does not know")
	stranger.Calm("answer 403", "status of 403")
	stranger.Go(d.at + "/overzicht/fg/school-a/casussen")
	out(stranger)
	stranger.Calm("answer 401", "status of 401")

	// She signs out here, and then with the provider, which leads her back.
	fg.Follow("header button", "Uitloggen")
	out(fg)
	fg.Calm()
	fg.Follow(`a[href*="post_logout"]`, "Log ook uit bij School A")
	fg.Sees("h1", "Sign out of the organisation?")
	fg.Follow("button[value=yes]", "")
	fg.Until("back with us", `(at) => location.href.startsWith(at) && document.readyState === "complete"`, d.at+dashboard.Front)
	fg.Calm()
	// The button back shows nothing, however far she goes.
	for range 3 {
		fg.Back()
		fg.Until("the button back shows nothing", `() => document.readyState === "complete" && !document.querySelector("header .pet") && !document.querySelector("main table")`)
	}
	fg.Calm("answer 4", "status of 4", "ERR_CACHE_MISS")
	// And the provider asks again who she is: it was her session there that ended.
	fg.Go(d.at + dashboard.Front)
	d.signIn(fg, "ingrid")
	in(fg, "FG")
	fg.Calm()

	// In another browser she came by a link. She is signed out at the provider: here
	// the page that rests on it shows that by itself, and the other one stays.
	other := first.Another().Open(d.link(), 1280, 900)
	other.Follow("button", "Open het overzicht")
	in(other, "FG")
	there := first.Open(d.provider.Issuer+"/session/end", 800, 600)
	there.Sees("h1", "Sign out of the organisation?")
	there.Follow("button[value=yes]", "")
	there.Calm()
	fg.Front()
	out(fg)
	fg.Calm("answer 401", "status of 401")
	other.Front()
	goTo(other, "casussen")
	in(other, "FG")
	other.Calm()

	// The provider is away: the page says so and what one can do, and that works.
	d.provider.Stop()
	time.Sleep(time.Second) // that it was there is known for no longer than this
	fg.Front()
	fg.Go(d.at + dashboard.Front)
	fg.Follow("a.hoofd", "Log in met School A")
	fg.Sees("h1", "De inlogdienst is er nu niet")
	fg.Sees("main", "/convenant overzicht")
	fg.Axe("the provider is away")
	fg.Calm("answer 503", "status of 503")
	fg.Go(d.link())
	fg.Follow("button", "Open het overzicht")
	in(fg, "FG")
	fg.Calm()
	fg.Follow("header button", "Uitloggen")
	out(fg)
	fg.Calm()
	d.provider.Start()

	// Her appointment ends while she is signed in. It is the next click that shows it.
	d.stop()
	d.start() // which asks the provider anew
	fg.Go(d.at + dashboard.Front)
	d.signIn(fg, "ingrid")
	in(fg, "FG")
	d.stop()
	d.register("p-hanneke")
	d.start()
	// Whatever her page noticed by itself meanwhile, the next page is none of hers.
	fg.Go(d.at + "/overzicht/fg/school-a/casussen")
	out(fg)
	fg.Calm("answer 401", "status of 401", "ERR_", "Failed to fetch")
	fg.Follow("a.hoofd", "Log in met School A") // the provider still knows her
	fg.Sees("h1", "De bot kent je hier niet")
	fg.Calm("answer 403", "status of 403", "answer 401", "status of 401")
	// Who has it now gets in.
	next := first.Another().Open(d.at+dashboard.Front, 1280, 900)
	d.signIn(next, "hanneke")
	in(next, "FG")
	next.Calm()

	for _, personal := range []string{"ingrid", "hanneke", "vreemd", "code=", "logout_token"} {
		if strings.Contains(d.said(), personal) {
			t.Errorf("the log tells %q", personal)
		}
	}
	if got := first.Outside(); len(got) > 0 {
		t.Errorf("asked of other machines: %q", got)
	}
}
