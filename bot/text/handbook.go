package text

// Arguments of the handbook.
type (
	// HandbookLine is a command, chapter or role and what it is for.
	HandbookLine struct{ Command, Help string }

	// HandbookArgs is one page.
	HandbookArgs struct {
		Unknown                   bool // what was asked for is not in it
		Title, Body               string
		Commands, Chapters, Roles []HandbookLine
	}
)

// The pages of the handbook.
var (
	Handbook        = define[HandbookArgs]("handbook")
	HandbookRole    = define[HandbookArgs]("handbook.for_role")
	HandbookChapter = define[HandbookArgs]("handbook.page")

	chapterTitles = defineNames("handbook.title", "vragen", "starten", "deelnemers", "toestemming", "kaart", "delen", "kluis", "uitzondering", "overzicht", "overleg", "afsluiten", "gegevens", "toezicht", "overig")
	chapterBodies = defineNames("handbook.body", "vragen", "starten", "deelnemers", "toestemming", "kaart", "delen", "kluis", "uitzondering", "overzicht", "overleg", "afsluiten", "gegevens", "toezicht", "overig")
	roleNames     = defineNames("handbook.role", "ib", "leerplicht", "jeugdarts", "hulpverlener", "swv", "procesregisseur", "ouder", "fg")
	roleDuties    = defineNames("handbook.duty", "ib", "leerplicht", "jeugdarts", "hulpverlener", "swv", "procesregisseur", "ouder", "fg")
)

// ChapterTitle is what a chapter is called, also on its button.
func ChapterTitle(v string) string { return chapterTitles.of(v) }

// ChapterBody is what stands in a chapter above its commands.
func ChapterBody(v string) string { return chapterBodies.of(v) }

// RoleName is what people call a role of the handbook.
func RoleName(v string) string { return roleNames.of(v) }

// RoleDuty is what somebody in a role does with the bot, and what counts for them.
func RoleDuty(v string) string { return roleDuties.of(v) }
