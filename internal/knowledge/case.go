package knowledge

import (
	"context"
	"regexp"
	"strings"
)

// Case is the situation that a question sketches. Empty fields were not said.
// Sector and Kind use the words of the command line (education, health, …).
type Case struct {
	Shares     bool     // asks whether something may be shared
	Age        int      // years; -1 when not said
	Sector     string   // of who shares
	Kind       string   // of data
	Recipients []string // sectors of who gets it; "outside" for others
	Outside    bool     // the recipients are not all in the casus
	Law        bool     // asks for a duty or register of the law, not for sharing in a casus
}

// Verdict is what the rules say of a case.
type Verdict struct {
	Effect string // allow, need_consent or refuse
	Rule   string // M01 …, may be empty
	Text   string // plain Dutch
	Source string
	Mark   Mark
}

// Verdicts judges a case by the rules. It is filled by the program; without
// one an answer gives the general rule only. Need names the one thing it still
// has to know (age, sector, kind, recipients), empty when it could judge.
type Verdicts interface {
	Judge(ctx context.Context, c Case) (v Verdict, need string, err error)
}

var (
	sharing  = mustPattern(`\b(del(en|ing)|deel|deelt|doorgeven|doorgeef|geef(t)? (ik|hij|ze|door|mee)|geven|meegeven|stur(en|t)|stuur(t)?|doorsturen|mail(en|t)?|app(en|t)?|zet(ten)?|plaats(en|t)?|post(en|t)?|upload(en)?|inbreng(en|t)|vertel(len|t)|doorvertellen|verstrek(ken|t)|overdragen|opsturen|noem(en|t)?|meld(en|t)|zeggen|zeg|inlichten|licht|informer(en|t)|toesturen|neerzetten|bespreken|besprek|laten zien|tonen|laat|verspreiden|doorzetten|voorleggen|gedeeld|doorgegeven|gestuurd|geplaatst|verstrekt|krijgen|(weten|horen|inzien) (dat|wat|of|van|hoe)|(dat|dit|het|van mij|van ons)( \w+){0,4} (weten|horen)|(verslag|dossier|rapport|diagnose|gegevens|groeicurve|curve|plan|map|stukken|toets|cijfers|lijst)( \w+){0,5} naar( \w+){1,3}|in de (groep|chat|app|groepsapp)|in het (kanaal|casuskanaal|overleg|mdo))\b`)
	mayI     = regexp.MustCompile(`\b(mag|mogen|kan|kunnen|moet|moeten|toegestaan|oke|verboden|zou|(ik|wij|we)( \w+){0,5} (wil|willen)|(wil|willen|ga) (ik|wij|we)|ik ga|gaat dat|is het goed|kon|mocht|zal|ga)\b`)
	ageRE    = regexp.MustCompile(`\b(na |binnen |elke |iedere |om de |per |sinds |gedurende )?(?:bijna (\d{1,2})\b|(\d{1,2})[ -]?(?:jaar|jarig\w*|jr|j|plus\w*)\b|(?:kind|jongen|meisje|leerling|zoon|dochter|jongere|puber|client|peuter|kleuter|van|is|wordt|bij|werd|knul|meid|scholier) (?:van |v |vn |is |wordt |bij |net |nu |al ){0,3}(\d{1,2})(?: geworden)?\b)`)
	besideRE = regexp.MustCompile(`(?i)\bik ?[,(] ?`)
	// behindRE finds an age that stands in brackets.
	behindRE = regexp.MustCompile(`\(\s*(\d{1,2})\s*(?:jaar|jr|j)?\.?\s*\)`)
	lawWay   = mustPattern(`\b(duo|verzuimregister|wettelijk verplicht|kennisgeving|in- en uitschrijving|inschrijving|uitschrijving|leerplichtmelding|verzuimmelding|overstap|onderwijskundig rapport|veilig thuis|raad voor de kinderbescherming|officier)\b`)

	sectorWords = []struct{ sector, words string }{
		{"attendance", `leerplicht\w*|lpa|leerplichtambtenaar|rmc\w*`},
		{"swv", `swv\w*|samenwerkingsverband\w*|passend onderwijs consulent`},
		{"youth_health", `jeugdarts\w*|schoolarts\w*|jeugdverpleegkundige\w*|schoolverpleegkundige|jeugdgezondheid\w*|ggd|jgz|arts|verpleegkundige|psychiater`},
		{"neighbourhood_team", `wijkteam\w*|cjg|buurtteam\w*|gezinsspecialist\w*|gezinscoach|sociaal team`},
		{"youth_care", `jeugdhulp\w*|jeugdzorg\w*|hulpverlener\w*|behandelaar\w*|therapeut\w*|gezinsvoogd\w*|jeugdbeschermer|ambulant\w*|zorgaanbieder\w*|orthopedagoog\w*|psycholoog|smw\w*|schoolmaatschappelijk\w*|maatschappelijk werker?`},
		{"education", `school|basisschool|middelbare|mbo|mentor|mentoren|ib'?er|ib-er|ib|intern begeleider|leraar|leerkracht\w*|juf|meester|docent\w*|directeur|zorgcoordinator|ondersteuningscoordinator|schooldirecteur|schoolleider|zoco`},
		{"outside", `huisarts|politie|wijkagent|werkgever|sportclub|sportvereniging|buurman|buurvrouw|bso|kinderopvang|krant|pers|verzekeraar|stagebedrijf|leerbedrijf|oma|opa|tante|oom|andere school|nieuwe school|volgende school`},
	}
	sectorRE = func() map[string]*regexp.Regexp {
		m := map[string]*regexp.Regexp{}
		for _, s := range sectorWords {
			m[s.sector] = regexp.MustCompile(`\b(` + s.words + `)\b`)
		}
		return m
	}()
	kindWords = []struct {
		kind string
		re   pattern
	}{
		{"bsn", mustPattern(`\b(bsn\w*|burgerservicenummer\w*|sofinummer|pgn|persoonsgebonden nummer|onderwijsnummer)\b`)},
		{"criminal", mustPattern(`\b(proces-?verbaal|pv|strafblad|strafrechtelijk\w*|veroordeling\w*|veroordeeld|werkstraf|taakstraf|politiegegevens|politie-?info\w*|halt-?(straf|afdoening|verwijzing)?|aangifte|delict|justitiele?|\w*detentie|gedetineerd|(naar|bij|van) halt|opgepakt|gearresteerd|politierapport|straf)\b`)},
		{"health", mustPattern(`\b(diagnose\w*|adhd|autisme|ass|depressi\w*|medisch\w*|gezondheid\w*|iq|behandel(verslag|plan|ing)\w*|medicatie|medicijn\w*|therapie|ziekte\w*|stoornis|epilepsie|angst\w*|tlv-dossier|psychologisch\w*|psychisch\w*|vaccinat\w*|groeicurve\w*|gedrag\w*|depressie[fv]\w*|blind|doof|slechthorend\w*|onderzoeksverslag|testuitslag\w*|trauma|eetstoornis|ritalin|sociaal-emotione\w*)\b`)},
		{"sensitive", mustPattern(`\b(thuissituatie|gezinssituatie|schulden|financi\w*|huisvesting|incident\w*|cijfers|schoolresultaten|scheiding|uit elkaar|zorgen thuis)\b`)},
		{"ordinary", mustPattern(`\b(naam|namen|adres\w*|contactgegevens|verzuim\w*|aanwezigheid|klas|telefoonnummer|spijbel\w*|geboortedatum)\b`)},
	}
)

// Recognise reads the case out of a question.
func Recognise(text string) Case {
	// "ik (ib)" and "ik, orthopedagoog" say what one is.
	s := flat(besideRE.ReplaceAllString(text, "ik als "))
	c := Case{Age: ageIn(text, s)}
	c.Shares = sharing.MatchString(s) && mayI.MatchString(s)
	c.Law = lawWay.MatchString(s)
	for _, k := range kindWords {
		if k.re.MatchString(s) {
			c.Kind = k.kind
			break
		}
	}
	var from string
	c.Sector, c.Recipients, from = parties(s)
	if c.Kind == "" && (from == "youth_health" || from == "youth_care") {
		c.Kind = "health" // a report of somebody with a duty of secrecy
	}
	for _, r := range c.Recipients {
		c.Outside = c.Outside || r == "outside"
	}
	return c
}

// ageIn reads the age of the young person, -1 when none was said. Of "bijna 16"
// it is the age of today; a term of years is no age.
func ageIn(text, flat string) int {
	age := -1
	for _, m := range ageRE.FindAllStringSubmatch(digits(flat), -1) {
		n := m[2] + m[3] + m[4]
		if v, ok := number(n); ok && v <= 23 && m[1] == "" {
			if age = v; m[2] != "" {
				age--
			}
		}
	}
	if m := behindRE.FindStringSubmatch(text); m != nil && age < 0 {
		if v, ok := number(m[1]); ok && v <= 23 {
			age = v
		}
	}
	return age
}

// digits writes number words as digits, so that one pattern reads both.
func digits(s string) string {
	ws := strings.Fields(s)
	for i, w := range ws {
		if n, ok := number(w); ok {
			if strings.HasSuffix(w, "jarige") || strings.HasSuffix(w, "jarig") || strings.HasSuffix(w, "jarigen") {
				ws[i] = itoa(n) + " jarige"
				continue
			}
			ws[i] = itoa(n)
		}
	}
	return strings.Join(ws, " ")
}

// hardRefusal is what no answer may ever permit, whatever was retrieved: the
// rules of the matrix that refuse for every age and with every consent.
func hardRefusal(c Case) (rule, text string) {
	switch {
	case c.Kind == "bsn" && !c.Law:
		return "M01", "Een BSN of onderwijsnummer hoort nooit in een casuskanaal of overleg, ook niet met toestemming (regel M01)."
	case c.Kind == "criminal" && c.Sector == "attendance":
		return "M03", "Strafrechtelijke gegevens, zoals een proces-verbaal, mag de leerplichtambtenaar niet in het overleg delen (regel M03)."
	case c.Kind == "criminal":
		return "M02", "Strafrechtelijke gegevens mogen niet in het casusoverleg worden gedeeld, ook niet met toestemming (regel M02)."
	case c.Kind == "health" && c.Sector == "swv":
		return "M32", "Het samenwerkingsverband deelt gezondheidsgegevens alleen met het bevoegd gezag van de school van de leerling, ook met toestemming niet met anderen (regel M32)."
	case c.Kind == "health" && c.Sector == "attendance":
		return "M23", "De leerplichtambtenaar brengt geen gezondheidsgegevens in; ouders, jongere of jeugdarts kunnen dat zelf doen (regel M23)."
	}
	return "", ""
}
