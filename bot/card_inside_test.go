package bot

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"github.com/convenantbot/convenantbot/bot/pincode"
)

func TestTheSquareOnTheCardLeadsToItsPage(t *testing.T) {
	b := &Bot{Needs: Needs{Pages: "https://kaart.example.org"}}
	for range 20 {
		code := pincode.NewCode()
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
