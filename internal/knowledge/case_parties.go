package knowledge

import (
	"regexp"
	"slices"
	"sort"
)

// party is one mention of a sector in a question.
type party struct {
	sector string
	at, to int // where it stands
}

// What stands before or behind a mention and says which part it plays.
var (
	the = `(?:een |de |het |'t |t |bij |mijn |ons |onze |die |dat |zijn |haar |hun |huidige |eigen |een collega van het |collega van het )*`

	selfBefore = regexp.MustCompile(`\b(?:ik ben|ben ik|ben|ik ben van|ben van|als|wij van|we van|wij als|wij zijn|we zijn|(?:ik|wij|we) werk(?:en)? (?:bij|als|voor|op|in|vanuit)|(?:ik|wij|we) zit(?:ten)? (?:bij|in|op)|(?:ik ben|ben|als) (?:\w+ ){1,2}(?:van|bij|voor)|vanuit|namens) ` + the + `$`)
	selfBehind = regexp.MustCompile(`^ (?:van een \w+ (?:van )?(?:\d+ )?)?(?:hier\b|(?:mag|kan|moet|mogen|kunnen) (?:ik|we|wij)\b)`)
	vanBefore  = regexp.MustCompile(`\bvan (?:de |het |onze |een )?$`)
	hearsNext  = regexp.MustCompile(`^ (?:horen|weten|krijgen|ontvangen)\b`)
	sameBefore = regexp.MustCompile(`^ (?:bij|van|voor|op|in) (?:een |de |het |mijn |onze )?$`)

	asksBehind = regexp.MustCompile(`^ (?:\w+ )?(?:vraagt|vragen|wil|wilt|willen|belt|verzoekt|eist)\b`)
	sentBehind = regexp.MustCompile(`^ (?:mailt|stuurt|stuurde|gaf|geeft|schrijft|appt|heeft) (?:mij|me|ons)\b`)
	ofBefore   = regexp.MustCompile(`\b(?:\w*verslag\w*|\w*rapport\w*|stukken|\w*plan|\w*onderzoek|\w*dossier|brief|advies|bevindingen) van (?:een |de |het |mijn |onze |die |dat )?$`)

	modalBefore = regexp.MustCompile(`\b(?:mag|mogen|kan|kunnen|moet|moeten|zal|mocht) (?:een |de |het |'t |t |onze |mijn |ons )?(?:consulent van (?:het |een )?|\w+ van (?:de |het |een )?)?$`)
	hearsBehind = regexp.MustCompile(`^(?: \w+){0,8} (?:weten|horen|inzien|lezen|krijgen|zien|ontvangen|meelezen)\b`)
	toBefore    = regexp.MustCompile(`\b(?:met|aan|naar|bij|voor|tegen|en) (?:een |de |het |mijn |onze |ons |die |dat |ggz |'t |t )?$`)

	byMe    = regexp.MustCompile(`\b(?:mag|mogen|kan|kunnen|moet|moeten|zal|wil|willen|kon|mocht|ga) (?:ik|wij|we)\b|\b(?:ik|wij|we) (?:wil|willen|mag|mogen|kan|kunnen|ga|gaan)\b`)
	myPupil = regexp.MustCompile(`\b(?:mijn|onze) (?:mentor)?(?:leerling|klas|groep)\w*\b`)
	toMe    = regexp.MustCompile(`\b(?:aan|naar|met) (?:mij|me|ons)\b`)
)

// parties reads who shares and who would get it, each a sector; "outside" is
// somebody who takes no part. from is who wrote what is shared, when that is said
// of another than the one who shares.
//
// Who says "ik ben" or "als" what they are shares; else it is the subject of "mag
// …", unless that one is to hear it. Who asks for something gets it. Whoever else
// is named where "ik" would share gets it too.
func parties(s string) (sector string, recipients []string, from string) {
	all := mentions(s)
	mine := byMe.MatchString(s)
	self, weak := "", ""
	to := map[string]bool{}
	var rest []party
	last := -1 // where the mention of oneself ends
	for _, m := range all {
		before, behind := s[:m.at], s[m.to:]
		outside := m.sector == "outside"
		switch {
		case last >= 0 && sameBefore.MatchString(s[last:m.at]):
			// "orthopedagoog bij een zorgaanbieder" is one and the same; whoever works
			// for an SWV is bound by what holds for it.
			if m.sector == "swv" {
				self = m.sector
			}
		case !outside && (selfBefore.MatchString(before) || m.at == 0 && selfBehind.MatchString(behind)) ||
			!outside && m.at < 4 && selfBehind.MatchString(behind):
			if self == "" {
				self = m.sector
			}
			last = m.to
		case vanBefore.MatchString(before) && hearsNext.MatchString(behind) && !outside && self == "":
			self = m.sector
		case sentBehind.MatchString(behind), ofBefore.MatchString(before):
			from = m.sector
		case modalBefore.MatchString(before) && hearsBehind.MatchString(behind) && (mine || !toBehind(behind)):
			to[m.sector] = true
		case modalBefore.MatchString(before) && !outside:
			if self == "" {
				self = m.sector
			}
			last = m.to
		case asksBehind.MatchString(behind) && (mine || len(all) > 1):
			to[m.sector] = true
		case toBefore.MatchString(before):
			to[m.sector] = true
		default:
			rest = append(rest, m)
		}
	}
	for _, m := range rest {
		switch {
		case m.sector == self:
		case mine || self != "":
			to[m.sector] = true
		case weak == "" && m.sector != "outside" && m.at < len(s)/2:
			weak = m.sector
		default:
			to[m.sector] = true
		}
	}
	if self == "" && mine && myPupil.MatchString(s) {
		weak = "education"
		delete(to, weak)
	}
	if self == "" && weak == "" && !mine && from != "" && len(to) > 0 && from != "outside" {
		weak = from
	}
	if self == "" {
		self = weak
	} else if toMe.MatchString(s) && mineIs(s, all, self) != "" {
		to[mineIs(s, all, self)] = true
	}
	if from == self {
		from = ""
	}
	for _, sw := range sectorWords {
		if to[sw.sector] && sw.sector != self {
			recipients = append(recipients, sw.sector)
		}
	}
	return self, recipients, from
}

// toBehind reports whether somebody else is named as the one who gets it.
func toBehind(s string) bool { return givenTo.MatchString(s) }

var givenTo = regexp.MustCompile(`\b(?:aan|naar|tegen) (?:een |de |het |mijn |onze )?\w+ (?:geven|vertellen|doorgeven|sturen|zeggen|mailen)\b`)

// mineIs is what the asker is, when somebody else would give something to them:
// "mag de psycholoog het mij geven, ik ben ib".
func mineIs(s string, all []party, other string) string {
	for _, m := range all {
		if m.sector != other && m.sector != "outside" && selfBefore.MatchString(s[:m.at]) {
			return m.sector
		}
	}
	return ""
}

// mentions finds every sector in s, in order; of two that overlap the longer one.
func mentions(s string) []party {
	var all []party
	for _, sw := range sectorWords {
		for _, at := range sectorRE[sw.sector].FindAllStringIndex(s, -1) {
			all = append(all, party{sw.sector, at[0], at[1]})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].to-all[i].at > all[j].to-all[j].at })
	var out []party
	for _, m := range all {
		if !slices.ContainsFunc(out, func(o party) bool { return m.at < o.to && o.at < m.to }) {
			out = append(out, m)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].at < out[j].at })
	return out
}
