package bot

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
)

// Receipt is what remains of an erased casus: that it was erased and what is
// known to be left elsewhere. It holds no content and no names.
type Receipt struct {
	Casus      Ref
	Kind       Kind
	At         time.Time
	Posts      int          // messages removed from the platform
	Files      int          // files removed from the platform
	Records    int          // own records removed
	Remains    []string     // codes of what is known to stay, see Remain*
	Policy     string       // hash of the bundle that decided
	KeyPrint   string       // fingerprint of the key that was destroyed
	HandedOver []HandedOver `json:",omitempty"` // what each organisation took over before
	Signed     string       `json:",omitempty"` // all of the above as a signed note; blank: made before receipts were signed
}

// HandedOver says of one organisation what it took over before a casus was
// erased: how much and on what grounds, never what.
type HandedOver struct {
	Organisation OrgID
	ConfirmedAt  time.Time
	Items        int
	Grounds      []string
}

// GoneSoFar counts what an erasure removed from the platform. It is kept while it is
// under way: a second try finds nothing any more, and the receipt tells of them all.
type GoneSoFar struct{ Posts, Files int }

// Text is what a receipt says, line by line: what is signed, and what anybody
// can read without this program.
func (r Receipt) Text() string {
	said := fmt.Sprintf("convenantbot receipt/v1\ncasus: %s\nkind: %s\nerased_at: %s\nposts: %d\nfiles: %d\nrecords: %d\nremains: %s\npolicy: %s\nkey_destroyed: %s\n",
		r.Casus, r.Kind, r.At.UTC().Format(time.RFC3339), r.Posts, r.Files, r.Records, strings.Join(r.Remains, " "), r.Policy, r.KeyPrint)
	for _, h := range r.HandedOver {
		said += fmt.Sprintf("handed_over: %s confirmed=%s items=%d grounds=%s\n", h.Organisation, h.ConfirmedAt.UTC().Format(time.RFC3339), h.Items, strings.Join(h.Grounds, ","))
	}
	return said
}

// What may stay on a platform after erasing.
const (
	RemainShell    = "archived_shell"    // an emptied, archived channel
	RemainHistory  = "member_history"    // who was a member, and when
	RemainBackups  = "platform_backups"  // backups of the chat server, and copies on phones
	RemainDirect   = "direct_messages"   // what the bot told people in private about the casus
	RemainUnlooked = "not_verified"      // the platform could not be looked at afterwards
	RemainOthers   = "others_messages"   // what people wrote themselves, which the bot may not remove
	RemainOwn      = "own_messages"      // what the bot wrote, where it was put out before it could remove it
	RemainGiven    = "given_files"       // what people gave the bot by a form: their own copy is theirs
	RemainExports  = "workspace_exports" // exports and holds of the platform's owner
)

//go:embed receipt.html
var receiptHTML string

var receiptPage = template.Must(template.New("receipt").Parse(receiptHTML))

// facts are what a receipt says, for people.
func (r Receipt) facts() []paper.Fact {
	w, none := text.DestructionPaper, text.None{}
	remains := strings.Join(text.RemainNames(r.Remains), "; ")
	if remains == "" {
		remains = w.Nothing.NL(none)
	}
	all := []paper.Fact{
		{Label: w.Casus.NL(none), Text: string(r.Casus)}, {Label: w.Kind.NL(none), Text: text.KindName(string(r.Kind))},
		{Label: w.At.NL(none), Text: r.At.In(amsterdam).Format("02-01-2006 15:04")},
		{Label: w.Posts.NL(none), Text: strconv.Itoa(r.Posts)}, {Label: w.Files.NL(none), Text: strconv.Itoa(r.Files)},
		{Label: w.Records.NL(none), Text: strconv.Itoa(r.Records)}, {Label: w.Key.NL(none), Text: r.KeyPrint},
		{Label: w.Policy.NL(none), Text: r.Policy}, {Label: w.Remains.NL(none), Text: remains},
	}
	for _, h := range r.HandedOver {
		args := text.DestructionOrgArgs{Items: h.Items}
		for _, g := range h.Grounds {
			args.Grounds = append(args.Grounds, text.TakeOverGroundName(g))
		}
		said := w.None.NL(none)
		if !h.ConfirmedAt.IsZero() {
			said = w.Held.NL(none) + " " + day(h.ConfirmedAt)
		}
		if h.Items > 0 {
			said += "; " + w.OverOrg.NL(args)
		}
		all = append(all, paper.Fact{Label: w.Over.NL(none), Text: string(h.Organisation) + ": " + said})
	}
	return all
}

func (r Receipt) args() text.DestructionArgs {
	return text.DestructionArgs{Ref: string(r.Casus), Posts: r.Posts, Files: r.Files, Records: r.Records}
}

// HTML writes the receipt as a page with the signed text in it.
func (r Receipt) HTML(w io.Writer) error {
	words, none := text.DestructionPaper, text.None{}
	return receiptPage.Execute(w, map[string]any{"Title": words.Title.NL(r.args()), "Intro": words.Intro.NL(r.args()), "Facts": text.Read(text.NL, r.facts()),
		"Check": words.Check.NL(none), "CheckText": words.CheckText.NL(none), "SignedText": words.SignedText.NL(none), "Signed": r.Signed})
}

// receiptAttachment is the name of the signed text inside the PDF.
const receiptAttachment = "kwitantie.txt"

// PDF writes the receipt for printing, with the signed text in print and as an
// attachment.
func (r Receipt) PDF(w io.Writer) error {
	words, none := text.DestructionPaper, text.None{}
	sheet := paper.Sheet{Title: words.Title.NL(r.args()), Intro: []string{words.Intro.NL(r.args())}, Facts: r.facts(),
		Sections: []paper.Section{{Heading: words.Check.NL(none), Text: words.CheckText.NL(none)}}}
	heading := words.SignedText.NL(none)
	for line := range strings.Lines(r.Signed) {
		if line = strings.TrimSpace(line); line != "" {
			sheet.Sections = append(sheet.Sections, paper.Section{Heading: heading, Text: line})
			heading = ""
		}
	}
	return onPaperNL(&paper.Document{Title: words.Title.NL(r.args()), Lang: "nl-NL", Footer: words.Footer.NL(r.args()), Made: r.At, Sheets: []paper.Sheet{sheet},
		Attached: []paper.Attachment{{Name: receiptAttachment, Content: []byte(r.Signed)}}}).Write(w)
}
