package bot

import (
	"context"
	"io"
)

// Question is what somebody asks about the convenant.
type Question struct {
	Text   string
	Region string
	Before []string // what was asked before in the same thread, oldest first
}

// Reply is the answer to a question.
type Reply struct {
	Text      string // Dutch, Markdown
	Abstained bool
	Private   bool // to be given to the asker alone, such as the safety reply
	Citations []Citation
	Topics    []string // questions that come near, for buttons
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
	// Answer answers q, or says that it does not know and whom to ask. It never
	// waits on anything; an error is a broken knowledge base.
	Answer(ctx context.Context, q Question) (Reply, error)
}

// Scanner looks inside a document for what may never be shared.
type Scanner interface {
	// Scan reads size bytes of r. found: a BSN stands in it. known false: the
	// document, or a part of it, could not be read; that is never "clean".
	Scan(ctx context.Context, name string, r io.ReaderAt, size int64) (found, known bool, err error)
}
