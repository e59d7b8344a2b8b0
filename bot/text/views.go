package text

// What a platform shows around our own texts where it has windows and a page of
// its own for each person, and what is said there when we are slow or away.
var (
	ViewCancel      = define[None]("view.cancel")
	ViewClose       = define[None]("view.close")
	ViewLoading     = define[ViewArgs]("view.loading")
	ViewSlow        = define[ViewArgs]("view.slow")
	ViewAway        = define[None]("view.away")
	ViewStale       = define[ViewArgs]("view.stale")
	ViewWrong       = define[None]("view.wrong")
	ViewDone        = define[ViewArgs]("view.done")
	ViewClosed      = define[ViewClosedArgs]("view.closed")
	ViewElsewhere   = define[None]("view.elsewhere")
	ViewUnknown     = define[None]("view.unknown_command")
	ViewSure        = define[None]("view.sure.title")
	ViewSureText    = define[None]("view.sure")
	ViewSureYes     = define[None]("view.sure.yes")
	ViewSureNo      = define[None]("view.sure.no")
	ViewPlaceholder = define[None]("view.choose")
	ViewTicked      = define[None]("view.ticked")
	ViewOptions     = define[None]("view.options")
	PickTitle       = define[None]("view.pick.title")
	PickIntro       = define[None]("view.pick.intro")
	PickSend        = define[None]("view.pick.send")
	PickCommand     = define[None]("view.pick.command")
	PickWords       = define[None]("view.pick.words")
	PickWordsHelp   = define[None]("view.pick.words.help")
	PickRoom        = define[None]("view.pick.room")
	PickRoomHelp    = define[None]("view.pick.room.help")
	HomeMine        = define[None]("view.home.mine")
	HomeDo          = define[None]("view.home.do")
	HomeNew         = define[None]("view.home.new")
	HomeMayShare    = define[None]("view.home.may_share")
	HomePick        = define[None]("view.home.pick")
	HomeHelp        = define[None]("view.home.help")
	HomeAbout       = define[None]("view.home.about")
	HomeNothing     = define[None]("view.home.nothing")
)

// ViewArgs is the title of a window, or what stands in it.
type ViewArgs struct {
	Title bool // its title, of at most 24 characters
}

// ViewClosedArgs is what became of a form of which the window was closed too soon.
type ViewClosedArgs struct {
	Said    string // what would have stood there, in Markdown; may be blank
	Refused bool   // nothing was kept
	More    bool   // there is a next form
}
