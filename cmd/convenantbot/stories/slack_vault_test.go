package stories

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// link presses a button and returns the address of ours that is whispered for it.
func (w *worker) link(label, part string) string {
	w.t().Helper()
	last := func() string {
		all := vaultAddress.FindAllString(strings.Join(w.told(), "\n"), -1)
		if len(all) == 0 {
			return ""
		}
		return all[len(all)-1]
	}
	before, link := last(), ""
	w.press(label, part)
	until(w.t(), w.id()+" gets a link", patience, func() bool { link = last(); return link != before }, func() string { return tail(strings.Join(w.told(), "\n---\n"), 3000) })
	return link
}

// What goes into the vault is read on a page of the bot, and the workspace never had
// any of it.
func TestTheVaultOnSlack(t *testing.T) {
	w := onSlack(t, pagesOn(freePort(t)))
	w.story(t, "health goes from page to page", func() { healthBesidesSlack(w) })
	w.story(t, "the log has every act, and holds", w.found)
}

func healthBesidesSlack(w *week) {
	c := w.open(w.child(set("holder2"), set("agreed", "g1"), set("members", w.lpa.id(), w.carer.id())), w.lpa, w.carer)
	w.discuss(c)
	w.carer.does(c.room, "/casus toestemming", yes("g1", "authority", "conversation"))
	w.carer.hears("De toestemming is vastgelegd")

	// In by the page, and said what it is about in the chat.
	const secret, name, remark = "KANARIEVOGEL slaapt weer goed", "Kwetternaam", "Zie vooral het slot van Kwinkeleer"
	w.carer.command(c.room, "/casus kluis")
	in := mustClient(w.t)
	status, said, at := visit(w.t, in, "POST", w.carer.link("Breng een bestand in", "kluis"), "")
	if status != http.StatusOK {
		w.t.Fatalf("the page to bring in a file: %d %s", status, said)
	}
	if status, said, _ = visit(w.t, in, "PUT", at+"deel?vanaf=0", secret); status != http.StatusOK {
		w.t.Fatalf("the part: %d %s", status, said)
	}
	if status, said, _ = visit(w.t, in, "POST", at+"klaar", fmt.Sprintf(`{"name":"%s.txt","size":%d}`, name, len(secret))); status != http.StatusOK || !strings.Contains(said, "nog niet geplaatst") {
		w.t.Fatalf("the end: %d %s", status, said)
	}
	w.carer.press("Zeg wat erin staat", "document.txt")
	w.carer.fill(values{"kinds": {"health"}, "text": {remark}})
	w.lpa.finds(c.room, cardSays)
	w.lpa.sees(c.room) // a card, and no file below it

	// Read on a page by who takes part, once, in one browser.
	reader := mustClient(w.t)
	link := w.lpa.link("Open in de kluis", cardSays)
	status, said, at = visit(w.t, reader, "POST", link, "")
	if status != http.StatusOK || !strings.Contains(said, remark) {
		w.t.Fatalf("the page: %d %s", status, said)
	}
	if status, said := document(w.t, reader, at); status != http.StatusOK || !strings.Contains(said, secret) {
		w.t.Errorf("the document: %d %s", status, said)
	}
	if status, said, _ := visit(w.t, mustClient(w.t), "POST", link, ""); status != http.StatusForbidden || strings.Contains(said, "KANARIE") {
		w.t.Errorf("the link a second time: %d %s", status, said)
	}
	// Who is put into the room by hand is out again, and gets no link by then.
	w.lpa.add(c.room, w.outsider)
	w.outsider.in(c.room, false)
	if slices.ContainsFunc(w.outsider.told(), vaultAddress.MatchString) {
		w.t.Error("a stranger has a link")
	}

	// A yes that is taken back closes it in front of the reader.
	heard := waits(reader, at)
	w.carer.command(c.room, "/casus intrekken")
	w.carer.fill(values{"consent": {w.carer.choice("consent", "Gezondheid")}})
	if got := <-heard; !strings.Contains(got, "er niet meer") {
		w.t.Errorf("the open page heard %q", got)
	}
	if status, said := document(w.t, reader, at); status != http.StatusForbidden || strings.Contains(said, "KANARIE") {
		w.t.Errorf("after that: %d %s", status, said)
	}
	until(w.t, "the card is out of sight", patience, func() bool { return w.lpa.inVault(c) == 0 }, func() string { return tail(w.said(), 2000) })

	// Nothing of the document was in any call to Slack, nor in what the bot logged.
	// The remark was typed in a form of Slack's own, and went no further.
	calls := w.ib.hand.(*colleague).h.Calls("")
	sent, err := json.Marshal(calls)
	if err != nil || !strings.Contains(string(sent), cardSays) {
		w.t.Fatalf("looked at %d calls, and the card was in none: %v", len(calls), err)
	}
	for what, word := range map[string]string{"the content": "KANARIEVOGEL", "its name": name, "the remark": "Kwinkeleer"} {
		for where, all := range map[string]string{"a call to Slack": string(sent), "the log": w.said()} {
			if strings.Contains(all, word) {
				w.t.Errorf("%s is in %s", what, where)
			}
		}
	}
	w.expect(c.ref, "file_posted", 1, "")
	w.expect(c.ref, "vault_opened", 1, "")
	w.expect(c.ref, "file_withdrawn", 1, "")
	w.expect(c.ref, "stranger_removed", 1, "")
}
