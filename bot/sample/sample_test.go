package sample_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/convenantbot/convenantbot/bot/sample"
)

func TestWhatIsPackedIsWhatCanBeRead(t *testing.T) {
	raw, err := os.ReadFile("../testdata/shown.json")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, raw); err != nil {
		t.Fatal(err)
	}
	got, err := sample.Unpack(sample.Packed())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("the samples in the program are older than bot/testdata/shown.json; run go test ./bot -run TestWhatIsShown -update")
	}
	s, err := sample.Read()
	if err != nil || len(s.Forms) < 25 || len(s.Cards) < 12 {
		t.Errorf("%d forms and %d cards were read: %v", len(s.Forms), len(s.Cards), err)
	}
}

func TestWhatIsNoPackIsAnError(t *testing.T) {
	for name, p := range map[string][]byte{"nothing": nil, "no pack": []byte("{}"), "half": sample.Packed()[:len(sample.Packed())/2]} {
		if _, err := sample.Unpack(p); err == nil {
			t.Errorf("%s was unpacked", name)
		}
	}
	if _, err := sample.Pack([]byte("{")); err == nil {
		t.Error("what is no JSON was packed")
	}
}
