package bot

import (
	"context"
	"io"

	"github.com/convenantbot/convenantbot/bot/suppose"
)

// Question is what somebody asks about the convenant.
type Question struct {
	Text   string
	Region string
	Before []string       // what was asked before in the same conversation, oldest first
	Known  suppose.Sketch // what was told by a button, or is known of the question it goes with
	Topic  string         // code of an offered topic that was chosen; then Text is not looked at
	Room   bool           // asked in the room of a casus: nothing about it leaves this installation
}

// Topic is something the knowledge base knows about. Its title is ours and says
// nothing about a person.
type Topic struct{ Code, Title string }

// Reply is the answer to a question.
type Reply struct {
	Text      string // Dutch, Markdown
	Abstained bool
	Private   bool // to be given to the asker alone, such as the safety reply
	Safety    bool // the text begins with what to do when a child is not safe
	Citations []Citation
	Topics    []Topic        // questions that come near, for buttons
	Topic     Topic          // what was answered, or what came nearest; blank: nothing did
	Case      suppose.Sketch // what the question said of a case
	Reworded  bool           // the text was put into simpler words by a language model
	Need      string         // the one thing that a case lacks, see suppose.NeedSector and the others
}

// Citation is where an answer comes from.
type Citation struct {
	Fact   string // code, such as "INF-03"
	Kind   string // "summary" or "quote"
	Source string
	Quote  string
	Mark   string
}

// Answers knows the convenant. The same question gets the same answer on the
// command line and in the chat.
type Answers interface {
	// Answer answers q, or says that it does not know and whom to ask. Only for
	// another wording it may wait, a few seconds and never for a q of a room; an
	// error is a broken knowledge base.
	Answer(ctx context.Context, q Question) (Reply, error)
}

// Scanner looks inside a document for what may never be shared.
type Scanner interface {
	// Scan reads size bytes of r. found: a BSN stands in it. known false: the
	// document, or a part of it, could not be read; that is never "clean".
	Scan(ctx context.Context, name string, r io.ReaderAt, size int64) (found, known bool, err error)
}
