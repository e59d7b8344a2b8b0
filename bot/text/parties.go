package text

import "time"

// Arguments of what is said about parties and who works for them.
type (
	// PartyLine is one organisation in the register. Dates are YYYY-MM-DD.
	PartyLine struct {
		Name, Signed, Announced, Mandate, Left string
		Counts, Watched, Decides               bool
	}

	// PartiesArgs is the register of parties.
	PartiesArgs struct{ Parties []PartyLine }

	// AccessionArgs is an organisation that joins.
	AccessionArgs struct {
		Name, Signed, Mandate string
		Yours                 bool // it is told to who decides for it
	}

	// PartyLeftArgs says that an organisation leaves.
	PartyLeftArgs struct{ Name, On string }

	// MemberEndedArgs says that somebody does not take part any more, or does again.
	MemberEndedArgs struct {
		Ref, Function, Why         string
		Back, Replace, Unconfirmed bool
	}

	// StaffLine is somebody who works for an organisation.
	StaffLine struct {
		Name, Function, Sector string
		Until                  time.Time // zero: no end
		Lapsed, Ended          bool
	}

	// StaffDueArgs asks an organisation to confirm again who works there.
	StaffDueArgs struct {
		Organisation string
		Until        time.Time
		Late, Again  bool
		People       []StaffLine
	}

	// StaffArgs lists who works for an organisation.
	StaffArgs struct {
		Organisation string
		People       []StaffLine
	}

	// StaffConfirmedArgs says how many were confirmed, and until when that counts.
	StaffConfirmedArgs struct {
		People int
		Until  time.Time
	}
)

// Parties and who works for them.
var (
	HelpParties = define[None]("help.partijen")
	HelpStaff   = define[None]("help.medewerkers")
	Parties     = define[PartiesArgs]("parties")
	PartyLeaves = define[PartyLeftArgs]("party.leaves")

	AccessionAsk    = define[AccessionArgs]("accession.ask")
	AccessionButton = define[None]("accession.button")
	AccessionNoted  = define[AccessionArgs]("accession.noted")
	AccessionDone   = define[AccessionArgs]("accession.done")
	AccessionTold   = define[AccessionArgs]("accession.told")
	AccessionSelf   = define[None]("accession.self")
	AccessionNobody = define[None]("accession.nobody")
	YouEnded        = define[MemberEndedArgs]("member.you_ended")
	MemberEnded     = define[MemberEndedArgs]("member.ended")
	StaffDue        = define[StaffDueArgs]("staff.due")
	StaffNobody     = define[StaffDueArgs]("staff.nobody")
	StaffConfirm    = define[None]("button.staff_confirm")
	StaffChange     = define[None]("button.staff_change")
	StaffConfirmed  = define[StaffConfirmedArgs]("staff.confirmed")
	Staff           = define[StaffArgs]("staff.list")
	StaffSaved      = define[StaffLine]("staff.saved")
	StaffEnded      = define[StaffLine]("staff.ended")
	endings         = defineNames("ended", "over", "not_confirmed", "appointment_ended", "party_left")
	staffWhat       = defineNames("staff.what", "confirm", "end", "add")
)

// EndedName says why somebody does not take part any more.
func EndedName(v string) string { return endings.of(v) }

// StaffWhat is what can be done in the form about who works where.
func StaffWhat(v string) string { return staffWhat.of(v) }

// AccedeForm has an organisation join the convenant.
var AccedeForm = struct {
	Title, Intro, Send, Org, OrgHelp, Name, NameHelp, Signed, Mandate, MandateHelp, Appointee, AppointeeHelp, DPO, DPOHelp Message[None]
	WrongName, KnownName, WrongSigned, WrongMandate, WrongUser                                                             Message[None]
}{
	Title: define[None]("form.accede.title"), Intro: define[None]("form.accede.intro"), Send: define[None]("form.accede.send"),
	Org: define[None]("form.accede.org"), OrgHelp: define[None]("form.accede.org.help"),
	Name: define[None]("form.accede.name"), NameHelp: define[None]("form.accede.name.help"), Signed: define[None]("form.accede.signed"),
	Mandate: define[None]("form.accede.mandate"), MandateHelp: define[None]("form.accede.mandate.help"),
	Appointee: define[None]("form.accede.appointee"), AppointeeHelp: define[None]("form.accede.appointee.help"),
	DPO: define[None]("form.accede.dpo"), DPOHelp: define[None]("form.accede.dpo.help"),
	WrongName: define[None]("wrong.accede_name"), KnownName: define[None]("wrong.accede_known"), WrongSigned: define[None]("wrong.accede_signed"),
	WrongMandate: define[None]("wrong.accede_mandate"), WrongUser: define[None]("wrong.accede_user"),
}

// LeaveForm says that an organisation leaves the convenant.
var LeaveForm = struct {
	Title, Intro, Send, Org, On, OnHelp, Sure, SureHelp, WrongDay, NotSure Message[None]
}{
	Title: define[None]("form.leave.title"), Intro: define[None]("form.leave.intro"), Send: define[None]("form.leave.send"),
	Org: define[None]("form.leave.org"), On: define[None]("form.leave.on"), OnHelp: define[None]("form.leave.on.help"),
	Sure: define[None]("form.leave.sure"), SureHelp: define[None]("form.leave.sure.help"),
	WrongDay: define[None]("wrong.leave_day"), NotSure: define[None]("wrong.leave_sure"),
}

// StaffForm says who works for an organisation.
var StaffForm = struct {
	Title, Intro, Send                                                                             Message[None]
	What, Who, WhoHelp, User, UserHelp, Sector, SectorHelp, Function, FunctionHelp, Task, TaskHelp Message[None]
	WrongWho, WrongUser, WrongSector, WrongFunction, WrongTask, Known                              Message[None]
}{
	Title: define[None]("form.staff.title"), Intro: define[None]("form.staff.intro"), Send: define[None]("form.staff.send"),
	What: define[None]("form.staff.what"), Who: define[None]("form.staff.who"), WhoHelp: define[None]("form.staff.who.help"),
	User: define[None]("form.staff.user"), UserHelp: define[None]("form.staff.user.help"),
	Sector: define[None]("form.staff.sector"), SectorHelp: define[None]("form.staff.sector.help"),
	Function: define[None]("form.staff.function"), FunctionHelp: define[None]("form.staff.function.help"),
	Task: define[None]("form.staff.task"), TaskHelp: define[None]("form.staff.task.help"),
	WrongWho: define[None]("wrong.staff_who"), WrongUser: define[None]("wrong.staff_user"), WrongSector: define[None]("wrong.staff_sector"),
	WrongFunction: define[None]("wrong.staff_function"), WrongTask: define[None]("wrong.staff_task"), Known: define[None]("wrong.staff_known"),
}
