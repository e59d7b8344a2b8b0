package bot

import "github.com/convenantbot/convenantbot/bot/text"

// Form asks a person several things at once. It is neutral: each adapter shows
// it in its own way and checks it against its platform's limits before sending.
type Form struct {
	Ticket string // comes back with the submission; single use
	Title  string // at most 24 characters, the least of the platforms
	Intro  string // Markdown, shown above the fields
	Send   string // label of the button, at most 24 characters
	Fields []Field
	Lang   text.Lang `json:",omitempty"` // of its words, for what a platform puts around them; blank: Dutch
}

// FieldKind says how a field is filled in.
type FieldKind string

// The kinds of fields that every platform can show.
const (
	ShortText FieldKind = "text"
	LongText  FieldKind = "textarea"
	Date      FieldKind = "date"   // value YYYY-MM-DD
	Choice    FieldKind = "choice" // one of Options
	Choices   FieldKind = "choices"
	Users     FieldKind = "users" // people of the platform, Many or one; values are user ids
	Tick      FieldKind = "tick"  // value "true" or "false"
)

// FilesIn is a field for files that are handed over. Only a platform that is a
// FileForms can show it; the values are ids that its HandedFile opens.
const FilesIn FieldKind = "files"

// Field is one question of a form.
type Field struct {
	Name     string // of letters, digits and underscores
	Label    string // at most 24 characters
	Help     string // at most 150 characters
	Kind     FieldKind
	Options  []Option // of Choice and Choices, in order
	Default  []string
	Optional bool
	Many     bool // of Users
	Max      int  // characters of a text; 0: 150 for ShortText, 3000 for LongText
}

// Option is one answer that may be chosen.
type Option struct {
	Value string
	Label string
}

// Submission is a form as a person sent it.
type Submission struct {
	Platform string
	Ticket   string
	User     UserID
	Channel  ChannelID
	Values   map[string][]string // by field name; a field left empty has none
}

// Value returns the first value of a field, blank when it was left empty.
func (s Submission) Value(name string) string {
	if v := s.Values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// FormAnswer is what a platform shows after a form was sent: errors at their
// fields with the form kept open, or a next form, or nothing but Text.
type FormAnswer struct {
	Errors map[string]string // by field name; "" is about the whole form
	Next   *Form
	Text   string    // shown to the person alone
	Lang   text.Lang `json:",omitempty"` // of what is said; blank: Dutch
}
