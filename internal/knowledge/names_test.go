package knowledge

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestANameHasTheNumberOfItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfDistinct(rapid.StringN(0, 6, -1), func(s string) string { return s }).Draw(t, "names")
		all := namesOf(list)
		if all.count() != len(list) {
			t.Fatalf("%d names, want %d", all.count(), len(list))
		}
		known := map[string]bool{}
		for i, s := range list {
			known[s] = true
			if all.name(int32(i)) != s {
				t.Errorf("name(%d) = %q, want %q", i, all.name(int32(i)), s)
			}
			if n, ok := all.find(s); !ok || int(n) != i {
				t.Errorf("find(%q) = %d %v, want %d", s, n, ok, i)
			}
		}
		other := rapid.StringN(0, 6, -1).Draw(t, "other")
		if _, ok := all.find(other); ok != known[other] {
			t.Errorf("find(%q) = %v, want %v", other, ok, known[other])
		}
	})
}

// An empty table has slots too, or a look would never end.
func TestAnEmptyTableFindsNothing(t *testing.T) {
	if _, ok := namesOf(nil).find("toestemming"); ok {
		t.Error("an empty table finds a name")
	}
}

func TestAShortPostingKeepsWhatTheImageWouldKeepOfAWeight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.Float32Range(0, 1e6).Draw(t, "weight")
		at := rapid.Int32Range(0, math.MaxUint16).Draw(t, "at")
		if s := shortOf(at, w); s.weight() != shorten(w) || int32(s.at) != at {
			t.Errorf("shortOf(%d, %v) = %d, %v, want %v", at, w, s.at, s.weight(), shorten(w))
		}
	})
}

func TestListsStandApart(t *testing.T) {
	all := newLists[int](4, 0)
	for _, list := range [][]int{{}, {1, 2}, {}, {3}} {
		all.items = append(all.items, list...)
		all.end()
	}
	all.clip()
	for i, want := range []int{0, 2, 0, 1} {
		if got := len(all.of(int32(i))); got != want {
			t.Errorf("list %d has %d items, want %d", i, got, want)
		}
	}
	if all.of(1)[0] != 1 || all.of(3)[0] != 3 {
		t.Errorf("the items of lists 1 and 3 are %v and %v", all.of(1), all.of(3))
	}
}

// What is learned may number at most what a short posting can name.
func TestMoreEntriesThanFitAreRefused(t *testing.T) {
	if _, err := build(&raw{entries: make([]Entry, maxShort)}); err == nil {
		t.Error("no error")
	}
}
