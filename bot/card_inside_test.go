package bot

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"pgregory.net/rapid"
)

func TestTheSquareOnTheCardLeadsToItsPage(t *testing.T) {
	b := &Bot{Needs: Needs{Pages: "https://kaart.example.org"}}
	for range 20 {
		code := newCode()
		doc, err := b.cardPaper(Casus{Ref: "C-2026-0001"}, Card{MadeAt: time.Date(2026, 3, 2, 11, 0, 0, 0, time.UTC)}, code)
		if err != nil {
			t.Fatal(err)
		}
		picture, err := png.Decode(bytes.NewReader(doc.Sheets[0].Picture))
		if err != nil {
			t.Fatal(err)
		}
		bits, err := gozxing.NewBinaryBitmapFromImage(picture)
		if err != nil {
			t.Fatal(err)
		}
		read, err := qrcode.NewQRCodeReader().Decode(bits, nil)
		if err != nil {
			t.Fatalf("a phone cannot read it: %v", err)
		}
		if want := "https://kaart.example.org/kaart/k/" + code; read.GetText() != want {
			t.Errorf("the square says %q, want %q", read.GetText(), want)
		}
		var out bytes.Buffer
		if err := doc.Write(&out); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := newCode()
		typed := ShowCode(code)
		typed = strings.NewReplacer("-", rapid.SampledFrom([]string{"-", " ", "", "\u2013"}).Draw(t, "between"),
			"0", rapid.SampledFrom([]string{"0", "O", "o"}).Draw(t, "zero"), "1", rapid.SampledFrom([]string{"1", "I", "l"}).Draw(t, "one")).Replace(typed)
		if rapid.Bool().Draw(t, "small") {
			typed = strings.ToLower(typed)
		}
		if got, err := ParseCode(typed); err != nil || got != code {
			t.Fatalf("ParseCode(%q) = %q, %v, want %q", typed, got, err, code)
		}
	})
	for _, bad := range []string{"", "7777", "7777-7777-777U", "7777-7777-7777-7", "../../../..", strings.Repeat("7", 5000)} {
		if got, err := ParseCode(bad); err == nil {
			t.Errorf("ParseCode(%.20q) = %q", bad, got)
		}
	}
}

func TestAPINIsSlowToTryAndNotStored(t *testing.T) {
	one, two := hashPIN("190473"), hashPIN("190473")
	if bytes.Equal(one, two) || bytes.Contains(one, []byte("190473")) {
		t.Error("the same PIN is stored the same, or as it is")
	}
	if !checkPIN(one, "190473") || checkPIN(one, "190474") || checkPIN(one, "") || checkPIN(nil, "190473") || checkPIN(noPIN, "") {
		t.Error("the wrong PIN passes, or the right one does not")
	}
}

func FuzzParsePass(f *testing.F) {
	f.Add("id.1772449200.abc")
	f.Add("..")
	f.Add("id.-1.x")
	f.Add("id.99999999999999999999.x")
	f.Fuzz(func(t *testing.T, s string) {
		id, at, ok := parsePass(s)
		if ok && (id == "" || at.Unix() < 0 || !strings.HasPrefix(s, id+".")) {
			t.Errorf("parsePass(%q) = %q, %v", s, id, at)
		}
	})
}

func FuzzParseCodeAndPIN(f *testing.F) {
	f.Add("7777-7777-7777", "190473")
	f.Add("o1Il 0000\u00a0zzzz", "١٢٣ ۴۵۶")
	f.Fuzz(func(t *testing.T, code, pin string) {
		if c, err := ParseCode(code); err == nil {
			if again, err := ParseCode(ShowCode(c)); err != nil || again != c || len(c) != codeLength {
				t.Errorf("ParseCode(%q) = %q, and again %q, %v", code, c, again, err)
			}
		}
		if p, err := ParsePIN(pin); err == nil {
			if len(p) != pinLength || strings.Trim(p, "0123456789") != "" {
				t.Errorf("ParsePIN(%q) = %q", pin, p)
			}
		}
	})
}
