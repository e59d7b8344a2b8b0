package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/internal/audit"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// log is a whole audit log in memory; a test may do to it what somebody with the
// database could.
type log struct {
	rows    []audit.Row
	heads   map[string]audit.Head
	leaves  []audit.Leaf
	hashes  []audit.Hash
	notes   []string
	records []audit.Record
	erased  []string

	secret, public string
}

func mustLog(t testing.TB) *log {
	t.Helper()
	l := &log{heads: map[string]audit.Head{}}
	var err error
	if l.secret, l.public, err = audit.NewSigner("test"); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *log) add(e audit.Entry) {
	h := l.heads[e.Chain]
	h.Chain = e.Chain
	e, body, next := h.Append(e)
	l.rows = append(l.rows, audit.Row{Chain: e.Chain, Seq: e.Seq, Prev: e.Prev, Hash: next.Hash, Body: body})
	l.heads[e.Chain] = next
}

func (l *log) ReadHashes(indexes []int64) ([]audit.Hash, error) {
	var out []audit.Hash
	for _, i := range indexes {
		if i >= int64(len(l.hashes)) {
			return nil, fmt.Errorf("no hash %d", i)
		}
		out = append(out, l.hashes[i])
	}
	return out, nil
}

// sequence takes all rows that are not in the tree into it and signs.
func (l *log) sequence(t testing.TB) {
	t.Helper()
	for i := range l.rows {
		r := &l.rows[i]
		if slices.ContainsFunc(l.leaves, func(f audit.Leaf) bool { return f.Chain == r.Chain && f.Seq == r.Seq }) {
			continue
		}
		n := int64(len(l.leaves))
		more, err := audit.Grow(n, r.Hash, l)
		if err != nil {
			t.Fatal(err)
		}
		if audit.FirstIndex(n) != int64(len(l.hashes)) {
			t.Fatalf("leaf %d begins at %d, stored are %d", n, audit.FirstIndex(n), len(l.hashes))
		}
		l.hashes = append(l.hashes, more...)
		l.leaves = append(l.leaves, audit.Leaf{N: n, Chain: r.Chain, Seq: r.Seq, Hash: r.Hash})
	}
	root, err := audit.Root(int64(len(l.leaves)), l)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := audit.Checkpoint{Origin: "test", Size: int64(len(l.leaves)), Root: root, At: noon}.Sign(l.secret)
	if err != nil {
		t.Fatal(err)
	}
	l.notes = append(l.notes, signed)
}

func (l *log) Rows(_ context.Context, yield func(audit.Row) error) error {
	rows := slices.Clone(l.rows)
	slices.SortStableFunc(rows, func(a, b audit.Row) int {
		if c := strings.Compare(a.Chain, b.Chain); c != 0 {
			return c
		}
		return int(a.Seq - b.Seq)
	})
	return each(rows, yield)
}

func (l *log) Heads(_ context.Context, yield func(audit.Head) error) error {
	for _, h := range l.heads {
		if err := yield(h); err != nil {
			return err
		}
	}
	return nil
}

func (l *log) Leaves(_ context.Context, yield func(audit.Leaf) error) error {
	for _, leaf := range l.leaves {
		for _, r := range l.rows {
			if r.Chain == leaf.Chain && r.Seq == leaf.Seq {
				leaf.Row, leaf.Found = r.Hash, true
			}
		}
		if err := yield(leaf); err != nil {
			return err
		}
	}
	return nil
}

func (l *log) Hashes(_ context.Context, yield func(int64, audit.Hash) error) error {
	for i, h := range l.hashes {
		if err := yield(int64(i), h); err != nil {
			return err
		}
	}
	return nil
}

func (l *log) Checkpoints(_ context.Context, yield func(string) error) error {
	return each(l.notes, yield)
}
func (l *log) Records(_ context.Context, yield func(audit.Record) error) error {
	return each(l.records, yield)
}
func (l *log) Erased(_ context.Context, yield func(string) error) error { return each(l.erased, yield) }

func each[T any](all []T, yield func(T) error) error {
	for _, v := range all {
		if err := yield(v); err != nil {
			return err
		}
	}
	return nil
}

// mustFull makes three chains of five entries, all in the tree, with a record
// written twice and one written once.
func mustFull(t testing.TB) *log {
	l := mustLog(t)
	for i := range 5 {
		for _, chain := range []string{"casus/C-2026-0001", "casus/C-2026-0002", "installation"} {
			e := audit.Entry{Chain: chain, At: noon.Add(time.Duration(i) * time.Minute), Actor: "p1", Act: "file_decided", Objects: []string{fmt.Sprint(i)}, Outcome: "done"}
			if chain == "casus/C-2026-0001" && i < 2 {
				e.Writes = []string{audit.Write("casussen", "C-2026-0001", int64(i+1))}
			}
			if chain == "casus/C-2026-0002" && i == 0 {
				e.Writes = []string{audit.Write("consents", "c1", 1)}
			}
			l.add(e)
		}
		l.sequence(t)
	}
	l.records = []audit.Record{
		{Table: "casussen", Row: "C-2026-0001", Version: 2, Chain: "casus/C-2026-0001"},
		{Table: "consents", Row: "c1", Version: 1, Chain: "casus/C-2026-0002"},
	}
	return l
}

func mustVerify(t testing.TB, l *log, outside ...string) audit.Report {
	t.Helper()
	r, err := audit.Verify(context.Background(), l, l.public, outside...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAWholeLogVerifies(t *testing.T) {
	r := mustVerify(t, mustFull(t))
	if !r.OK() || r.Entries != 15 || r.Chains != 3 || r.Size != 15 || r.Checkpoints != 5 || r.Records != 2 {
		t.Errorf("report %+v", r)
	}
	if r := mustVerify(t, mustLog(t)); !r.OK() {
		t.Errorf("an empty log: %+v", r)
	}
}

func TestWhatIsNotInTheTreeYetIsNoBreak(t *testing.T) {
	l := mustFull(t)
	l.add(audit.Entry{Chain: "installation", Act: "read"})
	if r := mustVerify(t, l); !r.OK() || r.Pending != 1 {
		t.Errorf("report %+v", r)
	}
}

func TestEveryTamperingIsNamed(t *testing.T) {
	find := func(l *log, chain string, seq int64) *audit.Row {
		for i := range l.rows {
			if l.rows[i].Chain == chain && l.rows[i].Seq == seq {
				return &l.rows[i]
			}
		}
		panic("no such row")
	}
	remove := func(l *log, chain string, from int64) {
		l.rows = slices.DeleteFunc(l.rows, func(r audit.Row) bool { return r.Chain == chain && r.Seq >= from })
	}
	// redo forges an entry and everything after it in its chain, as somebody with
	// the database and this source code could.
	redo := func(l *log, chain string, seq int64, change func(*audit.Entry)) {
		var h audit.Head
		for i := range l.rows {
			r := &l.rows[i]
			if r.Chain != chain {
				continue
			}
			if r.Seq < seq {
				h = audit.Head{Chain: chain, Seq: r.Seq, Hash: r.Hash}
				continue
			}
			e, err := audit.Decode(r.Body)
			if err != nil {
				panic(err)
			}
			if r.Seq == seq {
				change(&e)
			}
			_, r.Body, h = h.Append(e)
			r.Prev, r.Hash = e.Prev, h.Hash
			e2, _ := audit.Decode(r.Body)
			r.Prev = e2.Prev
		}
		l.heads[chain] = h
	}
	const c1 = "casus/C-2026-0001"
	for _, tt := range []struct {
		name   string
		tamper func(*log)
		kind   audit.Kind
		text   string
	}{
		{"one bit of a body", func(l *log) { b := find(l, c1, 3).Body; b[len(b)-2] ^= 1 }, audit.Changed, c1 + ": entry 3 was changed"},
		{"a stored hash", func(l *log) { find(l, c1, 3).Hash[0] ^= 1 }, audit.Changed, c1 + ": entry 3 was changed"},
		{"a stored link", func(l *log) { find(l, c1, 3).Prev[0] ^= 1 }, audit.Changed, c1 + ": entry 3 does not follow entry 2"},
		{"a body that is no entry", func(l *log) { find(l, c1, 3).Body = []byte("x") }, audit.Changed, "it cannot be read"},
		{"a body that is gone", func(l *log) { find(l, c1, 3).Body = nil }, audit.Missing, c1 + ": what entry 3 says is missing"},
		{"a row from the middle", func(l *log) {
			l.rows = slices.DeleteFunc(l.rows, func(r audit.Row) bool { return r.Chain == c1 && r.Seq == 3 })
		}, audit.Missing, c1 + ": entry 3 is missing"},
		{"the first two rows", func(l *log) {
			l.rows = slices.DeleteFunc(l.rows, func(r audit.Row) bool { return r.Chain == c1 && r.Seq <= 2 })
		}, audit.Missing, c1 + ": entries 1 to 2 are missing"},
		{"two rows of a chain swapped", func(l *log) {
			a, b := find(l, c1, 2), find(l, c1, 4)
			a.Seq, b.Seq = 4, 2
		}, audit.Swapped, c1 + ": in the place of entry 2 stands entry 4 of " + c1},
		{"two bodies swapped over chains", func(l *log) {
			a, b := find(l, c1, 2), find(l, "installation", 4)
			a.Body, b.Body = b.Body, a.Body
		}, audit.Swapped, c1 + ": in the place of entry 2 stands entry 4 of installation"},
		{"the tail", func(l *log) { remove(l, c1, 4) }, audit.Cut, c1 + ": the end is cut off: entries 4 to 5 are missing"},
		{"the tail and the note of the end", func(l *log) {
			remove(l, c1, 4)
			r := find(l, c1, 3)
			l.heads[c1] = audit.Head{Chain: c1, Seq: 3, Hash: r.Hash}
		}, audit.Missing, c1 + ": entry 4, leaf 9 of the tree, is missing"},
		{"a whole chain", func(l *log) { remove(l, c1, 1); delete(l.heads, c1) }, audit.Missing, c1 + ": entry 1, leaf 0 of the tree, is missing"},
		{"the note of an end", func(l *log) { delete(l.heads, c1) }, audit.Missing, c1 + ": the note of its end is missing"},
		{"a chain made anew from an entry on", func(l *log) {
			redo(l, c1, 3, func(e *audit.Entry) { e.Outcome = "refused" })
		}, audit.Changed, c1 + ": entry 3 is another one than leaf 6 of the tree"},
		{"a forged entry at the end", func(l *log) {
			kept := l.heads[c1]
			l.add(audit.Entry{Chain: c1, Act: "consent_recorded"})
			l.heads[c1] = kept
		}, audit.Added, c1 + ": entries after 5 are not accounted for"},
		{"a leaf removed", func(l *log) { l.leaves = slices.Delete(l.leaves, 3, 4) }, audit.Missing, "tree: leaf 3 is missing"},
		{"a stored node of the tree", func(l *log) { l.hashes[2][5] ^= 1 }, audit.Changed, "tree: stored hash 2 is not that of its leaves"},
		{"the last stored node", func(l *log) { l.hashes = l.hashes[:len(l.hashes)-1] }, audit.Missing, "tree: stored hash"},
		{"a checkpoint of another key", func(l *log) {
			other := mustLog(t)
			other.sequence(t)
			l.notes[1] = other.notes[0]
		}, audit.Changed, "checkpoint 2 is not one of this log"},
		{"a record put back to an earlier version", func(l *log) { l.records[0].Version = 1 }, audit.Changed, "record casussen/C-2026-0001 is version 1, entry 2 of " + c1 + " wrote version 2"},
		{"a record removed", func(l *log) { l.records = l.records[:1] }, audit.Missing, "record consents/c1, which entry 1 of casus/C-2026-0002 wrote, is missing"},
		{"a record added", func(l *log) {
			l.records = append(l.records, audit.Record{Table: "consents", Row: "c2", Version: 1, Chain: c1})
		}, audit.Added, "record consents/c2 has no entry"},
		{"a record changed", func(l *log) { l.records[0].Broken = true }, audit.Changed, "record casussen/C-2026-0001 was changed outside the program"},
		{"a record of an erased casus", func(l *log) { l.erased = []string{c1} }, audit.Added, "record casussen/C-2026-0001 is there, its casus was erased"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := mustFull(t)
			tt.tamper(l)
			r := mustVerify(t, l)
			if !slices.ContainsFunc(r.Breaks, func(b audit.Break) bool { return b.Kind == tt.kind && strings.Contains(b.Text, tt.text) }) {
				t.Errorf("breaks %+v, want %s: %s", r.Breaks, tt.kind, tt.text)
			}
		})
	}
}

func TestOnlyACheckpointFromElsewhereShowsALogThatWasMadeAnew(t *testing.T) {
	kept := mustFull(t)
	outside := kept.notes[len(kept.notes)-1]

	forged := mustLog(t)
	forged.secret, forged.public = kept.secret, kept.public
	for range 3 {
		forged.add(audit.Entry{Chain: "installation", Act: "read"})
	}
	forged.sequence(t)
	if r := mustVerify(t, forged); !r.OK() {
		t.Fatalf("without a checkpoint from elsewhere: %+v", r)
	}
	r := mustVerify(t, forged, outside)
	if len(r.Breaks) != 1 || r.Breaks[0].Kind != audit.Cut || !strings.Contains(r.Breaks[0].Text, "has 15 entries, the tree has 3") {
		t.Errorf("a shorter log: %+v", r.Breaks)
	}
	for range 20 {
		forged.add(audit.Entry{Chain: "installation", Act: "read"})
	}
	forged.sequence(t)
	r = mustVerify(t, forged, outside)
	if len(r.Breaks) != 1 || r.Breaks[0].Kind != audit.Changed || !strings.Contains(r.Breaks[0].Text, "the first 15 entries are not those of the checkpoint") {
		t.Errorf("a longer log: %+v", r.Breaks)
	}
}

func TestABodyThatWasRemovedAfterItsTermIsNoBreak(t *testing.T) {
	l := mustFull(t)
	l.rows[0].Body, l.rows[0].Removed = nil, true
	if r := mustVerify(t, l); !r.OK() || r.Removed != 1 {
		t.Errorf("report %+v", r)
	}
}

func TestAProofNeedsOnlyThePublicKey(t *testing.T) {
	l := mustFull(t)
	signed := l.notes[len(l.notes)-1]
	for _, row := range l.rows {
		leaf := slices.IndexFunc(l.leaves, func(f audit.Leaf) bool { return f.Chain == row.Chain && f.Seq == row.Seq })
		p, err := audit.Prove(signed, 15, int64(leaf), row.Body, l)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var back audit.Proof
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		e, c, err := back.Check(l.public)
		if err != nil || e.Chain != row.Chain || e.Seq != row.Seq || c.Size != 15 {
			t.Fatalf("Check = %+v, %+v, %v", e, c, err)
		}
		back.Body = slices.Clone(back.Body)
		back.Body[len(back.Body)-1] ^= 1
		if _, _, err := back.Check(l.public); err == nil {
			t.Fatal("a changed body was proven")
		}
		back = p
		back.Leaf = (p.Leaf + 1) % 15
		if _, _, err := back.Check(l.public); err == nil {
			t.Fatal("another leaf was proven")
		}
	}
	p, _ := audit.Prove(signed, 15, 0, l.rows[0].Body, l)
	_, other, _ := audit.NewSigner("test")
	if _, _, err := p.Check(other); err == nil {
		t.Error("a proof was checked with the key of another log of the same name")
	}
	p.Leaf = -1
	if _, _, err := p.Check(l.public); err == nil {
		t.Error("leaf -1 was proven")
	}
}

func TestCheckpointsAreStrict(t *testing.T) {
	l := mustFull(t)
	good := l.notes[0]
	for name, bad := range map[string]string{
		"empty":          "",
		"changed size":   strings.Replace(good, "\n3\n", "\n4\n", 1),
		"no signature":   good[:strings.Index(good, "\n\n")+2],
		"a line removed": strings.Replace(good, "test\n", "", 1),
	} {
		if _, err := audit.OpenCheckpoint(bad, l.public); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
	if _, err := (audit.Checkpoint{Origin: "other"}).Sign(l.secret); err == nil {
		t.Error("a key signed for another log")
	}
	if _, err := (audit.Checkpoint{Origin: "test"}).Sign("PRIVATE+KEY+test+x"); err == nil || strings.Contains(err.Error(), "PRIVATE") {
		t.Errorf("a bad key: %v", err)
	}
}

func drawEntry(t *rapid.T) audit.Entry {
	list := rapid.SliceOfN(rapid.String(), 0, 4)
	nilled := func(l []string) []string {
		if len(l) == 0 {
			return nil
		}
		return l
	}
	var prev audit.Hash
	copy(prev[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "prev"))
	return audit.Entry{
		Chain: rapid.String().Draw(t, "chain"), Seq: rapid.Int64().Draw(t, "seq"), Prev: prev,
		At:    time.UnixMicro(rapid.Int64Range(-1<<50, 1<<52).Draw(t, "at")).UTC(),
		Casus: rapid.String().Draw(t, "casus"), Actor: rapid.String().Draw(t, "actor"),
		Organisation: rapid.String().Draw(t, "organisation"), Capacity: rapid.String().Draw(t, "capacity"),
		OnBehalf: rapid.String().Draw(t, "behalf"), Act: rapid.String().Draw(t, "act"),
		Objects: nilled(list.Draw(t, "objects")), Writes: nilled(list.Draw(t, "writes")),
		Decision: rapid.String().Draw(t, "decision"), Policy: rapid.String().Draw(t, "policy"),
		Reasons: nilled(list.Draw(t, "reasons")), Outcome: rapid.String().Draw(t, "outcome"),
		Correlation: rapid.String().Draw(t, "correlation"), Commitment: rapid.String().Draw(t, "commitment"),
	}
}

func TestTheEncodingIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawEntry(t), drawEntry(t)
		back, err := audit.Decode(a.Encode())
		if err != nil || !reflect.DeepEqual(back, a) {
			t.Fatalf("Decode(Encode(%+v)) = %+v, %v", a, back, err)
		}
		if string(a.Encode()) == string(b.Encode()) && !reflect.DeepEqual(a, b) {
			t.Fatal("two entries have one encoding")
		}
	})
}

func TestWhatDecodesEncodesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := drawEntry(t).Encode()
		i := rapid.IntRange(0, len(b)-1).Draw(t, "i")
		b[i] ^= rapid.Byte().Draw(t, "bits")
		if e, err := audit.Decode(b); err == nil && string(e.Encode()) != string(b) {
			t.Fatalf("%x decodes and encodes to %x", b, e.Encode())
		}
	})
	for _, bad := range [][]byte{nil, {0}, {2}, {1}, {1, 0x80, 0x00}, append(audit.Entry{}.Encode(), 0)} {
		if _, err := audit.Decode(bad); err == nil {
			t.Errorf("Decode(%x) was taken", bad)
		}
	}
}

func TestTheTreeIsThatOfRFC6962(t *testing.T) {
	l := mustFull(t)
	for n := int64(1); n <= 15; n++ {
		mine, err := audit.Root(n, l)
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := tlog.TreeHash(n, l)
		if err != nil || mine != theirs {
			t.Fatalf("root of %d: %v, want %v, %v", n, mine, theirs, err)
		}
	}
}

func BenchmarkVerify100000(b *testing.B) {
	l := mustLog(b)
	for i := range 100_000 {
		l.add(audit.Entry{Chain: fmt.Sprintf("casus/C-2026-%04d", i%1000), At: noon, Actor: "p-0123456789abcdef", Act: "file_decided", Objects: []string{fmt.Sprint(i)}, Policy: "sha256:0123456789abcdef", Outcome: "done"})
	}
	l.sequence(b)
	fast := &fastLeaves{l}
	b.ResetTimer()
	for b.Loop() {
		r, err := audit.Verify(context.Background(), fast, l.public)
		if err != nil || !r.OK() || r.Entries != 100_000 {
			b.Fatalf("%+v, %v", r, err)
		}
	}
}

// fastLeaves joins leaves and rows by index; the log's own loop is for small ones.
type fastLeaves struct{ *log }

func (l *fastLeaves) Leaves(_ context.Context, yield func(audit.Leaf) error) error {
	for i, leaf := range l.leaves {
		leaf.Row, leaf.Found = l.rows[i].Hash, true
		if err := yield(leaf); err != nil {
			return err
		}
	}
	return nil
}
