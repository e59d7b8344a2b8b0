package render

// Reason is why a document is not shown. It is an error.
type Reason string

// The reasons.
const (
	Unreadable Reason = "unreadable" // broken, protected, or of a kind that is not shown
	NoPDF      Reason = "no_pdf"     // there is no program that draws pdf pages
	Busy       Reason = "too_many"   // too many are being drawn already
)

// Error implements error.
func (r Reason) Error() string { return "render: " + string(r) }

// Sheet is one thing that a browser shows.
type Sheet struct {
	Type  string // "text/html", or "image/png" or "image/jpeg"
	Pages int    // how many the document has; 1 for text and for a picture
	Body  []byte
}
