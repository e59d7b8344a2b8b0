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
	sharing = mustPattern(`\b(del(en|ing)|deel|deelt|doorgeven|doorgeef|geef(t)? (ik|hij|ze|door|mee)|geven|meegeven|stur(en|t)|stuur(t)?|doorsturen|mail(en|t)?|app(en|t)?|zet(ten)?|plaats(en|t)?|post(en|t)?|upload(en)?|inbreng(en|t)|vertel(len|t)|doorvertellen|verstrek(ken|t)|overdragen|opsturen|noem(en|t)?|meld(en|t)|toesturen|neerzetten|bespreken|besprek|laten zien|tonen|laat|verspreiden|doorzetten|voorleggen|gedeeld|doorgegeven|gestuurd|geplaatst|verstrekt|krijgen|in de (groep|chat|app|groepsapp)|in het (kanaal|casuskanaal|overleg|mdo))\b`)
	mayI    = regexp.MustCompile(`\b(mag|mogen|kan|kunnen|moet|moeten|toegestaan|oke|verboden|zou|gaat dat|is het goed|kon|mocht|zal|ga)\b`)
	ageRE   = regexp.MustCompile(`\b(\d{1,2})[ -]?(jaar|jarig\w*|jr|j|plus\w*)\b|\b(?:kind|jongen|meisje|leerling|zoon|dochter|jongere|puber|van|is|wordt|bij|werd|knul|meid|scholier) (?:van |is |wordt |bij )?(\d{1,2})\b`)
	lawWay  = mustPattern(`\b(duo|verzuimregister|wettelijk verplicht|kennisgeving|in- en uitschrijving|inschrijving|uitschrijving|leerplichtmelding|verzuimmelding|overstap|onderwijskundig rapport|veilig thuis|raad voor de kinderbescherming|officier)\b`)

	sectorWords = []struct{ sector, words string }{
		{"attendance", `leerplicht\w*|lpa|leerplichtambtenaar|rmc`},
		{"swv", `swv\w*|samenwerkingsverband\w*|passend onderwijs consulent`},
		{"youth_health", `jeugdarts\w*|schoolarts\w*|jeugdverpleegkundige\w*|schoolverpleegkundige|ggd|jgz|arts|verpleegkundige|psychiater|huisarts`},
		{"neighbourhood_team", `wijkteam\w*|cjg|buurtteam\w*|gezinsspecialist\w*|gezinscoach|sociaal team`},
		{"youth_care", `jeugdhulp\w*|jeugdzorg\w*|hulpverlener\w*|behandelaar\w*|therapeut\w*|gezinsvoogd\w*|jeugdbeschermer|ambulant\w*|zorgaanbieder\w*|orthopedagoog\w*|psycholoog|smw\w*|schoolmaatschappelijk\w*|maatschappelijk werker?`},
		{"education", `school|mentor\w*|ib'?er|ib|intern begeleider|leraar|leerkracht\w*|juf|meester|docent\w*|directeur|zorgcoordinator|ondersteuningscoordinator|schooldirecteur|schoolleider|zoco`},
		{"outside", `huisarts|politie|wijkagent|werkgever|sportclub|sportvereniging|buurman|buurvrouw|bso|kinderopvang|krant|pers|verzekeraar|andere school|nieuwe school|volgende school`},
	}
	sectorRE = func() map[string]*regexp.Regexp {
		m := map[string]*regexp.Regexp{}
		for _, s := range sectorWords {
			m[s.sector] = regexp.MustCompile(`\b(` + s.words + `)\b`)
		}
		return m
	}()
	selfRE = regexp.MustCompile(`\b(ik ben|ben ik|als|ik als|wij van|wij als|we zijn|ik werk (?:bij|als|voor)|onze|mag (?:een|de|het|onze)|mogen (?:de|onze)|wij zijn|mag onze|hier|vanuit|namens) (?:een |de |het |bij |mijn |ons )?`)
	toRE   = regexp.MustCompile(`\b(met|aan|naar|bij|voor) (?:een |de |het |mijn |onze |ons |die |dat )?`)

	kindWords = []struct {
		kind string
		re   pattern
	}{
		{"bsn", mustPattern(`\b(bsn\w*|burgerservicenummer\w*|sofinummer|pgn|persoonsgebonden nummer|onderwijsnummer)\b`)},
		{"criminal", mustPattern(`\b(proces-?verbaal|pv|strafblad|strafrechtelijk\w*|veroordeling\w*|veroordeeld|werkstraf|taakstraf|politiegegevens|politie-?info\w*|halt-?(straf|afdoening|verwijzing)?|aangifte|delict|justitiele?|jeugddetentie|opgepakt|gearresteerd|politierapport|straf)\b`)},
		{"health", mustPattern(`\b(diagnose\w*|adhd|autisme|ass|depressi\w*|medisch\w*|gezondheid\w*|iq|behandel(verslag|plan|ing)\w*|medicatie|medicijn\w*|therapie|ziekte\w*|stoornis|epilepsie|angst\w*|tlv-dossier|psychologisch\w*|onderzoeksverslag|testuitslag\w*|trauma|eetstoornis|ritalin|sociaal-emotione\w*)\b`)},
		{"sensitive", mustPattern(`\b(thuissituatie|gezinssituatie|schulden|financi\w*|huisvesting|incident\w*|cijfers|schoolresultaten|scheiding|zorgen thuis)\b`)},
		{"ordinary", mustPattern(`\b(naam|namen|adres|contactgegevens|verzuim\w*|aanwezigheid|klas|telefoonnummer|spijbel\w*|geboortedatum)\b`)},
	}
)

// Recognise reads the case out of a question.
func Recognise(text string) Case {
	s := flat(text)
	c := Case{Age: -1}
	for _, m := range ageRE.FindAllStringSubmatch(digits(s), -1) {
		n := m[1]
		if n == "" {
			n = m[3]
		}
		if v, ok := number(n); ok && v <= 23 {
			c.Age = v
		}
	}
	c.Shares = sharing.MatchString(s) && mayI.MatchString(s)
	c.Law = lawWay.MatchString(s)
	for _, k := range kindWords {
		if k.re.MatchString(s) {
			c.Kind = k.kind
			break
		}
	}
	self := map[string]bool{}
	to := map[string]bool{}
	for _, sw := range sectorWords {
		for _, at := range sectorRE[sw.sector].FindAllStringIndex(s, -1) {
			before := s[max(0, at[0]-28):at[0]]
			switch {
			case endsWith(toRE, before):
				to[sw.sector] = true
			case endsWith(selfRE, before) && sw.sector != "outside":
				self[sw.sector] = true
			case c.Sector == "" && sw.sector != "outside" && at[0] < len(s)/2:
				self[sw.sector] = true
			default:
				to[sw.sector] = true
			}
		}
	}
	if to["education"] && to["outside"] && strings.Contains(s, "andere school") {
		delete(to, "education")
	}
	for _, sw := range sectorWords {
		if self[sw.sector] && c.Sector == "" {
			c.Sector = sw.sector
		}
		if to[sw.sector] && (!self[sw.sector] || len(self) > 1) {
			c.Recipients = append(c.Recipients, sw.sector)
			if sw.sector == "outside" {
				c.Outside = true
			}
		}
	}
	return c
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

func endsWith(re *regexp.Regexp, s string) bool {
	all := re.FindAllStringIndex(s, -1)
	return len(all) > 0 && all[len(all)-1][1] == len(s)
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
