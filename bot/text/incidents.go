package text

import "time"

// Arguments of what is said when something happened to a room.
type (
	// ExposedArgs is what could have been read, and for how long.
	ExposedArgs struct {
		Known                   bool
		For                     time.Duration
		Messages, Files, People int
	}

	// RoomArgs is about something that happened to a room.
	RoomArgs struct {
		Ref, Room string
		What      string // see RoomChange
		By        string // function and organisation; blank: not known
		Exposed   string
	}
)

// What is said when something happened to a room.
var (
	Exposed             = define[ExposedArgs]("incident.exposed")
	StrangerForGuardian = define[RoomArgs]("incident.stranger")
	SlippedStays        = define[RoomArgs]("incident.slipped_stays")
	SlippedYours        = define[SlippedArgs]("incident.slipped_yours")
	FileSlipped         = define[RoomArgs]("incident.slipped")
	RoomTouched         = define[RoomArgs]("incident.touched")
	SomebodyUnknown     = define[None]("incident.somebody")
)

var roomChanges = defineNames("room.change", "bot_put_out", "group_constrained", "system_convert_channel", "system_change_chan_privacy",
	"system_channel_deleted", "system_channel_restored", "system_header_change", "system_purpose_change", "system_displayname_change")

// RoomChange is what people call a change of a room. One that nobody named is
// its own name.
func RoomChange(code string) string { return roomChanges.of(code) }

// SlippedArgs are what somebody reads who posted by hand what may not stand there.
type SlippedArgs struct {
	Ref   string
	File  bool // a file, and not only a text
	Stays bool // the bot could not take it away
}
