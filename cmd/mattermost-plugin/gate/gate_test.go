package gate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/convenantbot/convenantbot/internal/bridge"
)

const (
	room  = "roomroomroomroomroomroom11"
	free  = "freefreefreefreefreefree11"
	me    = "botbotbotbotbotbotbotbot11"
	anna  = "annaannaannaannaannaanna11"
	bilal = "bilalbilalbilalbilalbila11"
)

// bench is a gate with everything around it in memory.
type bench struct {
	*Gate
	now       time.Time
	protected map[string]bool
	verdict   bridge.Verdict
	err       error
	hang      bool
	asked     []bridge.Posting
	uploads   []bridge.Upload
	records   map[string]Record
	recordErr error
	bound     map[string][]string
	boundErr  error
	detached  []string
	detachErr error
	slipped   []string
}

func newBench() *bench {
	b := &bench{now: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), protected: map[string]bool{room: true}, records: map[string]Record{}, bound: map[string][]string{}}
	b.Gate = &Gate{Bot: b, Channels: b, Records: b, Attachments: b, Now: func() time.Time { return b.now }, Self: func() string { return me },
		MaxFile: 1000, Patience: 20 * time.Millisecond,
		Slipped: func(_, _, _ string, files []string) { b.slipped = append(b.slipped, files...) },
		Texts: Texts{Away: "away", Resumable: "resumable", Bookmark: "bookmark", Short: "short", Empty: "empty", TooLarge: "large",
			NoRecord: "record", Edit: "edit", Broken: "broken", Member: "member", Change: "change"}}
	return b
}

func (b *bench) Upload(_ context.Context, u bridge.Upload, content io.Reader) (bridge.Verdict, string, error) {
	b.uploads = append(b.uploads, u)
	hash, n, err := hashOf(content, u.Size)
	if err == nil && n != u.Size {
		err = ErrShort
	}
	if err != nil {
		return bridge.Verdict{}, "", err
	}
	return b.verdict, hash, b.err
}

func (b *bench) Swept(ctx context.Context, p bridge.Posting) (bridge.Verdict, error) {
	return b.Posting(ctx, p)
}

func (b *bench) Posting(ctx context.Context, p bridge.Posting) (bridge.Verdict, error) {
	b.asked = append(b.asked, p)
	if b.hang {
		<-ctx.Done()
		return bridge.Verdict{Allow: true}, ctx.Err()
	}
	return b.verdict, b.err
}
func (b *bench) Protected(channel string) bool { return b.protected[channel] }
func (b *bench) Any() bool                     { return len(b.protected) > 0 }
func (b *bench) Put(file string, r Record) error {
	if b.recordErr == nil {
		b.records[file] = r
	}
	return b.recordErr
}
func (b *bench) Get(file string) (Record, bool, error) {
	r, ok := b.records[file]
	return r, ok, b.recordErr
}
func (b *bench) Bound(_ context.Context, post string) ([]string, error) {
	return b.bound[post], b.boundErr
}
func (b *bench) Detach(_ context.Context, _ string, files []string) error {
	if b.detachErr == nil {
		b.detached = append(b.detached, files...)
	}
	return b.detachErr
}

func plain() Upload {
	return Upload{File: "f1", Channel: room, Creator: anna, Path: "20260302/teams/noteam/channels/" + room + "/users/" + anna + "/f1/a.txt", Name: "a.txt", Size: 5}
}

func TestUpload(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(b *bench, u *Upload)
		data   string
		want   string // the refusal; blank: it passes
	}{
		{"approved", func(*bench, *Upload) {}, "bytes", ""},
		{"refused by the bot", func(b *bench, _ *Upload) { b.verdict = bridge.Verdict{Text: "nee"} }, "bytes", "nee"},
		{"refused without a word", func(b *bench, _ *Upload) { b.verdict = bridge.Verdict{} }, "bytes", "Nee."},
		{"the bot fails", func(b *bench, _ *Upload) { b.err = errors.New("x") }, "bytes", "away"},
		{"the bot says yes and fails", func(b *bench, _ *Upload) { b.err, b.verdict.Allow = errors.New("x"), true }, "bytes", "away"},
		{"in parts: no id", func(_ *bench, u *Upload) { u.File = "" }, "", "resumable"},
		{"in parts: no bytes though announced", func(*bench, *Upload) {}, "", "short"},
		{"a byte too few", func(_ *bench, u *Upload) { u.Size = 6 }, "bytes", "short"},
		{"a byte too many", func(_ *bench, u *Upload) { u.Size = 4 }, "bytes", "short"},
		{"empty", func(_ *bench, u *Upload) { u.Size = 0 }, "", "empty"},
		{"a negative size", func(_ *bench, u *Upload) { u.Size = -1 }, "bytes", "large"},
		{"as large as may be", func(_ *bench, u *Upload) { u.Size = 1000 }, strings.Repeat("x", 1000), ""},
		{"a byte larger than may be", func(_ *bench, u *Upload) { u.Size = 1001 }, strings.Repeat("x", 1001), "large"},
		{"a bookmark", func(_ *bench, u *Upload) { u.Creator = bookmarkOwner }, "bytes", "bookmark"},
		{"by nobody", func(_ *bench, u *Upload) { u.Creator = noUser }, "bytes", "bookmark"},
		{"without a creator", func(_ *bench, u *Upload) { u.Creator = "" }, "bytes", "bookmark"},
		{"another plugin's into a room, told by its path alone", func(_ *bench, u *Upload) { u.Creator, u.Channel = noUser, "" }, "bytes", "bookmark"},
		{"for nowhere while there are rooms", func(_ *bench, u *Upload) {
			u.Creator, u.Channel, u.Path = noUser, "", "20260302/teams/noteam/channels/./users/nouser/f1/a"
		}, "bytes", "bookmark"},
		{"for nowhere while there are no rooms", func(b *bench, u *Upload) {
			u.Creator, u.Channel, u.Path = noUser, "", ""
			b.protected = nil
		}, "bytes", ""},
		{"elsewhere", func(b *bench, u *Upload) { u.Channel, b.verdict.Allow = free, false }, "bytes", ""},
		{"another plugin's elsewhere", func(_ *bench, u *Upload) { u.Channel, u.Creator = free, noUser }, "bytes", ""},
		{"the record cannot be kept", func(b *bench, _ *Upload) { b.recordErr = errors.New("x") }, "bytes", "broken"},
	} {
		b := newBench()
		b.verdict = bridge.Verdict{Allow: true}
		u := plain()
		test.change(b, &u)
		r := b.Gate.Upload(t.Context(), u, strings.NewReader(test.data))
		if r.Refusal != test.want {
			t.Errorf("%s: refusal %q, want %q", test.name, r.Refusal, test.want)
		}
		if _, recorded := b.records["f1"]; recorded && (test.want != "" || u.Channel == free) {
			t.Errorf("%s: a record was made", test.name)
		}
	}
}

func TestPosting(t *testing.T) {
	with := Post{ID: "p1", Channel: room, User: anna, Text: "kijk", Files: []string{"f1"}}
	good := Record{Channel: room, User: anna, Hash: "h1"}
	for _, test := range []struct {
		name   string
		post   Post
		change func(b *bench)
		want   string
		asked  int
	}{
		{"approved", with, func(b *bench) { b.records["f1"] = good }, "", 1},
		{"never uploaded here", with, func(*bench) {}, "record", 0},
		{"approved for another room", with, func(b *bench) { b.records["f1"] = Record{free, anna, "h1"} }, "record", 0},
		{"approved for somebody else", with, func(b *bench) { b.records["f1"] = Record{room, bilal, "h1"} }, "record", 0},
		{"a record without a hash", with, func(b *bench) { b.records["f1"] = Record{room, anna, ""} }, "record", 0},
		{"one of two is not approved", Post{Channel: room, User: anna, Files: []string{"f1", "f2"}}, func(b *bench) { b.records["f1"] = good }, "record", 0},
		{"records cannot be read", with, func(b *bench) { b.records["f1"], b.recordErr = good, errors.New("x") }, "broken", 0},
		{"refused by the bot", with, func(b *bench) { b.records["f1"], b.verdict = good, bridge.Verdict{Text: "nee"} }, "nee", 1},
		{"the bot is away", with, func(b *bench) { b.records["f1"], b.err = good, errors.New("x") }, "away", 1},
		{"the bot hangs", with, func(b *bench) { b.records["f1"], b.hang = good, true }, "away", 1},
		{"text alone", Post{Channel: room, User: anna, Text: "hallo"}, func(*bench) {}, "", 1},
		{"text alone with the bot away", Post{Channel: room, User: anna, Text: "hallo"}, func(b *bench) { b.err = errors.New("x") }, "away", 1},
		{"a notice of the server with the bot away", Post{Channel: room, User: anna, Type: "system_join_channel"}, func(b *bench) { b.err = errors.New("x") }, "", 0},
		{"a notice of the server that carries a file", Post{Channel: room, User: anna, Type: "system_join_channel", Files: []string{"f1"}}, func(*bench) {}, "record", 0},
		{"the bot's own text", Post{Channel: room, User: me, Text: "hallo"}, func(b *bench) { b.err = errors.New("x") }, "", 0},
		{"a file in the bot's name", Post{Channel: room, User: me, Files: []string{"f1"}}, func(*bench) {}, "record", 0},
		{"elsewhere", Post{Channel: free, User: anna, Files: []string{"f1"}}, func(b *bench) { b.err = errors.New("x") }, "", 0},
	} {
		b := newBench()
		b.verdict = bridge.Verdict{Allow: true}
		test.change(b)
		if r := b.Gate.Posting(t.Context(), test.post); r.Refusal != test.want {
			t.Errorf("%s: refusal %q, want %q", test.name, r.Refusal, test.want)
		}
		if len(b.asked) != test.asked {
			t.Errorf("%s: the bot was asked %d times, want %d", test.name, len(b.asked), test.asked)
		}
	}
}

func TestUpdate(t *testing.T) {
	old := Post{ID: "p1", Channel: room, User: anna, Text: "hallo", Files: []string{"f1"}}
	edit := func(text string, files ...string) Post {
		p := old
		p.Text, p.Files = text, files
		return p
	}
	for _, test := range []struct {
		name     string
		post     Post
		change   func(b *bench)
		want     string
		detached []string
		slipped  []string
	}{
		{"nothing", edit("hallo", "f1"), func(*bench) {}, "", nil, nil},
		{"other text", edit("dag", "f1"), func(*bench) {}, "", nil, nil},
		{"other text that the bot refuses", edit("dag", "f1"), func(b *bench) { b.verdict = bridge.Verdict{Text: "nee"} }, "nee", nil, nil},
		{"other text with the bot away", edit("dag", "f1"), func(b *bench) { b.err = errors.New("x") }, "away", nil, nil},
		{"a file less", edit("hallo"), func(*bench) {}, "", nil, nil},
		{"a file more", edit("hallo", "f1", "f2"), func(*bench) {}, "edit", []string{"f2"}, nil},
		{"a file more, approved", edit("hallo", "f1", "f2"), func(b *bench) { b.records["f2"] = Record{room, anna, "h"} }, "edit", []string{"f2"}, nil},
		{"a file in place of another", edit("hallo", "f2"), func(*bench) {}, "edit", []string{"f2"}, nil},
		{"a file that hangs there and is not named", edit("hallo", "f1"), func(b *bench) { b.bound["p1"] = []string{"f1", "f3"} }, "edit", []string{"f3"}, nil},
		{"a file more that cannot be taken off", edit("hallo", "f1", "f2"), func(b *bench) { b.detachErr = errors.New("x") }, "edit", nil, []string{"f2"}},
		{"what hangs there cannot be read", edit("hallo", "f1"), func(b *bench) { b.boundErr = errors.New("x") }, "broken", nil, nil},
		{"a file more while what hangs there cannot be read", edit("hallo", "f1", "f2"), func(b *bench) { b.boundErr = errors.New("x") }, "edit", []string{"f2"}, []string{"f2"}},
		{"elsewhere", Post{ID: "p1", Channel: free, Files: []string{"f1", "f2"}}, func(b *bench) { b.protected = nil }, "", nil, nil},
	} {
		b := newBench()
		b.verdict = bridge.Verdict{Allow: true}
		test.change(b)
		if r := b.Gate.Update(t.Context(), test.post, old); r.Refusal != test.want {
			t.Errorf("%s: refusal %q, want %q", test.name, r.Refusal, test.want)
		}
		if !slices.Equal(b.detached, test.detached) || !slices.Equal(b.slipped, test.slipped) {
			t.Errorf("%s: detached %v and slipped %v, want %v and %v", test.name, b.detached, b.slipped, test.detached, test.slipped)
		}
	}
}

func TestTheHooksOfNewerServers(t *testing.T) {
	b := newBench()
	if r := b.MemberAdded(room, anna); r.Refusal != "member" {
		t.Errorf("a stranger: refusal %q", r.Refusal)
	}
	if r := b.MemberAdded(room, me); !r.Passes() {
		t.Errorf("the bot itself: refusal %q", r.Refusal)
	}
	if r := b.MemberAdded(free, anna); !r.Passes() {
		t.Errorf("elsewhere: refusal %q", r.Refusal)
	}
	b.Admit(bridge.Admission{Channel: room, Act: bridge.ActAdd, User: anna})
	if r := b.MemberAdded(room, bilal); r.Passes() {
		t.Error("somebody came in on the announcement of another")
	}
	if r := b.MemberAdded(room, anna); !r.Passes() {
		t.Errorf("whom the bot announced: refusal %q", r.Refusal)
	}
	if r := b.MemberAdded(room, anna); r.Passes() {
		t.Error("an announcement worked twice")
	}
	b.Admit(bridge.Admission{Channel: room, Act: bridge.ActAdd, User: anna})
	b.now = b.now.Add(admissionTerm)
	if r := b.MemberAdded(room, anna); r.Passes() {
		t.Error("an announcement outlived its term")
	}
	for _, act := range []string{bridge.ActArchive, bridge.ActRestore, bridge.ActUpdate} {
		if r := b.Change(room, act); r.Refusal != "change" {
			t.Errorf("%s past the bot: refusal %q", act, r.Refusal)
		}
		b.Admit(bridge.Admission{Channel: room, Act: act})
		if r := b.Change(room, act); !r.Passes() {
			t.Errorf("%s by the bot: refusal %q", act, r.Refusal)
		}
		if r := b.Change(free, act); !r.Passes() {
			t.Errorf("%s elsewhere: refusal %q", act, r.Refusal)
		}
	}
	if r := b.Unsent(Post{Channel: room, User: anna, Files: []string{"f1"}}); r.Refusal != "record" {
		t.Errorf("a draft with a file: refusal %q", r.Refusal)
	}
	if r := b.Unsent(Post{Channel: room, User: anna, Text: "later"}); !r.Passes() {
		t.Errorf("a draft without a file: refusal %q", r.Refusal)
	}
}

func TestATicketLetsOneUploadAndOneMessagePass(t *testing.T) {
	b := newBench()
	data := []byte("bytes")
	hash, _, _ := hashOf(bytes.NewReader(data), 5)
	ticket := Ticket{Channel: room, User: anna, Hash: hash, Size: 5}
	mine := Upload{File: "f1", Creator: noUser, Path: "d/teams/noteam/channels/" + room + "/users/nouser/f1/a.txt", Size: 5}
	message := Post{Channel: room, User: anna, Files: []string{"f1"}}

	err := b.Ticketed(ticket, func() (string, error) {
		if r := b.Gate.Upload(t.Context(), plain(), bytes.NewReader(data)); r.Passes() {
			t.Error("a person's upload passed on the plugin's ticket")
		}
		other := mine
		other.Size = 4
		if r := b.Gate.Upload(t.Context(), other, bytes.NewReader(data[:4])); r.Passes() {
			t.Error("an upload of another size passed")
		}
		r := b.Gate.Upload(t.Context(), mine, bytes.NewReader(data))
		if !r.Passes() || r.Creator != anna || r.Channel != room {
			t.Errorf("our own upload: %+v, want it to pass as %s's", r, anna)
		}
		if r := b.Gate.Upload(t.Context(), mine, bytes.NewReader(data)); r.Passes() {
			t.Error("the ticket worked for a second upload")
		}
		if r := b.Gate.Posting(t.Context(), message); r.Passes() {
			t.Error("the message passed before its turn")
		}
		return "f1", nil
	}, func(file string) error {
		for _, wrong := range []Post{
			{Channel: room, User: bilal, Files: []string{file}},
			{Channel: room, User: anna, Files: []string{file, "f2"}},
			{Channel: room, User: anna, Files: []string{"f2"}},
		} {
			if r := b.Gate.Posting(t.Context(), wrong); r.Passes() {
				t.Errorf("another message passed on the ticket: %+v", wrong)
			}
		}
		if r := b.Gate.Posting(t.Context(), message); !r.Passes() {
			t.Errorf("our own message: refusal %q", r.Refusal)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("Ticketed: %v", err)
	}
	if r := b.Gate.Upload(t.Context(), mine, bytes.NewReader(data)); r.Passes() {
		t.Error("the ticket outlived its call")
	}
	if r := b.Gate.Posting(t.Context(), message); r.Passes() {
		t.Error("the record alone opened the gate")
	}
	if err := b.Again(ticket, "f1", func() error {
		if r := b.Gate.Posting(t.Context(), message); !r.Passes() {
			t.Errorf("posting it again: refusal %q", r.Refusal)
		}
		return nil
	}); err != nil {
		t.Errorf("Again: %v", err)
	}
	if err := b.Again(ticket, "f9", func() error { t.Error("a file without a record was posted"); return nil }); !errors.Is(err, ErrNoRecord) {
		t.Errorf("Again with an unknown file: %v", err)
	}
}

func TestOtherBytesThanTheTicketsAreRefused(t *testing.T) {
	b := newBench()
	err := b.Ticketed(Ticket{Channel: room, User: anna, Hash: "other", Size: 5}, func() (string, error) {
		r := b.Gate.Upload(t.Context(), Upload{File: "f1", Creator: noUser, Path: "d/channels/" + room + "/x", Size: 5}, strings.NewReader("bytes"))
		if r.Passes() {
			t.Error("other bytes passed")
		}
		return "", errors.New("refused")
	}, func(string) error { t.Error("it was posted"); return nil })
	if err == nil {
		t.Error("no error")
	}
}

func TestWhatStandsThereWithoutARecordIsReported(t *testing.T) {
	b := newBench()
	b.records["f1"] = Record{room, anna, "h"}
	b.Posted(Post{Channel: room, User: anna, Files: []string{"f1"}})
	b.Posted(Post{Channel: free, User: anna, Files: []string{"f2"}})
	if len(b.slipped) != 0 {
		t.Errorf("reported %v, want nothing", b.slipped)
	}
	b.Posted(Post{Channel: room, User: anna, Files: []string{"f2"}})
	if !slices.Equal(b.slipped, []string{"f2"}) {
		t.Errorf("reported %v, want f2", b.slipped)
	}
}

func TestEveryTextOfTheGateIsSet(t *testing.T) {
	v := reflect.ValueOf(newBench().Texts)
	for i := range v.NumField() {
		if v.Field(i).String() == "" {
			t.Errorf("%s is blank", v.Type().Field(i).Name)
		}
	}
}

// In a room nothing passes without a yes of the bot, whatever is asked.
func TestWithoutAYesNothingPassesInARoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench()
		b.Patience = time.Millisecond
		b.verdict = bridge.Verdict{Text: rapid.SampledFrom([]string{"", " ", "nee"}).Draw(t, "text")}
		if rapid.Bool().Draw(t, "fails") {
			b.verdict.Allow, b.err = true, errors.New("x")
		}
		id := rapid.SampledFrom([]string{"", "f1", "f2"})
		user := rapid.SampledFrom([]string{"", anna, bilal, noUser, bookmarkOwner})
		data := rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "data")
		u := Upload{File: id.Draw(t, "file"), Channel: rapid.SampledFrom([]string{room, ""}).Draw(t, "channel"), Creator: user.Draw(t, "creator"),
			Path: "d/channels/" + room + "/users/x/f1/a", Size: rapid.Int64Range(-1, 12).Draw(t, "size")}
		if r := b.Gate.Upload(context.Background(), u, bytes.NewReader(data)); r.Passes() {
			t.Fatalf("an upload passed: %+v", u)
		}
		if len(b.records) != 0 {
			t.Fatalf("a record was made: %+v", b.records)
		}
		p := Post{ID: "p", Channel: room, User: user.Draw(t, "poster"), Text: "x", Files: rapid.SliceOfN(id, 0, 3).Draw(t, "files")}
		if r := b.Gate.Posting(context.Background(), p); r.Passes() {
			t.Fatalf("a message passed: %+v", p)
		}
	})
}
