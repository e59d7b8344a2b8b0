package knowledge

import (
	"hash/maphash"
	"math"
	"strings"
)

// What is learned stays in memory for as long as the program runs, so it is kept in a
// few large pieces: a map or a slice for each word takes several times the memory of
// what it holds.

// names numbers texts, each of them once, from 0 on. It is only read once it is made.
type names struct {
	text  string   // all of them, one after the other
	ends  []uint32 // where in text each ends
	slots []uint32 // by hash: the number and one, 0 for an empty slot
	seed  maphash.Seed
}

// namesOf numbers the texts of a list in its order.
func namesOf(list []string) *names {
	n := &names{text: strings.Join(list, ""), ends: make([]uint32, len(list))}
	end := uint32(0)
	for i, s := range list {
		end += uint32(len(s))
		n.ends[i] = end
	}
	n.place()
	return n
}

// place fills the slots, of which at least a third stays empty.
func (n *names) place() {
	size := 8
	for size*2 < len(n.ends)*3 {
		size *= 2
	}
	n.slots, n.seed = make([]uint32, size), maphash.MakeSeed()
	for i := range n.ends {
		at := maphash.String(n.seed, n.name(int32(i))) & uint64(size-1)
		for n.slots[at] != 0 {
			at = (at + 1) & uint64(size-1)
		}
		n.slots[at] = uint32(i) + 1
	}
}

func (n *names) count() int { return len(n.ends) }

// name is the text of a number.
func (n *names) name(number int32) string {
	from := uint32(0)
	if number > 0 {
		from = n.ends[number-1]
	}
	return n.text[from:n.ends[number]]
}

// find is the number of a text.
func (n *names) find(s string) (int32, bool) {
	mask := uint64(len(n.slots) - 1)
	for at := maphash.String(n.seed, s) & mask; n.slots[at] != 0; at = (at + 1) & mask {
		if number := int32(n.slots[at] - 1); n.name(number) == s {
			return number, true
		}
	}
	return 0, false
}

// posting is one item of a list while it is learned.
type posting struct {
	at     int32
	weight float32
}

// short is a posting as it is kept: the first half of its weight, see shorten, or in
// counts a whole number.
type short struct{ at, half uint16 }

// maxShort is how many texts or entries there may be at most.
const maxShort = math.MaxUint16 + 1

func shortOf(at int32, weight float32) short {
	return short{uint16(at), uint16(math.Float32bits(shorten(weight)) >> 16)}
}

func (s short) weight() float32 { return math.Float32frombits(uint32(s.half) << 16) }

// lists are many lists, one after the other.
type lists[T any] struct {
	ends  []uint32 // where in items each ends
	items []T
}

func newLists[T any](many, items int) lists[T] {
	return lists[T]{make([]uint32, 0, many), make([]T, 0, items)}
}

// of is the list of a number.
func (l *lists[T]) of(id int32) []T {
	from := uint32(0)
	if id > 0 {
		from = l.ends[id-1]
	}
	return l.items[from:l.ends[id]]
}

// end ends the list to which items were added.
func (l *lists[T]) end() { l.ends = append(l.ends, uint32(len(l.items))) }

// clip gives back what was kept for more items.
func (l *lists[T]) clip() {
	if cap(l.items)-len(l.items) > len(l.items)/8 {
		l.items = append(make([]T, 0, len(l.items)), l.items...)
	}
}
