package audit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// version is the first byte of every encoded entry. A new field means a new
// version; old entries keep theirs for ever.
const version = 1

// Hash is the hash of an entry or of a node of the tree.
type Hash = tlog.Hash

// Entry is one act or one refused attempt: what, when, about whose casus, by
// whom, for whom, on which decision, with which outcome (the minimum of
// NEN 7513). All fields are identifiers or codes.
type Entry struct {
	Chain string // "casus/…", "installation", "access"
	Seq   int64  // place in the chain, from 1
	Prev  Hash   // hash of the entry before it; zero for the first

	At           time.Time // kept to the microsecond, in UTC
	Casus        string    // blank: of no casus
	Actor        string    // pseudonym; blank: the bot
	Organisation string    // on whose behalf the actor works
	Capacity     string    // in which capacity
	OnBehalf     string    // for whom it was done, when not for the actor
	Act          string
	Objects      []string // ids of what it was done to
	Writes       []string // records that the same transaction wrote: "table/row@version"
	Decision     string
	Policy       string // hash of the bundle that decided
	Reasons      []string
	Outcome      string
	Correlation  string // ties together what came from one request
	Commitment   string // keyed, over content that has to stay provable
}

// Encode returns the canonical encoding. Two different entries never have the
// same one.
func (e Entry) Encode() []byte {
	b := make([]byte, 0, 256)
	b = append(b, version)
	str := func(s string) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	list := func(l []string) {
		b = binary.AppendUvarint(b, uint64(len(l)))
		for _, s := range l {
			str(s)
		}
	}
	str(e.Chain)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = append(b, e.Prev[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	str(e.Casus)
	str(e.Actor)
	str(e.Organisation)
	str(e.Capacity)
	str(e.OnBehalf)
	str(e.Act)
	list(e.Objects)
	list(e.Writes)
	str(e.Decision)
	str(e.Policy)
	list(e.Reasons)
	str(e.Outcome)
	str(e.Correlation)
	str(e.Commitment)
	return b
}

var errEncoding = errors.New("not a canonical entry")

// Decode returns the entry that b encodes. Anything but a canonical encoding is
// an error, so that Decode and Encode are each other's inverse.
func Decode(b []byte) (Entry, error) {
	d := decoder{b: b}
	if v := d.take(1); d.err != nil || v[0] != version {
		return Entry{}, errEncoding
	}
	var e Entry
	e.Chain = d.str()
	e.Seq = int64(d.uint64())
	copy(e.Prev[:], d.take(tlog.HashSize))
	e.At = time.UnixMicro(int64(d.uint64())).UTC()
	e.Casus = d.str()
	e.Actor = d.str()
	e.Organisation = d.str()
	e.Capacity = d.str()
	e.OnBehalf = d.str()
	e.Act = d.str()
	e.Objects = d.list()
	e.Writes = d.list()
	e.Decision = d.str()
	e.Policy = d.str()
	e.Reasons = d.list()
	e.Outcome = d.str()
	e.Correlation = d.str()
	e.Commitment = d.str()
	if d.err != nil || len(d.b) != 0 {
		return Entry{}, errEncoding
	}
	return e, nil
}

type decoder struct {
	b   []byte
	err error
}

func (d *decoder) take(n uint64) []byte {
	if d.err != nil || n > uint64(len(d.b)) {
		d.err = errEncoding
		return nil
	}
	part := d.b[:n]
	d.b = d.b[n:]
	return part
}

func (d *decoder) uint64() uint64 {
	if part := d.take(8); part != nil {
		return binary.BigEndian.Uint64(part)
	}
	return 0
}

// size reads a length and refuses one that could be written shorter.
func (d *decoder) size() uint64 {
	if d.err != nil {
		return 0
	}
	v, n := binary.Uvarint(d.b)
	if n <= 0 || (n > 1 && d.b[n-1] == 0) {
		d.err = errEncoding
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) str() string { return string(d.take(d.size())) }

func (d *decoder) list() []string {
	n := d.size()
	if n == 0 || d.err != nil || n > uint64(len(d.b)) {
		if n != 0 {
			d.err = errEncoding
		}
		return nil
	}
	l := make([]string, 0, n)
	for range n {
		l = append(l, d.str())
	}
	return l
}

// Head is the end of a chain. The zero Head with a name is an empty chain.
type Head struct {
	Chain string
	Seq   int64
	Hash  Hash
}

// Append puts e at the end of the chain: it sets its Chain, Seq and Prev, rounds
// its At, and returns it encoded with the new end.
func (h Head) Append(e Entry) (Entry, []byte, Head) {
	e.Chain, e.Seq, e.Prev = h.Chain, h.Seq+1, h.Hash
	e.At = e.At.UTC().Truncate(time.Microsecond)
	body := e.Encode()
	return e, body, Head{Chain: h.Chain, Seq: e.Seq, Hash: tlog.RecordHash(body)}
}

// Write names a version of a record, for Entry.Writes.
func Write(table, row string, version int64) string {
	return fmt.Sprintf("%s/%s@%d", table, row, version)
}
