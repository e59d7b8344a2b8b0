package text

// OpenForm is the form for a new casus.
var OpenForm = struct {
	Title, Intro, Send           Message[None]
	Kind, KindHelp               Message[None]
	Purpose, PurposeHelp         Message[None]
	Born, BornHelp               Message[None]
	School, SchoolHelp           Message[None]
	Members, MembersHelp         Message[None]
	Coordinator, CoordinatorHelp Message[None]
	Holder1, Holder1Help         Message[None]
	Holder2, Holder2Help         Message[None]
	Checked, CheckedHelp         Message[None]
	Conflict, ConflictHelp       Message[None]
	Agreed, AgreedHelp           Message[None]
	Except, ExceptHelp           Message[None]
	AgreedOn, AgreedOnHelp       Message[None]
	AgreedHow, AgreedHowHelp     Message[None]
	Invited, InvitedHelp         Message[None]
	YoungPerson                  Message[None]
}{
	Title: define[None]("form.open.title"), Intro: define[None]("form.open.intro"), Send: define[None]("form.open.send"),
	Kind: define[None]("form.open.kind"), KindHelp: define[None]("form.open.kind.help"),
	Purpose: define[None]("form.open.purpose"), PurposeHelp: define[None]("form.open.purpose.help"),
	Born: define[None]("form.open.born"), BornHelp: define[None]("form.open.born.help"),
	School: define[None]("form.open.school"), SchoolHelp: define[None]("form.open.school.help"),
	Members: define[None]("form.open.members"), MembersHelp: define[None]("form.open.members.help"),
	Coordinator: define[None]("form.open.coordinator"), CoordinatorHelp: define[None]("form.open.coordinator.help"),
	Holder1: define[None]("form.open.holder1"), Holder1Help: define[None]("form.open.holder1.help"),
	Holder2: define[None]("form.open.holder2"), Holder2Help: define[None]("form.open.holder2.help"),
	Checked: define[None]("form.open.checked"), CheckedHelp: define[None]("form.open.checked.help"),
	Conflict: define[None]("form.open.conflict"), ConflictHelp: define[None]("form.open.conflict.help"),
	Agreed: define[None]("form.open.agreed"), AgreedHelp: define[None]("form.open.agreed.help"),
	Except: define[None]("form.open.except"), ExceptHelp: define[None]("form.open.except.help"),
	AgreedOn: define[None]("form.open.agreed_on"), AgreedOnHelp: define[None]("form.open.agreed_on.help"),
	AgreedHow: define[None]("form.open.agreed_how"), AgreedHowHelp: define[None]("form.open.agreed_how.help"),
	Invited: define[None]("form.open.invited"), InvitedHelp: define[None]("form.open.invited.help"),
	YoungPerson: define[None]("form.open.young_person"),
}

// ClassifyForm asks what is in a file.
var ClassifyForm = struct {
	Title, Send          Message[None]
	Intro                Message[ClassifyIntroArgs]
	Kinds, KindsHelp     Message[None]
	Affects, AffectsHelp Message[None]
	Text, TextHelp       Message[None]
}{
	Title: define[None]("form.classify.title"), Send: define[None]("form.classify.send"),
	Intro: define[ClassifyIntroArgs]("form.classify.intro"),
	Kinds: define[None]("form.classify.kinds"), KindsHelp: define[None]("form.classify.kinds.help"),
	Affects: define[None]("form.classify.affects"), AffectsHelp: define[None]("form.classify.affects.help"),
	Text: define[None]("form.classify.text"), TextHelp: define[None]("form.classify.text.help"),
}

// ConsentForm records a consent.
var ConsentForm = struct {
	Title, Send                Message[None]
	Intro                      Message[ConsentIntroArgs]
	Giver, GiverHelp           Message[None]
	Capacity, CapacityHelp     Message[None]
	Decision, Yes, No          Message[None]
	Recipients, RecipientsHelp Message[None]
	Kinds, KindsHelp           Message[None]
	Purpose, PurposeHelp       Message[None]
	GivenOn, GivenOnHelp       Message[None]
	ExpiresOn, ExpiresOnHelp   Message[None]
	How, HowHelp               Message[None]
}{
	Title: define[None]("form.consent.title"), Send: define[None]("form.consent.send"),
	Intro: define[ConsentIntroArgs]("form.consent.intro"),
	Giver: define[None]("form.consent.giver"), GiverHelp: define[None]("form.consent.giver.help"),
	Capacity: define[None]("form.consent.capacity"), CapacityHelp: define[None]("form.consent.capacity.help"),
	Decision: define[None]("form.consent.decision"), Yes: define[None]("form.consent.yes"), No: define[None]("form.consent.no"),
	Recipients: define[None]("form.consent.recipients"), RecipientsHelp: define[None]("form.consent.recipients.help"),
	Kinds: define[None]("form.consent.kinds"), KindsHelp: define[None]("form.consent.kinds.help"),
	Purpose: define[None]("form.consent.purpose"), PurposeHelp: define[None]("form.consent.purpose.help"),
	GivenOn: define[None]("form.consent.given_on"), GivenOnHelp: define[None]("form.consent.given_on.help"),
	ExpiresOn: define[None]("form.consent.expires_on"), ExpiresOnHelp: define[None]("form.consent.expires_on.help"),
	How: define[None]("form.consent.how"), HowHelp: define[None]("form.consent.how.help"),
}

// WithdrawForm ends a consent.
var WithdrawForm = struct{ Title, Intro, Send, Consent Message[None] }{
	Title: define[None]("form.withdraw.title"), Intro: define[None]("form.withdraw.intro"),
	Send: define[None]("form.withdraw.send"), Consent: define[None]("form.withdraw.consent"),
}

// InviteForm brings in a new member.
var InviteForm = struct {
	Title, Intro, Send, Member, MemberHelp, Agreed, AgreedHelp Message[None]
}{
	Title: define[None]("form.invite.title"), Intro: define[None]("form.invite.intro"), Send: define[None]("form.invite.send"),
	Member: define[None]("form.invite.member"), MemberHelp: define[None]("form.invite.member.help"),
	Agreed: define[None]("form.invite.agreed"), AgreedHelp: define[None]("form.invite.agreed.help"),
}

// HoldForm places a hold.
var HoldForm = struct{ Title, Intro, Send, Reason, ReasonHelp Message[None] }{
	Title: define[None]("form.hold.title"), Intro: define[None]("form.hold.intro"), Send: define[None]("form.hold.send"),
	Reason: define[None]("form.hold.reason"), ReasonHelp: define[None]("form.hold.reason.help"),
}

// Wrong is what is wrong with a field, and what would be right.
var Wrong = struct {
	Kind, Sentence, Date, BornFuture, BornPast, School, Label, Checked, Invited, TooMany, Inactive,
	NoCapacity, TwoCapacities, GivenOn, How, Giver, Kinds, TooLong, Capacity, Decision, Recipients,
	ExpiresOn, ExpiresLate, Reason Message[None]
}{
	Kind: define[None]("wrong.kind"), Sentence: define[None]("wrong.sentence"), Date: define[None]("wrong.date"),
	BornFuture: define[None]("wrong.born_future"), BornPast: define[None]("wrong.born_past"), School: define[None]("wrong.school"),
	Label: define[None]("wrong.label"), Checked: define[None]("wrong.checked"), Invited: define[None]("wrong.invited"),
	TooMany: define[None]("wrong.too_many"), Inactive: define[None]("wrong.inactive"), NoCapacity: define[None]("wrong.no_capacity"),
	TwoCapacities: define[None]("wrong.two_capacities"), GivenOn: define[None]("wrong.given_on"), How: define[None]("wrong.how"),
	Giver: define[None]("wrong.giver"), Kinds: define[None]("wrong.kinds"), TooLong: define[None]("wrong.too_long"),
	Capacity: define[None]("wrong.capacity"), Decision: define[None]("wrong.decision"), Recipients: define[None]("wrong.recipients"),
	ExpiresOn: define[None]("wrong.expires_on"), ExpiresLate: define[None]("wrong.expires_late"), Reason: define[None]("wrong.reason"),
}
