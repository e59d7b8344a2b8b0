package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"
)

// exportHead is the first line of an export.
type exportHead struct {
	Schema     string `json:"schema"`
	Key        string `json:"key"` // for convenience; who checks brings a key of their own
	Checkpoint string `json:"checkpoint"`
}

// exportLine is every other line: one entry, in the order of the tree.
type exportLine struct {
	ID   int64  `json:"id"`
	Hash Hash   `json:"hash"`
	Body []byte `json:"body,omitempty"` // absent when it was removed after its term
	// Says is the entry for people to read. It is not checked: the body is.
	Says *Entry `json:"says,omitempty"`
}

const exportSchema = "audit/v1"

// Export writes a log as JSON lines.
type Export struct{ out *json.Encoder }

// NewExport begins an export of the log of a signed checkpoint.
func NewExport(w io.Writer, key, checkpoint string) (*Export, error) {
	e := &Export{json.NewEncoder(w)}
	return e, e.out.Encode(exportHead{exportSchema, key, checkpoint})
}

// Add writes the next leaf. A nil body was removed after its term.
func (e *Export) Add(id int64, hash Hash, body []byte) error {
	line := exportLine{ID: id, Hash: hash, Body: body}
	if body != nil {
		if says, err := Decode(body); err == nil {
			line.Says = &says
		}
	}
	return e.out.Encode(line)
}

// CheckExport reads an export with nothing but the public key and calls yield,
// which may be nil, with each entry. An error names the first line that does not hold. It shows that the
// log is the one that was signed, that no entry is missing from it, and that
// every chain is whole.
func CheckExport(r io.Reader, key string, yield func(id int64, e Entry)) (Checkpoint, error) {
	in := json.NewDecoder(bufio.NewReader(r))
	var head exportHead
	if err := in.Decode(&head); err != nil || head.Schema != exportSchema {
		return Checkpoint{}, errors.New("export: the first line is not that of an export")
	}
	c, err := OpenCheckpoint(head.Checkpoint, key)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("export: %w", err)
	}
	var b builder
	ends := map[string]Head{}
	for {
		var line exportLine
		err := in.Decode(&line)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return c, fmt.Errorf("export: line %d cannot be read", b.size+2)
		}
		if line.Body != nil {
			e, err := Decode(line.Body)
			if err != nil || tlog.RecordHash(line.Body) != line.Hash {
				return c, fmt.Errorf("export: entry %d was changed", line.ID)
			}
			end, seen := ends[e.Chain]
			if (seen || e.Seq == 1) && (e.Seq != end.Seq+1 || e.Prev != end.Hash) {
				// A chain whose earlier bodies were removed begins in the middle.
				return c, fmt.Errorf("export: entry %d does not follow the one before it in %s", line.ID, e.Chain)
			}
			ends[e.Chain] = Head{Chain: e.Chain, Seq: e.Seq, Hash: line.Hash}
			if yield != nil {
				yield(line.ID, e)
			}
		}
		b.add(line.Hash)
	}
	if b.size != c.Size {
		return c, fmt.Errorf("export: it has %d entries, the checkpoint has %d", b.size, c.Size)
	}
	if b.root() != c.Root {
		return c, errors.New("export: the entries are not those of the checkpoint")
	}
	return c, nil
}
