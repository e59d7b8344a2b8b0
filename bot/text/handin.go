package text

// HandInForm is the form by which files are handed over.
var HandInForm = struct{ Title, Intro, Send, Files, FilesHelp Message[None] }{
	Title: define[None]("form.hand_in.title"), Intro: define[None]("form.hand_in.intro"), Send: define[None]("form.hand_in.send"),
	Files: define[None]("form.hand_in.files"), FilesHelp: define[None]("form.hand_in.files.help"),
}

// About files that are handed over by a form.
var (
	HelpHandIn    = define[None]("help.deel")
	HandInHere    = define[None]("hand_in.here")
	HandInNone    = define[None]("hand_in.none")
	HandInTaken   = define[None]("hand_in.taken")
	HandInGone    = define[None]("hand_in.gone")
	HandInForeign = define[None]("hand_in.foreign")
	HandInDenied  = define[None]("hand_in.denied")
)
