package bot

import (
	_ "embed"
	"html/template"
	"io"
	"strconv"
	"strings"

	"github.com/convenantbot/convenantbot/bot/text"
	"github.com/convenantbot/convenantbot/internal/paper"
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
