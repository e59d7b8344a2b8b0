package text

import "time"

// Arguments of what is said about what a casus still needs, and of the form to
// print for it.
type (
	// NeededArgs is what each organisation in a casus still needs before it can
	// share data of these kinds.
	NeededArgs struct {
		Ref        string
		Kinds      []string
		Disclosers []NeededDiscloser
	}

	// NeededDiscloser is one of them.
	NeededDiscloser struct {
		Organisation string
		Own          bool // the asker's own
		Detailed     bool // the asker must act on it, and may see who is missing
		Ready        bool // nothing is missing
		Closed       bool // none of the kinds could be shared, whoever says yes
		Missing      []NeededLine
		Refused      []RefusedKind
	}

	// NeededLine is one yes that is missing.
	NeededLine struct {
		Giver             string
		Agreement         bool // to the overleg; otherwise a consent
		Kinds, Recipients []string
		Purpose           string
	}

	// NothingToSignArgs is why there is no form.
	NothingToSignArgs struct {
		Ref     string
		Refused []RefusedKind
	}

	// PaperArgs is what a printed form says.
	PaperArgs struct {
		Ref, Organisation string
		Made, Until       time.Time
		Days              int // after closing until it is erased
	}
)

// What is still needed.
var (
	HelpNeed        = define[None]("help.nodig")
	HelpForm        = define[None]("help.formulier")
	Needed          = define[NeededArgs]("need.list")
	NeedKindUnknown = define[None]("need.kind_unknown")
	NothingToSign   = define[NothingToSignArgs]("need.nothing_to_sign")
	FormButton      = define[None]("button.form")
	PaperHere       = define[CasusArgs]("paper.here")
	PaperSent       = define[None]("paper.sent")
	PaperFile       = define[CasusArgs]("paper.file")
)

// Paper is what stands on a printed form. It has no Markdown.
var Paper = struct {
	FileTitle, Footer                                           Message[PaperArgs]
	Casus, Kind, Discloser, Recipients, Parties, Purpose, Until Message[None]
	Yes, No, Name, Capacity, Date, Signature                    Message[None]
	Nobody, AParent, ASupporter                                 Message[None]
	ConsentTitle, ConsentAsk                                    Message[None]
	ConsentIntro, ConsentUntil, ConsentWithdraw                 Message[PaperArgs]
	AgreementTitle, AgreementAsk, AgreementRow, AgreementUntil  Message[None]
	AgreementIntro, AgreementWithdraw                           Message[PaperArgs]
	Withdraw, Know                                              Message[None]
	KnowText                                                    Message[PaperArgs]
}{
	FileTitle: define[PaperArgs]("paper.title"), Footer: define[PaperArgs]("paper.footer"),
	Casus: define[None]("paper.casus"), Kind: define[None]("paper.kind"), Discloser: define[None]("paper.discloser"),
	Recipients: define[None]("paper.recipients"), Parties: define[None]("paper.parties"), Purpose: define[None]("paper.purpose"), Until: define[None]("paper.until"),
	Yes: define[None]("paper.yes"), No: define[None]("paper.no"), Name: define[None]("paper.name"), Capacity: define[None]("paper.capacity"),
	Date: define[None]("paper.date"), Signature: define[None]("paper.signature"),
	Nobody: define[None]("paper.nobody"), AParent: define[None]("paper.a_parent"), ASupporter: define[None]("paper.a_supporter"),
	ConsentTitle: define[None]("paper.consent.title"), ConsentAsk: define[None]("paper.consent.ask"),
	ConsentIntro: define[PaperArgs]("paper.consent.intro"), ConsentUntil: define[PaperArgs]("paper.consent.until"), ConsentWithdraw: define[PaperArgs]("paper.consent.withdraw"),
	AgreementTitle: define[None]("paper.agreement.title"), AgreementAsk: define[None]("paper.agreement.ask"), AgreementRow: define[None]("paper.agreement.row"),
	AgreementUntil: define[None]("paper.agreement.until"), AgreementIntro: define[PaperArgs]("paper.agreement.intro"), AgreementWithdraw: define[PaperArgs]("paper.agreement.withdraw"),
	Withdraw: define[None]("paper.withdraw"), Know: define[None]("paper.know"), KnowText: define[PaperArgs]("paper.know.text"),
}

var dataKindHelps = defineNames("data.help", "ordinary", "sensitive", "health")

// DataKindHelp says in a few words what belongs to a kind of data.
func DataKindHelp(v string) string { return dataKindHelps.of(v) }

// ListNL writes names as people do, in Dutch.
func ListNL(names []string) string { return list(NL)(names) }
