package playground_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/playground"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// mustRoom makes a protected room with people in it.
func mustRoom(t testing.TB, chat *playground.Chat, name string, people ...bot.UserID) bot.ChannelID {
	t.Helper()
	room, err := chat.CreateRoom(t.Context(), name, "C-2026-0042")
	if err != nil {
		t.Fatalf("CreateRoom: %v", err)
	}
	if err := chat.Protect(t.Context(), room); err != nil {
		t.Fatalf("Protect: %v", err)
	}
	for _, p := range people {
		if err := chat.AddToRoom(t.Context(), room, p); err != nil {
			t.Fatalf("AddToRoom: %v", err)
		}
	}
	return room
}

func bytesOnDisk(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "files"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestAFileIsReadableByNobodyBeforeItsMessageIsApproved(t *testing.T) {
	dir := t.TempDir()
	chat := mustOpen(t, options(t, dir, bottest.NewClock().Now))
	in := allowing()
	mustServe(t, chat, in)
	daan, sanne := mustBe(t, chat, "daan"), mustBe(t, chat, "sanne")
	room := mustRoom(t, chat, "casus-2026-0042", "daan", "sanne")

	// While the bot judges, the bytes lie on disk under a name that leads nowhere.
	nowhere := func(when string) {
		t.Helper()
		for _, id := range bytesOnDisk(t, dir) {
			for _, w := range []*window{daan, sanne} {
				if got := w.mustGet(w.home() + "bestand/" + id); strings.Contains(got, "geheim verslag") {
					t.Errorf("%s %s reads the file", when, w.id)
				}
			}
		}
		for _, w := range []*window{daan, sanne} {
			if seen, err := w.See(room); err != nil || len(seen) != 0 {
				t.Errorf("%s %s sees %v, %v; want nothing", when, w.id, seen, err)
			}
		}
	}
	asked := 0
	in.Answer(func(bot.Upload, []byte) (bot.Answer, error) {
		asked++
		if len(bytesOnDisk(t, dir)) == 0 {
			t.Error("nothing is on disk yet, so this test looks at nothing")
		}
		nowhere("while it is judged")
		return bot.Answer{Allow: true}, nil
	}, nil, nil)
	id, err := daan.stage(room, "verslag.txt", []byte("geheim verslag"))
	if err != nil || asked != 1 {
		t.Fatalf("stage: %v, asked %d times", err, asked)
	}
	nowhere("before the message")

	// Somebody else cannot post it, and its owner not elsewhere.
	if _, err := sanne.post("bericht", map[string]any{"channel": room, "text": "van mij", "files": []string{id}}, nil); err == nil {
		t.Error("somebody else posts the file")
	}
	if _, err := daan.post("bericht", map[string]any{"channel": commonChannel, "text": "elders", "files": []string{id}}, nil); err == nil {
		t.Error("the file is posted in another channel")
	}
	nowhere("after others tried")

	if _, err := daan.post("bericht", map[string]any{"channel": room, "text": "hier", "files": []string{id}}, nil); err != nil {
		t.Fatalf("post: %v", err)
	}
	seen, err := sanne.See(room)
	if err != nil || len(seen) != 1 || string(seen[0].Files[0].Data) != "geheim verslag" {
		t.Fatalf("See = %v, %v; want the file", seen, err)
	}
	outsider := mustBe(t, chat, "olivier")
	if got := outsider.mustGet(outsider.home() + "bestand/" + id); strings.Contains(got, "geheim verslag") {
		t.Error("an outsider reads the file")
	}
	if err := chat.Hide(t.Context(), seen[0].ID); err != nil {
		t.Fatal(err)
	}
	if got := sanne.mustGet(sanne.home() + "bestand/" + id); strings.Contains(got, "geheim verslag") {
		t.Error("a hidden file is still read")
	}
}

func TestOfARefusedFileNothingIsKept(t *testing.T) {
	yes, no := bot.Answer{Allow: true}, bot.Answer{Text: "Nee, dit mag niet."}
	for name, c := range map[string]struct {
		upload, posting bot.Answer
		err             error
	}{
		"at the upload":  {no, yes, nil},
		"at the posting": {yes, no, nil},
		"by an error":    {yes, yes, errors.New("broken")},
		"without a word": {bot.Answer{}, yes, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			chat := mustOpen(t, options(t, dir, bottest.NewClock().Now))
			in := &bottest.Incoming{}
			in.Answer(func(bot.Upload, []byte) (bot.Answer, error) { return c.upload, c.err },
				func(bot.Posting) (bot.Answer, error) { return c.posting, c.err }, nil)
			mustServe(t, chat, in)
			daan := mustBe(t, chat, "daan")
			if err := daan.Upload(commonChannel, "a.txt", []byte("geheim")); err == nil || err.Error() == "" {
				t.Errorf("Upload = %v, want a refusal with a sentence", err)
			} else if strings.Contains(err.Error(), "broken") {
				t.Errorf("the person reads %q, want a number and no cause", err)
			}
			if left := bytesOnDisk(t, dir); len(left) != 0 {
				t.Errorf("%d files are left on disk", len(left))
			}
		})
	}
}

func TestTheBotIsToldWhichChannelsAreProtected(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	in := &bottest.Incoming{}
	uploads, posts := map[bot.ChannelID]bool{}, map[bot.ChannelID]bool{}
	in.Answer(func(u bot.Upload, _ []byte) (bot.Answer, error) {
		uploads[u.Channel] = u.Protected
		return bot.Answer{Allow: true}, nil
	}, func(p bot.Posting) (bot.Answer, error) {
		posts[p.Channel] = p.Protected
		return bot.Answer{Allow: true}, nil
	}, nil)
	mustServe(t, chat, in)
	daan := mustBe(t, chat, "daan")
	room := mustRoom(t, chat, "casus-2026-0042", "daan")
	for channel, want := range map[bot.ChannelID]bool{room: true, commonChannel: false} {
		if err := daan.Upload(channel, "a.txt", []byte("x")); err != nil {
			t.Fatal(err)
		}
		if uploads[channel] != want || posts[channel] != want {
			t.Errorf("%s: Protected = %v at the upload and %v at the posting, want %v", channel, uploads[channel], posts[channel], want)
		}
	}
}

func TestNamesOfFilesAreMadeHarmless(t *testing.T) {
	chat := mustOpen(t, options(t, t.TempDir(), bottest.NewClock().Now))
	mustServe(t, chat, allowing())
	daan := mustBe(t, chat, "daan")
	for given, want := range map[string]string{
		"../../etc/passwd":        "passwd",
		`C:\Users\daan\a.txt`:     "a.txt",
		"a\x00b\nc.txt":           "abc.txt",
		"\u202Efdp.exe":           "fdp.exe",
		"verslag 😀.txt":           "verslag 😀.txt",
		"   ":                     "bestand",
		strings.Repeat("é", 200):  strings.Repeat("é", 127),
		"<img src=x onerror=1>.t": "<img src=x onerror=1>.t",
	} {
		if err := daan.Upload(commonChannel, given, []byte("in "+given)); err != nil {
			t.Fatalf("Upload(%q): %v", given, err)
		}
		seen, err := daan.See(commonChannel)
		if err != nil {
			t.Fatal(err)
		}
		// Found by what is in it: two messages of one instant have no order.
		found := ""
		for _, s := range seen {
			for _, f := range s.Files {
				if string(f.Data) == "in "+given {
					found = f.Name
				}
			}
		}
		if found != want {
			t.Errorf("name of %q = %q, want %q", given, found, want)
		}
	}
	if page := daan.mustGet("/als/daan/kanaal/algemeen"); strings.Contains(page, "<img src=x") {
		t.Error("a name of a file is HTML in the page")
	}
}

func TestTheChatRestartsWithoutLoss(t *testing.T) {
	dir, clock := t.TempDir(), bottest.NewClock()
	chat := mustOpen(t, options(t, dir, clock.Now))
	in := allowing()
	stop := mustServe(t, chat, in)
	daan := mustBe(t, chat, "daan")
	room := mustRoom(t, chat, "casus-2026-0042", "daan", "sanne")
	if err := daan.Upload(room, "a.txt", []byte("bewaar mij")); err != nil {
		t.Fatal(err)
	}
	if err := daan.Say(room, "tot straks"); err != nil {
		t.Fatal(err)
	}
	if _, err := chat.Post(t.Context(), room, bot.Message{Text: "Welkom"}, "welcome"); err != nil {
		t.Fatal(err)
	}
	if _, err := daan.stage(room, "half.txt", []byte("nooit verstuurd")); err != nil {
		t.Fatal(err)
	}
	if err := chat.Clock().Advance(49 * time.Hour); err != nil {
		t.Fatal(err)
	}
	stop()

	again := mustOpen(t, options(t, dir, clock.Now))
	mustServe(t, again, in)
	if got, want := again.Clock().Now(), clock.Now().Add(49*time.Hour); !got.Equal(want) {
		t.Errorf("the clock is at %s, want %s", got, want)
	}
	sanne := mustBe(t, again, "sanne")
	seen, err := sanne.See(room)
	if err != nil || len(seen) != 3 || string(seen[0].Files[0].Data) != "bewaar mij" || seen[1].Text != "tot straks" {
		t.Fatalf("See = %+v, %v; want everything that was there", seen, err)
	}
	if n := len(bytesOnDisk(t, dir)); n != 1 {
		t.Errorf("%d files on disk, want one: what was never posted is swept", n)
	}
	if id, err := again.CreateRoom(t.Context(), "casus-2026-0042", ""); err != nil || id != room {
		t.Errorf("CreateRoom = %q, %v; want the room of before", id, err)
	}
	if id, err := again.Post(t.Context(), room, bot.Message{Text: "Welkom"}, "welcome"); err != nil || id != seen[2].ID {
		t.Errorf("Post again = %q, %v; want the message of before", id, err)
	}
}

// refusing takes no events until it is told to.
type refusing struct {
	bottest.Incoming
	open chan struct{}
	seen chan string
}

func (r *refusing) Receive(ctx context.Context, e bot.Event) error {
	select {
	case <-r.open:
		return r.Incoming.Receive(ctx, e)
	default:
		r.seen <- e.ID
		return bot.ErrUnavailable
	}
}

func TestAnEventThatTheBotDidNotTakeIsDeliveredAfterARestart(t *testing.T) {
	dir, clock := t.TempDir(), bottest.NewClock()
	chat := mustOpen(t, options(t, dir, clock.Now))
	r := &refusing{open: make(chan struct{}), seen: make(chan string, 10)}
	stop := mustServe(t, chat, r)
	if err := mustBe(t, chat, "daan").SayTo("vergeet mij niet"); err != nil {
		t.Fatal(err)
	}
	id := <-r.seen
	stop()
	close(r.open)
	again := mustOpen(t, options(t, dir, clock.Now))
	mustServe(t, again, r)
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	e, err := r.Await(ctx, func(e bot.Event) bool { return e.Text == "vergeet mij niet" })
	if err != nil || e.ID != id {
		t.Errorf("event %q, %v; want %q", e.ID, err, id)
	}
}

func TestEverythingIsForgottenAfterADayOfWallClockTime(t *testing.T) {
	dir, clock := t.TempDir(), bottest.NewClock()
	opt := options(t, dir, clock.Now)
	told := 0
	opt.OnForget = func(context.Context) error { told++; return nil }
	chat := mustOpen(t, opt)
	stop := mustServe(t, chat, allowing())
	daan := mustBe(t, chat, "daan")
	room := mustRoom(t, chat, "casus-2026-0042", "daan")
	if err := daan.Upload(room, "a.txt", []byte("weg ermee")); err != nil {
		t.Fatal(err)
	}
	if err := daan.Say(commonChannel, "een zin die weg moet"); err != nil {
		t.Fatal(err)
	}
	// The clock of the try-out does not count.
	if err := chat.Clock().Advance(400 * 24 * time.Hour); err != nil {
		t.Fatal(err)
	}
	clock.Advance(playground.Memory - time.Second)
	if did, err := chat.ForgetWhenDue(t.Context()); did || err != nil {
		t.Fatalf("a second early: ForgetWhenDue = %v, %v", did, err)
	}
	clock.Advance(time.Second)
	if did, err := chat.ForgetWhenDue(t.Context()); !did || err != nil {
		t.Fatalf("after a day: ForgetWhenDue = %v, %v", did, err)
	}
	if told != 1 {
		t.Errorf("the bot was told %d times, want once", told)
	}
	if _, err := daan.See(commonChannel); err == nil {
		t.Error("an old session still reads")
	}
	if _, err := chat.RoomMembers(t.Context(), room); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("RoomMembers = %v, want ErrNotFound", err)
	}
	if !chat.Clock().Now().Equal(clock.Now()) {
		t.Error("the clock is still ahead")
	}
	fresh := mustBe(t, chat, "daan")
	if seen, err := fresh.See(commonChannel); err != nil || len(seen) != 0 {
		t.Errorf("See = %v, %v; want an empty channel", seen, err)
	}
	stop()
	mustHoldNothing(t, dir, "een zin die weg moet", "weg ermee")
}

// What the bot keeps may be in use: then this life ends, and the next one forgets.
func TestWhatIsBegunAnewIsForgottenAtTheLatestAtTheNextOpening(t *testing.T) {
	dir, busy, forgot := t.TempDir(), true, 0
	opt := options(t, dir, bottest.NewClock().Now)
	opt.OnForget = func(context.Context) error {
		if busy {
			return bot.ErrBusy
		}
		forgot++
		return nil
	}
	chat := mustOpen(t, opt)
	stop := mustServe(t, chat, allowing())
	sanne := mustBe(t, chat, "sanne")
	if err := sanne.Say(commonChannel, "Dit gaat weg."); err != nil {
		t.Fatal(err)
	}
	if status, err := sanne.post("opnieuw", map[string]any{"sure": false}, nil); status != 422 || err == nil {
		t.Errorf("without a yes: %d, %v", status, err)
	}
	if status, err := sanne.post("opnieuw", map[string]any{"sure": true}, nil); status != 200 || err != nil {
		t.Fatalf("begin anew: %d, %v", status, err)
	}
	if seen, err := sanne.See(commonChannel); err != nil || len(seen) != 1 {
		t.Errorf("while the bot keeps its own: %v, %v; want nothing forgotten by half", seen, err)
	}
	stop()
	busy = false
	chat = mustOpen(t, opt)
	stop = mustServe(t, chat, allowing())
	if forgot != 1 {
		t.Errorf("the bot's own records were forgotten %d times, want once", forgot)
	}
	if seen, err := mustBe(t, chat, "sanne").See(commonChannel); err != nil || len(seen) != 0 {
		t.Errorf("after the next opening: %v, %v; want nothing", seen, err)
	}
	stop()
	mustHoldNothing(t, dir, "Dit gaat weg.")
}

func TestADayThatPassedWhileTheChatWasOffIsForgottenAtTheNextOpening(t *testing.T) {
	dir, clock := t.TempDir(), bottest.NewClock()
	chat := mustOpen(t, options(t, dir, clock.Now))
	stop := mustServe(t, chat, allowing())
	if err := mustBe(t, chat, "daan").Say(commonChannel, "een zin die weg moet"); err != nil {
		t.Fatal(err)
	}
	stop()
	clock.Advance(playground.Memory)
	opt := options(t, dir, clock.Now)
	opt.OnForget = func(context.Context) error { return errors.New("the bot's records are stuck") }
	if _, err := playground.Open(t.Context(), opt); err == nil {
		t.Fatal("Open goes on though the bot's own records could not be forgotten")
	}
	chat = mustOpen(t, options(t, dir, clock.Now))
	if err := chat.Close(); err != nil {
		t.Fatal(err)
	}
	mustHoldNothing(t, dir, "een zin die weg moet")
}

func TestOfAnErasedRoomNothingIsOnDisk(t *testing.T) {
	dir := t.TempDir()
	chat := mustOpen(t, options(t, dir, bottest.NewClock().Now))
	stop := mustServe(t, chat, allowing())
	daan := mustBe(t, chat, "daan")
	room := mustRoom(t, chat, "casus-2026-0042", "daan")
	for _, text := range []string{"een zin die weg moet", "@convenantbot een zin die weg moet"} {
		if err := daan.Say(room, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := daan.Upload(room, "geheime-naam.txt", []byte("bytes die weg moeten")); err != nil {
		t.Fatal(err)
	}
	if err := daan.Say(commonChannel, "dit blijft"); err != nil {
		t.Fatal(err)
	}
	r, err := chat.EraseRoom(t.Context(), room)
	if err != nil || r.Posts != 3 || r.Files != 1 || len(r.Remains) != 0 {
		t.Fatalf("EraseRoom = %+v, %v; want 3 posts, 1 file and no remains", r, err)
	}
	if seen, err := daan.See(commonChannel); err != nil || len(seen) != 1 {
		t.Errorf("another channel: See = %v, %v; want what was there", seen, err)
	}
	// While it runs, the journal beside the database counts too.
	mustHoldNothing(t, dir, "een zin die weg moet", "geheime-naam", "bytes die weg moeten")
	stop()
	mustHoldNothing(t, dir, "een zin die weg moet", "geheime-naam", "bytes die weg moeten")
}

// mustHoldNothing looks for words in every byte under dir.
func mustHoldNothing(t testing.TB, dir string, words ...string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, w := range words {
			if strings.Contains(string(data), w) {
				t.Errorf("%s still holds %q", filepath.Base(path), w)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
