package text

import "time"

// Arguments of what is said about the region's own documents.
type (
	// DocumentLine is one document.
	DocumentLine struct {
		Name, Title                        string
		Version, Passages, Articles, Older int
		Unchanged                          bool
		Imported                           time.Time
	}

	// BadDocument is a file that cannot be taken in, and why.
	BadDocument struct{ Name, Why string }

	// DocumentsLookArgs is what the files are that somebody gave.
	DocumentsLookArgs struct {
		Good    []DocumentLine
		Bad     []BadDocument
		Offered int // how many may be taken in
	}

	// DocumentsTakenArgs is what was taken in.
	DocumentsTakenArgs struct{ Taken []DocumentLine }

	// DocumentsFailedArgs is why nothing was.
	DocumentsFailedArgs struct{ Why string }

	// SizeArgs is a size that is too large, in MB.
	SizeArgs struct{ Size, Most int }

	// ProgressArgs is how far an import is, in pieces of text.
	ProgressArgs struct{ Done, Total int }

	// DocumentListArgs is what the library holds.
	DocumentListArgs struct {
		Lines []DocumentLine
		More  int // documents that are not shown
	}

	// NearLine is a passage near some words.
	NearLine struct {
		Name, Place, Text string
		Quoted            bool
	}

	// NearArgs is a preview of a search.
	NearArgs struct{ Lines []NearLine }

	// DropArgs names a document.
	DropArgs struct{ Name string }

	// DroppedArgs is what was removed.
	DroppedArgs struct {
		Name     string
		Versions int
	}
)

// The region's own documents.
var (
	HelpLibrary        = define[None]("help.kennis")
	DocumentsNotHere   = define[None]("library.not_here")
	DocumentsNotYou    = define[None]("library.not_you")
	DocumentsNotTaken  = define[None]("library.not_taken")
	DocumentsLook      = define[DocumentsLookArgs]("library.look")
	DocumentsTooMany   = define[None]("library.too_many")
	DocumentTwice      = define[None]("library.twice")
	DocumentGone       = define[None]("library.gone")
	DocumentBSN        = define[None]("library.bsn")
	DocumentTorn       = define[None]("library.torn")
	DocumentTooLarge   = define[SizeArgs]("library.too_large")
	DocumentsLeft      = define[None]("library.left")
	DocumentsTaking    = define[None]("library.taking")
	DocumentsProgress  = define[ProgressArgs]("library.progress")
	DocumentsTaken     = define[DocumentsTakenArgs]("library.taken")
	DocumentsFailed    = define[DocumentsFailedArgs]("library.failed")
	DocumentsTooSlow   = define[None]("library.too_slow")
	DocumentList       = define[DocumentListArgs]("library.list")
	DocumentsNear      = define[NearArgs]("library.near")
	DocumentDropAsk    = define[DropArgs]("library.drop_ask")
	DocumentDropped    = define[DroppedArgs]("library.dropped")
	CitationPlace      = define[CitationArgs]("citation.place")
	TakeButton         = define[None]("button.take_documents")
	LeaveButton        = define[None]("button.leave_documents")
	DropDocumentButton = define[DropArgs]("button.drop_document")
	DropSureButton     = define[None]("button.drop_document_sure")
)
