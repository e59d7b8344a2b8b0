package bot_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
)

// shelf is a library in memory, of documents of one line.
type shelf struct {
	docs   []bot.OwnDocument
	busy   int    // how many imports fail first
	during func() // called while an import goes on
}

func (s *shelf) Documents(context.Context) ([]bot.OwnDocument, error) { return s.docs, nil }

func (s *shelf) Look(_ context.Context, d bot.GivenDocument) (bot.OwnDocument, error) {
	data, err := io.ReadAll(io.NewSectionReader(d.Content, 0, d.Size))
	if err != nil {
		return bot.OwnDocument{}, err
	}
	if strings.HasSuffix(d.Name, ".zip") {
		return bot.OwnDocument{}, &bot.InvalidError{Field: "file", Reason: "dit soort bestand lees ik niet"}
	}
	own := bot.OwnDocument{Name: d.Name, Title: string(data), Version: 1, Passages: 1, Hash: bottest.Hash(data)}
	for _, o := range s.docs {
		if o.Name == d.Name {
			own.Version = max(own.Version, o.Version+1)
			if o.Hash == own.Hash && !o.Replaced {
				o.Unchanged = true
				return o, nil
			}
		}
	}
	return own, nil
}

func (s *shelf) Import(ctx context.Context, list []bot.GivenDocument, progress func(done, total int)) ([]bot.OwnDocument, error) {
	if s.busy > 0 {
		s.busy--
		return nil, bot.ErrBusy
	}
	var out []bot.OwnDocument
	for _, d := range list {
		own, err := s.Look(ctx, d)
		if err != nil {
			return nil, err
		}
		out = append(out, own)
	}
	if s.during != nil {
		s.during()
		progress(500, 1000)
	}
	for _, own := range out {
		for i := range s.docs {
			s.docs[i].Replaced = s.docs[i].Replaced || s.docs[i].Name == own.Name
		}
		if !own.Unchanged {
			s.docs = append([]bot.OwnDocument{own}, s.docs...)
		}
	}
	return out, nil
}

func (s *shelf) Remove(_ context.Context, name string) (n int, err error) {
	var left []bot.OwnDocument
	for _, d := range s.docs {
		if d.Name == name {
			n++
		} else {
			left = append(left, d)
		}
	}
	if s.docs = left; n == 0 {
		err = bot.ErrNotFound
	}
	return n, err
}

func (s *shelf) Near(_ context.Context, words string) (out []bot.OwnPassage, err error) {
	for _, d := range s.docs {
		if !d.Replaced && strings.Contains(d.Title, words) {
			out = append(out, bot.OwnPassage{Name: d.Name, Place: "artikel 9", Text: d.Title, Quoted: true})
		}
	}
	return out, nil
}

// withShelf is a world whose bot has a library.
func withShelf(t *testing.T) (*world, *shelf) {
	w := newWorld(t)
	s := &shelf{}
	w.bot.Library = s
	w.bot.Keepers = []bot.Account{{Platform: bottest.ChatName, User: guide}}
	return w, s
}

func (w *world) give(user bot.UserID, text, name, content string) {
	w.t.Helper()
	must(w.t, w.person(user).(bottest.Giver).Give(text, name, []byte(content)))
	w.settle()
}

func TestADocumentIsTakenInAfterTheKeeperAgreed(t *testing.T) {
	for _, keeper := range []bot.UserID{officer, guide} { // the FG, and whom the settings name
		w, s := withShelf(t)
		w.give(keeper, "", "convenant.md", "Regionaal convenant")
		if len(s.docs) != 0 {
			t.Fatalf("%s: taken in before anybody agreed: %v", keeper, s.docs)
		}
		w.wantTold(keeper, "Regionaal convenant")
		w.press(keeper, "Neem op")
		if len(s.docs) != 1 || s.docs[0].Name != "convenant.md" {
			t.Fatalf("%s: the library holds %v", keeper, s.docs)
		}
		w.wantTold(keeper, "Opgenomen")
		if n := w.count("", bot.ActDocumentTaken); n != 1 {
			t.Errorf("%s: %d entries of the import, want one", keeper, n)
		}
		w.give(keeper, "", "convenant.md", "Regionaal convenant 2027")
		w.wantTold(keeper, "Het wordt versie 2")
		w.press(keeper, "Neem op")
		if len(s.docs) != 2 || !s.docs[1].Replaced {
			t.Errorf("%s: the library holds %v, want the second version in the place of the first", keeper, s.docs)
		}
		w.give(keeper, "", "convenant.md", "Regionaal convenant 2027")
		if last := w.lastTold(keeper); !strings.Contains(last, "heb ik al") || !strings.Contains(last, "niets veranderd") {
			t.Errorf("%s: the same file again: %q", keeper, last)
		}
	}
}

func TestNobodyElseGivesDocuments(t *testing.T) {
	for _, user := range []bot.UserID{ib, nobody, lpa} {
		w, s := withShelf(t)
		w.give(user, "", "verslag.md", "Een verslag")
		w.wantTold(user, "niet bewaard")
		if n := w.count("", bot.ActRefused); n != 1 {
			t.Errorf("%s: %d entries of the refused try, want one", user, n)
		}
		w.command(user, "common", "convenant", "kennis")
		if last := w.lastTold(user); strings.Contains(last, "Eigen documenten") {
			t.Errorf("%s reads the list: %q", user, last)
		}
		if len(s.docs) != 0 {
			t.Errorf("%s put %v into the library", user, s.docs)
		}
	}
}

func TestAKeeperWhoIsOneNoMoreTakesNothingIn(t *testing.T) {
	w, s := withShelf(t)
	w.give(guide, "", "convenant.md", "Regionaal convenant")
	w.bot.Keepers = nil
	w.press(guide, "Neem op")
	if len(s.docs) != 0 {
		t.Errorf("the library holds %v", s.docs)
	}
	// The other way round: a name in the settings without a person is no keeper.
	w.bot.Keepers = []bot.Account{{Platform: bottest.ChatName, User: "stranger"}}
	w.give(nobody, "", "convenant.md", "Regionaal convenant")
	if len(s.docs) != 0 {
		t.Errorf("the library holds %v", s.docs)
	}
}

func TestABadFileIsNamedAndNothingChanges(t *testing.T) {
	for name, tt := range map[string]struct{ file, content, want string }{
		"a kind that is not read": {"alles.zip", "x", "dit soort bestand lees ik niet"},
		"a BSN in it":             {"lijst.txt", "bsn 111222333", "burgerservicenummer"},
	} {
		w, s := withShelf(t)
		w.give(officer, "", tt.file, tt.content)
		last := w.lastTold(officer)
		if !strings.Contains(last, tt.want) || !strings.Contains(last, "niets veranderd") || len(s.docs) != 0 {
			t.Errorf("%s: told %q, library %v", name, last, s.docs)
		}
	}
}

func TestASafetySignBesideADocumentGoesFirst(t *testing.T) {
	for _, user := range []bot.UserID{officer, ib} {
		w, s := withShelf(t)
		w.give(user, "een leerling wordt thuis geslagen", "convenant.md", "Regionaal convenant")
		last := w.lastTold(user)
		if !strings.HasPrefix(last, "Bel Veilig Thuis") || len(s.docs) != 0 {
			t.Errorf("%s was told %q", user, last)
		}
	}
	w, _ := withShelf(t)
	w.give(officer, "hierbij ons convenant", "convenant.md", "Regionaal convenant")
	w.wantTold(officer, "Dit kan ik lezen")
}

func TestALargeImportTellsHowFarItIs(t *testing.T) {
	w, s := withShelf(t)
	s.during = func() { w.clock.Advance(15 * time.Second) }
	s.busy = 1 // and somebody else is changing the library first
	w.give(officer, "", "convenant.md", "Regionaal convenant")
	w.press(officer, "Neem op")
	w.clock.Advance(time.Minute)
	w.settle()
	w.wantTold(officer, "500 van 1000")
	w.wantTold(officer, "Opgenomen")
}

func TestAFileThatIsGoneMeanwhileChangesNothing(t *testing.T) {
	w, s := withShelf(t)
	w.give(officer, "", "convenant.md", "Regionaal convenant")
	w.chat.Fail = func(call string) error {
		if call == "Attachment" {
			return bot.ErrNotFound
		}
		return nil
	}
	w.press(officer, "Neem op")
	if last := w.lastTold(officer); !strings.Contains(last, "Er is niets veranderd") || len(s.docs) != 0 {
		t.Errorf("told %q, library %v", last, s.docs)
	}
}

func TestADocumentIsListedFoundAndRemoved(t *testing.T) {
	w, s := withShelf(t)
	for _, content := range []string{"Regionaal convenant", "Regionaal convenant 2"} {
		w.give(officer, "", "convenant.md", content)
		w.press(officer, "Neem op")
	}
	w.command(officer, "common", "convenant", "kennis")
	w.wantTold(officer, "1 oudere versies bewaard")
	w.command(officer, "common", "convenant", "kennis zoek convenant 2")
	w.wantTold(officer, "dit citeer ik")
	w.press(officer, "Verwijder convenant.md")
	if len(s.docs) != 2 {
		t.Fatal("removed before it was asked once more")
	}
	w.press(officer, "Ja, verwijder het")
	if last := w.lastTold(officer); len(s.docs) != 0 || !strings.Contains(last, "is weg") {
		t.Errorf("told %q, library %v", last, s.docs)
	}
	if n := w.count("", bot.ActDocumentDropped); n != 1 {
		t.Errorf("%d entries of the removal, want one", n)
	}
}

func TestWithoutALibraryTheBotSaysSo(t *testing.T) {
	w := newWorld(t)
	w.give(officer, "", "convenant.md", "Regionaal convenant")
	w.wantTold(officer, "knowledge import")
	w.command(officer, "common", "convenant", "kennis")
	w.wantTold(officer, "knowledge import")
}
