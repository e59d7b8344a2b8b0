package knowledge

import (
	"regexp"
	"strings"
)

// Danger says what kind of sign of an unsafe child a text holds.
type Danger int

// The kinds of danger; Suicide adds 113 to the reply.
const (
	NoDanger Danger = iota
	Unsafe
	Suicide
)

// SafetyFacts are cited by the safety reply.
var SafetyFacts = []string{"UIT-18", "UIT-06", "UIT-04", "UIT-08"}

// safetyReply is fixed: nobody's wording of it depends on an index.
const safetyReply = "Uw bericht kan betekenen dat een kind niet veilig is. Dat gaat voor. " +
	"Direct gevaar: bel 112. Anders: bel Veilig Thuis, 0800-2000, dag en nacht en gratis, ook voor advies en ook anoniem."

const suicideReply = " Gaat het om zelfdoding: bel 113 of 0800-0113, of chat op 113.nl, dag en nacht; laat de jongere niet alleen."

const safetySteps = " Ga ook naar de aandachtsfunctionaris van uw organisatie en volg de stappen van de meldcode: signalen in kaart, " +
	"overleg met een collega en Veilig Thuis, gesprek, wegen, beslissen. Schrijf dit niet op een plek waar ouders of anderen meelezen."

// sign is one pattern. Weight 3 is enough alone; less needs a second sign or a
// concrete person in the text.
type sign struct {
	re     pattern
	weight int
	kind   Danger
}

// innocent takes out what only sounds alarming, before the signs are looked for.
var innocent = regexp.MustCompile(`\b(` + strings.Join([]string{
	`huilend( \w+){0,4} (na|door|van) (de |het )?(musical|film|afscheid|voorstelling|toneelstuk|uitslag)`, `(voetbalt?|hockeyt?|sport|traint|speelt)( \w+){0,8} (been|knie|scheen|enkel|neus|hoofd|arm)`,
	`slaa[nt]?( \w+){0,3} (nergens|ergens) op`, `sla(a|an|at)? (\w+ ){0,2}(over|op|af|door|aan|alarm|de plank mis|de spijker)`, `slaat( \w+){0,2} (op|aan|over|door|de plank mis)`, `(deuk|flater|brug|munt|alarm|gat|slag|kamp|wortel|hand|figuur) (te )?slaan`,
	`(opgeslagen|opslaan|slaat op|sla op|overgeslagen|overslaan|gade ?slaan|afgeslagen|aangeslagen|voorgeslagen|neergeslagen|omgeslagen)`, `geslagen (hond|brug)`,
	`dood ?(graag|moe|stil|ziek van|lopend\w*|leuk|eng|normaal|gewoon|saai|zonde|eerlijk|simpel|op|vermoeiend)`, `dood (lopen|gelopen|spoor|punt|moment|gewicht|kapitaal|aan regels)`, `(een )?(dode|doods?) (letter|hoek|mus|link\w*|spoor|punt)`, `dood(ge)?(lopen|zwijgen|zwegen|bloed\w*|gemoedereerd|gegooid|gooien|schrok|schrikken|geschrokken)`, `(schrik|schaam|werk|lach|verveel|erger)(t|en)? (me|mij|zich|ons|je) dood`, `dood (geschrokken|gewerkt|gelachen|verveeld|geergerd)`, `als de dood`, `het dood vind`,
	`(\w+ )?(de|het) (batterij|plant|cactus|vis|goudvis|hamster|hond|kat|telefoon|laptop|computer|server|website|accu|lijn|link|project|konijn|cavia) (van school |van de klas )?(is|was|gaat|ging|lijkt) (\w+ )?(dood|overleden)`, `(hamster|goudvis|konijn|cavia|hond|kat|vis|schoolkat|klassendier|parkiet|poes) (\w+ ){0,6}(dood|doodgegaan|doodging|doodgaat|overleden)`,
	`in elkaar (gezet|zetten|zit|steekt|geknutseld|geflanst|gedraaid)`, `(de|een|mijn|onze) (klap|klappen) (op de|van de) (vuurpijl|molen)`, `handgeklap|klapt? in de handen|klappen in|in de handen klappen`, `klapper`, `(financiele|harde|economische) klap(pen)?`,
	`(schiet|schieten|schoot)( \w+){0,3} (op|niet op|tekort|te binnen|me te binnen|in de lach|wortel)`, `schiet lekker op`, `op de vlucht voor (papier|regels)`, `(tijd|bloed|zenuw)(bom|dood|slopend)`, `kill(ing|er)? (feature|switch)`, `de nek om(ge)?draai\w*`, `mes(sen)? (snijdt|op de keel van de begroting|en vork)`, `snijdt hout`, `snijden in (de|het) (budget|kosten|begroting|uren)`, `bezuinig\w+ snijden`, `snijvlak`,
	`bedreig\w* (voor|van) (de )?(privacy|avg|begroting|natuur|soort)`, `(vogel|dier|soort|dieren)\w* (\w+ )?(bedreigd|uitgestorven)`, `bedreigde (\w+ )?(dier\w*|soort\w*|vogel\w*)`, `privacy (\w+ )?bedreig\w*`,
	`gepakt door de inspectie`, `bang (om|dat|voor) (\w+ ){0,4}(avg|boete|fout|fouten|privacy|regels|inspectie|ap|waakhond|toets|examen|spreekbeurt|tandarts|spin\w*|klacht|datalek|toetsen|rekenen|gymles|honden|controle|deadline|boetes|fg)`,
	`weggelopen (kat|hond|poes|konijn)`, `(kat|hond|poes|konijn|schoolkat) (is )?(\w+ )?weggelopen`, `er (mee )?vandoor`,
	`alleen thuis (werken|onderwijs|werk)`, `pijn in (mijn|de) (rug|portemonnee|buik van het lachen)`, `hongerig naar`, `trek in`, `honger naar kennis`,
	`(misbruik|misbruiken) (\w+ ){0,3}(van )?(gegevens|data|wachtwoord|bevoegdheid|macht|account|informatie|persoonsgegevens|bsn|positie|het systeem|vertrouwen|de regels)`, `(gegevens|data|bsn|wachtwoorden|persoonsgegevens|informatie|account) (\w+ ){0,3}(misbruikt|misbruik|misbruiken)`, `machtsmisbruik|datamisbruik`, `(wachtwoord|account|inlog|pas|pasje|naam|systeem) (\w+ ){0,2}misbruikt`,
	`(computer|taal|strand|water|bal)?spel(letje)? (\w+ ){0,3}(slaan|schieten|doodmaken)`, `(voetbal|judo|boks\w*|karate|hockey|honkbal|tennis|kickboks\w*|schaak|handbal)\w*`,
	`verwaarloosd(e)? (de )?(administratie|archief|dossier|website|tuin|schoolplein|plein|gebouw)`, `(administratie|archief|website|tuin|schoolplein|plein|gebouw|dossiers) (\w+ ){0,2}verwaarloosd`, `verwaarloosbaar`,
	`(agressief|geweldig\w*|overweldig\w*)`, `met geen geweld`, `geweldloz?e? (communicatie|verzet|opvoeding)`, `brandweer|brandoefening|brandalarm|brandbrief|branden(de|d) (vraag|kwestie)`, `(voel|kijk)t? (\w+ )?(de )?blauwe`, `blauwe plek(ken)? (na|van|door) (de |het |een )?(gym\w*|sport\w*|val\w*|fiets\w*|wedstrijd|trampoline|klimrek|spelen|skate\w*|voetbal\w*|stoeien|judo\w*)`, `blauwe plek(ken)? in (het|de) (budget|begroting|plan)`,
	`(moord|zelfmoord|doodslag|dood)( \w+){0,3} in (een |het |de )?(boek|film|verhaal|roman|toneelstuk|geschiedenis\w*|serie|game|musical)`, `(boek|film|roman|verhaal|serie|toneelstuk|gedicht|lied) (\w+ ){0,6}(zelfmoord|zelfdoding|dood|vermoord|mishandel\w*|misbruik|moord|kindermishandeling|suicide)`, `(romeo|julia|werther)( \w+){0,6}`,
	`doodsbericht|dodenherdenking|dode zee|dood hout`, `slaapt slecht`, `kapot van (de )?(drukte|uren|moeheid)`, `(vermoord|vermoorden|wurg|wurgen)( \w+){0,4} (lachend|bij wijze van spreken|de creativiteit|het initiatief)`,
}, "|") + `)\b`)

// about marks a question on the rules around safety, put without a concrete
// child: it is answered as a question.
var about = regexp.MustCompile(`\b(wat is|wat zijn|wat houdt|hoeveel|welke? (stap|stappen|jaar|vragen|wet|regels|nummer|instantie|bewaartermijn|criteria|artikel)|in welk jaar|sinds wanneer|bewaart|bewaartermijn|bewaren|cursus|training|scholing|beleid|protocol|stappenplan|voorlichting|verplicht|afwegingskader|weeglijst|wettelijk|definitie|verschil|volgens de|ons team|wie mag|mag (een|de|het|school|onze|je)|mogen (scholen|we|wij|leraren)|moet (een|de|het|school|elke|iedere)|moeten (scholen|we|wij)|waar staat|hoe lang|geldt|gelden|vernietig\w*|dossier|toestemming|beroepsgeheim|zwijgplicht|geheimhouding|privacy|avg|convenant|afspraak|afspraken|formulier|folder|werkgroep|studiedag|presentatie|lesbrief|themaweek|aandachtsfunctionaris|stap (1|2|3|4|5))\b`)

// person marks a concrete child or speaker.
var person = regexp.MustCompile(`\b(hij|zij|ze|haar|hem|hun|zijn (vader|moeder|stief\w*|oom|broer|ouders|armen?|rug|buik|gezicht|trui|polsen|benen|lijf|opa)|mijn|m'n|mn|ik|me|dit kind|dat kind|het kind|een kind uit|die jongen|dat meisje|het meisje|de jongen|een meisje|een jongen|een jongetje|jongetje|meisje|jongen|leerling|leerlinge|kleuter|dochter|zoon|zusje|broertje|kindje|peuter|baby|leerling uit|puber|buurmeisje|buurjongen|stiefvader|stiefmoeder|stiefpa|kinderen)\b`)

func mustSigns(kind Danger, weight int, patterns ...string) []sign {
	out := make([]sign, len(patterns))
	for i, p := range patterns {
		out[i] = sign{mustPattern(`\b(?:` + p + `)`), weight, kind}
	}
	return out
}

// signs lists what people write when a child may be unsafe: first what says it
// straight, then what is said around it.
var signs = func() []sign {
	var s []sign
	add := func(list []sign) { s = append(s, list...) }
	add(mustSigns(Suicide, 3,
		`(wil|wilt|wou|wilde|willen|zou|wilde) (\w+ ){0,4}(dood\b|doodgaan|er niet meer (zijn|wezen)|niet meer (leven|bestaan|wakker)|nooit meer wakker|liever dood)`,
		`niet (meer|langer) (\w+ ){0,3}(wil|wilde|wilt|willen|hoeft?|hoeven) (te )?(leven|zijn|bestaan)\b`, `niet (meer|langer) (te )?(leven|bestaan)\b`, `hoeft? (\w+ ){0,4}niet meer( zo nodig)?( te leven)?$`,
		`(liever|beter) (\w+ )?dood( \w+)?$`, `was (ik|hij|ze|zij) (maar )?(dood|er niet|nooit geboren)`, `nooit geboren`, `dood (zijn|willen|wil|wilt|wilde|gaan|wou)\b`, `doodmaken`, `zichzelf (\w+ ){0,3}(iets|wat) aan`, `zichzelf (\w+ )?(snijdt|krast|pijn|verwondt|verwonden|beschadigt|doden|ophangen|verbrandt|snijden)`, `(snijdt|krast|verwondt|brandt|bekrast|kerft|verminkt) (\w+ ){0,3}zich(zelf)?\b`, `(krassen|sneeen|sneetjes|snijwonden|snijwondjes|littekens|strepen|schaafplekken|japen) (\w+ ){0,4}(op|in|over|aan) (\w+ )?(arm|armen|pols|polsen|been|benen|onderarm\w*|bovenbenen)`, `automutil\w*`, `zelfbeschadig\w*`, `zelfverwond\w*`,
		`(een )?(eind|einde|punt) (\w+ ){0,3}(aan|achter|achter zetten)( \w+){0,4} (maken|maak|maakt|gemaakt|zetten|zet)`, `(maakt|maken|maak|zet) (\w+ ){0,3}een (eind|einde|punt) (aan|achter)`, `einde? aan (\w+ )?leven`, `afscheidsbrief\w*`, `afscheid (\w+ ){0,4}(alsof|voorgoed|van het leven|van iedereen)`, `(pillen|paracetamol|medicijnen|tabletten) (\w+ ){0,6}(geslikt|ingenomen|gespaard|opgespaard|naar binnen|achterover|genomen tegelijk|hamstert|spaart|verzamel\w*)`, `(spaart|hamstert|verzamelt) (\w+ ){0,3}(pillen|medicijnen|paracetamol|tabletten)`, `overdosis`, `(van (de|het|een) (brug|dak|flat|viaduct|toren|balkon)|voor (de|een) (trein|metro|auto|vrachtwagen)) (\w+ ){0,3}(spring\w*|gaan|stap\w*|af|wil|lopen)`, `spring\w* (\w+ ){0,3}(van (de|het|een) (brug|dak|flat|viaduct|balkon)|voor (de|een) (trein|metro))`, `zonder (mij|haar|hem) (\w+ ){0,4}(beter|af|leuker|rustiger|verder)`, `beter (\w+ )?zonder (mij|haar|hem)\b`, `(beter (af )?zonder|beter als (ik|hij|ze|zij) er niet)`, `(geen|niet) (\w+ ){0,3}(zin|reden|nut) (meer )?(in het leven|om (\w+ )?te leven|van het leven)`, `geen zin (meer )?in (het |haar |zijn )?leven`, `(uitgezocht|opgezocht|gegoogeld|googelt|zoekt op|zocht op) (\w+ ){0,5}(hoe je (\w+ )?(doodgaat|sterft|dood)|pijnloos|dodelijk)`, `strop\b|strop maken|touw gekocht`, `(er )?tussenuit (\w+ )?(knijpen|stappen) voorgoed`, `levensmoe`, `hoe hoog (\w+ ){0,3}(brug|flat|gebouw|dak|viaduct|toren)`, `als ik (\w+ ){0,5}(niet|ontbreek|weg ben) (\w+ ){0,6}(weten|weet) (jullie|je|u|iedereen) (dan )?(waarom|hoe)`, `doodswens`, `hoe het is om (\w+ )?(dood|er niet meer)`, `er niet meer (te )?(zijn|wezen|is|ben|was)\b.*(fijn|rust|beter|makkelijk|opgelost)`, `(volgend jaar|volgende week|morgen|zomer|verjaardag|kerst|straks|examen) (\w+ ){0,5}(niet meer (mee ?maakt?|haalt?|er)|er niet meer)`, `(er )?(straks|dan|binnenkort|morgen|volgende week) (toch )?niet meer (ben|is)\b`, `spullen weg(gegeven|geeft)|geeft (\w+ ){0,4}spullen weg|geeft al (haar|zijn)( \w+){0,3} weg`, `(voor altijd|voorgoed|eeuwig) (\w+ )?(slapen|rust|weg|verdwijnen|inslapen)`, `niet meer wakker (\w+ )?word\w*`, `(hoopt|hoop|wenst|bidt)( \w+){0,5} niet (meer )?wakker`, `kan (het leven|niet meer verder)`, `ziet het( leven)? niet meer zitten`, `het leven (\w+ ){0,3}niet meer (ziet|zie|aan)`, `dagboek (\w+ ){0,8}(dood|sterven|leven stopt|begrafenis)`, `(eigen|haar|zijn) begrafenis`, `suicidepoging|zelfmoordpoging|poging (\w+ )?gedaan`, `zelfmoordplan\w*`, `pleegt? zelfmoord`, `(praat|praten|heeft het|had het|begint|begon|spreekt|sprak|schrijft|schreef|appt|appte|dreigt|denkt|dacht|zegt|vertelt|tekent|zoekt|google\w*) (\w+ ){0,6}(over|met|aan|op|van|naar) (\w+ )?(zelfmoord|zelfdoding|suicide|de dood|doodgaan|sterven)`,
	))
	add(mustSigns(Unsafe, 3,
		`(doodgemaakt|doodgeschoten|doodgeslagen|doodgeschopt|doodgetrapt|de nek om\w*) (\w+ ){0,8}(volgende|daarna|hierna|ook ik|ik ook|mij ook|aan de beurt)`,
		`(plukken|bosjes|pluk|hele stukken|stukken) (\w+ )?haar\b|haren? (\w+ ){0,3}(uitgetrokken|uitgerukt)`,
		`(alleen|pas|niks|niets|geen|enkel) (\w+ )?te eten( \w+){0,2} (als|tot|totdat|wanneer|omdat|voor|bij)\b|\b(krijgt|kreeg|krijg) (\w+ ){0,3}(pas|alleen|enkel) (\w+ ){0,2}(te )?eten\b`,
	))
	add([]sign{{worried, 3, Unsafe}})
	add(mustSigns(Suicide, 2, `zelfmoord\w*`, `zelfdoding\w*`, `suicid\w*`, `van kant te maken|van kant`, `verdwijnen wil|wil(de)? (\w+ )?(gewoon )?verdwijnen`, `(heeft|geen) geen toekomst`))
	add(mustSigns(Unsafe, 3,
		`(slaat|slaan|sloeg|sloegen|slaagt|mept|meppen|schopt|schoppen|stompt|trapt|wurgt|ramt|ranselt|tuigt|timmert|knijpt|bijt) (\w+ ){0,3}(mij|me|haar|hem|hen|ze|kind\w*|dochter|zoon|zusje|broertje|mama|moeder|jongen|meisje|baby|peuter|kleuter|leerling|meisje|hard|iedereen|in elkaar|moeder|elkaar|thuis|ons)\b`,
		`(geslagen|geschopt|gemept|geknepen|gewurgd|gestompt|afgeranseld|getrapt|toegetakeld|gebeten|verrot|afgetuigd|mishandeld|verkracht|gemarteld|vastgebonden|opgesloten)( \w+){0,4} (wordt|werd|is|door|thuis|krijgt|wordt|met|heeft|zit)\b`, `(wordt|werd|worden|is|ben|zijn|word|heeft|hebben|was) (\w+ ){0,6}(geslagen|geschopt|gemept|geknepen|gewurgd|gestompt|afgeranseld|toegetakeld|afgetuigd|mishandeld|verkracht|vastgebonden|opgesloten|aangerand|misbruikt|bedreigd|uitgehongerd|gebrand)\b`, `mishandelt\b|misbruikt (haar|hem|mij)`, `(klappen|slaag|billenkoek|een pak slaag|rammel|slagen|oplawaai|lel|aframmeling|mep|tik met de|draai om)( \w+){0,3} (krijgt|kreeg|krijg|gekregen|uitdeelt|van|thuis|met de)\b`, `(krijgt|kreeg|krijg|krijgen|deelt|vielen|vallen) (\w+ ){0,5}(klappen|slaag|billenkoek|een pak slaag|rammel|een aframmeling|een mep|met de riem|tikken)\b`, `met (de|een|zijn) (riem|pollepel|stok|slipper|broekriem|pantoffel|schoen|liniaal|kabel)\b`, `losse handjes|handen (niet )?thuis (niet )?kan houden|handen niet thuis`, `blauwe? ?(plek|plekken|oog|ogen|kaak|arm)`, `bloeduitstorting\w*|striemen|brandwond\w*|brandplek\w*|kneuzing\w*|bijtwond\w*|bijtafdruk\w*|sigaretten? (\w+ ){0,3}uit|ronde brandplekjes|afdruk van (een|de) (hand|riem)|handafdruk`, `(gebroken|breuk|breuken|botbreuk) (\w+ ){0,12}(verhaal|klopt|geloof|vreemd|alweer|trap)`, `(valt|gevallen|viel|trap)( \w+){0,10} (klopt|geloof\w*|kan niet|steeds|alweer|weer)\b.*(plek|blauw|breuk|verhaal|uitleg)`, `(wond\w*|verwonding\w*|letsel|plekken|buil|bulten)( \w+){0,10} (klopt niet|past niet|niet kloppen|geen verklaring|steeds een ander|wisselend verhaal|ongeloofwaardig|verschillende verhalen|geloof ik niet)`,
		`(durft|durf|dorst|wil|wilt|wou|wilde|mag|kan) (\w+ ){0,4}niet (meer )?(terug )?naar huis`, `niet (meer )?naar huis (\w+ )?(durft|durf|wil|wilt|te gaan|toe durft|hoeft|mag|gaan)`, `bang (\w+ ){0,4}(om naar huis|voor (haar|zijn|mijn|hun|de|papa|mama|thuis) ?(stief\w*|vader|moeder|pa|ma|papa|mama|oom|opa|broer|ouders|vriend|neef|partner|buurman|thuis)?|thuis|van papa|van mama|naar huis)( |$)`, `(doodsbang|angstig|panisch|in paniek|trilt|beeft|rilt|huilt|krimpt|verstijft|duikt|schrikt)( \w+){0,8} (naar huis|opgehaald|ophaalt|op te halen|haar vader|zijn vader|haar moeder|zijn moeder|stief\w*|papa|mama|thuis|ineen|in elkaar|weg als|weg zodra|hand optil\w*|arm optil\w*|hand beweeg\w*|aanraak\w*)`, `(krimpt|duikt|deinst|krimp) (\w+ ){0,4}(ineen|in elkaar|weg|terug)`, `(smeekt|smeken|smeekte|vraagt) (\w+ ){0,6}(niet naar huis|niet te bellen|hier (te )?(mogen )?blijven|blijven slapen|bij mij blijven|bij ons blijven|papa niet|ouders niet|mij niet weg|niet op te)`, `(niet veilig|onveilig) (\w+ ){0,3}(thuis|bij (haar|zijn|mijn) (vader|moeder|ouders)|voelt|voel)`, `(thuis|daar|voel me|voelt zich|voel) (\w+ ){0,4}(niet veilig|onveilig)`,
		`(zit|zat|zitten|komt|kwam) (\w+ ){0,4}aan (mij|me|haar|hem|de kinderen|zijn dochter|mijn|het meisje|plekken)( |$)`, `(voelt|voelde|betast|betastte|friemelt|streelt) (\w+ ){0,3}(aan )?(mij|haar|hem|borsten|onder)`, `(raakt|raakte|aangeraakt|aanraken|aanraakt|betast|aanzit)( \w+){0,8} (borst\w*|billen|onderbroek|prive|piemel|plasser|geslachts\w*|intiem\w*|daar beneden|daaronder|benen|plekken|niet fijn|niet wil|nachts|s nachts|bed|op een manier|kruis|tussen)`, `(borsten|billen|piemel|plasser|vagina|geslachtsde\w*)( \w+){0,6} (aan\w*|raakt|voelt|pakt|kijkt|likt)`, `(naaktfoto\w*|blootfoto\w*|naakt|bloot|naakte foto\w*|seksfilm\w*|webcam)( \w+){0,8} (gestuurd|sturen|verspreid|gedwongen|moet|foto|maakt|gemaakt|afgeperst|door|rondgaat|gevraagd|ziet)`, `(dwingt|dwongen|gedwongen|moest|moet|verplicht) (\w+ ){0,6}(seks|tongen|vrijen|uitkleden|naakt|bloot|zoenen|pijpen|prostit\w*|bij hem slapen|trouwen|huwelijk)`, `seksueel (misbruik\w*|geweld|grensoverschrijdend|overschrijdend|contact|getint\w*|gedrag) ?(\w+ ){0,6}(stief\w*|vader|oom|leraar|trainer|opa|broer|leerling|kind|dochter|haar|hem|mij|kleuter)?`, `(loverboy\w*|pooier|mensenhandel|uitgebuit|prostitu\w*|sekswerk|sugardaddy)`, `(stiefvader|vader|oom|opa|broer|neef|vriend van (mama|moeder|haar moeder)|buurman|trainer|coach|opa|pa|stiefpa|stiefbroer)( \w+){0,5} (in (haar|zijn|mijn) (bed|kamer)|bij (haar|hem|mij) (in bed|op de kamer|onder de)|s nachts|'s nachts|stiekem bij|onder de douche)`, `(kruipt|komt|ligt|slaapt) (\w+ ){0,6}(bij (haar|hem|mij) in bed|in haar bed|in mijn bed|in bed bij)`, `(s nachts|nachts) (\w+ ){0,6}(op (haar|mijn|zijn) kamer|in (haar|mijn|zijn) (kamer|bed)|bij (haar|mij|hem))`, `geheimpje\w*`, `(verkracht|aangerand|aanrand|verkrachting|incest|grooming|pedo\w*|ontucht)\w*`, `te wijs (op|over|voor).*seks|doet (\w+ ){0,4}seksuele|seksuele (handelingen|spelletjes|dingen|tekeningen|taal)|speelt (\w+ ){0,6}seks|tekent (\w+ ){0,6}(piemel\w*|bloot\w*|naakt\w*|seks\w*)`,
		`(?:be|ge)?dreig(?:t|de|en|d) (\w+ ){0,10}(te (vermoorden|doden|slaan|steken)|dood|vermoord\w*|mes|afmaken|iets aan( te)? doen|haar|hem|mij|moeder|kind\w*|gezin)`, `(vermoord\w*|doodslaan|doodslaat|doodschieten|neersteken|doodsteken|afmaken|afmaakt|kapotmaakt|kapotslaan|de keel)( \w+){0,5}`, `(met|een) (mes|pistool|hamer|bijl|wapen|geweer|vuurwapen)( \w+){0,6} (staat|stond|zwaait|zwaaide|bedreig\w*|achter|op|dreigt|in (zijn|haar) tas|gezien|thuis|meegenomen|gooit|gooide|loopt)`, `(staat|stond|zwaait|zwaaide|loopt|gooit|liep) (\w+ ){0,5}(met een|met het) (mes|pistool|hamer|bijl|wapen|geweer|hakmes|keukenmes)`, `(te |proberen te |geprobeerd te )?(wurgen|verstikken|smoren)( |$)`, `keel (dicht|grij\w*|geknepen|vast)|naar de keel|bij (de|haar|zijn|mijn) (keel|strot)`, `(duwt|duwde|gooit|gooide|smijt|smeet) (\w+ ){0,4}(van de trap|tegen de muur|de trap af|door de kamer|servies|spullen|borden|stoel\w*|met borden|tegen een)`, `tegen de muur`,
		`(gooit|smijt|slaat|schreeuwt|scheldt|vernedert|kleineert)( \w+){0,6} (alles kapot|de boel|kort en klein|uit voor|hoer|waardeloos|nietsnut|elke avond|iedere avond|urenlang|de hele nacht|elke nacht)`, `(uitgescholden|vernederd|gekleineerd)( \w+){0,5} (door|thuis|vader|moeder|elke dag|dagelijks)`, `(hoort?|zie[nt]?|horen|hoorde) (\w+ ){0,8}(gegil|geschreeuw|gillen|schreeuwen|gebonk|klappen|harde klappen|gesmijt|gekrijs|huilen en)( |$)`,
		`(opgesloten|opsluit\w*|vastgebonden|vastgeketend|buitengesloten|buiten gezet|in de (kelder|bezemkast|kruipruimte))( |$)`, `sluit (\w+ ){0,4}op\b.*(kamer|kast|kelder|schuur|wc|donker)`, `(slaapt|sliep|slapen|overnacht\w*|bivakkeert) (\w+ ){0,6}(in (de|een) (auto|schuur|tent|park|portiek|fietsenhok|station)|op straat|buiten|op het station|onder een brug|bij vrienden omdat|in het park)`, `(weggelopen|wegloopt|loopt weg|weglopen|wegliep|gevlucht|spoorloos|vermist|zwerft)( \w+){0,6}( van huis| thuis|bij| uit| al|$)`, `op straat (beland|gezet|leeft|slaapt|zwerft|geschopt|gegooid|gezet)`, `(het )?huis (uit)?(gezet|gegooid|geschopt|uit geschopt|uit gezet)`,
		`(geen|niets|niks|nauwelijks|amper|nooit|niet) (\w+ ){0,4}(te eten|eten (krijgt|kreeg|thuis|mee|in huis|gehad)|ontbijt\w*|gegeten|brood|warm eten|lunch|avondeten|warme maaltijd)( |$)`, `(geen|niets|niks|nooit|amper|nauwelijks) (\w+ ){0,2}eten( |$)`, `(uitgehongerd|ondervoed|vel over been|broodmager|vermagerd|uitgemergeld|rammelt van de honger)( |$)`, `(steelt|pikt|pakt|jat|bedelt|eet) (\w+ ){0,6}(brood\w*|boterham\w*|eten|lunch\w*|prullenbak|vuilnisbak|afvalbak|koekjes)`, `(stinkt|ruikt|vies|vieze|ongewassen|dezelfde|smerig|vuile|vervuild|smoezelig|luizen|urine|poep\w*|naar plas|zomerkleren|zonder jas|te dunne|dunne jas|kapotte schoenen|geen winterjas|geen jas|slippers|t-shirt|shirtje)( \w+){0,9} (kleren|kleding|trui|winter|vriest|kou|sneeuw|regen|dagen|al (een|twee|drie|weken|dagen)|iedere dag|elke dag|urine|plas|weken|week|maand|jas|haren|luizen|maanden|gewassen)`, `(dagen|dagenlang|avonden|weken|nachten|nacht|weekend|hele dag|avond) (\w+ ){0,3}(lang )?alleen (gelaten|thuis|is|zit|met)`, `alleen (\w+ ){0,3}(gelaten|thuis) (\w+ ){0,6}(dagen|nacht|nachten|avond\w*|weekend|week|weken|uur|urenlang|tot laat|peuter|baby|broertje|zusje|kleintjes|vijf|zes|zeven|vier)`, `(zit|is|blijft|zijn|laat|laten) (\w+ ){0,7}(dagen|nachten|avonden|weken|hele nacht|elke avond|iedere avond|hele weekend)( \w+){0,3} alleen`, `(zorgt|zorgen|moet zorgen|draait op|past op) (\w+ ){0,6}(voor|op) (\w+ ){0,4}(broertjes?|zusjes?|kleintjes|baby|gezin|haar moeder|zijn moeder|dronken|verslaafde)( |$)`, `(moeder|vader|ouders|pa|ma|mama|papa|stiefvader)( \w+){0,6} (dronken|bezopen|stomdronken|laveloos|straalbezopen|ladderzat|high|stoned|aan de drugs|aan de drank|naar drank|naar alcohol|lam|buiten westen|niet wakker|drinkt|knockout|onder invloed|spuit|psychotisch|in de war)( |$)`, `(dronken|bezopen|stomdronken|laveloze?|beschonken|verslaafde|aangeschoten) (\w+ )?(moeder|vader|ouder|ouders|stiefvader)`, `(drinkt|zuipt|blowt|gebruikt|spuit)( \w+){0,8} (kind\w*|opvoed\w*|baby|ophalen|ophaalt|thuis|flessen)`, `(krijgt|geven|geeft|weiger\w*|onthoud\w*|onthouden) (\w+ ){0,5}(geen|niet|noodzakelijke) (\w+ ){0,3}(medicijnen|insuline|dokter|medische hulp|arts|tandarts|zorg|inhaler)`, `(muizen|ratten|schimmel|ontlasting|uitwerpselen|vuilnis|afval|kakkerlakken|geen verwarming|geen stroom|geen water|geen bed)( |$)`, `(baby|peuter|zuigeling|kleuter)( \w+){0,6} (geschud|schudt|door elkaar|alleen|gevallen|huilt uren|slap|niet meer|onder de plekken|bont en blauw)`, `bont en blauw`, `(land van|land) (\w+ )?(oma|opa|oma's|opa's|herkomst)( \w+){0,12} (wacht|trouw\w*|bruid\w*|niet terug\w*)`, `(oma's|opa's) land`, `wacht (er )?(\w+ )?een (echtgenoot|bruidegom|man om)`, `gordijnen (\w+ ){0,2}dicht`, `(cadeau\w*|geld|kleren)( \w+){0,10} (nergens over|niets over|niet over|geheim|zwijg\w*)`, `(pols|polsen|armen?|bovenbenen?) (\w+ ){0,5}(sneden|sneetjes|snijwonden|japen|krassen)`, `mag (\w+ ){0,5}(huis niet (in|binnen)|niet naar binnen|niet binnen(komen)?)( |$)`, `(verhaal|uitleg|smoes) (\w+ ){0,8}(elke|iedere) keer (weer )?anders`, `(foto|foto's|filmpje|filmpjes) (\w+ ){0,3}(wil|eist|vraagt)( \w+){0,6} (anders|dreig\w*)`, `(weet|kent|vertelt|praat|zegt) (\w+ ){0,5}(seks|sex)( |$)`, `(derde|vierde|vijfde|zesde|zoveelste|opnieuw|alweer) (keer |maal )?(\w+ ){0,6}(gebroken|breuk|botbreuk)`,
		`(uitgehuwelijkt|uithuwelijk\w*|besneden|besnijd\w*|eerwraak|eergerelateerd\w*|eer van de familie|gedwongen huwelijk|kindhuwelijk|gedwongen (te )?trouwen|moet trouwen)`, `(meegenomen|mee|naar|terug naar)( \w+){0,6} (buitenland|marokko|turkije|somalie|syrie|pakistan|irak|afghanistan|eritrea|land van herkomst)( \w+){0,8} (trouw\w*|niet (meer )?terug\w*|enkeltje|huwelijk|besnij\w*|gedwongen)`, `ontvoer\w*|meegenomen zonder`, `(vertrouwt|fluister\w*|opgebiecht|biechtte|biecht) (\w+ ){0,14}(thuis|vader|stief\w*|oom|opa|nachts|pijn|niemand)`, `(mag|moet|mocht|moest)( \w+){0,3} (van niemand|aan niemand|niemand) (\w+ )?(vertellen|weten|zeggen|iets zeggen|praten)`, `(beloof\w*|beloven|zweer|geheim|niet doorvertel\w*|niet verder vertel\w*)( \w+){0,10} (papa|mama|stief\w*|oom|pijn|slaat|thuis gebeurt|anders)( |$)`, `anders (word|wordt|krijg|krijgt) (\w+ ){0,6}(boos|klappen|straf|geslagen|pijn|vermoord|erger|slaag)`, `(doet|deed|doen) (\w+ ){0,5}(haar|hem|mij|me|ons|kinderen|dochter|zoon|zusje|broertje|elkaar|mama|moeder|kind) (\w+ )?(pijn|iets aan|wat aan)`, `pijn (doet|deed|doen)( \w+){0,2}$`, `(gaat|ging|loopt|liep) (\w+ ){0,5}(helemaal )?(mis|uit de hand) (\w+ ){0,3}thuis`, `thuis (\w+ ){0,6}(uit de hand|mis gaat|escaleer\w*|niet pluis|geweld|iets ergs|iets heel ergs)`, `niet pluis`, `er (gebeurt|speelt|gebeuren|spelen) (\w+ ){0,6}(ergs|dingen thuis|rare dingen|enge dingen|nare dingen|iets ergs)`, `(enge|nare|rare|vreselijke|vieze) dingen (\w+ ){0,5}(thuis|met (haar|hem|mij)|doen|gebeur\w*|bij opa|bij oom|bij haar|bij zijn|doet|moet)`, `(onder|zwart|groen|rood|opgezwollen|dik|blauw) (\w+ ){0,3}(oog|ogen|lip|gezicht|wang|kaak)( |$)`, `dikke lip|gezwollen (gezicht|oog|lip|wang)|kale plekken|plukken haar`, `(lange mouwen|dikke trui|coltrui|vest|trui|capuchon)( \w+){0,14} (zomer|warm|graden|hitte|hittegolf|uit|verberg\w*|bloedheet|gym|omhoog|verhult)`, `(gym|omkleden|zwemles|zwemmen|uitkleden|douchen|kleedkamer)( \w+){0,12} (verberg\w*|plekken|armen|rug|niemand (\w+ )?(zien|ziet)|bedekt|weigert|striemen|littekens|verstopt)`, `(zit|zitten|lopen|loopt|plassen|plast)( \w+){0,4} (pijn|moeizaam)( |$)`, `(jou|je) (\w+ )?(wel )?krijgen|maak (ik )?je (af|dood|kapot)|ik vermoord`,
	))
	add(mustSigns(Unsafe, 2, `mishandel\w*`, `kindermishandel\w*`, `huiselijk geweld`, `misbruik\w*`, `verwaarlo\w*`, `onveilig\w*`, `bedreig\w*`, `klappen`, `slaat`, `sloeg`, `slaan`, `geslagen`, `schopt`, `geweld`, `gevaar\b`, `angst\w* (\w+ ){0,3}thuis`, `bang`, `durft`, `gewond\w*`, `verwond\w*`, `trauma\w*`, `nood\b`, `help (mij|me|ons|haar|hem)`, `dreig\w*`, `zorgelijk\w* thuis`, `zorgen (\w+ ){0,5}(veiligheid|thuissituatie)`, `dood\b`, `pijn\b`, `opgesloten`, `honger`, `drank|dronken|drugs|verslaafd`, `gilt|gillen|schreeuw\w*`, `agressie\w*`, `steekt|gestoken|mes\b`))
	add(mustSigns(Unsafe, 1, `thuis\b`, `(stief)?vader|moeder|ouders|papa|mama|stiefpa|oom|opa`, `huil\w*`, `plek(ken)?\b`, `stil\b|teruggetrokken|in zichzelf`, `nachts?\b`, `wat moet ik|wat nu|help\b|dringend|direct|nu meteen|zo snel mogelijk`, `vandaag|vanochtend|vanmiddag|gisteren|net|zojuist|zonet`))
	return s
}()

// worried marks who is worried about a child themselves, in whatever words of the work
// the question goes on.
var worried = mustPattern(`\b((ik|wij|we) (maak|maken|heb|hebben)|(maak|maken|heb|hebben) (ik|wij|we))( \w+){0,4} zorgen( \w+){0,4} (kindermishandel\w*|mishandel\w*|misbruikt?|verwaarlo\w*|huiselijk geweld)|` +
	`\b(ik|wij|we) (vermoed|vermoeden|denk|denken|ben bang|zijn bang)( \w+){0,6} (mishandeld|mishandelen|mishandeling|kindermishandeling|misbruikt|verwaarloosd|verwaarlozing)`)

// flat folds a text and leaves letters, digits, apostrophes and hyphens.
func flat(text string) string {
	var b strings.Builder
	space := true
	for _, r := range fold(text) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '\'' || r == '-' {
			b.WriteRune(r)
			space = false
			continue
		}
		if !space {
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSpace(b.String())
}

// Alarming reports whether a text suggests that a child or young person is
// unsafe. It prefers a false alarm over a missed child, but a question about
// the rules around safety (meldcode, Veilig Thuis) is no alarm.
func (b *Base) Alarming(text string) Danger {
	if kind := patterned(text); kind != NoDanger {
		// What sounds alarming in the words of the work, and is like nothing that
		// was ever written in alarm, is a question on a record that is alarming.
		if len(words(text)) >= 5 && workTalk.MatchString(flat(text)) && !worried.MatchString(flat(text)) && b.alarm.chance(text) < surelyNot {
			return NoDanger
		}
		return kind
	}
	least := alarmThreshold
	if strings.Contains(text, "?") || workTalk.MatchString(flat(text)) {
		least = questionThreshold
	}
	if s := flat(text); about.MatchString(s) || asksRule.MatchString(s) {
		least = ruleThreshold
	}
	// A few loose words say too little for a model; the patterns saw them.
	if len(words(text)) < 5 || b.alarm.chance(text) < least {
		return NoDanger
	}
	// Without its figures of speech a text may have nothing left to fear.
	if s := flat(text); innocent.MatchString(s) {
		s = innocent.ReplaceAllString(s, " ")
		if len(strings.Fields(s)) < 6 || b.alarm.chance(s) < least {
			return NoDanger
		}
	}
	return Unsafe
}

// workTalk marks a text in the words of the work: who writes of a record, leave
// or a right asks about that more often than not.
var workTalk = mustPattern(`\b(recht op|heb ik( \w+){0,4} recht|heeft (hij|zij|ze|die)( \w+){0,4} recht|gezag|inzage|dossier|toestemming|avg|privacy|leerplicht|convenant|verslag|overleg|bewaartermijn\w*|bewaren|formulier|kopie|samenwerkingsverband|swv|mdo|fg|datalek|registratie|systeem|inlog|vastleggen|delen|leerplichtambtenaar)\b`)

// asksRule marks a text that asks what one may do or what holds.
var asksRule = mustPattern(`^(mag|mogen)\b|\b((mag|mogen|magt) (ik|wij|we|school|de school|een school|dat|dit|de bot|jeugdhulp|leerplicht|je|u|men)|moet ik|moeten wij|hoe lang|hoelang|wie mag|wie moet|wie beslist|wie tekent|kan ik|kunnen wij|mag dat|valt dat|hoort dat|telt dat|telt het)\b`)

// asksToo reports whether a text that sounds the alarm also asks something: who
// only tells what happens is helped by safety alone.
func asksToo(text string) bool {
	s := flat(text)
	return strings.Contains(text, "?") || asksRule.MatchString(s) || workTalk.MatchString(s) || opensAsking.MatchString(s)
}

var opensAsking = mustPattern(`^(wie|wat|waar|wanneer|waarom|hoe|welke?|hoeveel|hoelang|bij wie|aan wie|met wie|op welk\w*)\b`)

// patterned looks for the signs alone.
func patterned(text string) Danger {
	s := flat(text)
	if kind, _ := weigh(s); kind == NoDanger {
		return NoDanger
	}
	// Only now the costly part: what sounded alarming may be a figure of speech.
	s = innocent.ReplaceAllString(s, " ")
	kind, sure := weigh(s)
	if !sure && (about.MatchString(s) || asksRule.MatchString(s) || !person.MatchString(s)) {
		return NoDanger
	}
	return kind
}

// weigh adds up the signs in a flat text; sure is false when the sum rests on
// weak signs only.
func weigh(s string) (kind Danger, sure bool) {
	total, strongest := 0, 0
	for _, sign := range signs {
		if !sign.re.MatchString(s) {
			continue
		}
		if sign.weight == 3 {
			strongest = 3
		}
		total += sign.weight
		if sign.kind == Suicide && sign.weight > 1 {
			kind = Suicide
		} else if kind == NoDanger {
			kind = Unsafe
		}
	}
	if strongest == 3 {
		return kind, true
	}
	if total < 4 {
		return NoDanger, false
	}
	return kind, false
}
