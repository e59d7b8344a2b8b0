package incoming

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/slackfake"
)

// both runs a story over HTTP and over Socket Mode: what comes in is the same.
func both(t *testing.T, story func(t *testing.T, w *world), change ...func(w *world)) {
	t.Run("events API", func(t *testing.T) { story(t, newWorld(t, slackfake.Options{}, change...).overHTTP()) })
	t.Run("Socket Mode", func(t *testing.T) {
		w := newWorld(t, slackfake.Options{SocketMode: true}, change...)
		w.overSocket(1)
		story(t, w)
	})
}

func TestWhatPeopleSayToTheBotComesIn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ts, err := w.noor.SaysToBot("Mag ik dit <delen> & waarom?")
		must(t, 0, err)
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Said && e.Direct })
		if e.Text != "Mag ik dit <delen> & waarom?" || e.User != bot.UserID(w.noor.ID) || e.Message != slack.MessageID(bot.ChannelID(w.noor.DirectWithBot()), ts) || e.Thread != "" || e.Self || e.Platform != "slack" {
			t.Errorf("a direct message = %+v", e)
		}
		root, err := w.noor.Says(w.room, "Hoi allemaal")
		must(t, 0, err)
		asked, err := w.noor.RepliesTo(w.room, root, "@convenantbot vanaf welke leeftijd?")
		must(t, 0, err)
		e = w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Said && !e.Direct })
		if e.Text != "vanaf welke leeftijd?" || string(e.Channel) != w.room || e.Message != slack.MessageID(e.Channel, asked) || e.Thread != slack.MessageID(e.Channel, root) {
			t.Errorf("a mention in a thread = %+v", e)
		}
		w.fake.Settle(soon(t))
		n := 0
		for _, e := range w.in.all() {
			if e.Kind == bot.Said {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d things were said to the bot, want 2: %+v", n, w.in.all())
		}
	})
}

// One text comes as a mention and as a message, comes twice, and comes with
// another event id: it is said once.
func TestOneMessageIsSaidOnceHoweverOftenItComes(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.fake.Play("app_mention", slackfake.Twice, 1)
		w.fake.Play("message", slackfake.TwiceNewID, 2)
		_, err := w.noor.Says(w.room, "@convenantbot vraag een")
		must(t, 0, err)
		_, err = w.noor.SaysToBot("vraag twee")
		must(t, 0, err)
		w.in.await(t, func(e bot.Event) bool { return e.Text == "vraag een" })
		w.in.await(t, func(e bot.Event) bool { return e.Text == "vraag twee" })
		w.fake.Settle(soon(t))
		if got := w.in.all(); len(got) != 2 {
			t.Errorf("%d events: %+v", len(got), got)
		}
	})
}

func TestCommandsComeIn(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		must(t, 0, w.noor.Command(w.room, "/casus", "fase F3 & meer"))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
		if e.Name != "casus" || e.Text != "fase F3 & meer" || string(e.Channel) != w.room || e.User != bot.UserID(w.noor.ID) || !strings.HasSuffix(e.Trigger, "@"+w.room) || e.Direct {
			t.Errorf("a command = %+v", e)
		}
		if strings.Contains(e.ID, strings.Split(e.Trigger, "@")[0]) {
			t.Errorf("the id %s tells what opens a view", e.ID)
		}
		// In a conversation of two nobody knows with whom it is: it is answered by
		// telling that person.
		must(t, 0, w.noor.Command(w.noor.DirectWithBot(), "/convenant", "help"))
		e = w.in.await(t, func(e bot.Event) bool { return e.Name == "convenant" })
		if e.Channel != "" || e.Direct {
			t.Errorf("a command in private = %+v", e)
		}
	})
}

// A command that could not be stored is answered, since Slack sends it only once.
func TestACommandThatDidNotArriveIsAnswered(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.in.mu.Lock()
		w.in.fail = errors.New("the store is away")
		w.in.mu.Unlock()
		must(t, 0, w.noor.Command(w.room, "/casus", "status"))
		must(t, 0, w.noor.Command(w.room, "/onbekend", ""))
		all, err := w.noor.Sees(w.room)
		must(t, 0, err)
		var said []string
		for _, s := range all {
			said = append(said, s.Text)
		}
		if want := []string{text.ViewAway.NL(text.None{}), text.ViewUnknown.NL(text.None{})}; fmt.Sprint(said) != fmt.Sprint(want) {
			t.Errorf("the answers are %q, want %q", said, want)
		}
		others, err := w.ab.Sees(w.room)
		must(t, 0, err)
		if len(others) != 0 {
			t.Errorf("somebody else sees them: %+v", others)
		}
	})
}

// An event that could not be stored is not acknowledged, and comes again.
func TestAnEventThatCouldNotBeStoredComesAgain(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.in.mu.Lock()
		w.in.fail = errors.New("the store is away")
		w.in.mu.Unlock()
		_, err := w.noor.SaysToBot("hoor je mij?")
		must(t, 0, err)
		for w.in.told() == 0 {
			time.Sleep(time.Millisecond)
		}
		w.in.mu.Lock()
		w.in.fail = nil
		w.in.mu.Unlock()
		w.eventually(func() bool { return len(w.in.all()) > 0 })
		if got := w.in.all(); len(got) != 1 || got[0].Text != "hoor je mij?" {
			t.Errorf("events = %+v", got)
		}
		for i, d := range w.fake.Deliveries() {
			if i == 0 && d.Accepted {
				t.Errorf("it was acknowledged: %+v", d)
			}
		}
	})
}

func TestWhoComesAndGoesAndWhatChangesIsTold(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		third := w.fake.AddPerson(slackfake.PersonOptions{Name: "kim"})
		must(t, 0, w.noor.Invites(w.room, third.ID))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Joined && e.User == bot.UserID(third.ID) })
		if e.By != bot.UserID(w.noor.ID) || string(e.Channel) != w.room || e.Self {
			t.Errorf("somebody came = %+v", e)
		}
		must(t, 0, third.Leaves(w.room))
		w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Left && e.User == bot.UserID(third.ID) && !e.Self })
		must(t, 0, w.ab.Renames(w.room, "anders"))
		w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Changed && e.Text == "system_displayname_change" })
		must(t, 0, w.ab.Archives(w.room))
		w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Changed && e.Text == "system_channel_deleted" })
	})
}

func TestTheBotsOwnComingAndGoingIsItsOwn(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	w.tell("Ev1", map[string]any{"type": "member_joined_channel", "user": w.fake.BotUser, "channel": w.room, "inviter": w.noor.ID})
	w.tell("Ev2", map[string]any{"type": "group_left", "channel": w.room, "actor_id": w.ab.ID})
	got := w.in.all()
	if len(got) != 2 || !got[0].Self || !got[1].Self || got[1].Kind != bot.Left || got[1].By != bot.UserID(w.ab.ID) {
		t.Errorf("events = %+v", got)
	}
}

// A file that somebody posts by hand has been seen; it is reported with the
// message that it stands in, once.
func TestAFilePostedByHandIsReportedOnce(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id, err := w.noor.Uploads(w.room, "verslag van Sam.pdf", []byte("een verslag"), "kijk")
		must(t, 0, err)
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Slipped })
		if len(e.Files) != 1 || e.Files[0].ID != id || e.Files[0].Size != 11 || e.Message == "" || e.User != bot.UserID(w.noor.ID) || e.Files[0].Name != "" {
			t.Errorf("a file = %+v", e)
		}
		w.fake.Settle(soon(t))
		if got := w.in.all(); len(got) != 1 {
			t.Errorf("%d reports: %+v", len(got), got)
		}
		// A file given to the bot in private is no such file.
		_, err = w.noor.Uploads(w.noor.DirectWithBot(), "gids.pdf", []byte("een gids"), "")
		must(t, 0, err)
		e = w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Said })
		if !e.Direct || len(e.Files) != 1 {
			t.Errorf("a file in private = %+v", e)
		}
	})
}

// What stands in a room and may not is reported, also when it came in by an edit;
// what may stand there is left alone.
func TestATextThatMayNotStandThereIsReported(t *testing.T) {
	w := newWorld(t, slackfake.Options{}).overHTTP()
	w.in.swept = func(p bot.Posting) (bot.Answer, error) {
		return bot.Answer{Allow: !strings.Contains(p.Text, "111222333")}, nil
	}
	ts, err := w.noor.Says(w.room, "gewoon een bericht")
	must(t, 0, err)
	must(t, 0, w.noor.Edits(w.room, ts, "het nummer is 111222333"))
	e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Slipped })
	if e.Message != slack.MessageID(e.Channel, ts) || len(e.Files) != 0 || e.Text != "" {
		t.Errorf("a text that slipped in = %+v", e)
	}
	w.fake.Settle(soon(t))
	if got := w.in.all(); len(got) != 1 {
		t.Errorf("reports: %+v", got)
	}
	// Nobody knows: it comes again, and is not taken for good.
	w.in.mu.Lock()
	w.in.swept = func(bot.Posting) (bot.Answer, error) { return bot.Answer{Allow: true}, errors.New("away") }
	w.in.mu.Unlock()
	if res := w.tell("Ev9", map[string]any{"type": "message", "channel": w.room, "channel_type": "group", "user": w.noor.ID, "text": "x", "ts": "1.000001"}); res.Code != 503 {
		t.Errorf("a message that could not be judged is answered with %d", res.Code)
	}
}

func TestTheBotDoesNotHearItself(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		_, err := w.chat.Post(t.Context(), bot.ChannelID(w.room), bot.Message{Text: "Ik zeg iets."}, "k1")
		must(t, 0, err)
		_, err = w.chat.Tell(t.Context(), bot.UserID(w.noor.ID), bot.Message{Text: "Ook in privé."}, "k2")
		must(t, 0, err)
		w.fake.Settle(soon(t))
		if got := w.in.all(); len(got) != 0 {
			t.Errorf("events = %+v", got)
		}
		if len(w.in.judged) != 0 {
			t.Errorf("it judged what it said itself: %+v", w.in.judged)
		}
	})
}

func TestButtonsComeInWithTheirTicketOnly(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		id, err := w.chat.Post(t.Context(), bot.ChannelID(w.room), bot.Message{Text: "Zeker?", Buttons: []bot.Button{{Label: "Ja", Ticket: "t1", Danger: true}, {Label: "Nee", Ticket: "t2"}}}, "k1")
		must(t, 0, err)
		_, ts, _ := strings.Cut(string(id), "-")
		must(t, 0, w.noor.Clicks(w.room, ts, "Ja"))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Pressed })
		if e.Ticket != "t1" || e.Message != id || e.User != bot.UserID(w.noor.ID) || e.Direct || e.Trigger == "" || strings.Contains(e.ID, "t1") {
			t.Errorf("a button = %+v", e)
		}
	})
}

// A button that we did not make is none, and neither is an action that we do not
// know; both are acknowledged, since asking again would not help.
func TestAButtonThatWeDidNotMakeDoesNothing(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	press := func(id, value string) int {
		return w.post("application/x-www-form-urlencoded", form(map[string]any{"type": "block_actions", "team": map[string]any{"id": w.fake.TeamID}, "user": map[string]any{"id": w.noor.ID},
			"trigger_id": "tr", "container": map[string]any{"type": "message", "message_ts": "1.000001", "channel_id": w.room}, "actions": []any{map[string]any{"action_id": id, "type": "button", "value": value, "action_ts": "1"}}})).Code
	}
	for _, one := range [][2]string{{"ticket.0", "t1"}, {"ticket.0", "1.t1.AAAA"}, {"knob", "x"}, {"", ""}, {"command.x", "casus bestaat-niet"}, {"command.x", "rm -rf"}} {
		if code := press(one[0], one[1]); code != 200 {
			t.Errorf("%v: %d", one, code)
		}
	}
	if got := w.in.all(); len(got) != 0 {
		t.Errorf("events = %+v", got)
	}
	if code := press("command.x", "casus mijn"); code != 200 || len(w.in.all()) != 1 {
		t.Errorf("a command of our own page: %d, %+v", code, w.in.all())
	}
}

func TestAFormGoesToTheBotAndItsAnswerIsShown(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		open := func() {
			t.Helper()
			must(t, 0, w.noor.Command(w.room, "/casus", "nieuw"))
			e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command && !w.used[e.ID] })
			w.used[e.ID] = true
			must(t, 0, w.chat.OpenForm(t.Context(), e.Trigger, aForm("t1")))
		}
		open()
		w.in.submit = func(s bot.Submission) (bot.FormAnswer, error) {
			return bot.FormAnswer{Errors: map[string]string{"name": "Vul een code in."}}, nil
		}
		view, _ := w.noor.View()
		block := blockOf(t, view, "name")
		sent, err := w.noor.SubmitsModal(map[string][]string{block: {"Sam & <Noor>"}})
		must(t, 0, err)
		if sent.Errors[block] != "Vul een code in." || sent.Closed {
			t.Errorf("an error = %+v", sent)
		}
		got := w.in.asked[0]
		if got.Ticket != "t1" || string(got.Channel) != w.room || got.User != bot.UserID(w.noor.ID) || got.Value("name") != "Sam & <Noor>" || got.Value("sure") != "false" {
			t.Errorf("the submission = %+v", got)
		}
		next := aForm("t2")
		w.in.submit = func(bot.Submission) (bot.FormAnswer, error) { return bot.FormAnswer{Next: &next}, nil }
		sent, err = w.noor.SubmitsModal(map[string][]string{block: {"S"}})
		must(t, 0, err)
		if sent.Next == nil || blockOf(t, *sent.Next, "name") == block {
			t.Errorf("the next form = %+v", sent)
		}
		w.in.submit = func(bot.Submission) (bot.FormAnswer, error) {
			return bot.FormAnswer{Errors: map[string]string{"": "Dat mag je niet."}}, nil
		}
		sent, err = w.noor.SubmitsModal(map[string][]string{blockOf(t, *sent.Next, "name"): {"S"}})
		must(t, 0, err)
		if sent.Next == nil || !strings.Contains(string(sent.Next.Raw), "Dat mag je niet.") {
			t.Errorf("an error of the whole form = %+v", sent)
		}
		w.in.submit = func(bot.Submission) (bot.FormAnswer, error) { return bot.FormAnswer{Text: "**Gelukt.**"}, nil }
		sent, err = w.noor.SubmitsModal(map[string][]string{blockOf(t, *sent.Next, "name"): {"S"}})
		must(t, 0, err)
		if sent.Next == nil || !strings.Contains(string(sent.Next.Raw), "*Gelukt.*") {
			t.Errorf("a text = %+v", sent)
		}
		must(t, 0, w.noor.ClosesModal(true))
		open()
		w.in.submit = nil
		view, _ = w.noor.View()
		sent, err = w.noor.SubmitsModal(map[string][]string{blockOf(t, view, "name"): {"S"}})
		if must(t, 0, err); !sent.Closed {
			t.Errorf("nothing more = %+v", sent)
		}
	})
}

// A form that somebody made themselves, or of another key, goes to nobody.
func TestAFormThatWeDidNotMakeGoesToNobody(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	for _, meta := range []string{"", "t1", "C1|t1", "1.C1|t1.AAAA"} {
		res := w.post("application/x-www-form-urlencoded", form(map[string]any{"type": "view_submission", "team": map[string]any{"id": w.fake.TeamID}, "user": map[string]any{"id": w.noor.ID},
			"view": map[string]any{"id": "V1", "callback_id": "convenantbot_form", "private_metadata": meta, "state": map[string]any{"values": map[string]any{}}}}))
		if res.Code != 200 || !strings.Contains(res.Body.String(), "verlopen") {
			t.Errorf("metadata %q: %d %s", meta, res.Code, res.Body)
		}
	}
	if len(w.in.asked) != 0 {
		t.Errorf("submissions = %+v", w.in.asked)
	}
}

// A form whose handling takes long is answered within Slack's time all the same,
// and its sender sees later what became of it.
func TestASlowFormSaysSoAndThenHowItEnded(t *testing.T) {
	var shown chan time.Time
	both(t, func(t *testing.T, w *world) {
		must(t, 0, w.noor.Command(w.room, "/casus", "nieuw"))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
		must(t, 0, w.chat.OpenForm(t.Context(), e.Trigger, aForm("t1")))
		hold := make(chan struct{})
		w.in.submit = func(bot.Submission) (bot.FormAnswer, error) {
			<-hold
			return bot.FormAnswer{Errors: map[string]string{"name": "Die code is er al."}}, nil
		}
		view, _ := w.noor.View()
		sent, err := w.noor.SubmitsModal(map[string][]string{blockOf(t, view, "name"): {"S"}})
		must(t, 0, err)
		if sent.Next == nil || !strings.Contains(string(sent.Next.Raw), "langer dan normaal") {
			t.Errorf("while it waits: %+v", sent)
		}
		close(hold)
		close(shown)
		if _, err := w.noor.AwaitsView(soon(t), func(v slackfake.View) bool { return strings.Contains(string(v.Raw), "Die code is er al.") }); err != nil {
			t.Error(err)
		}
	}, func(w *world) {
		shown = make(chan time.Time)
		w.waits = map[time.Duration]chan time.Time{replaceWait: shown} // and no answer comes in time
	})
}

// Who closes the window while the bot is busy hears in private how it ended.
func TestWhoClosesTheWindowTooSoonHearsInPrivateHowItEnded(t *testing.T) {
	for name, test := range map[string]struct {
		answer bot.FormAnswer
		want   []string
	}{
		"a text":        {bot.FormAnswer{Text: "De **toestemming** is vastgelegd."}, []string{"De *toestemming* is vastgelegd."}},
		"a mistake":     {bot.FormAnswer{Errors: map[string]string{"name": "Die code is er al."}}, []string{"Die code is er al.", "Er is niets bewaard"}},
		"the next form": {bot.FormAnswer{Next: ptr(aForm("t2"))}, []string{"nog een formulier"}},
	} {
		t.Run(name, func(t *testing.T) {
			var shown chan time.Time
			both(t, func(t *testing.T, w *world) {
				must(t, 0, w.noor.Command(w.room, "/casus", "nieuw"))
				e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
				must(t, 0, w.chat.OpenForm(t.Context(), e.Trigger, aForm("t1")))
				hold := make(chan struct{})
				w.in.submit = func(bot.Submission) (bot.FormAnswer, error) { <-hold; return test.answer, nil }
				view, _ := w.noor.View()
				_, err := w.noor.SubmitsModal(map[string][]string{blockOf(t, view, "name"): {"S"}})
				must(t, 0, err)
				must(t, 0, w.noor.ClosesModal(true))
				close(hold)
				close(shown)
				if _, err := w.noor.Awaits(soon(t), w.noor.DirectWithBot(), func(s slackfake.Seen) bool {
					return !slices.ContainsFunc(test.want, func(part string) bool { return !strings.Contains(string(s.Blocks), part) })
				}); err != nil {
					seen, _ := w.noor.SeesDirect()
					t.Errorf("they hear %+v, want %q", seen, test.want)
				}
			}, func(w *world) {
				shown = make(chan time.Time)
				w.waits = map[time.Duration]chan time.Time{replaceWait: shown} // and no answer comes in time
			})
		})
	}
}

func ptr[T any](v T) *T { return &v }

// A form that is larger than Socket Mode takes as an answer is shown all the same.
func TestALargeNextFormIsShownByACallOfItsOwn(t *testing.T) {
	var shown chan time.Time
	both(t, func(t *testing.T, w *world) {
		must(t, 0, w.noor.Command(w.room, "/casus", "nieuw"))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
		must(t, 0, w.chat.OpenForm(t.Context(), e.Trigger, aForm("t1")))
		next := aForm("t2")
		next.Intro = "Groot. " + strings.Repeat("veel tekst ", 3000)
		w.in.submit = func(bot.Submission) (bot.FormAnswer, error) { return bot.FormAnswer{Next: &next}, nil }
		view, _ := w.noor.View()
		_, err := w.noor.SubmitsModal(map[string][]string{blockOf(t, view, "name"): {"S"}})
		must(t, 0, err)
		close(shown)
		if _, err := w.noor.AwaitsView(soon(t), func(v slackfake.View) bool { return strings.Contains(string(v.Raw), "Groot.") }); err != nil {
			t.Error(err)
		}
	}, func(w *world) {
		shown = make(chan time.Time)
		w.waits[replaceWait] = shown
	})
}

// Slack lets a view be opened for three seconds. When the bot is slow a view that
// says so holds the form's place, and the form comes into it.
func TestASlowFormComesIntoTheViewThatHeldItsPlace(t *testing.T) {
	var look chan time.Time
	both(t, func(t *testing.T, w *world) {
		w.always(true)
		must(t, 0, w.noor.Command(w.room, "/casus", "nieuw"))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
		if _, err := w.noor.AwaitsView(soon(t), func(v slackfake.View) bool { return strings.Contains(string(v.Raw), "Ik haal het formulier op") }); err != nil {
			t.Fatal(err)
		}
		must(t, 0, w.chat.OpenForm(t.Context(), e.Trigger, aForm("t1")))
		w.always(false)
		v, _ := w.noor.View()
		if v.Title != "Titel" {
			t.Errorf("the view is %q, want the form", v.Title)
		}
		close(look)
		for w.r.busy() > 0 {
			time.Sleep(time.Millisecond)
		}
		if v, _ = w.noor.View(); v.Title != "Titel" {
			t.Errorf("the form was overwritten by %q", v.Title)
		}
	}, func(w *world) {
		look = make(chan time.Time)
		w.waits[loadingLook] = look
	})
}

func TestAViewThatHeldAPlaceInVainSaysWhereTheAnswerIs(t *testing.T) {
	look := make(chan time.Time)
	w := newWorld(t, slackfake.Options{}, func(w *world) { w.waits[loadingLook] = look }).overHTTP()
	w.always(true)
	must(t, 0, w.noor.Command(w.room, "/casus", "nieuw"))
	if _, err := w.noor.AwaitsView(soon(t), func(v slackfake.View) bool { return strings.Contains(string(v.Raw), "Ik haal het formulier op") }); err != nil {
		t.Fatal(err)
	}
	w.always(false)
	close(look)
	if _, err := w.noor.AwaitsView(soon(t), func(v slackfake.View) bool { return strings.Contains(string(v.Raw), "Je kunt dit venster sluiten") }); err != nil {
		t.Error(err)
	}
}

// What is handled at once shows no view, and neither does a question.
func TestNothingHoldsAPlaceForWhatIsOver(t *testing.T) {
	w := newWorld(t, slackfake.Options{}).overHTTP()
	must(t, 0, w.noor.Command(w.room, "/casus", "status"))
	for w.r.busy() > 0 {
		time.Sleep(time.Millisecond)
	}
	w.always(true)
	must(t, 0, w.noor.Command(w.room, "/convenant", "vraag vanaf welke leeftijd?"))
	for w.r.busy() > 0 {
		time.Sleep(time.Millisecond)
	}
	if v, open := w.noor.View(); open {
		t.Errorf("a view was opened: %s", v.Raw)
	}
}

func TestShortcutsRunTheirCommand(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		ts, err := w.noor.Says(w.room, "Mag dit?")
		must(t, 0, err)
		must(t, 0, w.noor.MessageShortcut("convenant_vraag", w.room, ts))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
		if e.Name != "convenant" || e.Text != "vraag Mag dit?" || string(e.Channel) != w.room {
			t.Errorf("a shortcut at a message = %+v", e)
		}
		must(t, 0, w.noor.MessageShortcut("casus_neem_terug", w.room, ts))
		w.in.await(t, func(e bot.Event) bool { return e.Text == "neem-terug" })
		must(t, 0, w.noor.Shortcut("casus_nieuw"))
		e = w.in.await(t, func(e bot.Event) bool { return e.Text == "nieuw" })
		if e.Channel != "" {
			t.Errorf("a shortcut of the workspace = %+v", e)
		}
	})
}

// Slack suggests no words after a command, so a shortcut lets one choose.
func TestACommandCanBeChosen(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		must(t, 0, w.noor.Shortcut("convenantbot"))
		if _, err := w.noor.AwaitsView(soon(t), nil); err != nil {
			t.Fatal(err)
		}
		offered, err := w.noor.Suggestions("command", "fase")
		must(t, 0, err)
		if len(offered) == 0 || !strings.Contains(strings.Join(offered, " "), "casus fase") {
			t.Errorf("the suggestions are %q", offered)
		}
		sent, err := w.noor.SubmitsModal(map[string][]string{"command": {"=casus fase"}, "words": {"F3"}, "room": {w.room}})
		must(t, 0, err)
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
		if e.Name != "casus" || e.Text != "fase F3" || string(e.Channel) != w.room || !sent.Closed {
			t.Errorf("the command = %+v, %+v", e, sent)
		}
		// What it asks is opened by the same trigger.
		must(t, 0, w.chat.OpenForm(t.Context(), e.Trigger, aForm("t1")))
	})
}

func TestThePageShowsWhatIsTheirs(t *testing.T) {
	both(t, func(t *testing.T, w *world) {
		w.in.home = func(u bot.UserID) (string, error) { return "Van " + string(u) + ": **C-2026-0001**", nil }
		must(t, 0, w.noor.OpensHome())
		if !w.fake.Eventually(soon(t), func() bool { _, ok := w.noor.Home(); return ok }) {
			t.Fatal("no page came")
		}
		page, _ := w.noor.Home()
		if !strings.Contains(string(page.Raw), "Van "+w.noor.ID+": *C-2026-0001*") {
			t.Errorf("the page = %s", page.Raw)
		}
		must(t, 0, w.noor.ClicksInHome("Nieuwe casus"))
		e := w.in.await(t, func(e bot.Event) bool { return e.Kind == bot.Command })
		if e.Name != "casus" || e.Text != "nieuw" || e.Channel != "" {
			t.Errorf("a button of the page = %+v", e)
		}
		must(t, 0, w.noor.ClicksInHome("Alle opdrachten"))
		if _, err := w.noor.AwaitsView(soon(t), nil); err != nil {
			t.Error(err)
		}
	})
}

// A page that cannot be read says so and is no blank page.
func TestThePageSaysWhenItCannotBeRead(t *testing.T) {
	w := newWorld(t, slackfake.Options{}).overHTTP()
	w.in.home = func(bot.UserID) (string, error) { return "", errors.New("away") }
	must(t, 0, w.noor.OpensHome())
	if !w.fake.Eventually(soon(t), func() bool { _, ok := w.noor.Home(); return ok }) {
		t.Fatal("no page came")
	}
	if page, _ := w.noor.Home(); !strings.Contains(string(page.Raw), "kan je casussen nu niet laten zien") {
		t.Errorf("the page = %s", page.Raw)
	}
}

// installed gives the bot one token, which it returns.
func (w *world) installed() string {
	token := w.fake.BotToken()
	w.token = func() string { return token }
	if _, err := w.chat.Self(w.t.Context()); err != nil { // as at the start
		w.t.Fatal(err)
	}
	return token
}

// joins is that noor came into the room, as event n; it reports whether it was
// taken.
func (w *world) joins(n int) bool {
	w.t.Helper()
	had := len(w.in.all())
	if res := w.tell(fmt.Sprintf("Ev%d", n), map[string]any{"type": "member_joined_channel", "user": w.noor.ID, "channel": w.room}); res.Code != 200 {
		w.t.Errorf("event %d: %d", n, res.Code)
	}
	return len(w.in.all()) > had
}

// A workspace that took our rights away is not listened to; it was deaf until a
// restart also when the app was installed there again.
func TestAWorkspaceThatTookOurRightsAwayIsNotListenedToUntilTheyAreBack(t *testing.T) {
	for name, event := range map[string]map[string]any{
		"uninstalled": {"type": "app_uninstalled"}, "revoked": {"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{"U1"}}},
	} {
		w := newWorld(t, slackfake.Options{})
		w.fake.Revoke(w.installed())
		for range 2 {
			if res := w.tell("Ev1", event); res.Code != 200 {
				t.Errorf("%s: %d", name, res.Code)
			}
		}
		if w.joins(2) || len(w.gone) != 1 || w.gone[0] != "slack" {
			t.Errorf("%s: events %+v, told %v", name, w.in.all(), w.gone)
		}
		// It is installed again, and that is looked at once in a while only.
		w.installed()
		asked := len(w.fake.Calls("auth.test"))
		w.fake.Clock.Advance(lookAgain - time.Second)
		if w.joins(3) || len(w.fake.Calls("auth.test")) != asked {
			t.Errorf("%s: it is looked at with every event", name)
		}
		w.fake.Clock.Advance(time.Second)
		if !w.joins(4) || !w.joins(5) || len(w.gone) != 2 {
			t.Errorf("%s: it is not listened to again; told %v", name, w.gone)
		}
	}
}

func TestWhatIsSaidOfOurRightsIsLookedUp(t *testing.T) {
	w := newWorld(t, slackfake.Options{})
	// A person's token is not ours; one that was replaced is revoked too; and an event
	// can come after the new installation.
	for n, event := range []map[string]any{
		{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []string{"U1"}}},
		{"type": "tokens_revoked", "tokens": map[string]any{"bot": []string{"U1"}}},
		{"type": "app_uninstalled"},
	} {
		w.tell(fmt.Sprintf("EvA%d", n), event)
		if !w.joins(n) || len(w.gone) != 0 {
			t.Errorf("after %v: %+v, %v", event, w.in.all(), w.gone)
		}
	}
	// What cannot be looked up is told again, and is believed of nobody.
	w.fake.Inject(slackfake.Fault{Method: "auth.test", Trouble: slackfake.Broken})
	if res := w.tell("EvB", map[string]any{"type": "app_uninstalled"}); res.Code != 503 || len(w.gone) != 0 {
		t.Errorf("while Slack is away: %d, %v", res.Code, w.gone)
	}
	// And whether it came back as well: the event comes again.
	w.fake.Revoke(w.installed())
	w.tell("EvC", map[string]any{"type": "app_uninstalled"})
	w.installed()
	w.fake.Clock.Advance(lookAgain)
	w.fake.Inject(slackfake.Fault{Method: "auth.test", Trouble: slackfake.Broken})
	joined := map[string]any{"type": "member_joined_channel", "user": w.noor.ID, "channel": w.room}
	if res := w.tell("EvD", joined); res.Code != 503 {
		t.Errorf("an event of a workspace that may be back: %d", res.Code)
	}
	had := len(w.in.all())
	if res := w.tell("EvD", joined); res.Code != 200 || len(w.in.all()) != had+1 {
		t.Errorf("the same event again: %d, %+v", res.Code, w.in.all())
	}
}
