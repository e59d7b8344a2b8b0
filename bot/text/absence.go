package text

// AbsenceForm asks a school what kind of absence a file is about.
var AbsenceForm = struct {
	Label, Help, None, Worrying, Authorised, Wrong Message[None]
}{
	Label: define[None]("form.absence"), Help: define[None]("form.absence.help"), None: define[None]("form.absence.none"),
	Worrying: define[None]("form.absence.worrying"), Authorised: define[None]("form.absence.authorised"), Wrong: define[None]("wrong.absence"),
}

// AbsenceReason is why authorised absence is not shared with leerplicht or SWV.
var AbsenceReason = struct{ Text, Next, Source Message[None] }{
	Text: define[None]("reason.absence"), Next: define[None]("reason.absence.next"), Source: define[None]("reason.absence.source"),
}
