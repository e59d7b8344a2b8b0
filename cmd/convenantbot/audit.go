package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/convenantbot/convenantbot/adapters/sqlstore"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// Audit is "convenantbot audit".
type Audit struct {
	Verify AuditVerify `cmd:"" help:"Check the whole log and every record; exit code 1 names what does not hold."`
	Prove  AuditProve  `cmd:"" help:"Print a proof that one entry is in the log, for somebody who has only the public key."`
	Export AuditExport `cmd:"" help:"Write the log up to its newest checkpoint as JSON lines; it holds no content."`
	Key    AuditKey    `cmd:"" help:"Print the public key of the log."`
	Check  AuditCheck  `cmd:"" help:"Check an export or a proof with nothing but the public key; needs no store."`
}

// openAudit opens the store to look, beside a running bot. The caller closes it.
func openAudit(ctx context.Context, path string, io *IO) (*sqlstore.Store, error) {
	cfg, err := readConfig(path, io)
	if err != nil {
		return nil, err
	}
	p, err := partsOf(cfg)
	if err != nil {
		return nil, err
	}
	p.ReadOnly = true
	return sqlstore.Open(ctx, p.storeOptions())
}

// AuditVerify is "convenantbot audit verify".
type AuditVerify struct {
	Config string   `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Since  []string `placeholder:"CHECKPOINT" type:"existingfile" help:"A file with signed checkpoints that were kept elsewhere, such as audit.file; the log must still hold all of it. May be given several times."`
	JSON   bool     `name:"json" help:"One JSON object."`
}

// Run verifies. A break is exit code 1 and is named; a store that cannot be read
// says nothing of the log.
func (c *AuditVerify) Run(ctx context.Context, io *IO) error {
	var outside []string
	for _, name := range c.Since {
		note, err := os.ReadFile(name)
		if err != nil {
			return &exitError{exitBadInput, fmt.Errorf("since: %w", err)}
		}
		outside = append(outside, splitNotes(string(note))...)
	}
	store, err := openAudit(ctx, c.Config, io)
	if err != nil {
		return err
	}
	defer store.Close()
	report, err := store.Verify(ctx, outside...)
	if err != nil {
		return err
	}
	if err := writeReport(io, report, c.JSON); err != nil {
		return err
	}
	if !report.OK() {
		return &exitError{code: exitNegative}
	}
	return nil
}

func writeReport(io *IO, r audit.Report, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(io.Out)
		enc.SetEscapeHTML(false)
		return enc.Encode(r)
	}
	for _, b := range r.Breaks {
		if _, err := fmt.Fprintf(io.Out, "%s  %s\n", b.Kind, b.Text); err != nil {
			return err
		}
	}
	if r.More > 0 {
		fmt.Fprintf(io.Out, "and %d more\n", r.More)
	}
	word := "The log holds"
	if !r.OK() {
		word = "THE LOG DOES NOT HOLD"
	}
	_, err := fmt.Fprintf(io.Out, "%s: %d entries in %d chains, %d of them in the tree, %d checkpoints, %d records, %d entries removed after their term.\n",
		word, r.Entries, r.Chains, r.Size, r.Checkpoints, r.Records, r.Removed)
	return err
}

// AuditProve is "convenantbot audit prove".
type AuditProve struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Entry  int64  `arg:"" help:"The number of the entry."`
}

// Run prints the proof. An entry that no checkpoint has yet is an error: one is
// made every minute.
func (c *AuditProve) Run(ctx context.Context, io *IO) error {
	store, err := openAudit(ctx, c.Config, io)
	if err != nil {
		return err
	}
	defer store.Close()
	proof, err := store.Prove(ctx, c.Entry)
	if err != nil {
		return missing(err)
	}
	enc := json.NewEncoder(io.Out)
	enc.SetIndent("", "  ")
	return enc.Encode(proof)
}

// AuditExport is "convenantbot audit export".
type AuditExport struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
}

// Run writes the export.
func (c *AuditExport) Run(ctx context.Context, io *IO) error {
	store, err := openAudit(ctx, c.Config, io)
	if err != nil {
		return err
	}
	defer store.Close()
	return missing(store.Export(ctx, io.Out))
}

// missing makes what is not there the caller's own mistake.
func missing(err error) error {
	if errors.Is(err, bot.ErrNotFound) {
		return &exitError{exitBadInput, err}
	}
	return err
}

// AuditKey is "convenantbot audit key".
type AuditKey struct {
	Config string `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
}

// Run prints the key. Give it to whoever should be able to check the log, before
// they need it.
func (c *AuditKey) Run(ctx context.Context, io *IO) error {
	store, err := openAudit(ctx, c.Config, io)
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = fmt.Fprintln(io.Out, store.PublicKey())
	return err
}

// AuditCheck is "convenantbot audit check". It is for somebody outside: it needs
// a file and the public key, and no store or settings.
type AuditCheck struct {
	File string `arg:"" type:"existingfile" help:"An export or a proof."`
	Key  string `required:"" placeholder:"KEY" help:"The public key of the log, as it was given earlier. The one inside the file is not believed."`
}

// Run checks the file. What does not hold is exit code 1.
func (c *AuditCheck) Run(_ context.Context, io *IO) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return &exitError{exitBadInput, err}
	}
	var proof audit.Proof
	if json.Unmarshal(data, &proof) == nil && proof.Body != nil {
		e, at, err := proof.Check(c.Key)
		if err != nil {
			return &exitError{exitNegative, err}
		}
		_, err = fmt.Fprintf(io.Out, "Proven: %s, entry %d of %s at %s, is in the log of %d entries of %s.\n",
			e.Act, e.Seq, e.Chain, e.At.Format(time.RFC3339), at.Size, at.At.Format(time.RFC3339))
		return err
	}
	n := 0
	at, err := audit.CheckExport(bytes.NewReader(data), c.Key, func(int64, audit.Entry) { n++ })
	if err != nil {
		return &exitError{exitNegative, err}
	}
	_, err = fmt.Fprintf(io.Out, "The export holds: all %d entries of the checkpoint of %s, %d of them with what they say.\n",
		at.Size, at.At.Format(time.RFC3339), n)
	return err
}
