package names

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

var sam = Known{Names: []string{"Sam de Vries", "Roos Bakker", "Lente van den Berg", "Bram Hendriksen", "Zoë Yıldız", "Anne-Fleur Öztürk"},
	Born: []string{"2013-05-01"}, Addresses: []string{"Dorpsstraat 12a, 3811 AB Amersfoort"}, Phones: []string{"06-12345678"}}

// found lists what a Finder sees in text, as it stands there.
func found(text string) []string {
	var all []string
	for _, h := range New(sam).Find(text) {
		all = append(all, string(h.What)+":"+text[h.Start:h.End])
	}
	return all
}

func TestFind(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		// The name in every shape.
		{"Ik sprak Sam de Vries gisteren.", "name:Sam de Vries"},
		{"ik sprak sam gisteren", "name:sam"},
		{"SAM DE VRIES was er niet", "name:SAM DE VRIES"},
		{"Vries, Sam de", "name:Vries, Sam de"},
		{"de Vries Sam", "name:de Vries Sam"},
		{"S. de Vries komt ook", "name:S. de Vries"},
		{"Sam's moeder", "name:Sam's"},
		{"de moeder van Sam’s broer", "name:Sam’s"},
		{"Sams moeder belde", "name:Sams"},
		{"Zoe komt, en Zoë ook", "name:Zoe name:Zoë"},
		{"Mevrouw Yildiz belde", "name:Yildiz"},
		{"ozturk was er", "name:ozturk"},
		{"Anne Fleur was er", "name:Anne Fleur"},
		{"Sa\u200bm de Vries", "name:Sa\u200bm de Vries"},
		{"Bram kwam te laat.", "name:Bram"},
		{"Verslag: Bram", "name:Bram"},
		{"vandaag weer bram gezien", "name:bram"},
		{"verslag_sam_de_vries.pdf", "name:sam_de_vries"},

		// A slip of the finger.
		{"we spraken over Hendrikson", "name:Hendrikson"},
		{"we spraken over Hendirksen", "name:Hendirksen"},
		{"Hendriksn is er niet", "name:Hendriksn"},
		{"Hendriksn: niet", ""},
		{"Hendriksen is er niet", "name:Hendriksen"},
		{"Bram Hendrikse", "name:Bram Hendrikse"},
		{"we spraken over Hendrik", ""},
		{"we spraken over Frederiksen", ""},
		{"Brams fiets", "name:Brams"},
		{"een bramenstruik, braam en bramen", ""},
		{"Braam, brand en gram", ""},
		{"de bran en de Brand", ""},

		// Names that are words too.
		{"De lente begint in maart", ""},
		{"Lente, zomer, herfst", ""},
		{"Lente 2026: de planning", ""},
		{"In de Lente komt er een overleg", ""},
		{"na de lentevakantie", ""},
		{"Lente kwam vandaag niet op school", "name:Lente"},
		{"Vandaag was Lente ziek", "name:Lente"},
		{"een roos in de tuin", ""},
		{"Roos, tulp en narcis", ""},
		{"last van roos", ""},
		{"Roos heeft een afspraak", "name:Roos"},
		{"we spraken Roos en haar moeder", "name:Roos"},
		{"de bakker en de visser", ""},
		{"roos bakker was er niet", "name:roos bakker"},
		{"R. Bakker tekende", "name:R. Bakker"},
		{"Het gezin Bakker kwam", "name:Bakker"},
		{"op de berg", ""},
		{"Van den Berg tekende", "name:Van den Berg"},
		{"Berg tekende", ""}, // begins the sentence, and is a word
		{"mevrouw Van den Berg tekende", "name:Van den Berg"},
		{"De BERG van MDO", ""},

		// Particles and single letters are nobody.
		{"de van der en den", ""},
		{"S. komt", ""},
		{"samen met samenwerkingsverband en Samsung", ""},
		{"Samen met Samira", ""},
		{"de vriend van Vriesland", ""},

		// Birthdays.
		{"geboren 01-05-2013", "born:01-05-2013"},
		{"geb. 1-5-13", "born:1-5-13"},
		{"geb. 1/5/2013", "born:1/5/2013"},
		{"geb. 1.5.2013.", "born:1.5.2013"},
		{"geboren op 1 mei 2013 in", "born:1 mei 2013"},
		{"1 mei '13", "born:1 mei '13"},
		{"2013-05-01", "born:2013-05-01"},
		{"01052013", "born:01052013"},
		{"20130501", "born:20130501"},
		{"het overleg is op 1 mei", ""},
		{"het overleg is op 1 mei 2026", ""},
		{"05-01-2013", ""},
		{"2-5-2013", ""},
		{"dossier 11052013", ""},

		// Addresses and telephone numbers.
		{"woont op Dorpsstraat 12a", "address:Dorpsstraat 12a"},
		{"woont op dorpsstraat 12", "address:dorpsstraat 12"},
		{"de Dorpsstraat is lang", ""},
		{"Dorpsstraat 112", ""},
		{"3811ab", "address:3811ab"},
		{"3811 AC", ""},
		{"bel 06 12 34 56 78", "phone:06 12 34 56 78"},
		{"bel +31 6 12345678", "phone:+31 6 12345678"},
		{"bel 0031612345678", "phone:0031612345678"},
		{"bel 06-12345679", ""},
		{"bedrag 12345678", ""},

		// Several in one text.
		{"Sam de Vries (01-05-2013), Dorpsstraat 12a", "name:Sam de Vries born:01-05-2013 address:Dorpsstraat 12a"},
		{"", ""},
	} {
		if got := strings.Join(found(test.text), " "); got != test.want {
			t.Errorf("Find(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Sam de Vries": "S.d.V.", "Vries, Sam de": "S.d.V.", "zoë yıldız": "Z.Y.", "Anne-Fleur Öztürk": "A.F.Ö.", "": ""} {
		if got := Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestReplaceLeavesNothingToFind(t *testing.T) {
	f := New(sam)
	text := "Sam de Vries (01-05-2013) en zijn zus Roos Bakker wonen op Dorpsstraat 12a, 06-12345678."
	out := Replace(text, f.Find(text), func(Hit) string { return "C-2026-0001" })
	if again := f.Find(out); len(again) > 0 {
		t.Errorf("after replacing there is still something: %v in %q", again, out)
	}
	if want := "C-2026-0001 (C-2026-0001) en zijn zus C-2026-0001 wonen op C-2026-0001, C-2026-0001."; out != want {
		t.Errorf("Replace = %q, want %q", out, want)
	}
}

func TestNothingKnownFindsNothing(t *testing.T) {
	f := New(Known{Names: []string{"", "de", "S."}, Born: []string{"", "onbekend"}, Addresses: []string{"", "Dorpsstraat"}, Phones: []string{"", "112"}})
	if hits := f.Find("de S. Dorpsstraat 112 op 0-0-0 onbekend 00-00-0000"); len(hits) > 0 {
		t.Errorf("found %v", hits)
	}
}

func TestHitsStandInTheTextAndDoNotOverlap(t *testing.T) {
	f := New(sam)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{"Sam", "de", "Vries", "roos", "Bakker", ",", ".", " ", "\u200b", "ë", "12a", "Dorpsstraat", "01-05-2013",
			"is", "'", "06", "12345678", "\xff", "S.", "😀", "Bram"})).Draw(t, "parts"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		at := 0
		for _, h := range f.Find(text) {
			if h.Start < at || h.End <= h.Start || h.End > len(text) {
				t.Fatalf("hit %v in a text of %d bytes, after %d", h, len(text), at)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[h.Start:h.End]) {
				t.Fatalf("hit %v cuts a letter in two", h)
			}
			at = h.End
		}
	})
}

func BenchmarkFind(b *testing.B) {
	text := strings.Repeat("Vandaag spraken we over de afspraken voor volgende week en wie wat doet. ", 20) + "Sam komt ook."
	for b.Loop() {
		New(sam).Find(text)
	}
}
