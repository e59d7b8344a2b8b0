package text

import "time"

// Arguments of what is said about a yes or no that was noted.
type (
	// GivenByArgs is how a yes or no came about.
	GivenByArgs struct{ By, How string }

	// AgreementLabelArgs is an agreement as it stands in a list.
	AgreementLabelArgs struct {
		Giver, Mark string
		Given       time.Time
	}

	// YesLabelArgs is a yes or no as it stands in a list, whatever became of it.
	YesLabelArgs struct {
		Label     string
		No        bool
		Withdrawn time.Time
	}

	// ReceiptArgs goes with a receipt.
	ReceiptArgs struct {
		Ref   string
		Giver bool // it is given to who gave the answer
		Yes   bool
	}
)

// About a yes or no that was noted.
var (
	GivenBy          = define[GivenByArgs]("yes.given_by")
	AgreementLabel   = define[AgreementLabelArgs]("yes.agreement")
	YesLabel         = define[YesLabelArgs]("yes.label")
	AgreementEnded   = define[None]("yes.agreement_ended")
	AgreementEndTold = define[CasusArgs]("yes.agreement_ended_told")
	HelpReceipt      = define[None]("help.bewijs")
	YesReceiptOffer  = define[CasusArgs]("yes.receipt_offer")
	YesReceiptButton = define[None]("button.yes_receipt")
	NoReceipt        = define[None]("yes.no_receipt")
	ReceiptComing    = define[None]("yes.receipt_coming")
	ReceiptHere      = define[ReceiptArgs]("yes.receipt_here")
	ReceiptFile      = define[CasusArgs]("yes.receipt_file")
	AffirmAsk        = define[CasusArgs]("yes.affirm")
	AffirmButton     = define[None]("button.affirm")
	AffirmDone       = define[CasusArgs]("yes.affirmed")
	ReceiptForm      = struct{ Title, Intro, Send, Yes Message[None] }{
		Title: define[None]("form.receipt.title"), Intro: define[None]("form.receipt.intro"), Send: define[None]("form.receipt.send"), Yes: define[None]("form.receipt.yes"),
	}
)

// ReceiptPaper is what stands on a receipt besides what stands on every form.
var ReceiptPaper = struct {
	FileTitle, Know                                                                          Message[PaperArgs]
	ConsentTitle, AgreementTitle, Intro, Giver, Answer, Capacity, Kinds, Given, How, NotedBy Message[None]
	Withdrawn, AnyParty                                                                      Message[None]
}{
	FileTitle: define[PaperArgs]("paper.receipt.title"), Know: define[PaperArgs]("paper.receipt.know"),
	ConsentTitle: define[None]("paper.receipt.consent"), AgreementTitle: define[None]("paper.receipt.agreement"), Intro: define[None]("paper.receipt.intro"),
	Giver: define[None]("paper.receipt.giver"), Answer: define[None]("paper.receipt.answer"), Capacity: define[None]("paper.receipt.capacity"),
	Kinds: define[None]("paper.receipt.kinds"), Given: define[None]("paper.receipt.given"), How: define[None]("paper.receipt.how"),
	NotedBy: define[None]("paper.receipt.noted_by"), Withdrawn: define[None]("paper.receipt.withdrawn"), AnyParty: define[None]("paper.receipt.any_party"),
}

var givenByNames = defineNames("given_by", "self", "noted")

// GivenByName says whether somebody gave a yes themselves.
func GivenByName(v string) string { return givenByNames.of(v) }

// DateNL writes a day out, in Dutch.
func DateNL(t time.Time) string { return date(NL)(t) }

// DayNL is the same of a day that is kept as YYYY-MM-DD; what is no day is itself.
func DayNL(day string) string { return date(NL)(day) }
