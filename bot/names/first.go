package names

import "strings"

// firstNames are first names that are frequent in the Netherlands, of children of
// today and of who works with them, folded. It is a fact and no judgement: what is
// also a word stands in wordsToo besides, and is looked at with more care.
var firstNames = set(`aaliyah aafke aart abdel abdullah abel adam ad adriaan adriana ahmed aicha ali alex alexander alice aliya alma amal amber amin amina amir amira amy an ana anass andrea andre
	angela anita anja anna annabel anne annelies anneke annemarie annemiek annemieke ans anton anouk antoinette aran ardi ari arie arjan arjen arno arthur astrid aya ayaan ayla ayoub ayse aziz
	babette bart barbara bas bastiaan beatrix ben benjamin bennie bente benthe berend bernard bert bertus bianca bilal bjorn bo boaz bodhi bob boris bowie bradley bram brechtje brian britt bruno
	carlijn carla carmen carolien caroline casper cas cato catharina cees celine charlotte chantal chris christiaan christina claudia collin conny cor cora cornelis corrie
	daan damian damian dani daniel daniela danielle danny daphne david dean deborah demi demy denise dennis derk desiree dewi dex diana dick diede dieuwke dilan dina dion dirk djamila dominique donna
	dorien douwe duuk dylan eddie edith eefje eline elena elif elin elisa elisabeth eliza elias elise ella ellen elly els elsa elsbeth emil emily emine emir emma emre erik erica ernst esmee esther evert
	eva evi evy evan ewoud faas fadi fajah fatih fatima fatma faye feline felix femke fenna fenne ferdi fien fieke filip finn fleur floor floris floortje francien frank frans fred frederique freek frits
	gerard gerben gerda gerrit gert gertjan gijs gina ginny giovanni giulia godelieve greet greetje guido gustaaf guus hailey hakim hamza hanna hannah hanneke hannie hans harm harrie hasan hasna hassan
	heleen helena henk hendrik hendrika henriette herman hidde hugo hussein ian ibrahim ibtissam ida iefke ilias ilona ilse imane imke imran ina ineke inge ingrid ira irene iris irma isa isabel isabella
	isabelle ismael ivan ivar ivo ivy jaap jacco jack jackie jacob jacqueline jade jaimy jake james jamie jan janine janna janneke jannes janno jara jari jasmijn jason jasper jay jaydey jayden jaylano jaylinn
	jelle jelmer jennifer jenny jens jenthe jeroen jessica jesse jet jette jill jim jinte jip joanna job jochem joep joey johan johanna john joke jolanda jolien jonas jonathan jool joost jordan jorik joris jorn
	joshua josephine jouke joy joyce judith juan jule jules julia julian juliana julie juliette jurre justin kaan kaj karel karim karin karlijn kasper kate katja kathelijne kay kayleigh keano kees keesje kelly
	ken kenan kevin khadija kian kiki kim kirsten klaas klaartje koen koos kyano kyra lana lara lars laura lauren laurens lea leah leen lena lenn lennart lente leo leon leonie lex levi leyla liam lianne lidia
	lieke lies liesbeth lieselotte lieve lili lilly lina linda linde lindsey linn linsey lisa lisanne lisette lise liv liz liza lize loek lois lola lot lotte lou louis louisa louise luc luca lucas lucia lucy luka luke luna
	luuk luus lyam lynn maan maarten maartje maaike mabel maddie madelief madelon mads mahmoud mahir maja malak malek manon mara marc marcel marco margje margot margriet maria mariam marianne maria marie mariek
	marieke marielle marijke marijn marijne marina mario marion marit marjan marjolein mark marleen marlies marlou marloes marnix mart marta marthe martijn martin martine mats mathijs mattias matthijs maud
	maurits maurice max maxim maya megan mees mehmet meike melanie melissa melle menno merel merijn merle meryem mette mia michael michel michelle mick miguel mike mila milan milana milena milou mina minke mirjam mirre mirthe
	mischa moh mohamed mohammad mohammed mona monique morris moos moussa muhammed murat mustafa myla myrthe myron naart nadia naomi nard nathan natasja nayla neele nele nena niek niels nick nicky nico nicolaas nicolas nicole niels
	nienke nikki nina noah noa noah noelle nolan noor nora norah nour nouri nova oliver olivia olaf olga omar oscar oscar osman otis otto owen pam pascal patricia patrick paul paula pauline pepijn petra philip pien pieter
	pim piet pip pleun polle puck quin quinten rachid rachel raf rafael ralf ralph ramon rana rania raoul raven rayan rayen rebecca reinier remco rene renee renske revi rian ricardo richard rick rik rianne rita rob robbert robbie
	robert robin rodney roel roeland roelof rogier roger romee romy ron ronald roos roosmarijn rosa rosalie rosanne rosie rover roxanne ruben rudolf ruth ruud ryan saar sabine safa sacha said sam samir samira sami samuel sander sandra
	sanne sara sarah saskia scott seb sebastiaan selena selim selma sem senna senn seppe servaas sebas serena shane sharon sherida sien siebe siem siena sietse sifra silke silvia sim simon simone sjaak sjoerd skye skyler sofia sofie
	sofian sophia sophie soufiane stan stef stefan stella stephan steven stijn storm suus suze suzan suzanne sven svenja sverre sylvia sylvie taco tamara tamar tanja tara tariq teun teuntje ties thea theo thijmen thijn thijs
	thim thom thomas tibbe tieme tijl tijmen tijn tijs tim timo tine tineke tirza titus tjeerd tjitske tobias tom tomas ton tonny toon trudy truus tuur tygo tyler ugur valerie vajen vera veerle veronique vera victor victoria vigo vin
	vince vincent vivian vivienne wendy wesley wessel wibe wiebe wietse wil wilco wilhelmina willem willeke willemijn wim winston wolf wouter xander xavi yagmur yara yaël yael yasmin yasmina yassin yassine yente yfke yin ylva yoran
	yousra youssef yuna yunus yusuf yvette yvonne zainab zakaria zara zeger zeynep zev zoe zoey zohra`)

// saysPlace are words that make what follows the name of a place or an institution,
// and ofPlaces how such a name ends.
var (
	saysPlace = set(`sint st heilige basisschool school scholen college lyceum gemeente stichting locatie wijk buurt straat plein kindcentrum ikc praktijk stad regio dorp plaats station
		prins prinses koning koningin kasteel gebouw zaal kamer lokaal systeem programma app methode`)
	ofPlaces = []string{"school", "scholen", "college", "lyceum", "straat", "laan", "plein", "weg", "kade", "singel", "dreef", "hof", "huis", "stichting", "fonds", "burg", "dijk", "park",
		"tafel", "overleg", "kliniek", "praktijk", "instituut", "methode", "mavo", "gymnasium", "centrum", "groep"}
)

// labels are words behind which one capital letter is no initial.
var labels = set(`optie groep punt bijlage klas vak plan team artikel art lid variant blok cohort route stap scenario onderdeel categorie type lijst kolom rij deel vitamine`)

// wordsAsFirst are words too, besides those of wordsToo, that only a first name
// could be mistaken for.
var wordsAsFirst = set(`job ton ken bob an ad sim donna abel adam eva nova moos sky joy malle pam`)

// FindFirst lists the words of a text that stand as somebody's first name, or as a
// surname behind an initial, without knowing anybody: a frequent first name with a
// capital, or in small letters in front of a verb. A name that is also a word or a
// month counts only where it stands as a name. It would rather find one too many:
// it is for rooms in which nobody should be named.
func FindFirst(text string) []Hit {
	words := split(text)
	var hits []Hit
	for i, w := range words {
		switch {
		case firstNames[w.text] && asFirst(words, i) && !namedPlace(words, i):
			hits = append(hits, Hit{w.start, w.end, Name, 0})
		case initial(w) && w.dot:
			if to := surname(words, i); to > 0 {
				hits = append(hits, Hit{w.start, words[to].end, Name, 0})
			}
		}
	}
	return tidy(hits)
}

// First is the first word of a text that FindFirst finds; blank: none.
func First(text string) string {
	if hits := FindFirst(text); len(hits) > 0 {
		return text[hits[0].Start:hits[0].End]
	}
	return ""
}

// asFirst reports whether a frequent first name stands as one.
func asFirst(words []word, i int) bool {
	w := words[i]
	verb := i+1 < len(words) && words[i+1].joined && does[words[i+1].text]
	switch {
	case wordsToo[w.text] || wordsAsFirst[w.text]:
		return asName(words, i) == yes
	case w.capital:
		return true
	}
	return verb && len(w.text) > 2 && !(i > 0 && w.joined && articles[words[i-1].text])
}

// surname is the place of the surname behind the initials at i; 0: there is none.
func surname(words []word, i int) int {
	if i > 0 && words[i].joined && labels[words[i-1].text] {
		return 0
	}
	for j := i + 1; j < len(words) && words[j].joined; j++ {
		switch w := words[j]; {
		case particles[w.text] && !w.capital, initial(w) && w.dot:
		case w.capital && len(w.text) > 2 && !starters[w.text]:
			return j
		default:
			return 0
		}
	}
	return 0
}

// starters begin a sentence and are no surname.
var starters = set(`de het een dit dat die deze er wij we ik jij hij zij daarna daarom dan dus en maar of want ook na voor bij met wie wat waar hoe niet als volgens graag`)

// namedPlace reports whether the word is part of the name of a place, a street or an
// institution.
func namedPlace(words []word, i int) bool {
	if i > 0 && words[i].joined && saysPlace[words[i-1].text] {
		return true
	}
	for j := i + 1; j < len(words) && words[j].joined && j <= i+3; j++ {
		w := words[j]
		for _, end := range ofPlaces {
			if strings.HasSuffix(w.text, end) {
				return true
			}
		}
		if !w.capital && !particles[w.text] {
			return false
		}
	}
	return false
}
