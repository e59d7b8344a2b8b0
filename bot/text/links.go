package text

// Arguments of what is said about a message that leads somewhere.
type (
	// LinkArgs is one place that a message leads to.
	LinkArgs struct{ Kind, Host string }

	// LinksArgs are all of them.
	LinksArgs struct{ Links []LinkArgs }
)

// What is said about a message that leads to a document, and when one stood in a
// room that should not have.
var (
	LinkHeld       = define[LinksArgs]("link.held")
	LinkChange     = define[LinksArgs]("link.change")
	LinkFile       = define[None]("link.file")
	MessageSlipped = define[RoomArgs]("incident.message_slipped")
)

var linkKinds = defineNames("link.kind", "picture", "drive", "message")

// LinkKind is what people call a kind of link.
func LinkKind(kind string) string { return linkKinds.of(kind) }
