package story

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/browsertest"
	"github.com/convenantbot/convenantbot/internal/testserver/program"
)

// training is the try-out as a trainer starts it for a group.
type training struct {
	*tryOut
	dir   string
	flags []string
	cert  *x509.Certificate
	codes map[string]string // by first name; "trainer" for the trainer's
}

// code finds the lines with codes in what the program prints.
var codeLine = regexp.MustCompile(`(?m)^([2-9A-Z]{4}-[2-9A-Z]{4})\s+(\S+)`)

// trains starts a training with a certificate of the trainer's own, so that a second
// one at the same address is the same place to a browser.
func trains(t testing.TB) *training {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(26 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	files := t.TempDir()
	certFile, keyFile := filepath.Join(files, "cert.pem"), filepath.Join(files, "key.pem")
	if err := errors.Join(os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600),
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600)); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "training")
	w := &training{dir: dir, cert: c, flags: []string{"--training", "--listen", program.FreePort(t), "--host", "127.0.0.1", "--cert", certFile, "--key", keyFile, "--dir", dir}}
	w.begins(t)
	return w
}

// begins starts the training, again at the same address.
func (w *training) begins(t testing.TB) {
	t.Helper()
	w.tryOut = start(t, w.flags...)
	until(t, "the codes are printed", func() bool { return strings.Contains(w.said(), "Stop with Ctrl-C") })
	w.codes = map[string]string{}
	for _, m := range codeLine.FindAllStringSubmatch(w.said(), -1) {
		w.codes[m[2]] = m[1]
	}
}

// door opens a browser of its own at the door.
func (w *training) door(b *browsertest.Browser) *browsertest.Page {
	w.t.Helper()
	p := b.Another().Open(w.url, 1280, 860)
	p.Sees("h1", "Training met convenantbot")
	return p
}

// enters has somebody sign in with their code.
func (w *training) enters(p *browsertest.Page, id, first string) *person {
	w.t.Helper()
	p.Fill("#code", w.codes[first])
	p.Follow("form button", "")
	who := &person{Page: p, t: w.t, id: id}
	who.live()
	return who
}

// A group does one casus together, each at a machine of their own, from opening to
// closing. Whoever has no code stays out, and at the end nothing is left.
func TestAGroupTrainsTogether(t *testing.T) {
	w := trains(t)
	b := browsertest.Start(t, w.cert)

	// All five are at the door before the first goes in.
	firsts := [][2]string{{"ruben", "Ruben"}, {"sanne", "Sanne"}, {"daan", "Daan"}, {"joke", "Joke"}, {"mehmet", "Mehmet"}}
	var doors []*browsertest.Page
	for range firsts {
		doors = append(doors, w.door(b))
	}
	doors[0].Axe("the door")
	doors[0].Fits("the door")
	doors[0].Glance("training-deur")
	stranger := w.door(b)
	var group []*person
	for i, who := range firsts {
		group = append(group, w.enters(doors[i], who[0], who[1]))
	}
	ruben, sanne, daan, joke := group[0], group[1], group[2], group[3]

	// Somebody without a code, or with one that was used, stays at the door.
	stranger.Fill("#code", "2222-2222")
	stranger.Follow("form button", "")
	stranger.Sees("[role=alert]", "Deze code klopt niet")
	stranger.Fill("#code", w.codes["Daan"])
	stranger.Follow("form button", "")
	stranger.Sees("[role=alert]", "Een code werkt één keer")
	stranger.Axe("the door, and a code that was used")
	stranger.Fits("the door, and a code that was used")
	stranger.Glance("training-gebruikte-code")
	stranger.Go(w.url + "als/daan/kanaal/algemeen")
	stranger.Sees("h1", "Training met convenantbot")

	// One opens it, and the others find it before them, without loading anything.
	opensAs(ruben, "sanne", "daan", "joke", "mehmet")
	for _, p := range group {
		p.Sees("#sidebar a", "casus-")
		p.enter("casus-")
		p.Sees("#berichten .is-pinned, #berichten", "Wie doen mee")
	}
	room := sanne.MustEval(`() => location.pathname`).Str()

	// All five say something at the same moment, and every one of them sees all five.
	for _, p := range group {
		p.Fill("#tekst", "Hier is "+p.id+", ik ben er.")
	}
	for _, p := range group {
		p.Tap(".composer .send", "")
	}
	// Daan and Joke have a duty of secrecy: theirs wait for their own word.
	for _, p := range []*person{daan, joke} {
		p.Sees("#toasts", "nog niet geplaatst")
		p.enter("convenantbot")
		p.press("Toch plaatsen", "Hier is "+p.id)
		p.Sees("#berichten", "Ik plaats je bericht")
		p.enter("casus-")
		p.Sees("#berichten .msg .body", "Hier is "+p.id)
		p.Until("what was posted for them is no draft any more", `() => document.querySelector("#tekst").value === ""`)
	}
	for _, p := range group {
		for _, other := range group {
			p.Sees("#berichten .msg .body", "Hier is "+other.id+", ik ben er.")
		}
		if n := p.MustEval(`() => [...document.querySelectorAll("#berichten .msg .body")].filter((m) => m.innerText.includes("ik ben er.")).length`).Int(); n != len(group) {
			t.Errorf("%s sees %d of their five messages", p.id, n)
		}
		p.Axe(p.id + " in the room")
		p.Fits(p.id + " in the room")
		p.Glance("training-" + p.id)
	}

	// A file is held: nobody but who brought it hears its name.
	ruben.say("/casus fase F3")
	for _, p := range group {
		p.Sees("#berichten", "is nu in fase")
	}
	const file, posted = "behandelverslag-noor.txt", "document-C-" // it is posted under a name that tells nothing
	daan.upload(file, []byte("Een verzonnen verslag over slapen en school."))
	sanne.say("We wachten op het verslag.")
	for _, p := range group {
		p.Sees("#berichten .msg .body", "We wachten op het verslag.")
		if p != daan && strings.Contains(p.Text(), file) {
			t.Errorf("%s reads of a file that was held: %s", p.id, p.Text())
		}
	}
	// It is said what is in it, who must say yes, and that they did. Then it is there.
	daan.enter("convenantbot")
	daan.press("Zeg wat erin staat", file)
	daan.fill(values{"kinds": {"health"}})
	daan.Sees("#berichten", "moeder en vader")
	daan.Axe("what the one is told who brought the file")
	daan.Glance("training-tegengehouden")
	daan.enter("casus-")
	agreed(daan, "swv-samen-leren", "school-de-linde", "ggd-waterrijk", "gemeente-waterrijk")
	for _, p := range group {
		p.Sees("#berichten .files", posted)
	}
	joke.Glance("training-geplaatst")

	// The trainer sees who is in, and gives Mehmet another code, who lost his window.
	trainer := w.door(b)
	trainer.Fill("#code", w.codes["trainer"])
	trainer.Follow("form button", "")
	trainer.Until("five are in", `() => document.querySelectorAll(".tag.in").length === 5`)
	trainer.Axe("the trainer's page")
	trainer.Follow("button[formaction='/code'][value=mehmet]", "")
	trainer.Sees(".notice", "Nieuwe code voor Mehmet Kaya")
	trainer.Axe("the trainer's page, with a new code")
	trainer.Fits("the trainer's page, with a new code")
	trainer.Glance("training-nieuwe-code")
	fresh := regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}`).FindString(trainer.MustElement(".notice").MustText())
	mehmet := group[4]
	mehmet.Sees(".notice", "Je bent er niet meer in")
	mehmet.Sees("h1", "Training met convenantbot")
	w.codes["Mehmet"] = fresh
	group[4] = w.enters(mehmet.Page, "mehmet", "Mehmet")
	group[4].enter("casus-")
	group[4].Sees("#berichten .files", posted)

	// It is closed by who leads, each takes over, and the trainer moves the clock.
	ruben.say("/casus sluit")
	ruben.press("Ja, sluiten", "sluiten")
	for _, p := range group {
		p.Sees("#berichten", "is gesloten")
		p.enter("convenantbot")
		p.press("Wij hebben overgenomen", "is gesloten")
		p.Sees("#berichten", "Vastgelegd voor casus")
		p.enter("casus-")
	}
	trainer.Follow(".card button.primary", "Ingrid")
	at := &person{Page: trainer, t: t, id: "ingrid"}
	at.live()
	trainer.Click("details.clock summary", "")
	trainer.Tap(".clock-acts button[data-days='7']", "")
	trainer.Sees("#clock", "7 dagen vooruit")
	trainer.Tap(".clock-acts button[data-days='1']", "")
	for _, p := range group {
		p.Sees(".composer .closed", "gearchiveerd")
	}
	sanne.Glance("training-gesloten")
	for _, p := range append([]*browsertest.Page{trainer, stranger}, pagesOf(group)...) {
		// What was held, what was wrong, and the session that ended.
		p.Calm("answer 422", "status of 422", "answer 403", "status of 403", "WebSocket")
	}

	// It stops. Nothing is left on disk, and no window is anybody at the next one.
	w.stop()
	if _, err := os.Stat(w.dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the training %s is there: %v", w.dir, err)
	}
	leftOf(t, filepath.Dir(w.dir), "verzonnen verslag", file)
	w.begins(t)
	for _, p := range group {
		p.Sees("h1", "Training met convenantbot") // by itself: it came back, and knows nobody
		p.Go(strings.TrimSuffix(w.url, "/") + room)
		p.Sees("h1", "Training met convenantbot")
		p.Calm("ERR_", "WebSocket", "answer 403", "status of 403")
	}
	again := w.enters(group[1].Page, "sanne", "Sanne")
	if strings.Contains(again.Text(), "casus-") || strings.Contains(again.Text(), "ik ben er.") {
		t.Errorf("something of the training before is there: %s", again.Text())
	}
	again.Calm("ERR_", "WebSocket", "answer 403", "status of 403")
}

// opensAs has Ruben begin an overleg and waits for its room.
func opensAs(lead *person, members ...string) {
	lead.t.Helper()
	lead.say("/casus nieuw")
	lead.fill(values{"kind": {"mdo"}, "purpose": {purpose}, "born": {today(lead.t, -13, 0, -20)}, "school": {"school-de-linde"},
		"members": members, "holder1": {"moeder"}, "holder2": {"vader"}, "checked": {"register"},
		"agreed": {"g1", "g2", "yp"}, "agreed_on": {today(lead.t, 0, -1, 0)}, "agreed_how": {"conversation"}, "invited": {"ja"}})
	lead.Sees("#sidebar a", "casus-")
}

func pagesOf(all []*person) (pages []*browsertest.Page) {
	for _, p := range all {
		pages = append(pages, p.Page)
	}
	return pages
}

// leftOf fails the test for every file in a folder that has one of these in it.
func leftOf(t testing.TB, dir string, parts ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, part := range parts {
			if bytes.Contains(data, []byte(part)) || strings.Contains(path, part) {
				t.Errorf("%s still has %q", path, part)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
