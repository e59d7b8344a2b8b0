package region_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

func mustPacks(t testing.TB) map[string]*region.Pack {
	t.Helper()
	packs, err := region.LoadAll(deploy.Regions, "regions")
	if err != nil {
		t.Fatal(err)
	}
	return packs
}

func mustText(t testing.TB) string {
	t.Helper()
	data, err := deploy.Regions.ReadFile("regions/model.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestEachRegionHasTheKindsOfItsConvenant(t *testing.T) {
	packs := mustPacks(t)
	for id, want := range map[string][]string{
		"model": rules.CasusKinds,
		"amersfoort": {"mdo", "zat", "zorgplatform", "tom_tafel_po", "tom_tafel_vo", "tom_po_vo", "tom_beleidstafel", "alle_kinderen_in_beeld",
			"sluitende_registratie"},
		"mvs": {"ot", "mdo", "verzuimoverleg", "thuiszittersoverleg"},
	} {
		p := packs[id]
		if p == nil {
			t.Errorf("no pack %s", id)
			continue
		}
		var got []string
		for kind := range p.Kinds {
			got = append(got, kind)
		}
		slices.Sort(got)
		want = slices.Sorted(slices.Values(want))
		if !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", id, got, want)
		}
	}
	if len(packs) != 3 {
		t.Errorf("%d packs, want 3", len(packs))
	}
}

func TestHealthGoesIntoTheVaultUnlessARegionSaysOtherwise(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"", "health"}, {"vault: []\n", ""}, {"vault: [health, sensitive]\n", "health sensitive"}, {"vault: [ordinary, sensitive, health]\n", "ordinary sensitive health"},
	} {
		p, err := region.Load("model.yaml", []byte(mustText(t)+c.line))
		if err != nil {
			t.Fatalf("%q: %v", c.line, err)
		}
		if got := strings.Join(p.Vault, " "); got != c.want {
			t.Errorf("%q: vault %q, want %q", c.line, got, c.want)
		}
	}
	for _, line := range []string{"vault: [criminal]\n", "vault: [bsn]\n", "vault: [gezondheid]\n", "vault: [health, health]\n"} {
		if _, err := region.Load("model.yaml", []byte(mustText(t)+line)); err == nil {
			t.Errorf("%q loads", line)
		}
	}
}

func TestTheTermsAndCeilingsAreTheDefaults(t *testing.T) {
	p := mustPacks(t)["model"]
	for kind, want := range map[string]struct {
		term    int
		ceiling string
	}{"bilateraal": {14, "health"}, "mdo": {30, "health"}, "zat": {30, "health"}, "ot": {30, "health"}, "verzuimoverleg": {30, "sensitive"},
		"zorgplatform": {60, "health"}, "tom_tafel_po": {60, "sensitive"}, "tom_tafel_vo": {60, "sensitive"}, "tom_po_vo": {60, "sensitive"},
		"thuiszittersoverleg": {60, "health"}, "alle_kinderen_in_beeld": {365, "ordinary"}, "sluitende_registratie": {365, "ordinary"}, "tom_beleidstafel": {0, ""}} {
		if k := p.Kinds[kind]; k.Term != want.term || k.Ceiling != want.ceiling {
			t.Errorf("%s has term %d and ceiling %s, want %v", kind, k.Term, k.Ceiling, want)
		}
	}
}

// What nobody adopted yet must not look as if somebody had.
func TestWhatIsOurReadingHasNoAdopter(t *testing.T) {
	for id, p := range mustPacks(t) {
		for kind, k := range p.Kinds {
			if k.Origin.Mark == "I" && k.Origin.AdoptedBy != "" {
				t.Errorf("%s: %s has mark I and an adopter", id, kind)
			}
		}
	}
}

func TestInMVSThereIsNoMBO(t *testing.T) {
	p := mustPacks(t)["mvs"]
	if !strings.Contains(p.Note, "mbo") || slices.ContainsFunc(p.Parties, func(x region.Party) bool {
		return strings.Contains(strings.ToLower(x.Name), "mbo") || strings.Contains(x.Name, "beroepsonderwijs")
	}) {
		t.Error("the mbo is a party in MVS, or the note does not say that it is not")
	}
}

func TestWhatIsWrongWithAPackIsSaid(t *testing.T) {
	for _, c := range []struct{ name, from, to, want string }{
		{"another id", "id: model", "id: mdl", "id must be the name of the file"},
		{"an unknown field", "note:", "notes:", `unknown field "notes"`},
		{"an unknown sector", "sectors: [swv]", "sectors: [samenwerking]", `"samenwerking" is no sector`},
		{"an unknown kind", "  zat:", "  zatt:", `"zatt" is no kind of casusoverleg`},
		{"the same kind twice", "  zat:", "  mdo:", `"mdo" stands twice`},
		{"the same party twice", "id: ggd,", "id: jeugdhulp,", "party jeugdhulp stands twice"},
		{"a term that empties a channel", "term: 30", "term: 3", "must be 14 days or more"},
		{"a term in words", "term: 30", "term: dertig", "must be a whole number"},
		{"a short announcement", "announce: 14", "announce: 1", "announce must be 14 days or more"},
		{"a reminder after the person", "remind: 30", "remind: 90", "remind must be shorter"},
		{"a negative term", "archive: 7", "archive: -7", "archive must be from 0"},
		{"an endless term", "open: 365", "open: 99999", "open must be from 0"},
		{"a ceiling of criminal data", "ceiling: health", "ceiling: criminal", "must be ordinary, sensitive or health"},
		{"no ceiling", "    ceiling: health\n    phases", "    phases", "has no ceiling"},
		{"a missing phase", "  F4:", "  F9:", "phase F4 is missing"},
		{"another sector that comes by law", "by_law: [attendance]", "by_law: [education, attendance]", ""},
		{"adopted by nobody on a day", `overlegvormen 4.1", mark: I}`, `overlegvormen 4.1", mark: I, adopted_at: "2026-01-01"}`, "go together"},
		{"adopted on a day that is none", `overlegvormen 4.1", mark: I}`, `overlegvormen 4.1", mark: I, adopted_by: "stuurgroep", adopted_at: "2026-02-30"}`, "is not a date"},
		{"adopted", `overlegvormen 4.1", mark: I}`, `overlegvormen 4.1", mark: V, adopted_by: "stuurgroep", adopted_at: "2026-02-28"}`, ""},
		{"a rule adopted", "phases:\n", "adopted: [{rule: not_acceded, by: stuurgroep, on: \"2026-02-28\"}]\nphases:\n", ""},
		{"a rule adopted twice", "# What each phase", "adopted: [{rule: police, by: a, on: \"2026-02-28\"}, {rule: police, by: b, on: \"2026-02-28\"}]\n# What each phase", "adopted twice"},
		{"a rule adopted on a day that is none", "# What each phase", "adopted: [{rule: police, by: a, on: \"2026-02-30\"}]\n# What each phase", "is not a date"},
		{"a rule adopted by nobody", "# What each phase", "adopted: [{rule: police, by: \" \", on: \"2026-02-28\"}]\n# What each phase", "may not be blank"},
		{"who works where confirmed once a year", "confirm: 92", "confirm: 365", "confirm must be from"},
		{"who works where confirmed each week", "confirm: 92", "confirm: 7", "confirm must be from"},
		{"an unknown mark", `overlegvormen 4.1", mark: I}`, `overlegvormen 4.1", mark: J}`, `mark "J" is not known`},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := mustText(t)
			if !strings.Contains(text, c.from) && c.want != "" {
				t.Fatal("the pack has no such text")
			}
			_, err := region.Load("model.yaml", []byte(strings.Replace(text, c.from, c.to, 1)))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("Load = %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "model.yaml:")):
				t.Errorf("Load = %v, want a complaint with %q and its place", err, c.want)
			}
		})
	}
}

func TestNoPacksAtAllIsAComplaint(t *testing.T) {
	if _, err := region.LoadAll(fstest.MapFS{}, "regions"); err == nil {
		t.Error("no complaint")
	}
}

func FuzzLoad(f *testing.F) {
	text := mustText(f)
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add("id: model\nkinds: {mdo: {}}\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := region.Load("model.yaml", []byte(text))
		if err == nil && (p.ID != "model" || len(p.Kinds) == 0) {
			t.Errorf("a pack without id or kinds loaded")
		}
	})
}
