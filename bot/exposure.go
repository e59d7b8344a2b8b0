package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Exposure is what could have been read where it should not, as far as the
// platform can tell. The zero Exposure is unknown, and is never "nothing".
type Exposure struct {
	Known    bool
	For      time.Duration
	Messages int // that stood there meanwhile
	Files    int // that hung on them
	People   int // who were in the room, the bot left out
}

// Exposer is a platform that can tell, by its own records, what could be read.
type Exposer interface {
	// Exposed tells of the newest stay of user in the room or, when message is
	// given, of that message for as long as it stood there. For somebody who is
	// still in, or a message that still stands, it lasts until now. ErrNotFound.
	Exposed(ctx context.Context, room ChannelID, user UserID, message MessageID) (Exposure, error)
}

// exposed asks the platform. What it cannot tell is unknown, and no reason to
// keep what happened out of the record.
func (b *Bot) exposed(ctx context.Context, p Platform, room ChannelID, user UserID, message MessageID) Exposure {
	l, ok := p.(Exposer)
	if !ok {
		return Exposure{}
	}
	seen, err := l.Exposed(ctx, room, user, message)
	if err != nil {
		b.Log.Warn("what could have been read is not known", "error", err)
		return Exposure{}
	}
	seen.Known = true
	return seen
}

// codes are its counts for the record, which holds nothing else about it.
func (x Exposure) codes() []string {
	if !x.Known {
		return []string{"exposure_unknown"}
	}
	return []string{
		fmt.Sprintf("exposed_ms:%d", x.For.Milliseconds()), fmt.Sprintf("exposed_messages:%d", x.Messages),
		fmt.Sprintf("exposed_files:%d", x.Files), fmt.Sprintf("exposed_people:%d", x.People),
	}
}

func (x Exposure) args() text.ExposedArgs {
	return text.ExposedArgs{Known: x.Known, For: x.For, Messages: x.Messages, Files: x.Files, People: x.People}
}

// roomArgs is what people read of something that happened to a room; by is who
// did it, as far as is known.
func (b *Bot) roomArgs(tx Tx, casus Casus, what string, by caller, seen Exposure) text.RoomArgs {
	args := text.RoomArgs{Ref: string(casus.Ref), Room: casus.Ref.Room(), What: text.RoomChange(what), Exposed: text.Exposed.Say(seen.args())}
	if by.ID != "" {
		args.By = b.functionOf(tx, casus, by.ID)
	} else if by.Account != "" {
		args.By = text.SomebodyUnknown.Say(text.None{})
	}
	return args
}
