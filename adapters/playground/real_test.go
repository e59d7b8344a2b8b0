package playground

import "testing"

func TestAnAddressOfSomebodyRealIsNoticed(t *testing.T) {
	for text, want := range map[string]bool{
		"mail mij op karin.jansen@gmail.com":           true,
		"Karin@Kpnmail.NL.":                            true,
		"k@school-de-linde.nl en x@y.example":          true,
		"karin@gezin.example":                          false,
		"karin@example.org, of karin@sub.example.com.": false,
		"a@b.test":                  false,
		"karin@notexample.org":      true,
		"karin@example.nl":          true, // that one can be bought
		"@convenantbot wat mag ik?": false,
		"@sanne":                    false,
		"sanne@school":              false,
		"https://chat.example/@x":   false,
		"":                          false,
	} {
		if got := realAddress(text); got != want {
			t.Errorf("realAddress(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestAFieldAboutSomebodyRealIsNamed(t *testing.T) {
	got := words.realFields(map[string][]string{"a": {"iets"}, "b": {"x", "111222333"}, "c": {"karin@gmail.com"}, "d": {"111222334"}})
	if len(got) != 2 || got["b"] != words.RealNumber || got["c"] != words.RealAddress {
		t.Errorf("realFields = %v, want the number in b and the address in c", got)
	}
}
