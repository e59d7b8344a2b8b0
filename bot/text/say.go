package text

import "time"

// Arguments of what is said about a message that was held, and about the room
// in which somebody writes.
type (
	// SaidNamesArgs is about a message that says who somebody is.
	SaidNamesArgs struct {
		Ref, Room string
		Begins    string // how the message begins, without what is known
		What      []string
		Until     time.Time
	}

	// SaidUncoveredArgs is about a message of somebody who may not share yet.
	SaidUncoveredArgs struct {
		Ref, Room, Why string
		Begins         string // how the message begins, without what is known
		Missing        []string
		Until          time.Time
	}

	// KnownIntroArgs counts what is known of a casus.
	KnownIntroArgs struct{ Young, Others, Born, Addresses, Phones int }

	// RoomLineArgs says which casus it is.
	RoomLineArgs struct {
		Ref, Alias, School, Kind string
		Parties                  int
	}

	// RoomSaidArgs goes with such a line.
	RoomSaidArgs struct{ Line string }

	// AliasArgs is a casus and what somebody calls it.
	AliasArgs struct{ Ref, Alias string }

	// TakenBackArgs is what was taken back.
	TakenBackArgs struct {
		Ref, Room       string
		Since           time.Time
		Messages, Files int
	}
)

// About a message that was held.
var (
	SaidHeld        = define[None]("say.held")
	SaidLong        = define[None]("say.long")
	PastedName      = define[None]("say.pasted_name")
	ChangeHeld      = define[None]("say.change")
	SaidNames       = define[SaidNamesArgs]("say.names")
	SaidUncovered   = define[SaidUncoveredArgs]("say.uncovered")
	SaidComing      = define[CasusArgs]("say.coming")
	SaidWaitsNoMore = define[None]("say.waits_no_more")
	SaySendAgain    = define[None]("say.send_again")
	SayWithCode     = define[None]("button.say_code")
	SayWithInitials = define[None]("button.say_initials")
	SayAsIs         = define[None]("button.say_as_is")
	SayProcess      = define[None]("button.say_process")
	WrongSigns      = define[None]("say.wrong_signs")
	WrongNamed      = define[CasusArgs]("say.wrong_named")
	FileNamed       = define[None]("say.file_named")
)

// What is known of a casus.
var (
	HelpKnown   = define[None]("help.bekend")
	KnownSaved  = define[CasusArgs]("known.saved")
	WrongDetail = define[None]("known.wrong")
	NoDetail    = define[None]("known.nothing")
	KnownForm   = struct {
		Title, Send                                                               Message[None]
		Intro                                                                     Message[KnownIntroArgs]
		Young, YoungHelp, Others, OthersHelp, Birthdays, BirthdaysHelp, Addresses Message[None]
		AddressesHelp, Phones, PhonesHelp, Forget, ForgetHelp                     Message[None]
	}{
		Title: define[None]("form.known.title"), Send: define[None]("form.known.send"), Intro: define[KnownIntroArgs]("form.known.intro"),
		Young: define[None]("form.known.young"), YoungHelp: define[None]("form.known.young.help"),
		Others: define[None]("form.known.others"), OthersHelp: define[None]("form.known.others.help"),
		Birthdays: define[None]("form.known.birthdays"), BirthdaysHelp: define[None]("form.known.birthdays.help"),
		Addresses: define[None]("form.known.addresses"), AddressesHelp: define[None]("form.known.addresses.help"),
		Phones: define[None]("form.known.phones"), PhonesHelp: define[None]("form.known.phones.help"),
		Forget: define[None]("form.known.forget"), ForgetHelp: define[None]("form.known.forget.help"),
	}
)

// In which room somebody writes, and taking back.
var (
	RoomLine          = define[RoomLineArgs]("room.line")
	FirstToday        = define[RoomSaidArgs]("room.first_today")
	HelpAlias         = define[None]("help.bijnaam")
	AliasAway         = define[None]("alias.away")
	AliasAbove        = define[AliasArgs]("alias.above")
	AliasNow          = define[AliasArgs]("alias.now")
	AliasSaved        = define[AliasArgs]("alias.saved")
	WrongAlias        = define[None]("alias.wrong")
	HelpTakeBack      = define[None]("help.neem-terug")
	TakeBackAsk       = define[RoomSaidArgs]("take_back.ask")
	TakeBackHour      = define[None]("button.take_back_hour")
	TakeBackDay       = define[None]("button.take_back_day")
	TakeBackAll       = define[None]("button.take_back_all")
	TakeBackSince     = define[None]("button.take_back_since")
	TakenBack         = define[TakenBackArgs]("take_back.done")
	NothingToTakeBack = define[TakenBackArgs]("take_back.nothing")
	TakeBackNot       = define[None]("take_back.not_here")
	WrongSince        = define[None]("take_back.wrong_since")
)

var (
	leftOutNames   = defineNames("left_out", "name", "born", "address", "phone")
	knownNames     = defineNames("known", "name", "born", "address", "phone")
	fileSortsNames = defineNames("file_sort", "document", "table", "slides", "picture", "sound", "film", "mail", "bundle", "file")
)

// LeftOut is what stands in a text where a detail was taken out.
func LeftOut(what string) string { return leftOutNames.of(what) }

// KnownName is what people call a sort of detail.
func KnownName(what string) string { return knownNames.of(what) }

// FileSort is what people call a sort of file, as it stands in a file's name.
func FileSort(sort string) string { return fileSortsNames.of(sort) }
