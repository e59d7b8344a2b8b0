package names

import (
	"regexp"
	"strings"

	"github.com/convenantbot/convenantbot/internal/textscan"
)

var (
	bornRE   = regexp.MustCompile(`\b\d{1,2}[-/.]\d{1,2}[-/.](19|20)\d{2}\b|(?i)\b(geboren|geb\.?|geboortedatum|verjaardag)\b[^.?!]{0,25}\b\d{1,2}[- ](\d{1,2}|jan\w*|feb\w*|maart|mrt|apr\w*|mei|juni?|juli?|aug\w*|sep\w*|okt\w*|nov\w*|dec\w*)\b`)
	reachRE  = regexp.MustCompile(`\b06[- ]?\d(?:[- ]?\d){7}\b|[\w.+-]+@[\w-]+\.\w{2,}`)
	calledRE = regexp.MustCompile(`\b(?i:leerling|jongen|meisje|zoon|dochter|kind|zusje|broertje|moeder|vader|mevrouw|mevr\.?|meneer|dhr\.?|familie|gezin|heet|genaamd) (?:(?i:van|de|der|den|het|'t|ter|ten|el|al) )*\p{Lu}\p{Ll}{2,}`)
	nameRE   = regexp.MustCompile(`\p{Lu}\p{Ll}{2,}(?: (?:van|de|der|den|het|'t|ter|ten|el|al|ben))* \p{Lu}\p{Ll}{2,}`)
)

// beginners are words with a capital only because they begin a sentence, and
// nobodies are parts of names that nobody bears.
var (
	beginners = set(`mag mogen wat wie hoe kan kun kunt moet is een de het in als onze mijn wij ik welke waar wanneer waarom geldt bij voor met heb hebben
		valt hoeveel dat dit deze die zijn ons er op uit na om en of maar hallo hoi beste goedemorgen goedemiddag dag stel gaat wordt zou zal geef graag mogelijk`)
	nobodies = set(`veilig thuis raad kinderbescherming passend onderwijs steunpunt jeugdwet leerplichtwet convenant privacy model nederland centrum
		jeugd gezin samenwerkingsverband inspectie autoriteit persoonsgegevens kennisnet magister parnassys amersfoort utrecht vlaardingen schiedam maassluis
		leusden soest baarn bunschoten woudenberg eemland openbaar ministerie gemeente dienst uitvoering burgerlijk wetboek halt politie team microsoft teams
		verordening gegevensbescherming algemene functionaris gegevens privacyconvenant mattermost slack google drive whatsapp`)
)

// Personal reports whether a text, such as a question, seems to say who somebody
// is, without knowing anybody: a BSN, a day of birth, a telephone number or
// address, or a name. It would rather have a question answered once too often in
// private than leave a name standing.
func Personal(s string) bool {
	if textscan.FindBSN(s) || bornRE.MatchString(s) || reachRE.MatchString(s) {
		return true
	}
	for _, m := range calledRE.FindAllString(s, -1) {
		words := strings.Fields(m)
		if !nobodies[strings.ToLower(words[len(words)-1])] {
			return true
		}
	}
	for rest := s; ; {
		at := nameRE.FindStringIndex(rest)
		if at == nil {
			return false
		}
		words := strings.Fields(rest[at[0]:at[1]])
		first, last := strings.ToLower(words[0]), strings.ToLower(words[len(words)-1])
		if !beginners[first] && !nobodies[first] && !nobodies[last] {
			return true
		}
		// The second word may begin a name of its own.
		rest = rest[at[0]+len(words[0]):]
	}
}

// Called reports whether a text calls somebody by name: a capital behind "moeder",
// "leerling", "familie" and the like.
func Called(s string) bool { return calledRE.MatchString(s) }
