package playground

// words holds every word that people read in this chat, in one place, so that
// it can move to the catalogue in one piece. What the bot says is not here.
// Dutch, plain (B1), short.
var words = wordsOf{
	Lang:         "nl",
	Product:      "convenantbot",
	TryOut:       "Proefomgeving",
	Banner:       "Alle mensen hier zijn verzonnen. Zet hier geen gegevens van echte mensen neer.",
	Forgets:      "Alles wordt gewist op %s.",
	StartTitle:   "Probeer convenantbot uit",
	StartLead:    "convenantbot helpt school, gemeente en jeugdhulp om veilig samen te praten over een jongere. Kies iemand, en kijk wat de bot doet.",
	StartHow:     "Zo werkt het",
	StartSteps:   []string{"Kies hieronder wie je bent.", "Volg de rondleiding. Die wijst je langs de vier taken van de bot.", "Open een tweede venster als iemand anders. Zo zie je wat een ander ziet, en wat niet."},
	StartPeople:  "Wie ben je?",
	StartWarning: "Dit is om te proberen. Iedereen die op deze computer kan, kan hier iedereen zijn.",
	Be:           "Word %s",
	NewWindow:    "Nieuw venster",
	NewWindowFor: "Word %s in een nieuw venster",
	Outsider:     "Hoort er niet bij",

	SkipToMessages:  "Naar de berichten",
	SkipToComposer:  "Naar het tekstvak",
	YouAre:          "Je bent",
	Switch:          "Wissel van persoon",
	Channels:        "Kanalen",
	Rooms:           "Casusoverleg",
	NoRooms:         "Je zit nog in geen casusoverleg.",
	Archived:        "Gearchiveerd",
	Direct:          "Directe berichten",
	Navigation:      "Kanalen en gesprekken",
	Menu:            "Menu",
	CloseMenu:       "Sluit menu",
	Unread:          "ongelezen",
	Locked:          "besloten",
	Guarded:         "Bewaakt",
	GuardedHelp:     "convenantbot bewaakt dit kanaal. Een bestand gaat eerst langs de bot.",
	ArchivedHelp:    "Dit kanaal is gearchiveerd. Je kunt hier alleen nog lezen.",
	Members:         "Leden",
	MembersOne:      "1 lid",
	MembersMany:     "%d leden",
	Everybody:       "iedereen",
	Pinned:          "Vastgezet",
	Tour:            "Rondleiding",
	BotFunction:     "bot",
	Own:             "jij",
	ConnectionLost:  "Geen verbinding. We proberen het opnieuw.",
	ConnectionBack:  "Weer verbonden.",
	ForgottenNotice: "Alles is gewist. De proef begint opnieuw.",
	RoomGone:        "Dit kanaal is er niet (meer) voor jou.",

	Messages:      "Berichten",
	Empty:         "Hier is nog niets gezegd.",
	EmptyBot:      "Stel hier je vraag aan convenantbot. Bijvoorbeeld: vanaf welke leeftijd beslist een jongere zelf?",
	OnlyYou:       "alleen voor jou",
	Dismiss:       "Sluit dit bericht",
	PinnedMark:    "vastgezet",
	Via:           "geplaatst door convenantbot",
	Hidden:        "Dit bericht is niet meer te zien.",
	HiddenFile:    "De bot heeft dit uit het zicht gehaald.",
	Reply:         "Reageer",
	RepliesOne:    "1 reactie",
	RepliesMany:   "%d reacties",
	Thread:        "Gesprek",
	CloseThread:   "Sluit gesprek",
	ClosePanel:    "Sluit",
	ReplyHere:     "Reageer in dit gesprek",
	WriteIn:       "Bericht in %s",
	WriteTo:       "Bericht aan %s",
	Send:          "Verstuur",
	Attach:        "Voeg een bestand toe",
	DropHere:      "Laat los om het bestand te laten controleren",
	ComposerHelp:  "Enter verstuurt. Shift en Enter geeft een nieuwe regel. Begin met / voor een opdracht.",
	Suggestions:   "Suggesties",
	Checking:      "wordt gecontroleerd",
	Checked:       "gecontroleerd",
	RemoveFile:    "Haal %s weg",
	NotPosted:     "Niet geplaatst",
	Download:      "Download %s",
	Joined:        "%[2]s heeft %[1]s toegevoegd.",
	Left:          "%[2]s heeft %[1]s uit dit kanaal gehaald.",
	LeftSelf:      "%[1]s is weggegaan.",
	JoinedSelf:    "%[1]s is erbij gekomen.",
	ArchivedNote:  "Dit kanaal is gearchiveerd.",
	Days:          [7]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"},
	Months:        [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
	AddMember:     "Voeg iemand toe",
	AddMemberHelp: "Zoals in een echte chat: ieder lid kan iemand toevoegen. De bot kijkt daarna of dat mag.",
	Choose:        "Kies iemand",
	Add:           "Voeg toe",
	RemoveMember:  "Haal %s weg",
	Remove:        "Haal weg",
	Leave:         "Ga weg",

	Clock:      "De klok",
	ClockHelp:  "Zet de tijd vooruit en kijk wat de bot dan doet. Terug kan niet.",
	ClockDays:  []ClockStep{{1, "+1 dag"}, {7, "+7 dagen"}, {30, "+30 dagen"}},
	ClockTo:    "Naar een datum",
	ClockGo:    "Zet vooruit",
	ClockAhead: "%d dagen vooruit",
	ClockOne:   "1 dag vooruit",

	FormCancel: "Annuleer",
	FormClose:  "Sluit formulier",
	FormErrors: "Er klopt iets nog niet:",
	Required:   "Vul dit in.",
	Optional:   "mag leeg blijven",
	ChooseOne:  "Maak een keuze",
	Sending:    "Bezig met versturen",

	Refused:          "Dit bestand mag hier niet worden geplaatst.",
	Torn:             "Het bestand kwam niet helemaal aan. Probeer het opnieuw.",
	Nameless:         "bestand",
	TooLong:          "Dit bericht is te lang. Het mag 16.000 tekens hebben.",
	Nothing:          "Schrijf eerst iets.",
	CommandWithFile:  "Een opdracht kan geen bestand meenemen. Verstuur het bestand apart.",
	UnknownCommand:   "De opdracht %s bestaat niet. Typ / en kies er een.",
	Failed:           "Er ging iets mis. Daarom is er niets gebeurd. Probeer het later opnieuw. Nummer van de storing: %s.",
	FormGone:         "Dit formulier is al verstuurd of te oud. Begin opnieuw.",
	NoSession:        "Je bent hier niemand meer. Kies opnieuw wie je bent.",
	Invalid:          "Dit begrijpt de chat niet. Laad de pagina opnieuw.",
	NotFound:         "Dit is er niet (meer), of niet voor jou.",
	Conflict:         "Dit kan nu niet. Misschien is het kanaal gearchiveerd.",
	Stopping:         "De proefomgeving stopt. Probeer het zo opnieuw.",
	ForwardOnly:      "De klok kan alleen vooruit, en niet meer dan twee jaar per keer.",
	RefusedForwarded: "Deze proefomgeving is alleen te gebruiken op de computer waarop zij draait. In deze chat kan iedereen iedereen zijn. Daarom weigert zij verzoeken die via een andere computer of een proxy komen.",
	RefusedHost:      "Deze proefomgeving luistert alleen naar haar eigen adres op deze computer (127.0.0.1 of localhost).",
	RefusedOrigin:    "Dit verzoek komt van een andere website. De proefomgeving weigert dat.",

	TourDone:    "gedaan",
	TourTodo:    "nog te doen",
	TourCount:   "%d van %d gedaan",
	TourFill:    "Zet klaar",
	TourFile:    "Neem dit voorbeeld",
	TourWhich:   "Welke rondleiding?",
	DoorTitle:   "Training met convenantbot",
	DoorLead:    "Je krijgt van de trainer een code. Daarmee ben je een van de verzonnen mensen.",
	DoorCode:    "Je code",
	DoorOpen:    "Ga naar binnen",
	DoorWrong:   "Deze code klopt niet. Kijk op je briefje, of vraag de trainer.",
	DoorLate:    "Er zijn te veel verkeerde codes ingevuld. Wacht tien minuten en probeer het opnieuw.",
	TrainerOnly: "Alleen de trainer zet de klok vooruit.",

	Again:        "Begin opnieuw",
	AgainTitle:   "Opnieuw beginnen?",
	AgainHelp:    "Alles in deze proefomgeving wordt gewist, in alle vensters en voor iedereen: berichten, bestanden, elk casusoverleg en de klok. Daarna staan de voorbeelden er weer. Dit kan niet worden teruggedraaid.",
	AgainSure:    "Wis alles",
	AgainBusy:    "Alles wordt gewist. Dit duurt even.",
	TrainerAgain: "Alleen de trainer begint opnieuw.",
	TourYours:    "jouw rol",
}

// ClockStep is a button of the clock.
type ClockStep struct {
	Days  int
	Label string
}

type wordsOf struct {
	Lang, Product, TryOut, Banner, Forgets                                                  string
	StartTitle, StartLead, StartHow, StartPeople, StartWarning                              string
	StartSteps                                                                              []string
	Be, NewWindow, NewWindowFor, Outsider                                                   string
	SkipToMessages, SkipToComposer, YouAre, Switch, Channels, Rooms, NoRooms, Archived      string
	Direct, Navigation, Menu, CloseMenu, Unread, Locked, Guarded, GuardedHelp, ArchivedHelp string
	Members, MembersOne, MembersMany, Everybody, Pinned, Tour, BotFunction, Own             string
	ConnectionLost, ConnectionBack, ForgottenNotice, RoomGone                               string
	Messages, Empty, EmptyBot, OnlyYou, Dismiss, PinnedMark, Via, Hidden, HiddenFile        string
	Reply, RepliesOne, RepliesMany, Thread, CloseThread, ClosePanel, ReplyHere              string
	WriteIn, WriteTo, Send, Attach, DropHere, ComposerHelp, Suggestions, Checking, Checked  string
	RemoveFile, NotPosted, Download, Joined, Left, LeftSelf, JoinedSelf, ArchivedNote       string
	Days                                                                                    [7]string
	Months                                                                                  [12]string
	AddMember, AddMemberHelp, Choose, Add, RemoveMember, Remove, Leave                      string
	Clock, ClockHelp, ClockTo, ClockGo, ClockAhead, ClockOne                                string
	ClockDays                                                                               []ClockStep
	FormCancel, FormClose, FormErrors, Required, Optional, ChooseOne, Sending               string
	Refused, Torn, Nameless, TooLong, Nothing, CommandWithFile, UnknownCommand, Failed      string
	FormGone, NoSession, Invalid, NotFound, Conflict, Stopping, ForwardOnly                 string
	RefusedForwarded, RefusedHost, RefusedOrigin                                            string
	TourDone, TourTodo, TourCount, TourFill, TourFile, TourWhich, TourYours                 string
	DoorTitle, DoorLead, DoorCode, DoorOpen, DoorWrong, DoorLate, TrainerOnly               string
	Again, AgainTitle, AgainHelp, AgainSure, AgainBusy, TrainerAgain                        string
}

// scriptWords are the words that the script needs.
func scriptWords() map[string]string {
	return map[string]string{
		"checking": words.Checking, "checked": words.Checked, "removeFile": words.RemoveFile, "notPosted": words.NotPosted,
		"dismiss": words.Dismiss, "lost": words.ConnectionLost, "back": words.ConnectionBack,
		"required": words.Required, "optional": words.Optional, "chooseOne": words.ChooseOne, "cancel": words.FormCancel,
		"formClose": words.FormClose, "formErrors": words.FormErrors, "sending": words.Sending, "failed": words.Stopping,
		"againTitle": words.AgainTitle, "againHelp": words.AgainHelp, "againSure": words.AgainSure, "againBusy": words.AgainBusy,
	}
}
