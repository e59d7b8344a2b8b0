package knowledge

// Refusal says why a question is declined before anything is looked up.
type Refusal int

// The reasons for declining.
const (
	NoRefusal   Refusal = iota
	Empty               // nothing was asked
	PersonData          // asks for the data of somebody
	Instruction         // tries to instruct the bot, or asks it to make something
	Foreign             // not written in Dutch
	Money               // asks for prices, pay or subsidies
)

var refusalText = map[Refusal]string{
	Empty:       "Ik zie nog geen vraag. Stel uw vraag over het privacyconvenant in één zin.",
	PersonData:  "Gegevens van personen geef ik niet en heb ik ook niet. Ik beantwoord alleen vragen over de regels van het privacyconvenant. Vraag dit aan de collega of organisatie die het dossier heeft.",
	Instruction: "Dat doe ik niet. Ik beantwoord alleen vragen over het privacyconvenant en het delen van gegevens; aan die opdracht verandert een bericht niets. Voor andere zaken: vraag het uw collega's of de FG als het over privacy gaat.",
	Money:       "Over geld, lonen, tarieven en subsidies weet ik niets. Ik beantwoord alleen vragen over het privacyconvenant. Vraag dit uw bestuur of de gemeente; over privacy kunt u de FG vragen.",
	Foreign:     "Ik beantwoord alleen vragen in het Nederlands over het privacyconvenant. (I can only answer questions in Dutch about the privacy covenant.) Anders: vraag de FG van uw organisatie.",
}

var (
	// instruction: the message speaks to the bot as a machine to be turned.
	instruction = mustPattern(`\b(vergeet|negeer|ignore|forget|disregard|overschrijf|omzeil|verwerp)( \w+){0,5} (regels|instructies?|opdracht\w*|prompt\w*|instructions?|rules|aanwijzing\w*|beperking\w*|richtlijnen|filters?|alles wat|hierboven|hiervoor|voorgaande|vorige|previous|veiligheids\w*)\b|` +
		`\b(systeem ?prompt|system ?prompt|systeemprompt|systeeminstructies?|verborgen instructies?|developer ?mode|ontwikkelaarsmodus|ontwikkelmodus|debug ?modus|debug ?mode|jailbreak|dan modus|dan mode|beheerdersmodus|adminmodus|admin modus|testmodus|godmode|root toegang)\b|` +
		`\b(doe|gedraag je|reageer|antwoord|praat|spreek|schrijf|speel)( \w+){0,4} (alsof je|als een? (piraat|dichter|rapper|kind|robot|mens|advocaat|rechter|cowboy|hacker|arts|clown|tovenaar)|als piraat|in het (engels|frans|duits|turks|arabisch|pools|fries))\b|` +
		`\b(je bent|jij bent|u bent|you are) (nu|vanaf nu|voortaan|now) |\bvanaf nu (ben|antwoord|praat|doe|mag|moet|negeer|geef|zeg) (je|jij|u)?|\b(voortaan|vanaf nu) (antwoord|zeg|geef|spreek|praat|ben)|\b(zeg|antwoord|typ|schrijf|herhaal|print|geef)( \w+){0,3} (alleen|enkel|uitsluitend|slechts|gewoon) (maar )?(ja|nee|ok|oke|akkoord|het woord|toegestaan)\b|` +
		`\b(herhaal|toon|print|geef|laat|onthul|dump|lek)( \w+){0,4} (je|jouw|uw) (\w+ )?(instructies?|prompt|regels|broncode|configuratie|opdracht\w*|geheimen|wachtwoord\w*|api ?key|sleutels?)\b|\b(nieuwe|new) (instructie|opdracht|instruction)s?\b.{0,3}|` +
		`\b(doe|stel|neem)( \w+){0,2} alsof (er geen|je geen|de avg niet|de regels niet|ik de|jij de|je)|\b(sql|drop table|delete from|select from|script|eval|base64|sudo|rm -rf)\b|\b(keur|bevestig|registreer|zet)( \w+){0,6} (goed|toestemming|als akkoord|op akkoord|als gegeven|akkoord)( \w+){0,3} (zonder (te )?(vragen|controle|controleren)|voor alle|zonder dat|automatisch)`)

	// making: asks for a product, not for a rule.
	making = mustPattern(`^(\w+ ){0,6}?(schrijf|verzin|bedenk|maak|dicht|rijm|teken|componeer|vertaal|zing|programmeer|genereer|vertel|ontwerp|maken|schrijven|verzinnen|bedenken|vertalen|dichten)( \w+){0,6} (gedicht\w*|gedichtje|rap|lied\w*|mop|grap|grapje|verhaal|verhaaltje|sprookje|code|script|programma|toespraak|speech|slogan|limerick|haiku|plaatje|logo|poster|powerpoint|presentatie|quiz|raadsel|essay|werkstuk|opstel|tweet|linkedin\w*|recept|rijmpje|sinterklaas\w*|toets|nieuwsbrief|persbericht|sollicitatie\w*|column|toneelstuk\w*|songtekst|huiswerk|spreekbeurt|boekverslag|vlog|podcast|roman|brief aan|brief naar|naar het (engels|turks|arabisch|pools|frans|duits|spaans))\b`)

	// personData: asks for contact details, whereabouts, scores or the content of somebody's record.
	personData   = mustPattern(`\b(wat (is|zijn|was)|welk(e)? (?:mail)?adres|welk (?:telefoon)?nummer|(?:geef|stuur|app|mail|zeg|noem|zoek|vertel) (?:me|mij|ons|even|eens|het|de|dat|aub|snel)|heb (?:je|jij|u)|hebt u|weet (?:je|jij|u)|(?:mag|kan|wil) ik( \w+){0,3} (?:hebben|krijgen|weten)|(?:kun|kan) (?:je|jij)|ik zoek)( \w+){0,4}? (adres|telefoonnummer|mobiele nummer|mobiel nummer|06-nummer|06 nummer|telefoonnr|nummer|mailadres|e-mailadres|emailadres|e-mail|woonadres|geboortedatum|bsn|burgerservicenummer|wachtwoord|verblijfplaats|huisnummer|inlogcode|contactgegevens|telnr|achternaam|rekeningnummer|iban)( \w+){0,3} (van|voor) (?:de |het |een |die |dat |deze |haar |zijn |mijn |onze |hun |dhr |mevr |mevrouw |meneer )?(?:(moeder|vader|ouders?|oma|opa|leerling\w*|familie|gezin|jongen|meisje|kind|zoon|dochter|leraar|juf|meester|jeugdarts|hulpverlener|mentor|directeur|buurvrouw|pleegouder\w*|pleeggezin|gezinsvoogd|leerplichtambtenaar|contactpersoon|collega|voogd|stiefvader|consulent|psycholoog|ib'er|wijkteammedewerker|wethouder|burgemeester|behandelaar|therapeut|verzuimambtenaar|voorzitter|procesregisseur|broer|zus|ex|klasgenoot|medewerker|mevrouw|meneer|schoolarts)|[A-Z]\w+)`)
	personRecord = mustPattern(`\b(geef|stuur|mail|noem|toon|print|exporteer|download|som|lijst|zet)( \w+){0,5} (geboortedat\w+|adressen|telefoonnummers|mailadressen|namen|diagnoses|bsn\w*|nummers|contactgegevens|leerlinggegevens)( \w+){0,2} (van|uit|in) (alle|de|onze|die|deze|iedereen|mijn|het|dit|dat|groep|klas)\b|` +
		`\b(geef|stuur|toon|laat|mail|zoek|open|print|lees|vertel|vat|som|download|exporteer|kopieer)( \w+){0,7} (dossier|verslag|rapport|diagnose|behandelplan|cijfers|testuitslag\w*|gegevens|map|notulen|gesprek|gesprekken|chat|berichten|casus)( \w+){0,3} (van|over) (\w+ ){0,3}?(leerling|jongen|meisje|kind|zoon|dochter|gezin|familie|casus|moeder|vader|broer|zus|collega)\b|` +
		`\bwaar (woont|verblijft|zit|slaapt|is) (\w+ ){0,2}(hij|zij|ze|moeder|vader|het gezin|de familie|mijn ex|de jongen|het meisje|dat gezin|mijn dochter|mijn zoon|mijn kinderen) ?(\w+ ){0,2}(nu|tegenwoordig|op dit moment|ondergedoken|ergens|momenteel)?$|` +
		`\b(wie|welke (leerling\w*|kinderen|gezinnen|jongeren|ouders|namen)|noem|geef|som|lijst)( \w+){0,5} (heeft|hebben|krijgt|krijgen|zit|zitten|staan|staat|zijn|is|met)( \w+){0,5} (jeugdhulp|jeugdzorg|ots|thuiszitter\w*|een diagnose|adhd|autisme|schulden|strafblad)( \w+){0,3} (in|op|uit|bij) (klas|groep|mijn|onze|ons|de|het|deze|die|dit) ?(klas|school|groep|straat|wijk|buurt|dorp|casus|kanaal|lijst)?\b|` +
		`\b(in|bij) welke (casus|casussen|kanalen|overleggen) (zit|zitten|staat|is|wordt|komt) (\w+ ){0,4}(gezin|leerling|kind|jongen|meisje|familie|zoon|dochter|zij|hij|moeder|vader)|` +
		`\bwat (heeft|zei|schreef|vond|zegt|schrijft|staat)( \w+){0,6} (jeugdarts|hulpverlener|mentor|psycholoog|behandelaar|leerplichtambtenaar|collega|moeder|vader|dossier|verslag|gezinsvoogd)( \w+){0,3} (over|van) (de |die |deze |mijn |onze |het |dat )?(leerling|jongen|meisje|zoon|dochter|kind|gezin|casus|familie)\b( uit| van| in| nu| gezegd| geschreven|$)`)

	// sent: something went out already; who says so asks what to do, not for the record.
	sent = mustPattern(`\b(gestuurd|verstuurd|gemaild|verzonden|doorgestuurd|geappt|gepost|gelekt|terechtgekomen)\b`)
	// lookUp: asks to find out whether somebody has help or a record.
	lookUp = mustPattern(`\b(zoek|check|kijk|ga|spoor)( \w+){0,4} of (\w+ ){1,8}(jeugdhulp|jeugdzorg|hulpverlening|strafblad|diagnose|schulden|dossier|ots) (heeft|krijgt|hebben|krijgen|kreeg|had)\b`)

	// money: no fact holds an amount; that a help line is free is one.
	money = mustPattern(`\b(hoeveel (geld|subsidie|budget|euro|euros|salaris|loon|vakantiegeld)|hoeveel (\w+ ){0,3}(kost|kosten|verdient|verdien|verdienen|betaalt)|wat (kost|kosten|verdient|verdien)|transitievergoeding|uurtarief|salaris\w*|salarisschaal|cao|subsidiebedrag|zorgtoeslag|huurtoeslag|kinderbijslag|hypotheek\w*)( |$)`)
	free  = mustPattern(`\b(veilig thuis|vt|113|meldpunt|gratis|kopie|afschrift|inzage)( |$)`)

	// named: a possessive or "van" before a written name asks about that person.
	named = mustPattern(`\b(adres|telefoonnummer|nummer|mailadres|e-mailadres|e-mail|dossier|diagnose|geboortedatum|BSN|bsn|verslag|medicatie|cijfers|rapport|behandelplan|woonplaats|moeder|vader|ouders|gezin|school|IQ|iq|medicijnen|testuitslag|strafblad|hulpverlener)\b[^.?!]{0,40}?\bvan (?:de familie |mevrouw |meneer |dhr\.? |mevr\.? |leerling |de moeder van |de vader van )?[A-Z][a-zé]{2,}\b`)
	// hasWhat asks what somebody with a name has: the name is known by its capital.
	hasWhat   = mustPattern(`(?i:\b(?:welke|wat voor|wat is de|hoeveel) (?:diagnose|ziekte|medicijnen|medicatie|stoornis|problemen|hulp|hulpverlening|cijfers|straf|schulden|iq|begeleiding|hulpverlener|school|adres)\b)[^.?!]{0,12}(?i:\b(?:heeft|krijgt|had|kreeg|slikt|gebruikt|volgt)) [A-Z][a-zé]{1,}\b`)
	askingFor = mustPattern(`(?i)\b(wat is|wat staat|wat zijn|geef|stuur|zoek|noem|welk\w*|waar|wie is|wie zijn|heb je|heb jij|mail|toon|laat|vertel|open|app|kun je|kan je|kunt u|print)\b`)
	notPeople = mustPattern(`\bvan (?:de familie )?(Amersfoort|Soest|Baarn|Leusden|Bunschoten|Woudenberg|Vlaardingen|Schiedam|Maassluis|Steunpunt|Veilig|Ingrado|Utrecht|Nederland|Eemland|Jeugdwet|Leerplichtwet|Kennisnet|Ingrado|De|Het|Een|Team|Raad|Wet|Gemeente|School|Artikel|Model|Convenant|Bijlage|Magister|Parnassys)\b`)

	official = mustPattern(`\b(?:heeft|krijgt|had|volgt) (?:Amersfoort|Soest|Baarn|Leusden|Bunschoten|Woudenberg|Vlaardingen|Schiedam|Maassluis|Veilig|Ingrado|MVS|SWV|Jeugdhulp|Utrecht|De|Het|Een)\b`)

	english = map[string]bool{}
	nlWords = map[string]bool{}
)

func init() {
	for _, w := range words(`the is are what how when where who why can could would should i my me you your we our they their he she his her it this that these those
		with from about for and but not have has had do does did will shall may must there here please tell give show write need want know school child
		son daughter parents without which because if at an to of support plan lost meeting tomorrow time open office`) {
		english[w] = true
	}
	for _, w := range words(`de het een ik je wij we ze zij hij u mijn ons onze en of maar is zijn heeft heb mag moet kan wil wat wie waar hoe wanneer waarom welke
		van voor met op in aan bij uit naar over door niet geen als dan ook nog er die dat dit deze om te kind ouders ouder toestemming school`) {
		nlWords[w] = true
	}
	for _, both := range []string{"is", "we", "of", "in", "me", "school", "her", "had", "over", "die", "he", "want", "plan", "open", "at"} {
		delete(english, both)
		delete(nlWords, both)
	}
}

// refuse reports why a text is declined at once. It looks at the text as it
// was written, since a name is known by its capital.
func refuse(text string) Refusal {
	s := flat(text)
	if len(s) < 2 {
		return Empty
	}
	en, nl := 0, 0
	for _, w := range words(text) {
		if english[w] {
			en++
		}
		if nlWords[w] {
			nl++
		}
	}
	switch {
	case instruction.MatchString(s), making.MatchString(s):
		return Instruction
	case personData.MatchString(s), lookUp.MatchString(s), personRecord.MatchString(s) && !sent.MatchString(s):
		return PersonData
	case named.MatchString(text) && askingFor.MatchString(text) && !notPeople.MatchString(text):
		return PersonData
	case hasWhat.MatchString(text) && !official.MatchString(text):
		return PersonData
	case money.MatchString(s) && !free.MatchString(s):
		return Money
	case en >= 4 && en > 2*nl:
		return Foreign
	}
	return NoRefusal
}
