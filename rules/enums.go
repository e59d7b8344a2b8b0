package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// The enumerations of the contracts, in their order; kinds of data from light
// to heavy.
var (
	Sectors    = []string{"education", "attendance", "swv", "youth_care", "youth_health", "neighbourhood_team"}
	DataKinds  = []string{"ordinary", "sensitive", "health", "criminal", "bsn"}
	CasusKinds = []string{"mdo", "zat", "zorgplatform", "tom_tafel_po", "tom_tafel_vo", "tom_po_vo", "tom_beleidstafel",
		"alle_kinderen_in_beeld", "sluitende_registratie", "thuiszittersoverleg", "verzuimoverleg", "bilateraal", "ot"}
	Phases    = []string{"F0", "F1", "F2", "F3", "F4", "F5", "F6", "F7"}
	Statuses  = []string{"open", "closed", "archived", "erased"}
	Roles     = []string{"professional", "parent", "young_person", "supporter"}
	Ages      = []string{"under_12", "from_12", "from_16", "from_18", "unknown"}
	Audiences = []string{"binnen", "buiten"}
	// ExceptionCodes are those of the matrix, chapter 5, in its order.
	ExceptionCodes = []string{"X-VT", "X-OTS", "X-RVDK", "X-VIR", "X-CVP", "X-ZELFDE", "X-PLICHT", "X-TAAK", "X-SCHOOL", "X-SWV",
		"X-LPW", "X-OKR", "X-GGD", "X-OM", "X-DUO", "X-SF", "X-TOEGANG", "X-WAMS"}
)

// yesNo and the like are shared by several facts.
var (
	yesNo    = []string{"yes", "no"}
	complete = []string{"complete", "incomplete"}
	known    = []string{"known", "nobody"}
	sectorOr = append(slices.Clone(Sectors), "none")
)

// enums is the closed list of values of each fact that is text, by the name of
// the fact's struct and the fact's own name. A fact with another value is an
// unknown fact and refuses; a clause that compares with another value does not
// load. The first value has no special meaning.
var enums = map[string]map[string][]string{
	"ShareFacts": {
		"casus_kind": CasusKinds, "phase": Phases, "status": Statuses, "age": Ages, "role": Roles, "sector": sectorOr,
		"audience": Audiences, "standing": {"professional", "self", "represents", "other"}, "affects": {"nobody_else", "someone_else"},
		"classified": yesNo, "bsn": {"none", "declared", "found"}, "criminal": {"none", "declared"},
		"heaviest": append(slices.Clone(DataKinds), "none"),
	},
	"PartFacts": {
		"kind": DataKinds, "ceiling": {"within", "above_phase", "above_kind"}, "deciders": known, "consent": complete, "agreement": complete,
	},
	"JoinFacts": {
		"casus_kind": CasusKinds, "status": Statuses, "age": Ages, "role": Roles, "sector": sectorOr, "account": {"active", "inactive"},
		"region": {"has_kind", "lacks_kind"}, "member": yesNo, "accession": {"announced", "missing", "future"}, "involved": yesNo,
		"task": {"stated", "absent"}, "police": yesNo, "participant": yesNo, "party": {"new", "present"},
		"by_law": {"none", "kind", "sector", "supervision_order"}, "relation": {"professional", "authority", "no_authority", "self", "someone_else", "supporter"},
		"deciders": known, "agreement": complete,
	},
	"RetainFacts": {
		"casus_kind": CasusKinds, "status": Statuses, "hold": {"none", "live"}, "request": {"none", "made"}, "handover": {"complete", "incomplete"},
	},
}

// interned holds one CEL value per enumerated text, so that reading a fact
// allocates nothing.
var interned = func() map[string]ref.Val {
	m := make(map[string]ref.Val)
	for _, facts := range enums {
		for _, values := range facts {
			for _, v := range values {
				m[v] = types.String(v)
			}
		}
	}
	return m
}()

// checkFacts returns an error that names the first fact of the struct p points
// to whose value is not in its list. It names the fact and not the value.
func checkFacts(p any) error {
	v := reflect.ValueOf(p).Elem()
	for _, f := range textFacts[v.Type()] {
		if !slices.Contains(f.values, v.Field(f.index).String()) {
			return fmt.Errorf("unknown fact %s", f.name)
		}
	}
	return nil
}

type textFact struct {
	index  int
	name   string
	values []string
}

// textFacts are the enumerated fields of each struct of facts, worked out once.
var textFacts = func() map[reflect.Type][]textFact {
	m := make(map[reflect.Type][]textFact)
	for _, t := range []reflect.Type{reflect.TypeFor[ShareFacts](), reflect.TypeFor[PartFacts](), reflect.TypeFor[JoinFacts](), reflect.TypeFor[RetainFacts]()} {
		for i := range t.NumField() {
			f := t.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("cel"), ",")
			if f.Type.Kind() != reflect.String || name == "-" {
				continue
			}
			values, ok := enums[t.Name()][name]
			if !ok {
				panic("rules: no list of values for " + t.Name() + "." + name)
			}
			m[t] = append(m[t], textFact{index: i, name: name, values: values})
		}
	}
	return m
}()
