package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/convenantbot/convenantbot/internal/knowledge"
)

// Ask is "convenantbot ask".
type Ask struct {
	Config   string   `env:"CONVENANTBOT_CONFIG" placeholder:"FILE" help:"The settings of the installation whose imported documents count too."`
	Region   string   `help:"Region whose answers count (model, amersfoort, mvs)." default:"model"`
	JSON     bool     `name:"json" help:"Write the answer as one JSON object."`
	Batch    string   `help:"File with one {\"id\",\"question\"} a line; - reads standard input." placeholder:"FILE"`
	Question []string `arg:"" optional:"" help:"The question."`

	verdicts knowledge.Verdicts
}

// askAnswer is the shape that scripts read; its names never change.
type askAnswer struct {
	ID         string               `json:"id,omitempty"`
	Question   string               `json:"question"`
	Abstained  bool                 `json:"abstained"`
	Answer     string               `json:"answer"`
	Confidence float64              `json:"confidence"`
	TookUS     int64                `json:"took_us"`
	Citations  []knowledge.Citation `json:"citations"`
}

// askError stands in a batch in the place of a line that could not be read.
type askError struct {
	ID    string `json:"id,omitempty"`
	Error struct {
		Field string `json:"field"`
		Text  string `json:"text"`
	} `json:"error"`
}

// Run answers one question, or a batch of them.
func (c *Ask) Run(ctx context.Context, io *IO) error {
	switch {
	case c.Batch == "" && len(c.Question) == 0:
		return &exitError{2, errors.New("ask: give a question, or --batch FILE")}
	case c.Batch != "" && len(c.Question) > 0:
		return &exitError{2, errors.New("ask: give a question or --batch FILE, not both")}
	}
	if !knownRegion(c.Region) {
		return &exitError{2, fmt.Errorf("ask: region: unknown region %q", c.Region)}
	}
	base, err := openWithLibrary(ctx, c.Config, io)
	if err != nil {
		return err
	}
	if c.verdicts, err = openVerdicts("", c.Region); err != nil {
		return err
	}
	if c.Batch != "" {
		return c.batch(ctx, base, io)
	}
	a, err := c.ask(ctx, base, strings.Join(c.Question, " "))
	if err != nil {
		return err
	}
	if c.JSON {
		return writeJSON(io.Out, a)
	}
	return printAnswer(io.Out, a)
}

func (c *Ask) ask(ctx context.Context, base *knowledge.Base, question string) (askAnswer, error) {
	start := time.Now()
	a, err := base.Ask(ctx, knowledge.Question{Text: question, Region: c.Region, Verdicts: c.verdicts})
	if err != nil {
		return askAnswer{}, err
	}
	citations := a.Citations
	if citations == nil {
		citations = []knowledge.Citation{}
	}
	return askAnswer{
		Question: question, Abstained: a.Abstained, Answer: a.Text, Confidence: float64(int(a.Confidence*1000)) / 1000,
		TookUS: time.Since(start).Microseconds(), Citations: citations,
	}, nil
}

func (c *Ask) batch(ctx context.Context, base *knowledge.Base, std *IO) error {
	in := std.In
	if c.Batch != "-" {
		f, err := os.Open(c.Batch)
		if err != nil {
			return &exitError{2, fmt.Errorf("ask: %w", err)}
		}
		defer f.Close()
		in = f
	}
	out := bufio.NewWriter(std.Out)
	lines := bufio.NewReader(in)
	bad := 0
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return &exitError{2, fmt.Errorf("ask: line %d: %w", number, err)}
		}
		last := err != nil
		if len(bytes.TrimSpace(line)) > 0 {
			ok, err := c.line(ctx, base, line, number, out, std.Err)
			if err != nil {
				return err
			}
			if !ok {
				bad++
			}
		}
		if last {
			break
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if bad > 0 {
		return &exitError{2, fmt.Errorf("ask: %d lines could not be read", bad)}
	}
	return nil
}

// line answers one line of a batch; false when the line could not be read.
func (c *Ask) line(ctx context.Context, base *knowledge.Base, line []byte, number int, out, errs io.Writer) (bool, error) {
	id, question, field, problem := readQuestion(line)
	if problem != "" {
		fmt.Fprintf(errs, "ask: line %d: %s: %s\n", number, field, problem)
		bad := askError{ID: id}
		bad.Error.Field, bad.Error.Text = field, problem
		return false, writeJSON(out, bad)
	}
	a, err := c.ask(ctx, base, question)
	if err != nil {
		return false, err
	}
	a.ID = id
	return true, writeJSON(out, a)
}

// readQuestion reads {"id","question"} and nothing else; problem says what is
// wrong with which field.
func readQuestion(line []byte) (id, question, field, problem string) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(line, &fields); err != nil {
		return "", "", "line", "is no JSON object"
	}
	raw, ok := fields["id"]
	if !ok {
		return "", "", "id", "is missing"
	}
	if json.Unmarshal(raw, &id) != nil {
		return "", "", "id", "must be a string"
	}
	for name := range fields {
		if name != "id" && name != "question" {
			return id, "", name, "is unknown"
		}
	}
	raw, ok = fields["question"]
	if !ok {
		return id, "", "question", "is missing"
	}
	if json.Unmarshal(raw, &question) != nil {
		return id, "", "question", "must be a string"
	}
	return id, question, "", ""
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

func printAnswer(w io.Writer, a askAnswer) error {
	fmt.Fprintln(w, a.Answer)
	for _, c := range a.Citations {
		if c.Kind == "quote" {
			fmt.Fprintf(w, "\n%s\n  letterlijk: %s\n", c.Source, c.Quote)
			continue
		}
		fmt.Fprintf(w, "\n[%s, merk %s] %s\n  onze samenvatting van de bron: %s\n", c.Fact, c.Mark, c.Source, c.Quote)
	}
	_, err := fmt.Fprintf(w, "\nzekerheid %.2f\n", a.Confidence)
	return err
}

func knownRegion(name string) bool {
	switch name {
	case "model", "amersfoort", "mvs":
		return true
	}
	return false
}
