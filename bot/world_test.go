package bot_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/memory"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/internal/textscan"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/bundle"
	"github.com/convenantbot/convenantbot/rules/region"
)

// world is a bot with everything around it: a chat, a store, a clock that is
// moved by hand, and a directory of invented people.
type world struct {
	t     testing.TB
	clock *bottest.Clock
	chat  *bottest.Chat
	store bot.Store
	bot   *bot.Bot
	ids   int
	pages string           // see bot.Needs
	over  string           // see bot.Needs.Overview
	virus bot.VirusScanner // likewise
	front bot.Platform     // what the bot talks to; nil: the chat itself
}

// The people of the world, by account.
const (
	ib      = bot.UserID("ib")      // intern begeleider of school-a
	lpa     = bot.UserID("lpa")     // leerplichtambtenaar of gemeente
	carer   = bot.UserID("carer")   // jeugdhulpverlener of aanbieder
	doctor  = bot.UserID("doctor")  // jeugdarts of ggd
	guide   = bot.UserID("guide")   // SWV-consulent
	nobody  = bot.UserID("nobody")  // has an account and no appointment
	stray   = bot.UserID("stray")   // jeugdhulpverlener of an organisation that did not join
	officer = bot.UserID("officer") // FG of all organisations
)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: bottest.NewClock(), chat: bottest.NewChat(ib, lpa, carer, doctor, guide, nobody, stray, officer)}
	w.chat.Now = w.clock.Now
	w.store = bottest.NewMemStore(w.clock.Now)
	w.start()
	if err := w.bot.LoadRegister(t.Context(), register()); err != nil {
		t.Fatalf("LoadRegister: %v", err)
	}
	return w
}

// start starts a bot on what is there, as after a crash.
func (w *world) start() {
	w.t.Helper()
	b, err := rules.Load(bundle.FS)
	if err != nil {
		w.t.Fatal(err)
	}
	packs, err := region.LoadAll(os.DirFS("../deploy"), "regions")
	if err != nil {
		w.t.Fatal(err)
	}
	front := w.front
	if front == nil {
		front = w.chat
	}
	w.bot = bot.New(bot.Needs{
		Store: w.store, Platforms: []bot.Platform{front}, Judge: judge.New(b, packs), Answers: fixedAnswers{},
		Scan: plainScan{}, Region: packs["model"], Now: w.clock.Now, Pages: w.pages, Overview: w.over, Virus: w.virus,
		TryLimits: memory.New(memory.Options{Now: w.clock.Now}),
		NewID:     func() string { w.ids++; return fmt.Sprintf("id%06d", w.ids) },
	})
	w.chat.Connect(w.bot)
}

func register() bot.Register {
	at := time.Date(2025, 9, 15, 0, 0, 0, 0, time.UTC)
	var r bot.Register
	for _, id := range []bot.OrgID{"school-a", "gemeente", "aanbieder", "ggd", "swv-a"} {
		r.Organisations = append(r.Organisations, bot.Organisation{ID: id, Name: "Organisatie " + string(id),
			SignedAt: "2025-09-01", AnnouncedAt: "2025-09-15", DPO: "p-officer", Appointee: "p-officer"})
	}
	r.Organisations = append(r.Organisations, bot.Organisation{ID: "outside", Name: "Praktijk Buiten"})
	add := func(user bot.UserID, org bot.OrgID, sector bot.Sector, function, task string) {
		p := bot.Person{ID: bot.PersonID("p-" + user), Accounts: []bot.Account{{Platform: bottest.ChatName, User: user}}}
		if org != "" {
			p.Appointments = []bot.Appointment{{ID: "a-" + string(user), Organisation: org, Sector: sector,
				Function: function, Task: task, ConfirmedBy: "hr", ConfirmedAt: at}}
		}
		r.People = append(r.People, p)
	}
	add(ib, "school-a", bot.Education, "intern begeleider", "begeleiding")
	add(lpa, "gemeente", bot.Attendance, "leerplichtambtenaar", "leerplicht")
	add(carer, "aanbieder", bot.YouthCare, "jeugdhulpverlener", "jeugdhulp")
	add(doctor, "ggd", bot.YouthHealth, "jeugdarts", "jgz")
	add(guide, "swv-a", bot.SWV, "consulent", "ondersteuning")
	add(stray, "outside", bot.YouthCare, "therapeut", "jeugdhulp")
	add(officer, "", "", "", "")
	return r
}

type fixedAnswers struct{}

func (fixedAnswers) Answer(_ context.Context, q bot.Question) (bot.Reply, error) {
	if r, ok := answerCase(q); ok {
		return r, nil
	}
	switch {
	case strings.Contains(q.Text, "kapot"):
		return bot.Reply{}, errors.New("the base is broken")
	case strings.Contains(q.Text, "geslagen"):
		return bot.Reply{Text: "Bel Veilig Thuis: 0800-2000.", Private: true, Safety: true}, nil
	case strings.Contains(q.Text, "16"):
		return bot.Reply{Text: "Vanaf 16 jaar.", Topic: bot.Topic{Code: "INF-03", Title: "Vanaf 16"}, Citations: []bot.Citation{{Fact: "INF-03", Kind: "summary", Source: "Model", Quote: "vanaf 16", Mark: "V"}}}, nil
	}
	return bot.Reply{Text: "Dat weet ik niet. Vraag de FG.", Abstained: true, Topics: []bot.Topic{{Code: "OVL-01", Title: "mdo"}}, Topic: bot.Topic{Code: "OVL-01", Title: "mdo"}}, nil
}

// plainScan looks into plain text only.
type plainScan struct{}

func (plainScan) Scan(_ context.Context, name string, r io.ReaderAt, size int64) (found, known bool, err error) {
	data := make([]byte, size)
	if _, err := r.ReadAt(data, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, false, err
	}
	return textscan.FindBSN(string(data)), strings.HasSuffix(name, ".txt"), nil
}

// settle does every job that is due now.
func (w *world) settle() {
	w.t.Helper()
	for n := 0; ; n++ {
		did, err := w.bot.Step(w.t.Context())
		if err != nil {
			w.t.Fatalf("Step: %v", err)
		}
		if !did {
			return
		}
		if n > 2000 {
			w.t.Fatal("the work never ends")
		}
	}
}

// later moves the clock and does what became due, a day at a time.
func (w *world) later(days int) {
	w.t.Helper()
	for range days {
		w.clock.Advance(24 * time.Hour)
		w.settle()
	}
}

func (w *world) person(user bot.UserID) bottest.Person { return w.chat.Person(user) }

func (w *world) command(user bot.UserID, channel bot.ChannelID, name, text string) {
	w.t.Helper()
	if err := w.person(user).Command(channel, name, text); err != nil {
		w.t.Fatalf("/%s %s: %v", name, text, err)
	}
	w.settle()
}

// send fills in the form that user sees.
func (w *world) send(user bot.UserID, values map[string][]string) bot.FormAnswer {
	w.t.Helper()
	answer, err := w.person(user).Send(values)
	if err != nil {
		w.t.Fatalf("send the form: %v", err)
	}
	w.settle()
	return answer
}

// told lists what the bot said to user alone.
func (w *world) told(user bot.UserID) []string {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	var all []string
	for _, s := range seen {
		if s.Author == "" {
			all = append(all, s.Text)
		}
	}
	return all
}

// press presses a button in the last message to user that has it.
func (w *world) press(user bot.UserID, label string) {
	w.t.Helper()
	seen, err := w.person(user).SeeDirect()
	if err != nil {
		w.t.Fatal(err)
	}
	for i := len(seen) - 1; i >= 0; i-- {
		for _, l := range seen[i].Labels {
			if l == label {
				if err := w.person(user).Press(seen[i].ID, label); err != nil {
					w.t.Fatal(err)
				}
				w.settle()
				return
			}
		}
	}
	w.t.Fatalf("%s sees no button %q; they were told:\n%s", user, label, strings.Join(w.told(user), "\n---\n"))
}

func (w *world) wantTold(user bot.UserID, part string) {
	w.t.Helper()
	if all := strings.Join(w.told(user), "\n---\n"); !strings.Contains(all, part) {
		w.t.Errorf("%s was not told %q; they were told:\n%s", user, part, all)
	}
}

// newCasus is the form for an mdo about a child of twelve with everybody's
// agreement; change may change it.
func newCasus(change ...func(map[string][]string)) map[string][]string {
	v := map[string][]string{
		"kind": {"mdo"}, "purpose": {"Samen een plan maken"}, "born": {"2013-05-01"}, "school": {"school-a"},
		"members": {string(lpa), string(carer), string(doctor)}, "holder1": {"moeder"}, "holder2": {"vader"},
		"checked": {"register"}, "agreed": {"g1", "g2", "yp"}, "agreed_on": {"2026-02-20"}, "agreed_how": {"conversation"},
		"invited": {"ja"},
	}
	for _, f := range change {
		f(v)
	}
	return v
}

// open opens a casus with the form and returns it.
func (w *world) open(values map[string][]string) bot.Casus {
	w.t.Helper()
	w.command(ib, "common", "casus", "nieuw")
	answer := w.send(ib, values)
	if len(answer.Errors) > 0 {
		w.t.Fatalf("open a casus: %v", answer.Errors)
	}
	refs := w.refs()
	return w.casus(refs[len(refs)-1])
}

func (w *world) refs() (refs []bot.Ref) {
	w.t.Helper()
	w.view(func(tx bot.Tx) (err error) { refs, err = tx.CasusRefs("", 0); return err })
	return refs
}

func (w *world) casus(ref bot.Ref) (c bot.Casus) {
	w.t.Helper()
	w.view(func(tx bot.Tx) (err error) { c, err = tx.Casus(ref); return err })
	return c
}

func (w *world) view(f func(tx bot.Tx) error) {
	w.t.Helper()
	if err := w.store.View(w.t.Context(), f); err != nil {
		w.t.Fatal(err)
	}
}

// acts lists the acts in the log of a casus, in order.
func (w *world) acts(ref bot.Ref) (acts []string) {
	w.t.Helper()
	w.view(func(tx bot.Tx) error {
		entries, err := tx.Entries(ref, 0, 0)
		for _, e := range entries {
			acts = append(acts, string(e.Act))
		}
		return err
	})
	return acts
}

func (w *world) count(ref bot.Ref, act bot.Act) int {
	n := 0
	for _, a := range w.acts(ref) {
		if a == string(act) {
			n++
		}
	}
	return n
}

// visible lists the names of files that user sees in a room.
func (w *world) visible(user bot.UserID, room bot.ChannelID) []string {
	w.t.Helper()
	seen, err := w.person(user).See(room)
	if err != nil {
		w.t.Fatalf("See: %v", err)
	}
	var names []string
	for _, s := range seen {
		for _, f := range s.Files {
			names = append(names, f.Name)
		}
	}
	return names
}

func (w *world) upload(user bot.UserID, room bot.ChannelID, name, content string) error {
	w.t.Helper()
	err := w.person(user).Upload(room, name, []byte(content))
	w.settle()
	return err
}

func (w *world) blob(ref bot.Ref, id bot.FileID) ([]byte, error) {
	r, err := w.store.OpenBlob(w.t.Context(), ref, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(r)
	return b.Bytes(), err
}
