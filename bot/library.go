package bot

import (
	"context"
	"io"
	"slices"
	"time"
)

// MaxGiven is the largest document that the bot takes in from a chat, in bytes:
// it is held in memory while it is read. Larger ones go by the command line.
const MaxGiven = 50 << 20

// OwnDocument is one version of a document of the region.
type OwnDocument struct {
	Name      string // of the file; the same name makes a new version
	Title     string // its first heading
	Version   int    // from 1
	Imported  time.Time
	Hash      string // hex SHA-256 of the file as it was given
	Passages  int
	Articles  int
	Replaced  bool // an older version: kept, and not quoted
	Unchanged bool // this very file was there already
}

// GivenDocument is a file that may become a document of the region.
type GivenDocument struct {
	Name    string
	Content io.ReaderAt
	Size    int64 // bytes
}

// OwnPassage is a place in an own document that comes near to a text.
type OwnPassage struct {
	Name, Place, Text string
	Quoted            bool // near enough to be quoted in an answer
}

// Library keeps the region's own documents, which answers quote word for word.
// A change counts from the next question on, in every process that reads the
// same library.
type Library interface {
	// Documents lists every version, by name and newest version first.
	Documents(ctx context.Context) ([]OwnDocument, error)

	// Look reads d and keeps nothing. The result is what Import would make of it.
	// A file that cannot be read is an *InvalidError whose reason is for people.
	Look(ctx context.Context, d GivenDocument) (OwnDocument, error)

	// Import takes in all of list, or none of it: an *InvalidError then says for
	// each file that was refused why. A repeat changes nothing. progress, which
	// may be nil, hears how many of all pieces of text can be found. ErrBusy:
	// somebody else is changing the library.
	Import(ctx context.Context, list []GivenDocument, progress func(done, total int)) ([]OwnDocument, error)

	// Remove erases every version of a document and returns how many there were.
	// One that is not there is ErrNotFound, and ErrBusy as with Import.
	Remove(ctx context.Context, name string) (int, error)

	// Near lists the passages that come nearest to a text, best first.
	Near(ctx context.Context, words string) ([]OwnPassage, error)
}

// Attachments is a platform on which the bot can read the files that somebody
// gave it in their direct conversation. On another one documents come in by the
// command line alone.
type Attachments interface {
	// Attachment opens a file of a message to the bot. The name and the size are
	// those that the platform has. A file that is gone, or one of another message,
	// is ErrNotFound.
	Attachment(ctx context.Context, message MessageID, id string) (PlatformFile, io.ReadCloser, error)
}

// keeper returns who this is when they may change the library, else ErrForbidden.
// Somebody whom the settings name must be in the directory too: an entry of the
// log without a person is worth nothing.
func (b *Bot) keeper(tx Tx, platform string, user UserID) (caller, error) {
	who, err := b.who(tx, platform, user)
	if err != nil {
		return who, err
	}
	s, err := b.standingsAnywhere(tx, who)
	if err != nil {
		return who, err
	}
	s[KeepsLibrary] = who.ID != "" && slices.Contains(b.Keepers, Account{Platform: platform, User: user})
	if !s.May(MayKeepLibrary) {
		return who, lackedRight{MayKeepLibrary}
	}
	return who, nil
}
