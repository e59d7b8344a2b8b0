package bot

import "context"

// ShelfItem is one version of an own document, as the library wrote it.
type ShelfItem struct {
	ID    string // of small letters, digits and dashes
	About []byte // what it is
	Text  []byte // all that it says; nil in a list
}

// Shelf is where the copies of a bot keep the region's own documents together.
// What is on it is sealed at rest, like everything else that belongs to no casus.
type Shelf interface {
	// ShelfNumber grows with each change. 0: nothing was ever put there.
	ShelfNumber(ctx context.Context) (int64, error)
	// Shelved lists what is there, by ID and without texts, and the number that it
	// has, in one picture.
	Shelved(ctx context.Context) ([]ShelfItem, int64, error)
	// ShelfText returns the text of an item; ErrNotFound.
	ShelfText(ctx context.Context, id string) ([]byte, error)
	// ChangeShelf makes list what is there and returns the new number, which is
	// greater. An item with a text is added or replaced. One without keeps the text
	// that it has; where there is none it is ErrNotFound. What list lacks is erased.
	// When the number is not was any more it is ErrConflict. An error changes
	// nothing.
	ChangeShelf(ctx context.Context, was int64, list []ShelfItem) (int64, error)
}

// Follower is a library of which every copy of the bot has its own, to be made
// like that of the others.
type Follower interface {
	// Follow brings this copy's in line with what the copies keep together, and is
	// cheap when it is. It may be called at any time; a question that comes first
	// does the same.
	Follow(ctx context.Context) error
}

// Check is an *InvalidError when the item cannot be put there: its ID becomes the
// name of a file.
func (i ShelfItem) Check() error {
	if i.ID == "" || len(i.ID) > maxCoordinated {
		return &InvalidError{Field: "id", Reason: "length"}
	}
	for _, c := range []byte(i.ID) {
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return &InvalidError{Field: "id", Reason: "characters"}
		}
	}
	return nil
}
