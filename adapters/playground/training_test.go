package playground_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// visitorOf is a browser that visits a training.
type visitorOf struct {
	t    *testing.T
	http *http.Client
	base string
}

func mustTraining(t *testing.T, clock *bottest.Clock) (*playground.Chat, func() *visitorOf) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	opt := options(t, t.TempDir(), clock.Now)
	opt.Addr = "127.0.0.1:0"
	opt.Training = &playground.Training{TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, Hosts: []string{"127.0.0.1"}}
	chat := mustOpen(t, opt)
	mustServe(t, chat, &bottest.Incoming{})
	roots := x509.NewCertPool()
	if made, err := x509.ParseCertificate(der); err == nil {
		roots.AddCert(made)
	}
	return chat, func() *visitorOf {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		return &visitorOf{t, &http.Client{Jar: jar, Timeout: time.Minute, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}, strings.TrimSuffix(chat.URL(), "/")}
	}
}

func (v *visitorOf) get(path string) (int, string) {
	v.t.Helper()
	answer, err := v.http.Get(v.base + path)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer.StatusCode, answer.Request.URL.Path + "\n" + string(body)
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (v *visitorOf) post(path string, values url.Values) (int, string) {
	v.t.Helper()
	_, page := v.get("/")
	if m := formToken.FindStringSubmatch(page); m != nil {
		values.Set("token", m[1])
	}
	answer, err := v.http.PostForm(v.base+path, values)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer.StatusCode, answer.Request.URL.Path + "\n" + string(body)
}

func codeOf(t *testing.T, chat *playground.Chat, who bot.UserID) string {
	t.Helper()
	for _, c := range chat.Codes() {
		if c.Person == who {
			return c.Code
		}
	}
	t.Fatalf("%q has no code", who)
	return ""
}

func TestATrainingLetsInWhoHasACode(t *testing.T) {
	chat, visit := mustTraining(t, bottest.NewClock())
	if !strings.HasPrefix(chat.URL(), "https://127.0.0.1:") {
		t.Errorf("the address is %s", chat.URL())
	}
	seen := map[string]bool{}
	for _, c := range chat.Codes() {
		if seen[c.Code] || !regexp.MustCompile(`^[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}$`).MatchString(c.Code) || c.Person == "willem" {
			t.Errorf("the code %q of %q", c.Code, c.Person)
		}
		seen[c.Code] = true
	}
	// Without a code there is a door and nobody to be.
	v := visit()
	if _, page := v.get("/"); strings.Contains(page, "Sanne") || !strings.Contains(page, "Je code") {
		t.Errorf("the first page of a stranger: %s", page)
	}
	if _, page := v.get("/als/sanne/"); strings.HasPrefix(page, "/als/") {
		t.Errorf("a stranger is Sanne: %s", page)
	}
	if _, page := v.post("/word", url.Values{"person": {"sanne"}}); strings.HasPrefix(page, "/als/") {
		t.Error("a stranger chooses to be Sanne")
	}
	// With one, written as people do, one is that person and no other.
	if _, page := v.post("/deur", url.Values{"code": {" " + strings.ToLower(strings.ReplaceAll(codeOf(t, chat, "sanne"), "-", " ")) + " "}}); !strings.HasPrefix(page, "/als/sanne/") {
		t.Fatalf("Sanne's code leads to %.200s", page)
	}
	for _, path := range []string{"/als/daan/", "/als/daan/kanaal/algemeen"} {
		if _, page := v.get(path); strings.HasPrefix(page, "/als/daan") {
			t.Errorf("Sanne reads %s", path)
		}
	}
	if _, page := v.post("/word", url.Values{"person": {"daan"}}); strings.HasPrefix(page, "/als/daan") {
		t.Error("Sanne chooses to be Daan")
	}
	// The trainer may be anybody.
	w := visit()
	if _, page := w.post("/deur", url.Values{"code": {codeOf(t, chat, "")}}); !strings.Contains(page, "Word Sanne") {
		t.Fatalf("the trainer sees %.300s", page)
	}
	if _, page := w.post("/word", url.Values{"person": {"daan"}}); !strings.HasPrefix(page, "/als/daan") {
		t.Errorf("the trainer becomes %.100s", page)
	}
}

func TestACodeIsNotGuessed(t *testing.T) {
	clock := bottest.NewClock()
	chat, visit := mustTraining(t, clock)
	v := visit()
	var told []string
	for i := range 12 {
		status, page := v.post("/deur", url.Values{"code": {"2222-2222"}})
		if want := http.StatusForbidden; i < 10 && status != want || i >= 10 && status != http.StatusTooManyRequests {
			t.Errorf("guess %d: %d", i, status)
		}
		told = append(told, page[strings.Index(page, "<main"):])
	}
	// The right one is not looked at either, from another browser there, until the
	// time is over.
	if status, page := visit().post("/deur", url.Values{"code": {codeOf(t, chat, "sanne")}}); status != http.StatusTooManyRequests || strings.HasPrefix(page, "/als/") {
		t.Errorf("the right code after ten wrong ones: %d", status)
	}
	clock.Advance(11 * time.Minute)
	if _, page := v.post("/deur", url.Values{"code": {codeOf(t, chat, "sanne")}}); !strings.HasPrefix(page, "/als/sanne") {
		t.Errorf("the right code eleven minutes later leads to %.100s", page)
	}
	if strip(told[0]) != strip(told[5]) {
		t.Error("two wrong codes are answered differently")
	}
}

func strip(page string) string { return formToken.ReplaceAllString(page, "") }

func TestATrainingIsReachedUnderItsOwnNamesOnly(t *testing.T) {
	chat, visit := mustTraining(t, bottest.NewClock())
	v := visit()
	for name, change := range map[string]func(*http.Request){
		"its own name":       func(*http.Request) {},
		"a foreign name":     func(r *http.Request) { r.Host = "evil.example" },
		"passed on":          func(r *http.Request) { r.Header.Set("X-Forwarded-For", "192.0.2.1") },
		"a page over http":   func(r *http.Request) { r.Header.Set("Origin", strings.Replace(v.base, "https", "http", 1)) },
		"a page from nearby": func(r *http.Request) { r.Header.Set("Origin", "https://127.0.0.1:1") },
	} {
		r, err := http.NewRequest(http.MethodGet, chat.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		change(r)
		answer, err := v.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if ok := answer.StatusCode == http.StatusOK; ok != (name == "its own name") {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
		for _, c := range answer.Cookies() {
			if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode {
				t.Errorf("%s: the cookie %s goes further than it should", name, c.Name)
			}
		}
	}
	opt := options(t, t.TempDir(), bottest.NewClock().Now)
	opt.Addr, opt.Training = "127.0.0.1:0", &playground.Training{Hosts: []string{"127.0.0.1"}}
	if chat, err := playground.Open(t.Context(), opt); err == nil {
		chat.Close()
		t.Error("a training opens without TLS")
	}
}

// Only the trainer begins anew.
func TestWhoTakesPartInATrainingDoesNotWipeIt(t *testing.T) {
	chat, visit := mustTraining(t, bottest.NewClock())
	again := func(v *visitorOf, page string) int {
		t.Helper()
		token := regexp.MustCompile(`name="token" content="([^"]+)"`).FindStringSubmatch(page)
		if token == nil {
			t.Fatalf("no page of their own: %.200s", page)
		}
		r, err := http.NewRequest(http.MethodPost, v.base+"/als/sanne/opnieuw", strings.NewReader(`{"sure":true}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Form-Token", token[1])
		r.Header.Set("Origin", v.base)
		answer, err := v.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	codes := chat.Codes()
	v := visit()
	_, page := v.post("/deur", url.Values{"code": {codeOf(t, chat, "sanne")}})
	if strings.Contains(page, `id="again"`) {
		t.Error("who takes part is offered to begin anew")
	}
	if got := again(v, page); got != http.StatusUnprocessableEntity {
		t.Errorf("who takes part begins anew: %d, want a no", got)
	}
	w := visit()
	w.post("/deur", url.Values{"code": {codeOf(t, chat, "")}})
	if _, page = w.post("/word", url.Values{"person": {"sanne"}}); !strings.Contains(page, `id="again"`) {
		t.Error("the trainer is not offered to begin anew")
	}
	if got := again(w, page); got != http.StatusOK {
		t.Errorf("the trainer begins anew: %d", got)
	}
	// Everybody comes in again with the code that they were given.
	if _, page := v.get("/als/sanne/"); strings.HasPrefix(page, "/als/") {
		t.Error("a session outlives it")
	}
	if !slices.Equal(chat.Codes(), codes) {
		t.Error("the codes are others")
	}
	if _, page := v.post("/deur", url.Values{"code": {codeOf(t, chat, "sanne")}}); !strings.HasPrefix(page, "/als/sanne/") {
		t.Errorf("Sanne's code leads to %.200s", page)
	}
}

func TestTheCodesOfATrainingOutliveAChat(t *testing.T) {
	opt := options(t, t.TempDir(), bottest.NewClock().Now)
	opt.Addr = "127.0.0.1:0"
	opt.Training = &playground.Training{TLS: &tls.Config{}, Hosts: []string{"127.0.0.1"}}
	var codes [][]playground.Code
	for range 2 {
		chat, err := playground.Open(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, chat.Codes())
		if err := chat.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(codes[0]) < 2 || !slices.Equal(codes[0], codes[1]) {
		t.Errorf("the codes of the second life are others")
	}
}

// Two people who are one person would not know whose word is whose.
func TestACodeLetsOneBrowserInOnce(t *testing.T) {
	chat, visit := mustTraining(t, bottest.NewClock())
	code := url.Values{"code": {codeOf(t, chat, "sanne")}}
	const told = "Een code werkt één keer"
	first, second := visit(), visit()
	if _, page := first.post("/deur", code); !strings.HasPrefix(page, "/als/sanne/") {
		t.Fatalf("the first to come in: %.200s", page)
	}
	// Neither another browser nor the same one, and it is no guess.
	for i := range 20 {
		v := []*visitorOf{first, second}[i%2]
		if status, page := v.post("/deur", code); status != http.StatusForbidden || !strings.Contains(page, told) {
			t.Fatalf("the code for the second time: %d, %.300s", status, page)
		}
	}
	if _, page := second.get("/als/sanne/"); strings.HasPrefix(page, "/als/") {
		t.Error("the second to come is Sanne")
	}
	if _, page := first.get("/als/sanne/"); !strings.HasPrefix(page, "/als/sanne/") {
		t.Error("the first was put out by it")
	}
	if _, page := visit().post("/deur", url.Values{"code": {codeOf(t, chat, "daan")}}); !strings.HasPrefix(page, "/als/daan/") {
		t.Errorf("Daan's own code leads to %.200s", page)
	}
	// Of many at once one gets in.
	joke := codeOf(t, chat, "joke")
	var in atomic.Int32
	var work sync.WaitGroup
	for range 8 {
		v := visit()
		_, page := v.get("/")
		form := url.Values{"code": {joke}, "token": {formToken.FindStringSubmatch(page)[1]}}
		work.Go(func() {
			answer, err := v.http.PostForm(v.base+"/deur", form)
			if err != nil {
				t.Errorf("the door: %v", err)
				return
			}
			if _ = answer.Body.Close(); strings.HasPrefix(answer.Request.URL.Path, "/als/joke/") {
				in.Add(1)
			}
		})
	}
	if work.Wait(); in.Load() != 1 {
		t.Errorf("%d came in with one code at the same moment", in.Load())
	}
}

// Who lost their window gets another code, and what the old one opened is closed.
func TestTheTrainerGivesAnotherCode(t *testing.T) {
	chat, visit := mustTraining(t, bottest.NewClock())
	old := codeOf(t, chat, "sanne")
	sanne, daan, trainer := visit(), visit(), visit()
	_, page := sanne.post("/deur", url.Values{"code": {old}})
	token := regexp.MustCompile(`name="token" content="([^"]+)"`).FindStringSubmatch(page)
	daan.post("/deur", url.Values{"code": {codeOf(t, chat, "daan")}})
	conn := sanne.mustListen(t, chat, "sanne")

	// Nobody else does.
	if _, page := daan.post("/code", url.Values{"person": {"sanne"}}); !strings.Contains(page, "Je code") || codeOf(t, chat, "sanne") != old {
		t.Errorf("somebody who takes part gives out a code: %.200s", page)
	}
	trainer.post("/deur", url.Values{"code": {codeOf(t, chat, "")}})
	_, page = trainer.get("/")
	if strings.Contains(page, old) || !strings.Contains(page, `formaction="/code"`) || strings.Count(page, "is binnen") != 2 {
		t.Errorf("the trainer's page shows a code, or not who is in: %.300s", page)
	}
	before := chat.Codes()
	answer, err := trainer.http.PostForm(trainer.base+"/code", url.Values{"person": {"daan"}, "token": {"another"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	for _, nobody := range []string{"", "willem", "niemand"} {
		trainer.post("/code", url.Values{"person": {nobody}})
	}
	if strings.Contains(page, "Nieuwe code voor") || !slices.Equal(chat.Codes(), before) {
		t.Error("a code was given out that nobody asked for")
	}
	trainer.post("/word", url.Values{"person": {"sanne"}})
	own := trainer.mustListen(t, chat, "sanne")
	_, page = trainer.post("/code", url.Values{"person": {"sanne"}})
	fresh := codeOf(t, chat, "sanne")
	if fresh == old || !strings.Contains(page, "Nieuwe code voor Sanne de Wit: "+fresh) {
		t.Fatalf("the new code is %s; the trainer reads %.300s", fresh, page)
	}

	// The old one, its pages, what they send, and what they are sent.
	if _, page := visit().post("/deur", url.Values{"code": {old}}); strings.HasPrefix(page, "/als/") {
		t.Error("the old code opens")
	}
	if _, page := sanne.get("/als/sanne/"); strings.HasPrefix(page, "/als/") {
		t.Error("who came in with the old code still reads")
	}
	r, err := http.NewRequest(http.MethodPost, sanne.base+"/als/sanne/bericht", strings.NewReader(`{"channel":"algemeen","text":"hoi"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Form-Token", token[1])
	r.Header.Set("Origin", sanne.base)
	if answer, err = sanne.http.Do(r); err != nil {
		t.Fatal(err)
	}
	if _ = answer.Body.Close(); answer.StatusCode != http.StatusForbidden {
		t.Errorf("who came in with the old code says something: %d", answer.StatusCode)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	for err = nil; err == nil; {
		_, _, err = conn.ReadMessage()
	}
	if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
		t.Error("the window of the old code is still told what happens")
	}
	// That of the trainer, who is Sanne too, stays: it would have ended together with hers.
	_ = own.SetReadDeadline(time.Now().Add(2 * time.Second))
	for err = nil; err == nil; {
		_, _, err = own.ReadMessage()
	}
	if timeout := net.Error(nil); !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("the trainer's own window ended: %v", err)
	}
	if _, page := trainer.get("/als/sanne/"); !strings.HasPrefix(page, "/als/sanne/") {
		t.Error("the trainer, who is Sanne too, was put out")
	}
	if _, page := daan.get("/als/daan/"); !strings.HasPrefix(page, "/als/daan/") {
		t.Error("Daan was put out")
	}
	if _, page := visit().post("/deur", url.Values{"code": {fresh}}); !strings.HasPrefix(page, "/als/sanne/") {
		t.Errorf("the new code leads to %.200s", page)
	}
}

// mustListen opens the connection of a window, as its script does.
func (v *visitorOf) mustListen(t *testing.T, chat *playground.Chat, who string) *websocket.Conn {
	t.Helper()
	at := mustURL(t, chat.URL()+"als/"+who+"/")
	header := http.Header{"Origin": {v.base}}
	for _, c := range v.http.Jar.Cookies(at) {
		header.Add("Cookie", c.Name+"="+c.Value)
	}
	dialer := websocket.Dialer{TLSClientConfig: v.http.Transport.(*http.Transport).TLSClientConfig, HandshakeTimeout: time.Minute}
	conn, answer, err := dialer.Dial("wss"+strings.TrimPrefix(v.base, "https")+"/als/"+who+"/live?tab=x", header)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestTheDoorSaysWhatIsWrongAndHowToGoOn(t *testing.T) {
	chat, visit := mustTraining(t, bottest.NewClock())
	v := visit()
	// An empty field is no guess, also not the twentieth time.
	for range 20 {
		if status, page := v.post("/deur", url.Values{"code": {" - "}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Vul eerst je code in") {
			t.Fatalf("an empty code: %d, %.200s", status, page)
		}
	}
	status, page := v.post("/deur", url.Values{"code": {"K7QF-9M2X"}})
	if status != http.StatusForbidden || !strings.Contains(page, "vraag de trainer") || !strings.Contains(page, `aria-invalid="true"`) || !strings.Contains(page, `aria-describedby="uitleg fout"`) {
		t.Errorf("a wrong code: %d, %.2000s", status, page)
	}
	// A page that was left open over a wipe asks once more, and keeps no code.
	answer, err := v.http.PostForm(v.base+"/deur", url.Values{"token": {"old"}, "code": {codeOf(t, chat, "sanne")}})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil || answer.StatusCode != http.StatusForbidden || !strings.Contains(string(body), "nog een keer") || strings.Contains(string(body), codeOf(t, chat, "sanne")) {
		t.Errorf("a page that is too old: %v, %d, %.300s", err, answer.StatusCode, body)
	}
}

func TestWhoLeavesATrainingIsNobodyThere(t *testing.T) {
	chat, visit := mustTraining(t, bottest.NewClock())
	v := visit()
	_, page := v.post("/deur", url.Values{"code": {codeOf(t, chat, "sanne")}})
	token := regexp.MustCompile(`action="/als/sanne/uit"><input type="hidden" name="token" value="([^"]+)"`).FindStringSubmatch(page)
	if token == nil {
		t.Fatal("there is no way out")
	}
	leave := func(token string) string {
		t.Helper()
		answer, err := v.http.PostForm(v.base+"/als/sanne/uit", url.Values{"token": {token}})
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		return answer.Request.URL.Path
	}
	leave("somebody else's")
	if _, page := v.get("/als/sanne/"); !strings.HasPrefix(page, "/als/sanne/") {
		t.Fatal("a foreign page puts Sanne out")
	}
	kept := v.http.Jar.Cookies(mustURL(t, chat.URL()+"als/sanne/"))
	if at := leave(token[1]); at != "/" {
		t.Errorf("who leaves is at %s", at)
	}
	if _, page := v.get("/als/sanne/"); strings.HasPrefix(page, "/als/") || !strings.Contains(page, "Je code") {
		t.Errorf("who left is still Sanne: %.200s", page)
	}
	// Also with the cookie that the browser was told to throw away.
	for _, c := range kept {
		c.Path = "/als/sanne/"
	}
	v.http.Jar.SetCookies(mustURL(t, chat.URL()+"als/sanne/"), kept)
	if _, page := v.get("/als/sanne/"); strings.HasPrefix(page, "/als/") {
		t.Error("a cookie from before opens the page of who left")
	}
}
