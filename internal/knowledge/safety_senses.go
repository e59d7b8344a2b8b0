package knowledge

import (
	"slices"
	"strings"
)

// senses are what the words of a report are about: few of the words in a new
// one were ever seen, but most of what they stand for was. A word belongs to a
// sense when it begins with one of its stems; one that ends in $ must be the whole
// word.
var senses = func() map[string][]string {
	list := map[string][]string{}
	for name, stems := range map[string]string{
		"man":     "vader papa$ pa$ stiefvader stiefpa oom$ opa$ neef$ broer buurman trainer coach meneer man$ mannen vriend$ stiefbroer verloofde echtgenoot",
		"woman":   "moeder mama$ ma$ stiefmoeder tante$ oma$ oppas buurvrouw zus$ zusje",
		"parents": "ouders familie gezin broers$ neven$",
		"child":   "kind kleuter peuter baby zuigeling dreumes jongetje meisje jongen leerling dochter zoon zoontje dochtertje brugklasser puber tweeling kleine$ jongste",
		"self":    "ik$ mij$ me$ mijn$ m'n$",
		"third":   "hij$ zij$ ze$ haar$ hem$ hun$",
		"home":    "thuis huis$ kamer slaapkamer keuken kelder zolder schuur bank$ trap$ deur balkon portiek douche badkamer",
		"bed":     "bed$ bedje deken dekens matras kussen laken pyjama ondergoed onderbroek slip$ slipje bh$ broek$ uitkleden uitgekleed naakt bloot douchen aankleden luier",
		"night":   "nacht nachts$ avond avonds$ donker middernacht slapen slaapt slaap$ wakker",
		"hurt":    "sla$ slaat slaan sloeg geslagen schop schopt schoppen geschopt trap$ trapt trappen mep stomp klap klappen knijp bijt beet$ gebeten duw duwde smijt smeet gesmeten gooit$ gooide wurg keel ranselt rammel rammelt bewerkt mishandel pijn$ krab krabt brand verbrand dwing dwong gedwongen stoot",
		"tool":    "riem stok pollepel snoer verlengsnoer slipper mes$ messen scherf scherven hamer pistool vuurwapen wapen strop touw scheermes naald sigaret peuk",
		"mark":    "plek plekken blauw blauwe paars paarse striem strepen afdruk litteken wond wonden wondje bloed bloedt bloedend bult bulten schram krassen kras sneetjes sneden breuk gebroken brandwond blaar blaren gezwollen dik$ dikke kneuzing tand",
		"body":    "arm armen rug$ nek$ hals$ pols polsen been$ benen dij dijen billen borst borsten plasser piemel buik$ gezicht wang oog$ ogen lip$ lippen hoofd$ huid vingers",
		"fear":    "bang angst angstig durf durft dorst schrik schrikt krimp duik verstijf beeft trilt tril bibber panisch paniek wit$ verstop kruipt kroop smeek deinst ineen",
		"sad":     "huil huilt huilen stil$ zwijgt lacht$ somber verdrietig teruggetrokken leeg$ lusteloos",
		"secret":  "geheim niemand vertel vertellen verder$ zwijgen beloof beloofd beloven zeggen$ verbergt verstopt fluister weten$ geloof gelooft biecht",
		"drugs":   "drank drinkt dronken bier$ wijn$ wodka fles flessen drugs spuit heroine blowt wiet coke verslaafd gebruikt$ dealt gedeald pillen pil$ tabletten tabletjes pijnstillers paracetamol slaappillen medicijnkastje high$ stoned",
		"hunger":  "honger eten$ eet$ ontbijt brood boterham boterhammen warm$ koelkast vuilnisbak lunch maaltijd gegeten mager vermagerd kilo",
		"cold":    "winter vriest koud kou$ jas$ sandalen slippers verwarming stroom$ regen schimmel vies vieze stinkt ruikt luizen ongewassen vuilnis urine",
		"alone":   "alleen$ weggelopen straat$ buiten$ dagen$ weken$ nooit$ opgesloten slot$ sluit vast$ vastgebonden gebonden wegrennen zwerft",
		"control": "mag$ moet$ mocht moest verbied verboden verbiedt paspoort trouwen trouwt bruiloft bruid huwelijk eer$ schande controleert volgen volgt afgepakt gehaald ophalen",
		"threat":  "dreig dreigt bedreig dreigement anders$ straks$ vermoord doodmaken dood$ doodgaan iets$ kapot beurt eraan$ spijt krijgt$ afmaken gehoorzaam straf$ straft gestraft",
		"end":     "dood$ doodgaan sterven leven$ leeft bestaan verdwijnen verdwijn weg$ afscheid laatste$ nooit$ meer$ missen mist$ zonder$ wereld einde eind$ stoppen begrafenis zelfmoord brug$ viaduct trein$ springen flat$ dak$",
		"money":   "geld cadeau cadeaus kado dure duur$ betaald betaalt foto foto's filmpje filmpjes webcam auto$ pakjes chat appje snap",
		"word":    "zegt zei$ vertelt vertelde schreef schrijft riep roept vroeg vraagt noemt appte",

		"sport":  "voetbal hockey tennis judo gym$ gymles sport training wedstrijd skate fiets$ fietsen rolschaats step zwem zwemmen hardlopen turnen ballet schaken bal$ doelpunt keeper schommel klimrek trampoline",
		"play":   "spel$ speelt spelen speelde verstoppertje tikkertje gamen game$ gamet lego poppen tekent knutsel musical toneel film$ boek$ verhaal$ gedicht gitaar muziek zingt zingen spreekbeurt presentatie werkstuk",
		"school": "les$ lessen klas$ juf$ meester mentor huiswerk toets examen rekenen cijfer cijfers rapport schoolreis kamp$ excursie rooster boek$ pauze stage studeren schoolkrant kring$",
		"happy":  "leuk blij trots gezellig graag jarig verjaardag feest taart vakantie lacht lachen lachend grappig lief$ mooi$ kado gewonnen won$ prijs geniet trots",
		"ill":    "ziek$ griep verkouden koorts buikgriep allergie hooikoorts eczeem muggen muggenbulten wesp tandarts beugel bril$ dokter waterpokken astma gips verkoudheid",
		"animal": "hond$ kat$ poes konijn hamster cavia vis$ goudvis paard$ paarden vogel dier$ dieren",
		"work":   "vergader vergadering overleg formulier begroting notulen collega cursus directeur werkgroep team$ document agenda systeem wachtwoord account mail$ rapporten reorganisatie inspectie",
		"why":    "omdat want doordat vanwege",
		"own":    "zelf$ zichzelf mezelf zich$",
	} {
		for _, s := range strings.Fields(stems) {
			list[s] = append(list[s], "@"+name)
		}
	}
	for s := range list {
		slices.Sort(list[s]) // so that every build learns the same
	}
	return list
}()

// sensesOf are the senses of a word.
func sensesOf(w string) []string {
	out := senses[w+"$"]
	for n := min(len(w), 16); n >= 3; n-- {
		if s := senses[w[:n]]; s != nil {
			return append(out[:len(out):len(out)], s...)
		}
	}
	if s := senses[w]; s != nil && len(w) < 3 {
		out = append(out[:len(out):len(out)], s...)
	}
	return out
}

// sensed are the senses in a text, each once, and the pairs of them.
func sensed(ws []string) []string {
	var in []string
	seen := map[string]bool{}
	for _, w := range ws {
		for _, s := range sensesOf(w) {
			if !seen[s] {
				seen[s] = true
				in = append(in, s)
			}
		}
	}
	out := append([]string(nil), in...)
	for i, a := range in {
		for _, b := range in[i+1:] {
			if a > b {
				a, b = b, a
			}
			out = append(out, a+b)
		}
	}
	return out
}
