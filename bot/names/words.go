package names

import "strings"

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// particles stand in front of a surname, or between the parts of one, and are
// no name by themselves.
var particles = set(`de den der des het t van von vom te ter ten tot in op aan onder over la le les los las el al ben bin ibn abu
	du da di do dos das della del y e en zu zum zur af`)

// wordsToo are names that are also words. They are found only where they do not
// stand as the word. It is also what a slip of the finger may not end in.
var wordsToo = set(`lente zomer herfst winter januari februari maart april mei juni juli augustus september oktober november december jan feb mrt apr jun jul aug sep okt nov dec
	roos roosje fleur bloem linde iris jasmijn madelief klaver lelie viool violet olijf hazel braam munt laurier
	wolf vos beer das haas lam vogel valk vink merel mees haan leeuw kat vis zwaan spreeuw duif mus
	storm wind zon maan ster sterre hemel zee sky dauw regen sneeuw ijs vuur licht dag nacht morgen avond
	hoop lief lieve zoet rust vrede joy vreugde geluk faith hope grace wil moed trouw eer
	prins koning keizer graaf ridder bisschop paus monnik
	bakker visser smit smid mulder molenaar boer dekker brouwer kok kuiper slager snijder schipper timmerman jager herder kramer koopman meester ruiter schouten
	wever kuipers bakkers dekkers peters willems jansen klerk drost post maas
	groot klein lang kort jong oud wit zwart bruin groen blauw rood grijs rijk arm sterk stil goed best vet dik vrij nieuw
	berg dijk dam bos beek veen hoek hart bal blom tak boom heide meer burg huis hof kerk poort brug straat steen water bron
	mark markt max bas tom ot stan rein bo per jet floor cor piet
	merk merkt maar marter marge morgen mager manier maten maand materiaal moeder moeders vader vaders meester mentor meisje jongen
	school sport spel staat stand start stap steun stoel som samen dan den eeuw naam naar noor noord
	thuis tijd taal team toets traject verzuim vraag vraagt leerling leerplicht leraar lijn lijst lokaal les lezen
	jeugd jeugdarts ouder ouders overleg oma opa kind kinderen klas kamer groep gezin gemeente gesprek afspraak
	brand brams gram dram bras braaf breed brief
	aan alle als bij daar deze die dit door een eens eerst elke er gaat geen haar heeft hem hen het hier hij hoe hun iedereen ik ja je jij kan kunnen laat
	maak meer met mijn mogen moet na naar nee niet nog nu of om ons onze ook op over te tot uit van veel voor waar wanneer want wat we wel welke wie wij wil zal ze zij zijn zo zou`)

// articles come in front of a word, and of no first name.
var articles = set(`de het een t geen elke iedere deze die dit dat zon`)

// does are verbs that say that the word in front of them did or is something. A
// noun without an article in front of one is nearly always a name.
var does = set(`is was heeft had zit zat komt kwam gaat ging wil wilde wou kan kon mag mocht moet moest zal zou wordt werd doet deed krijgt kreeg
	zegt zei vertelt vertelde woont woonde voelt voelde vindt vond blijft bleef loopt liep slaapt sliep mist miste volgt volgde stopt stopte start startte
	speelt speelde heet lijkt leek weet wist ziet zag hoort hoorde geeft gaf neemt nam maakt maakte helpt hielp vraagt vroeg werkt werkte eet at
	huilt huilde schrijft schreef praat praatte gebruikt gebruikte weigert weigerde belt belde mailt mailde verzuimt verzuimde durft durfde reageert reageerde zelf`)
