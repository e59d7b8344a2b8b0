package oracle

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"
	"time"
)

// Matrix is the consent matrix by sector, age, kind and audience.
type Matrix map[[4]string]cell

type cell struct {
	effect, who, rule string
	exceptions        []string
}

var dutch = map[string]string{"onderwijs": "education", "leerplicht": "attendance", "swv": "swv", "jeugdhulp": "youth_care", "jgz_big": "youth_health",
	"wijkteam": "neighbourhood_team", "gewoon": "ordinary", "gevoelig": "sensitive", "gezondheid": "health", "strafrechtelijk": "criminal", "bsn": "bsn"}

// ReadMatrix reads the matrix from its CSV. Sources are not quoted in it, so
// rows may look longer than the head.
func ReadMatrix(r io.Reader) (Matrix, error) {
	c := csv.NewReader(r)
	rows, err := c.ReadAll()
	if err != nil {
		return nil, err
	}
	m := make(Matrix)
	for _, row := range rows[1:] {
		x := cell{effect: row[4], who: row[5], rule: row[6]}
		if row[7] != "-" {
			x.exceptions = strings.Fields(row[7])
		}
		m[[4]string{dutch[row[0]], row[1], dutch[row[2]], row[3]}] = x
	}
	return m, nil
}

var weight = map[string]int{"ordinary": 1, "sensitive": 2, "health": 3, "criminal": 4, "bsn": 5}
var allKinds = []string{"bsn", "criminal", "health", "sensitive", "ordinary"}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Share is contracts A1 to A21.
func (m Matrix) Share(data []byte) (Answer, error) {
	var in shareInput
	if err := json.Unmarshal(data, &in); err != nil {
		return Answer{}, err
	}
	return m.share(&in), nil
}

func refuse(rule string) Answer { return Answer{Effect: "refuse", Rule: rule} }

func (m Matrix) share(in *shareInput) Answer {
	c := in.Casus
	var me member
	for _, x := range c.Members {
		if x.ID == in.Discloser {
			me = x
		}
	}
	kinds := map[string]bool{}
	for _, k := range in.Document.Kinds {
		kinds[k] = true
	}
	if hasBSN(in.Document.Name) || hasBSN(in.Document.Text) {
		kinds["bsn"] = true
	}
	pro := me.Role == "professional"
	age, known := years(c.YoungPerson.Born, in.Now)
	// A1
	if kinds["bsn"] {
		return refuse("M01")
	}
	if kinds["criminal"] {
		if pro && me.Sector == "attendance" {
			return refuse("M03")
		}
		return refuse("M02")
	}
	if c.Status != "open" || c.Kind == "tom_beleidstafel" || c.Phase == "F7" {
		return refuse("")
	}
	stands := me.Role == "parent" && holds(c, me.ID) && known && (age < 16 || c.YoungPerson.LacksCapacity)
	if len(kinds) == 0 && me.Role != "young_person" && !stands {
		// A17
		for _, k := range allKinds {
			one := *in
			one.Document.Kinds = []string{k}
			if m.share(&one).Effect != "refuse" {
				return Answer{Effect: "need_consent", Code: "classify"}
			}
		}
		return refuse("")
	}
	if !pro {
		// A6
		if me.Role == "young_person" {
			return Answer{Effect: "allow"}
		}
		for _, id := range in.Document.Affects {
			if id != me.ID && id != c.YoungPerson.ID {
				return refuse("")
			}
		}
		if stands {
			return Answer{Effect: "allow"}
		}
		if kinds["sensitive"] || kinds["health"] {
			return refuse("")
		}
		return Answer{Effect: "allow"}
	}
	if !known {
		return refuse("")
	}
	return m.professional(in, me, kinds, age)
}

// professional judges each kind on its own and takes the strictest.
func (m Matrix) professional(in *shareInput, me member, kinds map[string]bool, age int) Answer {
	c := in.Casus
	audience := "binnen"
	var orgs, everyOrg, readers []string
	var recipients []member
	family := false
	for _, x := range c.Members {
		if x.Role != "professional" {
			family = true
			if x.Role == "parent" || x.Role == "supporter" {
				readers = append(readers, x.ID)
			}
			continue
		}
		everyOrg = append(everyOrg, x.Organisation)
		if !x.Party || !x.Involved {
			audience = "buiten"
		}
		if x.Organisation == me.Organisation && x.Sector == me.Sector {
			continue
		}
		orgs = append(orgs, x.Organisation)
		recipients = append(recipients, x)
	}
	care := me.Sector == "youth_care" || me.Sector == "youth_health" || me.Sector == "neighbourhood_team"
	band := "<12"
	switch {
	case age >= 18:
		band = "18+"
	case age >= 16:
		band = "16-17"
	case age >= 12:
		band = "12-15"
	}
	type judged struct {
		kind, effect, rule string
		missing            []string
		cell               cell
		above              bool
		named              []string // everyone who must be named
		people             []string
	}
	var all []judged
	for _, k := range []string{"health", "sensitive", "ordinary"} {
		if !kinds[k] {
			continue
		}
		x := m[[4]string{me.Sector, band, k, audience}]
		j := judged{kind: k, cell: x, rule: x.rule, effect: "allow"}
		if age >= 16 && !c.YoungPerson.LacksCapacity && (k == "health" || care) {
			j.people = readers
		}
		j.named = append(append([]string{}, orgs...), j.people...)
		// who must say yes
		wantsYP := strings.Contains(strings.ReplaceAll(x.who, "(JONGERE horen)", ""), "JONGERE")
		wantsAuthority := strings.Contains(x.who, "GEZAG")
		if c.YoungPerson.LacksCapacity && age >= 12 && wantsYP {
			wantsYP, wantsAuthority = false, true
		}
		asked := wantsYP || wantsAuthority
		affects := false
		for _, id := range in.Document.Affects {
			affects = affects || holds(c, id)
		}
		count := func(giver string) (yes, objects bool) {
			if x.effect == "ALLOW" {
				return weigh(in.Agreements, giver, in.Now, c.YoungPerson.Born, everyOrg, func(s said) []string { return s.Covers }, nil, true)
			}
			return weigh(in.Consents, giver, in.Now, c.YoungPerson.Born, j.named, func(s said) []string { return s.Recipients },
				func(s said) bool {
					return s.Discloser == me.Organisation && s.Purpose == in.Purpose && contains(s.Kinds, k)
				}, false)
		}
		switch {
		case x.effect == "FORBID":
			j.effect = "refuse"
		case wantsAuthority && len(c.Authority) == 0:
			j.effect = "refuse"
		case asked:
			j.missing = whoIsMissing(c, wantsYP, wantsAuthority, k == "health" || affects || c.Conflict, count)
			if len(j.missing) > 0 {
				j.effect = "need_consent"
			}
		}
		if weight[k] > ceiling(c) {
			j.above = true
			if j.effect != "refuse" {
				j.effect, j.rule, j.missing = "refuse", "", nil
			}
		}
		all = append(all, j)
	}
	fits := func(j judged, code string) bool {
		only := func(sectors ...string) bool {
			for _, r := range recipients {
				if !contains(sectors, r.Sector) {
					return false
				}
			}
			return len(recipients) > 0 && len(j.people) == 0
		}
		one := len(unique(orgs)) == 1
		switch code {
		case "X-SCHOOL", "X-TOEGANG":
			return one && c.YoungPerson.School != nil && orgs[0] == *c.YoungPerson.School && only("education")
		case "X-OTS":
			return one && only("youth_care")
		case "X-ZELFDE":
			return only("youth_care", "youth_health", "neighbourhood_team")
		case "X-SWV":
			return only("swv")
		case "X-GGD":
			return only("youth_health")
		case "X-TAAK":
			return len(j.named) > 0
		case "X-CVP":
			return len(j.named) > 0 && !family
		}
		return false
	}
	opened := func(j judged) bool {
		x := in.Exception
		if x == nil || j.above || !contains(j.cell.exceptions, x.Code) || strings.TrimSpace(x.Reason) == "" ||
			strings.TrimSpace(x.ApprovedBy) == "" || x.ApprovedBy == in.Discloser || !fits(j, x.Code) {
			return false
		}
		for _, id := range j.named {
			if !contains(x.Recipients, id) {
				return false
			}
		}
		return true
	}
	every := true
	for _, j := range all {
		every = every && (j.effect == "allow" || opened(j))
	}
	if every {
		return Answer{Effect: "allow", Rule: all[0].cell.rule}
	}
	for _, effect := range []string{"refuse", "need_consent"} {
		for _, j := range all {
			if j.effect != effect {
				continue
			}
			a := Answer{Effect: effect, Rule: j.rule}
			if !j.above {
				for _, code := range j.cell.exceptions {
					if fits(j, code) {
						a.Exceptions = append(a.Exceptions, code)
					}
				}
			}
			if effect == "need_consent" {
				absent := map[string]bool{}
				for _, k := range all {
					for _, id := range k.missing {
						absent[id] = true
					}
				}
				for _, p := range append([]person{{c.YoungPerson.ID}}, c.Authority...) {
					if absent[p.ID] {
						a.Missing = append(a.Missing, p.ID)
						delete(absent, p.ID)
					}
				}
			}
			return a
		}
	}
	panic("oracle: no effect")
}

// ceiling is A16, as a weight.
func ceiling(c casus) int {
	byPhase := map[string]int{"F0": 1, "F1": 1, "F2": 3, "F3": 3, "F4": 3, "F5": 2, "F6": 2}
	byKind := map[string]int{"tom_tafel_po": 2, "tom_tafel_vo": 2, "tom_po_vo": 2, "verzuimoverleg": 2, "alle_kinderen_in_beeld": 1, "sluitende_registratie": 1}
	k, ok := byKind[c.Kind]
	if !ok {
		k = 3
	}
	return min(byPhase[c.Phase], k)
}

func holds(c casus, id string) bool {
	for _, p := range c.Authority {
		if p.ID == id {
			return true
		}
	}
	return false
}

func unique(list []string) []string {
	var out []string
	for _, s := range list {
		if !contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// whoIsMissing is A7.
func whoIsMissing(c casus, youngPerson, authority, everyone bool, count func(string) (bool, bool)) []string {
	var out []string
	if youngPerson {
		if yes, _ := count(c.YoungPerson.ID); !yes {
			out = append(out, c.YoungPerson.ID)
		}
	}
	if authority {
		var no []string
		anyYes := false
		for _, p := range c.Authority {
			yes, objects := count(p.ID)
			anyYes = anyYes || yes
			everyone = everyone || objects
			if !yes {
				no = append(no, p.ID)
			}
		}
		if everyone || !anyYes {
			for _, id := range no {
				if !contains(out, id) {
					out = append(out, id)
				}
			}
		}
	}
	return out
}

// weigh is A11 to A13 for one giver: does one of their records count, and if
// none does, do they object?
func weigh(records []said, giver string, now time.Time, born *string, needed []string, names func(said) []string, about func(said) bool, endless bool) (yes, objects bool) {
	var mine []said
	for _, s := range records {
		if s.Giver == giver && (about == nil || about(s)) {
			mine = append(mine, s)
		}
	}
	touches := func(s said) bool {
		for _, id := range needed {
			if contains(names(s), id) {
				return true
			}
		}
		return false
	}
	gone := func(s said) bool { return s.WithdrawnAt != nil && !s.WithdrawnAt.After(now) }
	var refusals []said
	for _, s := range mine {
		if s.Decision == "refused" && touches(s) && !s.GivenAt.After(now) && !gone(s) {
			refusals = append(refusals, s)
		}
	}
	objects = len(refusals) > 0
	for _, s := range mine {
		if s.Decision != "given" {
			continue
		}
		if touches(s) && gone(s) {
			objects = true
		}
		ok := s.GivenAt.Before(now) && !gone(s)
		if !endless {
			ok = ok && s.ExpiresAt != nil && now.Before(*s.ExpiresAt)
		}
		for _, id := range needed {
			ok = ok && contains(names(s), id)
		}
		for _, r := range refusals {
			ok = ok && s.GivenAt.After(r.GivenAt)
		}
		// A12: a birthday between the yes and now
		for _, n := range []int{12, 16, 18} {
			if b := birthday(*born, n); s.GivenAt.Before(b) && !now.Before(b) {
				ok = false
			}
		}
		yes = yes || ok
	}
	return yes, objects && !yes
}

// birthday is A2: 00:00 in Amsterdam.
func birthday(born string, n int) time.Time {
	b, err := time.Parse(time.DateOnly, born)
	if err != nil {
		panic(err)
	}
	// Normalising turns 29 February into 1 March where it does not exist.
	return instant(time.Date(b.Year()+n, b.Month(), b.Day(), 0, 0, 0, 0, time.UTC))
}

func years(born *string, now time.Time) (int, bool) {
	if born == nil {
		return 0, false
	}
	b, err := time.Parse(time.DateOnly, *born)
	if err != nil {
		panic(err)
	}
	w := wall(now)
	n := w.Year() - b.Year()
	if w.Month() < b.Month() || w.Month() == b.Month() && w.Day() < b.Day() {
		n--
	}
	return n, true
}

// hasBSN is A15: every row of whole digit groups, joined by one kind of single
// separator.
func hasBSN(s string) bool {
	runes := []rune(s)
	digit := func(i int) bool { return i >= 0 && i < len(runes) && runes[i] >= '0' && runes[i] <= '9' }
	for i := range runes {
		if !digit(i) || digit(i-1) {
			continue
		}
		var nine []int
		var sep rune
		j := i
		for {
			for digit(j) {
				nine = append(nine, int(runes[j]-'0'))
				j++
			}
			if len(nine) >= 9 {
				break
			}
			if j < len(runes) && strings.ContainsRune(" \u00a0.-_", runes[j]) && (sep == 0 || sep == runes[j]) && digit(j+1) {
				sep = runes[j]
				j++
				continue
			}
			break
		}
		if len(nine) != 9 {
			continue
		}
		sum, zeros := 0, true
		for n, d := range nine {
			zeros = zeros && d == 0
			if n == 8 {
				sum -= d
			} else {
				sum += (9 - n) * d
			}
		}
		if !zeros && sum%11 == 0 {
			return true
		}
	}
	return false
}
