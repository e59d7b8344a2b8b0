package audit

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says: at this moment the log had this many entries with this root.
type Checkpoint struct {
	Origin string // name of the installation's log; also the name of its key
	Size   int64
	Root   Hash
	At     time.Time // whole seconds
}

// NewSigner makes a fresh pair of keys for a log: a note signer key, which is
// secret, and the verifier key that anyone may have.
func NewSigner(origin string) (secret, public string, err error) {
	return note.GenerateKey(rand.Reader, origin)
}

// Sign returns c as a signed note. secret is a key of NewSigner, made for the
// same origin.
func (c Checkpoint) Sign(secret string) (string, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		// The library's error may quote the key.
		return "", fmt.Errorf("checkpoint: the signing key is not valid")
	}
	if signer.Name() != c.Origin {
		return "", fmt.Errorf("checkpoint: the signing key is of another log")
	}
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", c.Origin, c.Size,
		base64.StdEncoding.EncodeToString(c.Root[:]), c.At.UTC().Format(time.RFC3339))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	return string(signed), err
}

// OpenCheckpoint checks the signature on a signed note and returns what it says.
func OpenCheckpoint(signed, public string) (Checkpoint, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: the public key is not valid: %w", err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	c, err := parse(n.Text)
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != verifier.Name() {
		return Checkpoint{}, fmt.Errorf("checkpoint: of %q, the key is of %q", c.Origin, verifier.Name())
	}
	return c, nil
}

func parse(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return Checkpoint{}, fmt.Errorf("checkpoint: four lines are needed")
	}
	c := Checkpoint{Origin: lines[0]}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("checkpoint: the size is not a number")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fmt.Errorf("checkpoint: the root is not a hash")
	}
	copy(c.Root[:], root)
	if c.At, err = time.Parse(time.RFC3339, lines[3]); err != nil {
		return Checkpoint{}, fmt.Errorf("checkpoint: the time is not a time")
	}
	return c, nil
}
