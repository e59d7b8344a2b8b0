package stories

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// TestTheVaultOnTheRealServer brings health in by both ways and has it read, and
// then looks for every word of it everywhere on the server. What it finds is what
// deploy/security.md says, way by way.
func TestTheVaultOnTheRealServer(t *testing.T) {
	x := newTraces(t)
	h := x.h
	h.pages()
	for _, p := range []*person{h.ib, h.carer, h.doctor} {
		x.reachable(p)
	}
	h.start("")
	var c casus
	h.tell(t, "a casus in which everybody said yes to health", func() {
		c = h.setsUp()
		h.discuss(c)
		for _, g := range givers {
			h.says(h.carer, c, h.consent(g[0], g[1]))
		}
	})
	h.tell(t, "what is said and posted in the open is found wherever it comes", func() { x.control(c) })
	h.tell(t, "a report is brought in by the page", func() { x.byPage(c) })
	h.tell(t, "a report is brought in by the chat", func() { x.byChat(c) })
	h.tell(t, "a link is of one browser, once", func() { x.readOnce(c) })
	h.tell(t, "who leaves the room cannot read on", func() { x.leavesReading(c) })
	h.tell(t, "a yes is taken back and the page closes", func() { x.closes(c) })
	h.tell(t, "what touched what", x.touched)
	h.tell(t, "the log has every opening and every no", func() { h.logged(c) })
}

// control is what shows that looking finds things: an ordinary message and an
// ordinary file are in all the places where such a thing comes.
func (x *traces) control(c casus) {
	h := x.h
	h.ib.say(c.room, "Wij zien elkaar woensdag, "+x.word("a message in the room"))
	h.ib.say(h.mustDirect(h.ib, h.carer), "Bel je mij even, "+x.word("a direct message"))
	if why := h.ib.upload(h.common, "rooster.txt", []byte("het rooster "+x.word("a file in an ordinary channel"))); why != "" {
		h.t.Fatalf("an ordinary file: %s", why)
	}
	until(h.t, "both come by push and mail", patience, func() bool {
		return strings.Contains(x.pushed.said(), x.words["a message in the room"]) && strings.Contains(x.mail.said(), x.words["a direct message"])
	}, func() string { return tail(x.pushed.said(), 2000) + tail(x.mail.said(), 2000) })
}

// says has somebody record a yes, and waits until that is done.
func (h *house) says(p *person, c casus, yes values) {
	h.t.Helper()
	const said = "De toestemming is vastgelegd"
	before := strings.Count(p.told(), said)
	p.command(c.room, "/casus toestemming")
	p.form()
	p.fill(yes)
	until(h.t, "the yes is recorded", patience, func() bool { return strings.Count(p.told(), said) > before }, p.told)
}

// mustDirect is the conversation of two people.
func (h *house) mustDirect(a, b *person) string {
	h.t.Helper()
	dm, _, err := a.Client.CreateDirectChannel(h.t.Context(), a.Id, b.Id)
	if err != nil {
		h.t.Fatalf("a conversation: %v", err)
	}
	return dm.Id
}

// lastLink is the newest one-time link that the bot gave this person.
func (p *person) lastLink() string {
	all := vaultAddress.FindAllString(p.told(), -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// newLink presses a button and returns the link that is whispered for it. where is
// a channel in which the button stands; blank: with the bot alone.
func (x *traces) newLink(p *person, where, label, part string) string {
	x.h.t.Helper()
	before := p.lastLink()
	if where == "" {
		p.press(label, part)
	} else if why := p.pressIn(where, label, part); why != "" {
		x.h.t.Fatalf("%s: press %q: %s", p.Username, label, why)
	}
	link := ""
	until(x.h.t, p.Username+" gets a link", patience, func() bool { link = p.lastLink(); return link != before }, p.told)
	x.words[fmt.Sprintf("link %d", len(x.words))] = link[strings.LastIndex(link, "/")+1:]
	return link
}

// pressIn presses a button in the newest message in a channel that has it and says
// part, and returns what the server itself answers: blank when the bot took it.
func (p *person) pressIn(channel, label, part string) string {
	p.h.t.Helper()
	var b *button
	until(p.h.t, fmt.Sprintf("%s sees a button %q in the channel", p.Username, label), patience, func() bool {
		for _, post := range slices.Backward(p.posts(channel)) {
			if b = p.buttonOf(post, label, part); b != nil {
				return true
			}
		}
		return false
	}, p.told)
	return p.pressAs(b)
}

func (p *person) buttonOf(post *model.Post, label, part string) *button {
	if !strings.Contains(post.Message, part) {
		return nil
	}
	for _, a := range post.Attachments() {
		for _, action := range a.Actions {
			if action.Name == label {
				return &button{post.ChannelId, post.Id, action.Id, action.Cookie}
			}
		}
	}
	return nil
}

// pressAs presses a button that somebody knows of, whoever it was shown to.
func (p *person) pressAs(b *button) string {
	p.h.t.Helper()
	p.place = b.channel
	if _, err := p.Client.DoPostActionWithCookie(p.h.t.Context(), b.post, b.action, "", b.cookie, nil, ""); err != nil {
		return reason(err)
	}
	return ""
}

// saysHealth says of the file that waits, called part in the bot's question, that
// it is about health, with a remark.
func (h *house) saysHealth(p *person, part, remark string) {
	h.t.Helper()
	p.press("Zeg wat erin staat", part)
	p.form()
	p.fill(values{"kinds": {"health"}, "text": {remark}})
	p.wasTold("Je bestand gaat in de kluis")
}

// card waits until the room has n cards, and returns the newest.
func (h *house) card(c casus, n int) string {
	h.t.Helper()
	var cards []string
	until(h.t, fmt.Sprintf("the room has %d cards", n), patience, func() bool {
		cards = nil
		for _, post := range h.ib.posts(c.room) {
			if strings.Contains(post.Message, "Er ligt een document in de kluis") {
				cards = append(cards, post.Message)
			}
		}
		return len(cards) == n
	}, func() string { return tail(h.carer.told(), 3000) })
	if n == 0 {
		return ""
	}
	return cards[n-1]
}

func (x *traces) byPage(c casus) {
	h := x.h
	before := h.Files()
	h.carer.command(c.room, "/casus kluis")
	link := x.newLink(h.carer, "", "Breng een bestand in", "kluis")
	in := mustClient(h.t)
	status, said, at := visit(h.t, in, "POST", link, "")
	if status != http.StatusOK {
		h.t.Fatalf("the page to bring in a file: %d %s", status, said)
	}
	if status, _, _ := visit(h.t, mustClient(h.t), "POST", link, ""); status != http.StatusForbidden {
		h.t.Errorf("the link to bring in a file, a second time: %d", status)
	}
	report := "Behandelverslag. " + x.word("the content, by the page") + " is rustig en komt op tijd."
	if status, said, _ = visit(h.t, in, "PUT", at+"deel?vanaf=0", report); status != http.StatusOK {
		h.t.Fatalf("the part: %d %s", status, said)
	}
	status, said, _ = visit(h.t, in, "POST", at+"klaar", fmt.Sprintf(`{"name":"%s.txt","size":%d}`, x.word("the file's name, by the page"), len(report)))
	if status != http.StatusOK || !strings.Contains(said, "nog niet geplaatst") {
		h.t.Fatalf("the end: %d %s", status, said)
	}
	h.saysHealth(h.carer, "document.txt", "Zie vooral "+x.word("the remark, by the page"))
	said = h.card(c, 1)
	for _, part := range []string{"jeugdhulpverlener", "Samen een plan maken", "intern begeleider", "Tot: "} {
		if !strings.Contains(said, part) {
			h.t.Errorf("the card lacks %q:\n%s", part, said)
		}
	}
	if after := h.Files(); len(after) != len(before) {
		h.t.Errorf("the chat server keeps %v, and before %v", after, before)
	}
}

func (x *traces) byChat(c casus) {
	h := x.h
	before := h.Files()
	name := x.word("the file's name, by the chat") + ".txt"
	h.bring(h.carer, c, name, []byte("Behandelverslag. "+x.word("the content, by the chat")+" slaapt weer goed."))
	h.saysHealth(h.carer, name, "Lees vooral "+x.word("the remark, by the chat"))
	h.card(c, 2)
	h.ib.sees(c.room, nil)
	if after := h.Files(); len(after) != len(before) {
		h.t.Errorf("the chat server keeps %v, and before %v", after, before)
	}
}

// document is what a browser with an open page reads of its only sheet.
func document(t *testing.T, browser *http.Client, at string) (int, string) {
	t.Helper()
	status, said, _ := visit(t, browser, "GET", at+"blad/1", "")
	return status, said
}

const cardSays = "Er ligt een document in de kluis"

func (x *traces) readOnce(c casus) {
	h := x.h
	link := x.newLink(h.ib, c.room, "Open in de kluis", cardSays)
	for range 2 { // a program that looks behind links uses nothing up
		if status, said, _ := visit(h.t, mustClient(h.t), "GET", link, ""); status != http.StatusOK || strings.Contains(said, "Kanarie") {
			h.t.Errorf("looking behind the link: %d %s", status, said)
		}
	}
	mine, other := mustClient(h.t), mustClient(h.t)
	status, said, at := visit(h.t, mine, "POST", link, "")
	if status != http.StatusOK || !strings.Contains(said, x.words["the remark, by the chat"]) {
		h.t.Fatalf("the page: %d %s", status, said)
	}
	if status, said := document(h.t, mine, at); status != http.StatusOK || !strings.Contains(said, x.words["the content, by the chat"]) {
		h.t.Errorf("the document: %d %s", status, said)
	}
	for what, address := range map[string]string{"the link a second time": link, "the page in another browser": at} {
		method := "POST"
		if address == at {
			method = "GET"
		}
		if status, said, _ := visit(h.t, other, method, address, ""); status != http.StatusForbidden || strings.Contains(said, "Kanarie") {
			h.t.Errorf("%s: %d %s", what, status, said)
		}
	}
	if status, said := document(h.t, other, at); status != http.StatusForbidden || strings.Contains(said, "Kanarie") {
		h.t.Errorf("the sheet in another browser: %d %s", status, said)
	}
	// Whoever has the number of the message and not a place in the room.
	var b *button
	for _, post := range h.ib.posts(c.room) {
		if found := h.ib.buttonOf(post, "Open in de kluis", cardSays); found != nil {
			b = found
		}
	}
	for _, p := range []*person{h.guide, h.stray, h.nobody} {
		_ = p.pressAs(b)
	}
	h.settled(c.room, parties)
	for _, p := range []*person{h.guide, h.stray, h.nobody} {
		if strings.Contains(p.told(), "/kluis/") {
			h.t.Errorf("%s got a link:\n%s", p.Username, p.told())
		}
	}
	// The one who watches over it sees that it was read, and reads nothing.
	h.officer.command(h.common, "/casus kluis "+c.ref)
	h.officer.wasTold("intern begeleider")
	if strings.Contains(h.officer.told(), "Kanarie") {
		h.t.Errorf("the FG reads %s", h.officer.told())
	}
}

// open follows a new link in a browser of its own.
func (x *traces) open(p *person, c casus) (browser *http.Client, at string) {
	x.h.t.Helper()
	browser = mustClient(x.h.t)
	link := x.newLink(p, c.room, "Open in de kluis", cardSays)
	status, said, at := visit(x.h.t, browser, "POST", link, "")
	if status != http.StatusOK {
		x.h.t.Fatalf("%s: the page: %d %s", p.Username, status, said)
	}
	return browser, at
}

// waits asks what an open page asks until it is told that it must close, and
// returns why.
func waits(browser *http.Client, at string) <-chan string {
	heard := make(chan string, 1)
	go func() {
		for end := time.Now().Add(patience); time.Now().Before(end); {
			r, err := browser.Get(at + "leeft")
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
	return heard
}

func (x *traces) leavesReading(c casus) {
	h := x.h
	browser, at := x.open(h.lpa, c)
	link := x.newLink(h.lpa, c.room, "Open in de kluis", cardSays)
	heard := waits(browser, at)
	if _, err := h.lpa.Client.RemoveUserFromChannel(h.t.Context(), c.room, h.lpa.Id); err != nil {
		h.t.Fatalf("leave the room: %v", err)
	}
	if got := <-heard; !strings.Contains(got, "niet meer, voor jou bedoeld") {
		h.t.Errorf("the open page heard %q", got)
	}
	if status, said := document(h.t, browser, at); status != http.StatusForbidden || strings.Contains(said, "Kanarie") {
		h.t.Errorf("after leaving: %d %s", status, said)
	}
	if status, said, _ := visit(h.t, mustClient(h.t), "POST", link, ""); status != http.StatusForbidden || strings.Contains(said, "Kanarie") {
		h.t.Errorf("a link from before: %d %s", status, said)
	}
	if browser, at := x.open(h.doctor, c); at != "" {
		if status, _ := document(h.t, browser, at); status != http.StatusOK {
			h.t.Errorf("it closed for who stayed: %d", status)
		}
	}
}

func (x *traces) closes(c casus) {
	h := x.h
	browser, at := x.open(h.ib, c)
	link := x.newLink(h.ib, c.room, "Open in de kluis", cardSays)
	heard := waits(browser, at)
	h.carer.command(c.room, "/casus intrekken")
	h.carer.fill(values{"consent": {h.carer.form().Elements[0].Options[0].Value}})
	h.carer.wasTold("2 bestanden zijn meteen uit het zicht")
	if got := <-heard; !strings.Contains(got, "er niet meer") {
		h.t.Errorf("the open page heard %q", got)
	}
	if status, said := document(h.t, browser, at); status != http.StatusForbidden || strings.Contains(said, "Kanarie") {
		h.t.Errorf("after the withdrawal: %d %s", status, said)
	}
	if status, said, _ := visit(h.t, mustClient(h.t), "POST", link, ""); status != http.StatusForbidden || strings.Contains(said, "Kanarie") {
		h.t.Errorf("a link from before: %d %s", status, said)
	}
	h.card(c, 0)
}

// touched is the table of deploy/security.md.
func (x *traces) touched() {
	want := map[string][]string{
		"a message in the room":         {"database files", "database: posts", "push", "search"},
		"a direct message":              {"database files", "database: posts", "mail", "push", "search"},
		"a file in an ordinary channel": {"database files", "database: fileinfo", "file store", "search"},
		"the content, by the page":      nil,
		"the file's name, by the page":  nil,
		"the remark, by the page":       nil,
		"the content, by the chat":      nil,
		"the file's name, by the chat":  {"database files", "database: posts", "?database: fileinfo", "disk: output.log", "mail", "push"},
		"the remark, by the chat":       nil,
	}
	for name := range x.words {
		if strings.HasPrefix(name, "link ") {
			want[name] = nil
		}
	}
	// Who looks before it has come looks where nothing is.
	name := x.words["the file's name, by the chat"]
	until(x.h.t, "the cards and the name came by push and mail", patience, func() bool {
		return strings.Count(x.pushed.said(), cardSays) >= 2 && strings.Contains(x.pushed.said(), name) && strings.Contains(x.mail.said(), name)
	}, func() string { return tail(x.pushed.said(), 2000) + tail(x.mail.said(), 2000) })
	until(x.h.t, "the server has read the ordinary file", patience, func() bool { return x.finds(x.h.ib, x.words["a file in an ordinary channel"]) }, nil)
	x.want(want)
}

func (h *house) logged(c casus) {
	all := map[string]int{"file_received": 2, "file_posted": 2, "vault_opened": 4, "file_withdrawn": 2, "consent_withdrawn": 1}
	log := h.logOf(c.ref, all)
	for act, want := range all {
		if n := count(log, c.ref, act); n != want {
			h.t.Errorf("%s stands %d times in the log, want %d: %v", act, n, want, acts(log, c.ref))
		}
	}
	refused := 0
	for _, e := range log {
		if e.Casus == c.ref && slices.ContainsFunc(e.Reasons, func(r string) bool { return strings.HasPrefix(r, "vault_") }) {
			refused++
		}
	}
	if refused < 2 {
		h.t.Errorf("the log has %d openings that were refused, want both: %v", refused, acts(log, c.ref))
	}
}
