package bot

import (
	"errors"

	"github.com/convenantbot/convenantbot/bot/text"
)

// The acts on a room that are not the bot's.
const (
	ActBotPutOut   Act = "bot_put_out"  // the bot was taken out of a room; it comes back by itself
	ActRoomChanged Act = "room_changed" // somebody changed the room itself
)

// loud are the changes of a room that its guardians hear of too: by them people
// get in, or everybody is put out. The codes are the platform's own.
var loud = map[string]bool{
	"group_constrained": true, "system_convert_channel": true, "system_change_chan_privacy": true,
	"system_channel_deleted": true, "system_channel_restored": true,
}

// roomTouched returns what is to be recorded and told when somebody changed the
// room itself or put the bot out of it; nil when it was the bot. The record and
// its telling share the transaction in which the event ends.
func (b *Bot) roomTouched(e Event, casus Casus) func(tx Tx) error {
	putOut := e.Self && e.Kind == Left
	if e.Kind != Changed && !putOut || e.Self && !putOut {
		return nil
	}
	by, act, what := e.User, ActRoomChanged, e.Text
	if putOut {
		by, act, what = e.By, ActBotPutOut, "bot_put_out"
	}
	id := "touched:" + eventKey(e)
	return func(tx Tx) error {
		var who caller
		if by != "" {
			var err error
			if who, err = b.who(tx, casus.Platform, by); err != nil {
				return err
			}
		}
		m := Message{Text: text.RoomTouched.Say(b.roomArgs(tx, casus, what, who, Exposure{}))}
		err := errors.Join(
			b.record(tx, who, Entry{Casus: casus.Ref, Act: act, Object: string(by), Reasons: []string{what}}),
			b.toCoordinator(tx, casus, id, m))
		if err == nil && (putOut || loud[what]) {
			err = b.everyGuardian(tx, casus, id+":guardian", m)
		}
		return err
	}
}
