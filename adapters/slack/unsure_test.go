package slack_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// In what way a call goes wrong of which nobody knows whether it had its effect.
var unsure = []slackfake.Trouble{slackfake.LostAnswer, slackfake.LostCall, slackfake.Broken, slackfake.BrokenAfter, slackfake.InternalAfter, slackfake.Page}

func TestAMessageOfWhichTheAnswerGotLostIsSaidOnce(t *testing.T) {
	for _, trouble := range unsure {
		h := newHouse(t, options{})
		h.Inject(slackfake.Fault{Method: "chat.postMessage", Trouble: trouble})
		var id bot.MessageID
		for range 3 {
			got, err := h.chat.Post(t.Context(), bot.ChannelID(h.common), bot.Message{Text: "Eén keer"}, "key")
			if err != nil && !errors.Is(err, bot.ErrUnavailable) {
				t.Fatalf("%s: Post: %v", trouble, err)
			}
			if err == nil {
				if id != "" && got != id {
					t.Errorf("%s: Post = %q, want %q again", trouble, got, id)
				}
				id = got
			}
		}
		seen, _ := h.people[0].Sees(h.common)
		n := 0
		for _, s := range seen {
			if strings.Contains(s.Text, "Eén keer") {
				n++
			}
		}
		if n != 1 || id == "" {
			t.Errorf("%s: it stands there %d times and is %q, want once", trouble, n, id)
		}
	}
}

// A process that starts anew remembers no more than Memory does.
func TestAFileOfWhichTheAnswerGotLostIsPostedOnceAlsoAfterARestart(t *testing.T) {
	for _, method := range []string{"files.getUploadURLExternal", "files.completeUploadExternal", "files.info"} {
		for _, trouble := range unsure {
			notes := &slack.Forgetful{}
			h := newHouse(t, options{Change: func(o *slack.Options) { o.Memory = notes }})
			token := h.BotToken()
			h.Inject(slackfake.Fault{Method: method, Trouble: trouble})
			data := []byte("verslag")
			doc := bot.Document{Poster: bot.UserID(h.people[0].ID), Name: "verslag.txt", Size: int64(len(data)), Hash: bottest.Hash(data), Text: "Zie bijlage"}
			var id bot.MessageID
			for range 4 {
				chat := slack.New(slack.Options{API: h.APIURL(), Token: func() string { return token }, Seal: seal, Memory: notes, Now: h.Clock.Now})
				got, err := chat.PostFile(t.Context(), bot.ChannelID(h.common), doc, bytes.NewReader(data), "key")
				if err != nil && !errors.Is(err, bot.ErrUnavailable) {
					t.Fatalf("%s %s: PostFile: %v", method, trouble, err)
				}
				if err == nil {
					if id != "" && got != id {
						t.Errorf("%s %s: PostFile = %q, want %q again", method, trouble, got, id)
					}
					id = got
				}
			}
			seen, _ := h.people[1].Sees(h.common)
			n := 0
			for _, s := range seen {
				n += len(s.Files)
			}
			if n != 1 || id == "" {
				t.Errorf("%s %s: the file is there %d times, as %q; want once", method, trouble, n, id)
			}
		}
	}
}

func TestARoomOfWhichTheAnswerGotLostIsMadeOnce(t *testing.T) {
	for _, trouble := range unsure {
		h := newHouse(t, options{})
		h.Inject(slackfake.Fault{Method: "conversations.create", Trouble: trouble})
		var id bot.ChannelID
		for range 3 {
			got, err := h.chat.CreateRoom(t.Context(), "casus-2026-0001", "Casusoverleg")
			if err != nil && !errors.Is(err, bot.ErrUnavailable) {
				t.Fatalf("%s: CreateRoom: %v", trouble, err)
			}
			if err == nil {
				if id != "" && id != got {
					t.Errorf("%s: CreateRoom = %q, want %q again", trouble, got, id)
				}
				id = got
			}
		}
		if id == "" {
			t.Errorf("%s: no room", trouble)
		}
	}
}

func TestANameThatSomebodyElseHoldsIsNotTaken(t *testing.T) {
	h := newHouse(t, options{})
	for _, private := range []bool{true, false} {
		name := map[bool]string{true: "casus-2026-0002", false: "casus-2026-0003"}[private]
		if _, err := h.people[0].Creates(name, private); err != nil {
			t.Fatal(err)
		}
		if id, err := h.chat.CreateRoom(t.Context(), name, "Casusoverleg"); !errors.Is(err, bot.ErrConflict) {
			t.Errorf("CreateRoom under a name of somebody else = %q, %v; want ErrConflict", id, err)
		}
	}
	id, err := h.chat.CreateRoom(t.Context(), "casus-2026-0004", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.chat.EraseRoom(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if again, err := h.chat.CreateRoom(t.Context(), "casus-2026-0004", "Casusoverleg"); !errors.Is(err, bot.ErrConflict) {
		t.Errorf("CreateRoom under the name of an erased room = %q, %v; want ErrConflict", again, err)
	}
}

func TestPeopleOfElsewhereGuestsAndProgramsStayOutside(t *testing.T) {
	h := newHouse(t, options{})
	outside := map[string]*slackfake.Person{
		"guest":     h.AddPerson(slackfake.PersonOptions{Name: "gast", Guest: true}),
		"elsewhere": h.AddPerson(slackfake.PersonOptions{Name: "elders", Team: "TELDERS"}),
	}
	// Who is of elsewhere is known by a channel that both are in.
	h.ConnectChannel(h.common, "TELDERS")
	if err := h.people[0].Invites(h.common, outside["elsewhere"].ID); err != nil {
		t.Fatal(err)
	}
	room, err := h.chat.CreateRoom(t.Context(), "casus-2026-0005", "Casusoverleg")
	if err != nil {
		t.Fatal(err)
	}
	all := []bot.UserID{bot.UserID(h.people[0].ID), bot.UserID(h.BotUser)}
	for kind, p := range outside {
		got, err := h.chat.Outsider(t.Context(), bot.UserID(p.ID))
		if err != nil || string(got) != kind {
			t.Errorf("Outsider(%s) = %q, %v", kind, got, err)
		}
		if err := h.chat.AddToRoom(t.Context(), room, bot.UserID(p.ID)); !errors.Is(err, bot.ErrForbidden) {
			t.Errorf("AddToRoom(%s): %v, want ErrForbidden", kind, err)
		}
		all = append(all, bot.UserID(p.ID))
	}
	if err := h.chat.AddAllToRoom(t.Context(), room, all); err != nil {
		t.Errorf("AddAllToRoom: %v", err)
	}
	if got, err := h.chat.RoomMembers(t.Context(), room); err != nil || len(got) != 1 || got[0] != all[0] {
		t.Errorf("RoomMembers = %v, %v; want the one who may", got, err)
	}
}
