package storybook

import "github.com/convenantbot/convenantbot/bot/text"

// sampleNow is the moment at which everything plays.
var sampleNow = text.SampleNow

// everything is the chapter of what belongs to every job.
const everything = "overal"

// part is a part of the catalogue as its readers call it, and the chapter of the
// handbook that it belongs to.
type part struct{ Title, Chapter string }

// parts are those of the catalogue, by the names of their files. One that is not
// here is shown under its own name, with what belongs to every job.
var parts = map[string]part{
	"absence":      {"Verzuim", "delen"},
	"answering":    {"Antwoorden: kort en lang", "vragen"},
	"answers":      {"Antwoorden en doorvragen", "vragen"},
	"card":         {"De ouderkaart", "kaart"},
	"consentpaper": {"Wat is er nog nodig, en het formulier op papier", "toestemming"},
	"dash":         {"Woorden van het overzicht", "overzicht"},
	"destruction":  {"Bewijs van vernietiging", "afsluiten"},
	"doctor":       {"Doctor: instellingen", "toezicht"},
	"doctor_files": {"Doctor: bestanden", "toezicht"},
	"doctor_oidc":  {"Doctor: inloggen", "toezicht"},
	"doctor_redis": {"Doctor: Redis", "toezicht"},
	"dossier":      {"Dossier van een casus", "gegevens"},
	"exception":    {"Uitzonderingen", "uitzondering"},
	"family":       {"Gezin, vervanging en bevoegdheid", "deelnemers"},
	"forms":        {"Woorden van formulieren", "starten"},
	"handbook":     {"Het handboek in de chat", "vragen"},
	"handin":       {"Een bestand aanreiken", "delen"},
	"incidents":    {"Incidenten", "toezicht"},
	"keeping":      {"Bewaren, blokkades en verzoeken", "afsluiten"},
	"library":      {"Documenten van de regio", "toezicht"},
	"links":        {"Koppelingen in een bericht", "delen"},
	"meetings":     {"Overleggen plannen", "overleg"},
	"messages":     {"De casus van begin tot eind", "starten"},
	"names":        {"Namen van soorten, fasen en keuzes", everything},
	"parties":      {"Organisaties en medewerkers", "deelnemers"},
	"plan":         {"Het bewaarplan", "afsluiten"},
	"say":          {"Berichten die worden vastgehouden", "delen"},
	"signin":       {"Inloggen op het overzicht", "overzicht"},
	"takeover":     {"Overnemen wat bewaard moet blijven", "afsluiten"},
	"takingpart":   {"Procesregie en meedoen", "deelnemers"},
	"vault":        {"De kluis", "kluis"},
	"views":        {"Vensters en de eigen pagina", everything},
	"why":          {"Waarom?", "delen"},
	"work":         {"Afspraken, stappen en mijn casussen", "overleg"},
	"yes":          {"Een ja of nee", "toestemming"},
}

// formChapters are the chapters of the forms, by what they do; a form that is not
// here is shown with what belongs to every job.
var formChapters = map[string]string{
	"accede": "toezicht", "ask_exception": "uitzondering", "decide_exception": "uitzondering", "agenda": "overleg", "card": "kaart", "circle": "starten", "classify": "delen", "consent": "toestemming",
	"data": "gegevens", "family": "deelnemers", "finish_matter": "gegevens", "hand_in": "delen", "handover_wait": "afsluiten",
	"hearing": "deelnemers", "hold": "afsluiten", "invite": "deelnemers", "known": "delen", "lead": "deelnemers", "leave": "toezicht",
	"may_share": "vragen", "may_share_2": "vragen", "meeting": "overleg", "open": "starten", "point": "overleg", "release_hold": "afsluiten",
	"reopen": "afsluiten", "safety": "delen", "series": "starten", "staff": "toezicht", "stand_in": "deelnemers", "step": "overleg",
	"take_over": "afsluiten", "withdraw": "toestemming", "wrong_channel": "delen", "yes_receipt": "toestemming",
}
