package names_test

import (
	"testing"

	"github.com/convenantbot/convenantbot/bot/names"
)

func TestATextThatSaysWhoSomebodyIsAndOneThatOnlyLooksLikeIt(t *testing.T) {
	for text, want := range map[string]bool{
		"mag ik de diagnose van Kevin Jansen delen?":       true,
		"mag ik voor leerling Sanne iets delen":            true,
		"geboren 3 mei 2012, mag ik dit delen":             true,
		"jongen, geb. 03-05-2010":                          true,
		"kind met BSN 111222333":                           true,
		"bel 06-12345678 over de diagnose":                 true,
		"mail naar ib@school.example":                      true,
		"Mag Fatima el Amrani zelf beslissen?":             true,
		"Mag Anne Raad meelezen?":                          false, // a part that nobody bears is taken for an institution
		"kind met nummer 111222334":                        false, // fails the eleven test
		"Mag Veilig Thuis meelezen?":                       false,
		"Wie beslist bij een meisje in Passend Onderwijs?": false,
		"Sinds 1 januari 2015 geldt de Jeugdwet":           false,
		"Mag Amersfoort dit samen met Soest doen?":         false,
		"": false,
	} {
		if got := names.Personal(text); got != want {
			t.Errorf("Personal(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestSomebodyIsCalledByNameBehindWhatTheyAre(t *testing.T) {
	for text, want := range map[string]bool{
		"bij moeder Sanne thuis": true, "familie van der Berg": true, "bij moeder thuis": false, "Basisschool De Linde": false,
	} {
		if got := names.Called(text); got != want {
			t.Errorf("Called(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestTheFirstNameOfATextIsShown(t *testing.T) {
	for text, want := range map[string]string{"Graag met Sanne en Daan": "Sanne", "Kees Bakker belt": "Kees", "in de lokalen boven": ""} {
		if got := names.First(text); got != want {
			t.Errorf("First(%q) = %q, want %q", text, got, want)
		}
	}
}
