package knowledge

import (
	"strings"
	"testing"
)

func TestPassagesThatPlainlyContradict(t *testing.T) {
	b := mustBuiltIn(t)
	for _, tt := range []struct {
		one, two string
		want     bool
	}{
		{"Verslagen van het kringoverleg worden acht maanden na het laatste overleg vernietigd.", "Verslagen van het kringoverleg worden drie maanden na het laatste overleg vernietigd.", true},
		{"Partijen bewaren het verslag van een overleg zes maanden.", "Het verslag van een overleg bewaren partijen 2 jaar.", true},
		{"Ouders ontvangen het verslag binnen een week.", "Ouders ontvangen het verslag binnen 14 dagen.", true},
		{"Een leerling van zestien jaar of ouder beslist zelf of hij bij het overleg is.", "Een leerling van twaalf jaar of ouder beslist zelf of hij bij het overleg is.", true},
		{"Geluidsopnamen van het kringoverleg zijn verboden.", "Geluidsopnamen van het kringoverleg zijn toegestaan met instemming.", true},
		{"Stagiairs mogen aan het kringoverleg deelnemen.", "Stagiairs mogen niet aan het kringoverleg deelnemen.", true},
		// The same in other words, or about something else.
		{"Ouders ontvangen het verslag binnen twee weken.", "Ouders ontvangen het verslag binnen 14 dagen.", false},
		{"Partijen bewaren het verslag een half jaar.", "Partijen bewaren het verslag zes maanden.", false},
		{"Partijen bewaren het verslag van een overleg zes maanden.", "De school bewaart het leerlingdossier twee jaar na vertrek.", false},
		{"Verslagen van het kringoverleg worden acht maanden na het laatste overleg vernietigd.", "Het kringoverleg komt elke drie maanden bij elkaar op het gemeentehuis.", false},
		{"Ouders krijgen de agenda vijf werkdagen van tevoren.", "Een onvolledig formulier gaat binnen twee werkdagen terug naar de school.", false},
		{"Stagiairs mogen aan het kringoverleg deelnemen.", "Ouders mogen iemand meenemen, maar geen pers.", false},
		{"Ouders worden altijd uitgenodigd voor het overleg.", "Ouders worden voor het overleg altijd uitgenodigd.", false},
	} {
		for _, pair := range [][2]string{{tt.one, tt.two}, {tt.two, tt.one}} {
			if got := b.contradict(pair[0], pair[1]); got != tt.want {
				shared, matched := b.sameSubject(pair[0], pair[1])
				t.Errorf("contradict(%q, %q) = %v, want %v (shared %.2f, %d)", pair[0], pair[1], got, tt.want, shared, matched)
			}
		}
	}
}

func TestTwoOwnDocumentsThatContradictAreBothQuoted(t *testing.T) {
	b := mustOpenWith(t, t.TempDir())
	mustImport(t, b.Library(),
		source("oud.md", "# Regionale afspraken\n\n## Artikel 4 Bewaren\n\nVerslagen van het kringoverleg worden acht maanden na het laatste overleg vernietigd.\n\n## Artikel 5 Ouders\n\nOuders krijgen de agenda vijf werkdagen van tevoren.\n"),
		source("nieuw.md", "# Werkwijze kring\n\n## Verslag\n\nVerslagen van het kringoverleg worden drie maanden na het laatste overleg vernietigd.\n"))
	for _, q := range []string{"wanneer worden verslagen van het kringoverleg vernietigd", "na hoeveel maanden vernietigen we verslagen van het kringoverleg?"} {
		a := mustAsk(t, b, Question{Text: q})
		quotes := 0
		for _, c := range a.Citations {
			if c.Kind == "quote" {
				quotes++
			}
		}
		if quotes != 2 || !strings.Contains(a.Text, "zeggen hier niet hetzelfde") || !strings.Contains(a.Text, "acht maanden") || !strings.Contains(a.Text, "drie maanden") {
			t.Errorf("Ask(%q) has %d quotes: %s", q, quotes, a.Text)
		}
	}
	// What only one of them speaks of is no contradiction.
	a := mustAsk(t, b, Question{Text: "hoeveel werkdagen van tevoren krijgen ouders de agenda"})
	if strings.Contains(a.Text, "niet hetzelfde") {
		t.Errorf("a contradiction was seen where there is none: %s", a.Text)
	}
}
