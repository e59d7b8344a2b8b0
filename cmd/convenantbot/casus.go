package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strings"

	"github.com/convenantbot/convenantbot/adapters/web"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
)

// CasusCmd is "convenantbot casus".
type CasusCmd struct {
	Export  CasusExport  `cmd:"" help:"Everything that is kept about somebody in one casus, for a request for access, sealed for who asked."`
	Receipt CasusReceipt `cmd:"" help:"Print the signed receipt of an erased casus, or check one."`
}

// CasusExport is "convenantbot casus export".
type CasusExport struct {
	Config  string   `required:"" env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation."`
	Ref     string   `arg:"" help:"The code of the casus, such as C-2026-0042."`
	Request string   `placeholder:"ID" help:"The request, when there are several."`
	To      string   `placeholder:"KEY" help:"The public age key of who asked (age1…), when it was not noted with the request."`
	Out     string   `short:"o" type:"path" placeholder:"FILE" help:"Where to write it; REF.zip.age in this folder by default. Never over a file that is there."`
	Review  bool     `help:"Print instead what concerns others too, for the person who must judge it."`
	Include []string `placeholder:"ITEM" help:"An item of --review that a person let through."`
}

// Run has the running bot make the answer: it alone can put it in the log.
func (c *CasusExport) Run(ctx context.Context, io *IO) error {
	cfg, err := readConfig(c.Config, io)
	if err != nil {
		return err
	}
	by := "operator"
	if u, err := user.Current(); err == nil {
		by = u.Username
	}
	ref := strings.ToUpper(c.Ref)
	out, err := web.Client{Socket: adminSocket(cfg.DataDir)}.Export(ctx, bot.ExportOrder{Ref: bot.Ref(ref), Request: c.Request,
		To: c.To, Include: c.Include, Review: c.Review, By: by})
	switch {
	case errors.Is(err, bot.ErrUnavailable):
		return &exitError{exitUnreachable, fmt.Errorf("%w; start it with: convenantbot serve", err)}
	case errors.Is(err, bot.ErrForbidden), errors.Is(err, bot.ErrNotFound):
		return &exitError{exitNegative, err}
	case err != nil:
		return err
	}
	if c.Review {
		enc := json.NewEncoder(io.Out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(out.Held)
	}
	if c.Out == "" {
		c.Out = ref + ".zip.age"
	}
	f, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &exitError{exitBadInput, fmt.Errorf("out: %w", err)}
	}
	_, err = f.Write(out.Sealed)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(io.Out, "%s: %d items. Held because they concern others too: %d (see --review). Left out: %d.\nOnly the holder of the key opens it, with: age -d -i KEYFILE %s\n",
		c.Out, out.Items, out.Review, out.LeftOut, c.Out)
	return err
}

// CasusReceipt is "convenantbot casus receipt".
type CasusReceipt struct {
	Config string `env:"CONVENANTBOT_CONFIG" type:"path" placeholder:"FILE" help:"The settings of this installation; not needed with --check."`
	Ref    string `arg:"" optional:"" help:"The code of the erased casus."`
	Check  string `type:"existingfile" placeholder:"FILE" help:"Check this receipt instead, as text, page or PDF; needs --key and no store."`
	Key    string `placeholder:"KEY" help:"The public key of receipts, as it was given earlier."`
	Public bool   `help:"Print the public key of receipts."`
	HTML   string `name:"html" type:"path" placeholder:"FILE" help:"Write it as a page instead. Never over a file that is there."`
	PDF    string `name:"pdf" type:"path" placeholder:"FILE" help:"Write it for printing instead. Never over a file that is there."`
}

// Run prints a receipt after checking it, or checks one from elsewhere. One that
// does not hold is exit code 1.
func (c *CasusReceipt) Run(ctx context.Context, io *IO) error {
	if c.Check != "" {
		return c.check(io)
	}
	if c.Config == "" || c.Ref == "" && !c.Public {
		return &exitError{exitBadInput, errors.New("receipt: give --config and the code of a casus, or --check and --key")}
	}
	store, err := openAudit(ctx, c.Config, io)
	if err != nil {
		return err
	}
	defer store.Close()
	if c.Public {
		_, err := fmt.Fprintln(io.Out, store.ReceiptKey())
		return err
	}
	var r bot.Receipt
	err = store.View(ctx, func(tx bot.Tx) (err error) {
		r, err = tx.Receipt(bot.Ref(strings.ToUpper(c.Ref)))
		return err
	})
	if err != nil {
		return missing(err)
	}
	if r.Signed == "" {
		return &exitError{exitNegative, errors.New("receipt: it was made before receipts were signed")}
	}
	text, err := audit.OpenNote(r.Signed, store.ReceiptKey())
	if err != nil || text != r.Text() {
		return &exitError{exitNegative, errors.Join(errors.New("receipt: it does not say what was signed"), err)}
	}
	if c.HTML != "" {
		err = writeNew(c.HTML, r.HTML)
	}
	if c.PDF != "" && err == nil {
		err = writeNew(c.PDF, r.PDF)
	}
	if c.HTML != "" || c.PDF != "" {
		return err
	}
	_, err = fmt.Fprint(io.Out, r.Signed)
	return err
}

func (c *CasusReceipt) check(io *IO) error {
	if c.Key == "" {
		return &exitError{exitBadInput, errors.New("key: the public key of receipts is needed; the one inside a file is not believed")}
	}
	data, err := os.ReadFile(c.Check)
	if err != nil {
		return &exitError{exitBadInput, err}
	}
	text, err := audit.OpenNote(signedText(data), c.Key)
	if err != nil {
		return &exitError{exitNegative, fmt.Errorf("receipt: %w", err)}
	}
	_, err = fmt.Fprintf(io.Out, "The receipt holds:\n%s", text)
	return err
}
