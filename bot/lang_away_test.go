package bot_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/bot/text"
)

// mute is a chat that need not say in which language people use it.
type mute struct {
	*bottest.Chat
	hear  func(ctx context.Context) (string, error)
	asked int
	said  []string // in private
}

func (m *mute) Locale(ctx context.Context, _ bot.UserID) (string, error) {
	m.asked++
	return m.hear(ctx)
}

func (m *mute) Whisper(ctx context.Context, room bot.ChannelID, user bot.UserID, said bot.Message) error {
	m.said = append(m.said, said.Text)
	return m.Chat.Whisper(ctx, room, user, said)
}

// askNo has somebody ask something where the answer is a no, and returns it.
func (m *mute) askNo(w *world) string {
	m.said = nil
	w.command(ib, "common", "casus", "toestemming")
	return strings.Join(m.said, "\n")
}

func newMute(t *testing.T, hear func(ctx context.Context) (string, error)) (*world, *mute) {
	w := &world{t: t, clock: bottest.NewClock(), chat: bottest.NewChat(ib)}
	w.chat.Now = w.clock.Now
	w.store = bottest.NewMemStore(w.clock.Now)
	m := &mute{Chat: w.chat, hear: hear}
	w.front = m
	w.start()
	return w, m
}

func TestALanguageThatIsNotToBeHeardIsDutchAndStopsNoMessage(t *testing.T) {
	t.Parallel()
	for name, hear := range map[string]func(ctx context.Context) (string, error){
		"an error":         func(context.Context) (string, error) { return "en", errors.New("away") },
		"nobody":           func(context.Context) (string, error) { return "", bot.ErrNotFound },
		"no answer":        func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() },
		"blank":            func(context.Context) (string, error) { return "", nil },
		"another language": func(context.Context) (string, error) { return "de-DE", nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, m := newMute(t, hear)
			said := m.askNo(w)
			if want := text.NotInCasus.NL(text.None{}); said != want || m.asked == 0 {
				t.Errorf("said %q after %d questions for their language; want %q", said, m.asked, want)
			}
		})
	}
}

func TestALanguageIsAskedAgainWhenItMayHaveChanged(t *testing.T) {
	t.Parallel()
	locale, fails := "", false
	w, m := newMute(t, func(context.Context) (string, error) {
		if fails {
			return "", errors.New("away")
		}
		return locale, nil
	})
	for _, step := range []struct {
		after  time.Duration
		locale string
		fails  bool
		want   text.Lang
		asked  int
	}{
		{0, "en", false, text.EN, 1},
		{9 * time.Minute, "nl", false, text.EN, 1},  // as it was heard
		{2 * time.Minute, "nl", false, text.NL, 2},  // heard anew
		{11 * time.Minute, "en", true, text.NL, 3},  // as it was, since it cannot be heard
		{30 * time.Second, "en", false, text.NL, 3}, // not asked at every word meanwhile
		{31 * time.Second, "en", false, text.EN, 4}, // and heard again
	} {
		w.clock.Advance(step.after)
		locale, fails = step.locale, step.fails
		said := m.askNo(w)
		if want := text.NotInCasus.In(step.want, text.None{}); said != want || m.asked != step.asked {
			t.Errorf("after %s: said %q, asked %d times; want %q, %d", step.after, said, m.asked, want, step.asked)
		}
	}
}
