package text

import "time"

// Arguments of what is said about cards of parents and young people.
type (
	// CardArgs goes with one card.
	CardArgs struct {
		Ref, Who, Organisation, PIN string
		Days, Minutes, Tries        int
	}

	// CardLine is a card that can be used now.
	CardLine struct {
		Who         string
		Made, Until time.Time
		Own         bool
	}

	// CardListArgs is all of them.
	CardListArgs struct{ Cards []CardLine }
)

// About cards.
var (
	HelpCard      = define[None]("help.kaart")
	HelpSafety    = define[None]("help.veiligheid")
	CardsOff      = define[None]("card.off")
	CardMade      = define[CardArgs]("card.made")
	CardEnded     = define[CardArgs]("card.ended")
	CardHere      = define[CardArgs]("card.here")
	CardFile      = define[CardArgs]("card.file")
	CardGuessed   = define[CardArgs]("card.guessed")
	CardAnswered  = define[CardArgs]("card.answered")
	CardAgainst   = define[CardArgs]("card.against")
	FamilyStopped = define[None]("wrong.family_stopped")
	SafetyIsOn    = define[CardArgs]("safety.is_on")
	SafetyNobody  = define[None]("safety.nobody")
	SafetyStopped = define[CardArgs]("safety.stopped")
	SafetyResumed = define[CardArgs]("safety.resumed")

	CardForm = struct {
		Intro                                                                               Message[CardListArgs]
		Title, Send, What, Who, WhoHelp, Seen, SeenHelp, WrongSeen, NoCard, NotNow, Stopped Message[None]
	}{
		Title: define[None]("form.card.title"), Intro: define[CardListArgs]("form.card.intro"), Send: define[None]("form.card.send"),
		What: define[None]("form.card.what"), Who: define[None]("form.card.who"), WhoHelp: define[None]("form.card.who.help"),
		Seen: define[None]("form.card.seen"), SeenHelp: define[None]("form.card.seen.help"), WrongSeen: define[None]("wrong.card_seen"),
		NoCard: define[None]("wrong.card_none"), NotNow: define[None]("wrong.card_not_now"), Stopped: define[None]("wrong.card_stopped"),
	}
	SafetyForm = struct{ Title, Intro, Send, Who, WhoHelp, What Message[None] }{
		Title: define[None]("form.safety.title"), Intro: define[None]("form.safety.intro"), Send: define[None]("form.safety.send"),
		Who: define[None]("form.safety.who"), WhoHelp: define[None]("form.safety.who.help"), What: define[None]("form.safety.what"),
	}
	CardPaper = struct {
		UntilText, HowText, CarefulText                                                   Message[CardArgs]
		Title, Intro, Languages, Address, Code, Until, How, Careful, Without, WithoutText Message[None]
	}{
		Title: define[None]("paper.card.title"), Intro: define[None]("paper.card.intro"), Languages: define[None]("paper.card.languages"),
		Address: define[None]("paper.card.address"), Code: define[None]("paper.card.code"), Until: define[None]("paper.card.until"),
		UntilText: define[CardArgs]("paper.card.until.text"), How: define[None]("paper.card.how"), HowText: define[CardArgs]("paper.card.how.text"),
		Careful: define[None]("paper.card.careful"), CarefulText: define[CardArgs]("paper.card.careful.text"),
		Without: define[None]("paper.card.without"), WithoutText: define[None]("paper.card.without.text"),
	}
)

var (
	cardDoNames   = defineNames("card.do", "make", "end")
	cardSeenNames = defineNames("card.seen", "document", "known")
	safetyDoNames = defineNames("safety.do", "stop", "again")
)

// CardDoName is what people call something that is done with cards.
func CardDoName(v string) string { return cardDoNames.of(v) }

// CardSeenName is how it was made sure who gets a card.
func CardSeenName(v string) string { return cardSeenNames.of(v) }

// SafetyDoName is what people call stopping and resuming.
func SafetyDoName(v string) string { return safetyDoNames.of(v) }
