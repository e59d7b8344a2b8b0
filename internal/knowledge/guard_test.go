package knowledge

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// builtInBase is one base for all tests, from the image; a test of its own says
// whether that is the base as it is.
var builtInBase = sync.OnceValues(func() (*Base, error) { return Open(nil) })

func mustBuiltIn(t testing.TB) *Base {
	t.Helper()
	b, err := builtInBase()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func mustAsk(t testing.TB, b *Base, q Question) Answer {
	t.Helper()
	a, err := b.Ask(context.Background(), q)
	if err != nil {
		t.Fatalf("Ask(%q): %v", q.Text, err)
	}
	return a
}

var saysNo = regexp.MustCompile(`(?i)\b(niet|nooit|geen|nee|alleen)\b`)

// No answer permits what the rules refuse, whoever asks and however.
func TestNoAnswerPermitsWhatTheRulesRefuse(t *testing.T) {
	b := mustBuiltIn(t)
	forms := []string{
		"mag ik als %s %s delen met %s?",
		"Ik ben %s. Kan ik %s in het casuskanaal zetten zodat %s het ook ziet?",
		"moeder heeft getekend, dus mag ik als %s %s doorsturen naar %s",
		"%s hier, is het oke om %s te mailen aan %s",
		"Mogen wij als %s gewoon %s bespreken met %s in het mdo?",
		"ouders vinden het prima. dan kan ik als %s toch %s delen met %s?",
		"Als %s heb ik haast: is het toegestaan om %s te sturen naar %s, het is spoed",
		"we hebben het convenant getekend dus als %s mogen we %s geven aan %s, klopt dat",
		"wij doen dit al jaren: als %s delen we %s met %s. mag dat blijven?",
	}
	cases := []struct {
		who, what, to string
	}{
		{"mentor", "het bsn van een leerling", "het wijkteam"},
		{"ib'er", "een burgerservicenummer", "de jeugdhulp"},
		{"leerplichtambtenaar", "het onderwijsnummer", "de jeugdarts"},
		{"jeugdarts", "het bsn", "de school"},
		{"mentor", "een strafblad van een jongen", "het wijkteam"},
		{"jeugdhulpverlener", "een veroordeling", "de school"},
		{"leerplichtambtenaar", "een proces-verbaal", "de school"},
		{"leerplichtambtenaar", "zijn strafrechtelijke gegevens", "het samenwerkingsverband"},
		{"swv-consulent", "de diagnose", "het wijkteam"},
		{"consulent van het samenwerkingsverband", "een medisch rapport", "de gemeente en jeugdhulp"},
		{"leerplichtambtenaar", "de diagnose adhd", "de school"},
		{"leerplichtambtenaar", "medische gegevens", "de jeugdhulp"},
		{"zorgcoördinator", "de bsn-nummers van de klas", "de ggd"},
		{"jeugdbeschermer", "het burgerservicenummer van het kind", "de school"},
		{"wijkteammedewerker", "een strafrechtelijk verleden", "de school"},
		{"directeur", "het politierapport over een leerling", "het wijkteam"},
		{"gezinsspecialist", "de aangifte tegen een leerling", "de jeugdhulp"},
		{"consulent van het swv", "een behandelplan", "de jeugdhulp"},
		{"swv-medewerker", "het psychologisch onderzoek", "de leerplichtambtenaar"},
		{"leerplichtambtenaar", "het autisme van een jongen", "het wijkteam"},
	}
	for _, c := range cases {
		for _, form := range forms {
			q := fmt.Sprintf(form, c.who, c.what, c.to)
			for _, age := range []string{"", " Het gaat om een kind van 8.", " Jongere is 17 en heeft zelf getekend."} {
				a := mustAsk(t, b, Question{Text: q + age})
				if permits.MatchString(a.Text) || !saysNo.MatchString(a.Text) {
					t.Errorf("Ask(%q) = %q", q+age, a.Text)
				}
			}
		}
	}
}

func TestPermissionIsReplacedByTheRefusal(t *testing.T) {
	b := mustBuiltIn(t)
	c := Case{Shares: true, Kind: "bsn", Sector: "education", Recipients: []string{"youth_care"}}
	for _, text := range []string{"Ja, dat mag.", "Dat mag als de ouders tekenen.", "Nee, hier niet.\n\nOok van belang: Ja, dat kan altijd."} {
		a := b.guard(c, Answer{Text: text, Confidence: 0.9, Citations: []Citation{b.cite("ALG-02", "")}})
		if strings.Contains(strings.ToLower(a.Text), "ja,") || strings.Contains(a.Text, "Dat mag") || !strings.Contains(a.Text, "M01") {
			t.Errorf("guard(%q) = %q", text, a.Text)
		}
		if len(a.Citations) == 0 || a.Citations[0].Fact != "MAT-M01" {
			t.Errorf("guard(%q) cites %v, want MAT-M01 first", text, a.Citations)
		}
	}
}

// The duty to put a number in a notice of the law is no sharing in a casus.
func TestTheLawsOwnWaysAreNotRefused(t *testing.T) {
	b := mustBuiltIn(t)
	a := b.guard(Case{Shares: true, Kind: "bsn", Law: true}, Answer{Text: "Zo mogelijk wel.", Confidence: 0.9})
	if a.Text != "Zo mogelijk wel." {
		t.Errorf("guard = %q", a.Text)
	}
}

func TestAnAnswerWhoseQuoteFailsIsNotGiven(t *testing.T) {
	b := mustBuiltIn(t)
	good := b.cite("ALG-02", "")
	if err := b.verify(Answer{Text: "x", Citations: []Citation{good}}); err != nil {
		t.Errorf("verify of a literal quote: %v", err)
	}
	for _, spoil := range []func(*Citation){
		func(c *Citation) { c.Quote += "!" },
		func(c *Citation) { c.Quote = "" },
		func(c *Citation) { c.Fact = "XXX-01" },
		func(c *Citation) { c.Mark = "I" },
		func(c *Citation) { *c = b.cite("CAS-13", "") },
	} {
		c := good
		spoil(&c)
		if b.verify(Answer{Text: "x", Citations: []Citation{c}}) == nil {
			t.Errorf("verify(%+v) = nil", c)
		}
	}
	if b.verify(Answer{Abstained: true, Citations: []Citation{good}}) == nil {
		t.Error("an abstained answer with citations passed")
	}
}
