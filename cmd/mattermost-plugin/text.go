package main

import "github.com/convenantbot/convenantbot/cmd/mattermost-plugin/gate"

// texts are what a person reads when the plugin itself says no. Everything else
// that people read comes from the bot.
var texts = gate.Texts{
	Away:      "De convenantbot geeft nu geen antwoord. Daarom kan hier even niets worden geplaatst. Er is niets gedeeld. Probeer het over een paar minuten opnieuw, of vraag de beheerder.",
	Resumable: "Dit bestand komt in delen binnen en kan daarom niet worden gecontroleerd. Er is niets gedeeld. Sleep het bestand in het kanaal of gebruik de knop voor bijlagen.",
	Bookmark:  "In dit kanaal kan een bestand alleen in een bericht worden gedeeld, door een deelnemer zelf. Er is niets gedeeld.",
	Short:     "Dit bestand kwam niet heel aan en kon niet worden gecontroleerd. Er is niets gedeeld. Probeer het opnieuw.",
	Empty:     "Dit bestand is leeg. Er is niets gedeeld. Controleer het bestand en probeer het opnieuw.",
	TooLarge:  "Dit bestand is te groot: hier mag het hooguit 100 MB zijn. Er is niets gedeeld. Deel een kleiner bestand, of alleen het deel dat nodig is.",
	NoRecord:  "Dit bestand is niet gecontroleerd voor dit kanaal. Er is niets gedeeld. Upload het bestand in dit kanaal zelf.",
	Edit:      "Aan een bericht dat er al staat kan hier geen bestand worden toegevoegd. Het bestand is niet gedeeld. Plaats een nieuw bericht met het bestand.",
	Broken:    "De controle lukte niet door een storing. Er is niets gedeeld. Probeer het opnieuw, of vraag de beheerder.",
	Member:    "In dit kanaal komen alleen betrokken partijen. Voeg iemand toe met /casus deelnemer.",
	Change:    "Dit kanaal hoort bij een casusoverleg en wordt alleen door de convenantbot gewijzigd. Gebruik /casus.",
}

// The other sentences of the plugin.
const (
	textCommandAway = "De convenantbot geeft nu geen antwoord. Er is niets gedaan. Probeer het over een paar minuten opnieuw."
	textFormAway    = "De convenantbot geeft nu geen antwoord. Je formulier is niet verwerkt. Probeer het over een paar minuten opnieuw."
	textUnknown     = "Dit commando ken ik niet. Typ /convenant help."
)
