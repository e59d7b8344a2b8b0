package vault

import (
	"strconv"
	"testing"

	"github.com/convenantbot/convenantbot/internal/render"
)

func TestAFirstSheetIsGivenOnceToTheSessionItIsOf(t *testing.T) {
	var f firsts
	f.put("noor", render.Sheet{Body: []byte("oud")})
	f.put("noor", render.Sheet{Body: []byte("nieuw")})
	f.put("ali", render.Sheet{Body: []byte("van ali")})
	if s, ok := f.take("elke"); ok {
		t.Errorf("who has none got %q", s.Body)
	}
	if s, ok := f.take("noor"); !ok || string(s.Body) != "nieuw" {
		t.Errorf("got %q, %v", s.Body, ok)
	}
	if s, ok := f.take("noor"); ok {
		t.Errorf("and once more %q", s.Body)
	}
	if s, ok := f.take("ali"); !ok || string(s.Body) != "van ali" {
		t.Errorf("somebody else got %q, %v", s.Body, ok)
	}
}

func TestFirstSheetsAreKeptUpToANumberAndASize(t *testing.T) {
	var many firsts
	for n := range maxFirst + 1 {
		many.put(strconv.Itoa(n), render.Sheet{Body: []byte("x")})
	}
	if _, ok := many.take("0"); ok || len(many.all) != maxFirst {
		t.Errorf("%d are kept, the oldest %v", len(many.all), ok)
	}
	var large firsts
	large.put("een", render.Sheet{Body: make([]byte, maxFirstBytes/2)})
	large.put("twee", render.Sheet{Body: make([]byte, maxFirstBytes/2)})
	if len(large.all) != 2 {
		t.Errorf("%d are kept of two that fit", len(large.all))
	}
	large.put("drie", render.Sheet{Body: []byte("x")})
	if _, ok := large.take("een"); ok || len(large.all) != 2 {
		t.Errorf("%d are kept, the oldest %v", len(large.all), ok)
	}
	large.put("vier", render.Sheet{Body: make([]byte, maxFirstBytes+1)})
	if len(large.all) != 0 {
		t.Errorf("%d are kept beside one that is too large for all", len(large.all))
	}
}
