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
		"man":     "vader papa$ pa$ stiefvader stiefpa oom$ opa$ neef$ broer buurman trainer coach meneer man$ mannen vriend$ stiefbroer verloofde echtgenoot papa pleegvader papa's vaders schoonvader opa's onkel leider begeleider chauffeur pastoor imam dominee jongens$ gast$ kerel vent$ type$ ex$ schoonzoon pa's",
		"woman":   "moeder mama$ ma$ stiefmoeder tante$ oma$ oppas buurvrouw zus$ zusje moeders mam$ mams stiefma pleegmoeder schoonmoeder nicht$ dame mevrouw vrouw leidster juf$ meid$",
		"parents": "ouders familie gezin broers$ neven$ ouder$ verzorger pleegouders familieleden schoonfamilie gezinnen gastgezin",
		"child":   "kind kleuter peuter baby zuigeling dreumes jongetje meisje jongen leerling dochter zoon zoontje dochtertje brugklasser puber tweeling kleine$ jongste kids$ kindje kinderen meid$ meiden tiener scholier leerlinge zusje$ broertje nichtje neefje ukkie klein$ kleintje oudste$ cliëntje pupil student jong$ jongere jongetjes meisjes kindjes zoons dochters stagiair klasgenoot klasgenote",
		"self":    "ik$ mij$ me$ mijn$ m'n$",
		"third":   "hij$ zij$ ze$ haar$ hem$ hun$",
		"home":    "thuis huis$ kamer slaapkamer keuken kelder zolder schuur bank$ trap$ deur balkon portiek douche badkamer flat$ woning woonkamer gang$ bergruimte berging garage voordeur gordijn muur$ plafond zolderkamer hok$ kast$ logeer caravan tuin$ stoep",
		"bed":     "bed$ bedje deken dekens matras kussen laken pyjama ondergoed onderbroek slip$ slipje bh$ broek$ uitkleden uitgekleed naakt bloot douchen aankleden luier bedden pyjama's hemdje onderjurk rits$ rokje uitkleedt broekje dekbed bad$ bedplassen",
		"night":   "nacht nachts$ avond avonds$ donker middernacht slapen slaapt slaap$ wakker nachten ochtend vroeg$ vannacht gisteravond vanavond 's-nachts 's-avonds laat$ uur$",
		"hurt":    "sla$ slaat slaan sloeg geslagen schop schopt schoppen geschopt trap$ trapt trappen mep stomp klap klappen knijp bijt beet$ gebeten duw duwde smijt smeet gesmeten gooit$ gooide wurg keel ranselt rammel rammelt bewerkt mishandel pijn$ krab krabt brand verbrand dwing dwong gedwongen stoot slaagt$ afranselen aframmelen aftuigen toetakelen toegetakeld afgetuigd geknepen krabde duwen geduwd gegooid gooien smakte kwakte sleurt sleurde sleur rukte ruk$ trok$ trekt$ trekken$ schud schudt schudde geschud wurgde wurgt stikken verstik knelt pak$ pakt$ gepakt vastgrijp grijp greep$ tik$ tikken tikte pets draai$ oorvijg vuist vuisten stompt stompte gestompt gestoten uithaal uithalen lossen meppen mept sloegen mishandelt toetakel gooi smijten striemt bijten mishandeld molest aanval aangevallen aanvliegt uitgescholden kleineer vernedert vernederd scheld scheldt schold schreeuwt$ schreeuw$ brult tiert vloekt gemept getrapt",
		"tool":    "riem stok pollepel snoer verlengsnoer slipper mes$ messen scherf scherven hamer pistool vuurwapen wapen strop touw scheermes naald sigaret peuk snoeren stokken klerenhanger haarborstel schoen$ lat$ ketting bijl benzine aansteker strijkijzer bench honkbal knuppel gas$ kokend heet$ boksbeugel zweep bezem deegroller vleesmes keukenmes hamers geweer",
		"mark":    "plek plekken blauw blauwe paars paarse striem strepen afdruk litteken wond wonden wondje bloed bloedt bloedend bult bulten schram krassen kras sneetjes sneden breuk gebroken brandwond blaar blaren gezwollen dik$ dikke kneuzing tand vlekken$ blauwige groen$ geel$ geelpaars bloeduitstort kneus zwelling opgezwollen opengehaald snee$ halen$ lijnen$ lijntjes afdrukken vingers$ verband pleisters gebroken$ botbreuk brand$ brandblaar brandplek kale$ hoofdhuid striemen ontveld schaafwond mank hinkt strompel kreupel geschaafd tanden$ kaak$ schedel rib$ ribben blauwgroen",
		"body":    "arm armen rug$ nek$ hals$ pols polsen been$ benen dij dijen billen borst borsten plasser piemel buik$ gezicht wang oog$ ogen lip$ lippen hoofd$ huid vingers schouder keel mond$ oren oor$ kont heupen lichaam lijf buik kin$ vel$ botten geslachts onderlijf schoot$ knie$ knieën haren$ haar$ bovenbeen enkel voorhoofd",
		"fear":    "bang angst angstig durf durft dorst schrik schrikt krimp duik verstijf beeft trilt tril bibber panisch paniek wit$ verstop kruipt kroop smeek deinst ineen bange banger angstige doodsbang bangig siddert schuw afwerend afweer wegduik flinch hyperalert schrikachtig ineengedoken verkrampt bevriest verstijft trillen trillend beven bevend doodsbenauwd benauwd vrees vreest wegkruip dekking",
		"sad":     "huil huilt huilen stil$ zwijgt lacht$ somber verdrietig teruggetrokken leeg$ lusteloos huilend snikt snikkend gehuil tranen krijst krijsen gekrijs gil gilt gillen gegil jammert kreunt kreunen apathisch verdoofd uitgeblust hopeloos wanhopig wanhoop radeloos afwezig$ bleek lijkbleek leegte niks$ waardeloos mislukkeling last$ schuld$ schuldig",
		"secret":  "geheim niemand vertel vertellen verder$ zwijgen beloof beloofd beloven zeggen$ verbergt verstopt fluister weten$ geloof gelooft biecht zwijgplicht$ zweren zwoer verzwijg verklap verklappen verraadt vertrouwde toevertrouw opbiecht liegt leugen smoes verzint ontkent verzwegen mond$ praten$ praat$ uitgelekt stiekem heimelijk verborgen",
		"drugs":   "drank drinkt dronken bier$ wijn$ wodka fles flessen drugs spuit heroine blowt wiet coke verslaafd gebruikt$ dealt gedeald pillen pil$ tabletten tabletjes pijnstillers paracetamol slaappillen medicijnkastje high$ stoned zuipt zuip zuipen beschonken aangeschoten roes$ verdovend naald naalden spuiten snuift snuiven pillenstrip slikte slikken slikt ingenomen overdosis gif$ vergif bleek$ chloor schoonmaakmiddel paracetamols verdoofd lachgas",
		"hunger":  "honger eten$ eet$ ontbijt brood boterham boterhammen warm$ koelkast vuilnisbak lunch maaltijd gegeten mager vermagerd kilo hongerig uitgehongerd etens voedsel restjes prullenbak prullenbakken bedelt bedelen steelt stal$ dorst uitgedroogd gewicht afgevallen vermager mager$ magere schrok schrokt flauw$ leeg$ lege$",
		"cold":    "winter vriest koud kou$ jas$ sandalen slippers verwarming stroom$ regen schimmel vies vieze stinkt ruikt luizen ongewassen vuilnis urine vuil$ vuile viezigheid ongedierte kakkerlak ratten muizen poep$ plas$ pies ontlasting bevroren barrevoets blote$ sneeuw elektra afgesloten$ waterleiding troep rotzooi bende$ ranzig stank stinken luier$ luiers ongeverzorgd verwaarloos verwaarloosd verzorg verzorgt onverzorgd kapotte vlooien schurft rot$ rotte ontstoken ontsteking",
		"alone":   "alleen$ weggelopen straat$ buiten$ dagen$ weken$ nooit$ opgesloten slot$ sluit vast$ vastgebonden gebonden wegrennen zwerft spoorloos vermist verdwenen zwerven weglopen gevlucht vlucht$ vluchtte ondergedoken achtergelaten verlaten in$ eentje onvindbaar onbereikbaar zelf$ redden redt$ moederziel uitgezet buitengesloten eruit$ opsluit opsluiten sluiten$ slot vastgezet gevangen gevangene grendel vastbinden geketend gekneveld",
		"control": "mag$ moet$ mocht moest verbied verboden verbiedt paspoort trouwen trouwt bruiloft bruid huwelijk eer$ schande controleert volgen volgt afgepakt gehaald ophalen gedwongen dwingen uithuwelijk uitgehuwelijkt verloofd familie-eer eerwraak hoofddoek$ bewaakt bewaken isoleer isolatie afpakken afgenomen pakt$ vliegticket ticket herkomst besnijd besneden besnijdenis teruggestuurd achterlaten schandelijk slaaf bediende",
		"threat":  "dreig dreigt bedreig dreigement anders$ straks$ vermoord doodmaken dood$ doodgaan iets$ kapot beurt eraan$ spijt krijgt$ afmaken gehoorzaam straf$ straft gestraft dreigen dreigde bedreigt bedreigd bedreigde vermoorden doden doodslaan doodschieten neerschieten steken$ steek$ neersteken schieten schiet$ wraak waarschuw pas$ op$ wacht$ opwacht opgewacht achtervolg stalkt stalking stalken kapotmaken afslachten brand$ fik$ hinderlaag meeneem meeneemt meenemen ontvoer gijzel gegijzeld chanteer chantage gechanteerd afpers afgeperst",
		"end":     "dood$ doodgaan sterven leven$ leeft bestaan verdwijnen verdwijn weg$ afscheid laatste$ nooit$ meer$ missen mist$ zonder$ wereld einde eind$ stoppen begrafenis zelfmoord brug$ viaduct trein$ springen flat$ dak$ afscheidsbrief afscheidsbrieven afscheidsbriefje zelfdoding suïcid suicid spoor$ rails strop$ ophangen verhangen polsen$ overdosis beëindig opgeven wakker$ inslapen bestaansrecht last$ verlossing eruit$ stapt stappen$ gedaan$ uitvaart grafsteen testament weggeef geeft$ weggeeft missen$ vergeet$ kansloos zinloos",
		"money":   "geld cadeau cadeaus kado dure duur$ betaald betaalt foto foto's filmpje filmpjes webcam auto$ pakjes chat appje snap naaktfoto naaktfoto's naaktbeeld beelden$ sexting klanten$ loverboy hotel$ parkeerterrein verhuurt schulden$ dealen koerier pakket pakketje pakketjes runner drugsgeld bende$ geronseld ronsel cadeautjes merkkleding sieraden onlyfans livestream",
		"word":    "zegt zei$ vertelt vertelde schreef schrijft riep roept vroeg vraagt noemt appte vertelden zeiden mailde stuurde bekende bekent onthult onthulde fluisterde mompelde tekende tekening opstel schrijft$ liet$ weten$ vertrouwelijk",

		"sport":  "voetbal hockey tennis judo gym$ gymles sport training wedstrijd skate fiets$ fietsen rolschaats step zwem zwemmen hardlopen turnen ballet schaken bal$ doelpunt keeper schommel klimrek trampoline",
		"play":   "spel$ speelt spelen speelde verstoppertje tikkertje gamen game$ gamet lego poppen tekent knutsel musical toneel film$ boek$ verhaal$ gedicht gitaar muziek zingt zingen spreekbeurt presentatie werkstuk",
		"school": "les$ lessen klas$ juf$ meester mentor huiswerk toets examen rekenen cijfer cijfers rapport schoolreis kamp$ excursie rooster boek$ pauze stage studeren schoolkrant kring$",
		"happy":  "leuk blij trots gezellig graag jarig verjaardag feest taart vakantie lacht lachen lachend grappig lief$ mooi$ kado gewonnen won$ prijs geniet trots",
		"ill":    "ziek$ griep verkouden koorts buikgriep allergie hooikoorts eczeem muggen muggenbulten wesp tandarts beugel bril$ dokter waterpokken astma gips verkoudheid",
		"animal": "hond$ kat$ poes konijn hamster cavia vis$ goudvis paard$ paarden vogel dier$ dieren",
		"work":   "vergader vergadering overleg formulier begroting notulen collega cursus directeur werkgroep team$ document agenda systeem wachtwoord account mail$ rapporten reorganisatie inspectie",
		"sex":    "betast betasten streelt streelde strelen aanraken raakt$ aanraakt zoent zoende tong$ seks seksueel sex likken zuigen masturb penis vagina spleetje piemeltje borsten aftrekken verkracht aanrand aangerand aanranding misbruik incest gluurt glurende grooming ondergoed naakt bloot kruis$ poesje plassertje ontkleed intiem",
		"again":  "elke iedere telkens steeds weer$ alweer opnieuw regelmatig vaak$ altijd wekelijks dagelijks maandag vrijdag weekend herhaald derde$ vierde$ zoveelste maanden$ jaren$ weken dagen sinds",
		"now":    "nu$ meteen direct vandaag vanavond vannacht straks$ zojuist net$ zonet morgen daarnet ogenblik momenteel",
		"seen":   "zag$ zagen gezien zie$ zien merkte opgevallen viel$ valt$ hoorde hoor$ gehoord vermoed vermoeden verdenk ontdekt ontdekte vond$ trof$ aangetroffen signaleer opvalt",
		"odd":    "verdacht vreemd raar$ rare klopt$ kloppen wisselend vaag tegenstrijdig onverklaar onlogisch ineens opeens plotseling plots teruggetrokken veranderd verklaring smoesje nare naar$ zorgelijk ongerust",
		"rule":   "mag$ mogen toestemming dossier verslag bewaar bewaren bewaartermijn delen$ deel$ gegevens privacy avg convenant overleg casusoverleg formulier registr artikel regel$ regels wet$ wettelijk grondslag fg$ convenantpartij partij partijen protocol meldcode procedure verwijder verwijderen archief vastleggen informatie document kanaal notitie kopie inzage handtekening tekenen",
		"slip":   "viel$ gevallen vallen valt$ struikel uitgleed gleed gleden botste stootte struikelde ongelukje ongeluk$ buitelde per$",
		"mild":   "mopper mopperde foeter boos$ streng nablijven huisarrest chagrijnig moe$ verlegen druk$ giechel grapje lol$ stoeien plagen plaagt plaagde knutselen bakken koekjes taart verjaardagsfeest ijsje pannenkoek spannend zin$ gelukkig opgelucht prima gewoon$ tevreden vrolijk lekker",
		"cure":   "operatie fysio fysiotherapeut orthodontist ziekenhuis$ gips$ pleister verzwik kneuzing$ behandeling poli$ tandarts beugel dieet allerg puffer insuline diabetes epilepsie logopedie medicijn medicatie zalf",
		"nature": "regen onweer zon$ strand bos$ wandel kamp tent$ camping zee$ zwembad park speeltuin",
		"figure": "file$ formulieren papier papierwerk bureaucratie systeem computer laptop printer beamer website server deadline begroting rooster agenda telefoon wachtwoord inlog vergadering procedures",
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

// senseReach is how many words apart two senses may stand to be heard together:
// about a clause.
const senseReach = 8

// sensed are the senses in a text, each once, and the pairs of them in their
// order where they stand in one clause: who before what is done before to whom.
func sensed(ws []string) []string {
	type heard struct {
		sense string
		at    int
	}
	var in []heard
	var out []string
	seen := map[string]bool{}
	put := func(s string) {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	for i, w := range ws {
		for _, s := range sensesOf(w) {
			in = append(in, heard{s, i})
			put(s)
		}
	}
	for i, a := range in {
		for _, b := range in[i+1:] {
			if b.at-a.at > senseReach {
				break
			}
			if b.at > a.at {
				put(a.sense + ">" + b.sense)
			}
		}
	}
	return out
}
