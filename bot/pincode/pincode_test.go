package pincode

import (
	"bytes"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := NewCode()
		typed := ShowCode(code)
		typed = strings.NewReplacer("-", rapid.SampledFrom([]string{"-", " ", "", "\u2013"}).Draw(t, "between"),
			"0", rapid.SampledFrom([]string{"0", "O", "o"}).Draw(t, "zero"), "1", rapid.SampledFrom([]string{"1", "I", "l"}).Draw(t, "one")).Replace(typed)
		if rapid.Bool().Draw(t, "small") {
			typed = strings.ToLower(typed)
		}
		if got, ok := ParseCode(typed); !ok || got != code {
			t.Fatalf("ParseCode(%q) = %q, %v, want %q", typed, got, ok, code)
		}
	})
	for _, bad := range []string{"", "7777", "7777-7777-777U", "7777-7777-7777-7", "../../../..", strings.Repeat("7", 5000)} {
		if got, ok := ParseCode(bad); ok {
			t.Errorf("ParseCode(%.20q) = %q", bad, got)
		}
	}
}

func TestAPINIsSlowToTryAndNotStored(t *testing.T) {
	one, two := Hash("190473"), Hash("190473")
	if bytes.Equal(one, two) || bytes.Contains(one, []byte("190473")) {
		t.Error("the same PIN is stored the same, or as it is")
	}
	if !Check(one, "190473") || Check(one, "190474") || Check(one, "") || Check(nil, "190473") || Check(noPIN, "") {
		t.Error("the wrong PIN passes, or the right one does not")
	}
}

// Time is noisy, and what a try costs is memory too: who fills as much worked as long.
func TestATryCostsTheSameWhetherThereIsACardOrNot(t *testing.T) {
	stored := Hash("190473")
	for name, try := range map[string]func(){
		"the right PIN":    func() { Check(stored, "190473") },
		"a wrong PIN":      func() { Check(stored, "190474") },
		"what is no PIN":   func() { Check(stored, "") },
		"no card":          func() { Check(nil, "190473") },
		"a card cut short": func() { Check(stored[:20], "190473") },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		try()
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n < hashMemory<<10 {
			t.Errorf("%s costs %d bytes, want at least %d", name, n, hashMemory<<10)
		}
	}
}

func FuzzParseCodeAndPIN(f *testing.F) {
	f.Add("7777-7777-7777", "190473")
	f.Add("o1Il 0000\u00a0zzzz", "١٢٣ ۴۵۶")
	f.Fuzz(func(t *testing.T, code, pin string) {
		if c, ok := ParseCode(code); ok {
			if again, ok := ParseCode(ShowCode(c)); !ok || again != c || len(c) != codeLength {
				t.Errorf("ParseCode(%q) = %q, and again %q, %v", code, c, again, ok)
			}
		}
		if p, ok := ParsePIN(pin); ok {
			if len(p) != pinLength || strings.Trim(p, "0123456789") != "" {
				t.Errorf("ParsePIN(%q) = %q", pin, p)
			}
		}
	})
}

func TestAPINThatEverybodyTriesFirstIsEasy(t *testing.T) {
	for pin, want := range map[string]bool{
		"111111": true, "123456": true, "987654": true, "123123": true, "121212": true,
		"111112": false, "123457": false, "987653": false, "123124": false, "121213": false, "190473": false,
	} {
		if got := Easy(pin); got != want {
			t.Errorf("Easy(%s) = %v, want %v", pin, got, want)
		}
	}
	for range 100 {
		if pin := NewPIN(); len(pin) != pinLength || Easy(pin) {
			t.Errorf("NewPIN() = %q", pin)
		}
	}
}
