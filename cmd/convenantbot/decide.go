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

	"github.com/convenantbot/convenantbot/bot/judge"
	"github.com/convenantbot/convenantbot/deploy"
	"github.com/convenantbot/convenantbot/rules/region"
)

// Decide is "convenantbot decide share|join|retain [--batch] FILE|-".
type Decide struct {
	Question string `arg:"" enum:"share,join,retain" help:"What to decide: share, join or retain."`
	File     string `arg:"" help:"File with the facts as JSON; - reads standard input."`
	Batch    bool   `help:"Read one object a line and answer each on a line."`
	Region   string `help:"Use the rules of this region, whatever the input says." placeholder:"ID"`
	Rules    string `help:"Use the rules of this folder instead of the built-in ones." type:"existingdir" placeholder:"DIR"`
}

// maxDecideInput bounds one question, in bytes.
const maxDecideInput = 4 << 20

// Run decides; a no is an answer like any other and not a failure.
func (c *Decide) Run(ctx context.Context, io *IO) error {
	j, err := openJudge(c.Rules)
	if err != nil {
		return err
	}
	if _, ok := j.Pack(c.Region); c.Region != "" && !ok {
		return &exitError{exitBadInput, errors.New("decide: --region is not a region this installation knows")}
	}
	in := io.In
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return &exitError{exitBadInput, fmt.Errorf("decide: %w", err)}
		}
		defer f.Close()
		in = f
	}
	if c.Batch {
		return c.batch(ctx, j, in, io)
	}
	return c.one(ctx, j, in, io)
}

// openJudge is the judge of a folder of rules, or the built-in ones when blank,
// with the built-in regions.
func openJudge(dir string) (*judge.Judge, error) {
	b, err := loadBundle(dir)
	if err != nil {
		return nil, &exitError{exitBadInput, err}
	}
	packs, err := region.LoadAll(deploy.Regions, "regions")
	if err != nil {
		return nil, err
	}
	return judge.New(b, packs), nil
}

// one answers the whole input as one object.
func (c *Decide) one(ctx context.Context, j *judge.Judge, in io.Reader, out *IO) error {
	data, err := io.ReadAll(io.LimitReader(in, maxDecideInput+1))
	if err != nil {
		return &exitError{exitBadInput, fmt.Errorf("decide: %w", err)}
	}
	if len(data) > maxDecideInput {
		return &exitError{exitBadInput, errors.New("decide: the input is too large")}
	}
	answer, _, err := c.decide(ctx, j, nil, string(data))
	var field *judge.FieldError
	if errors.As(err, &field) {
		return &exitError{exitBadInput, fmt.Errorf("decide: %w", err)}
	}
	if _, werr := out.Out.Write(append(answer, '\n')); werr != nil {
		return werr
	}
	return err
}

// batch answers line by line, in order, and goes on after a bad line. Rules
// that fail are answered with a no and make the command fail at its end.
func (c *Decide) batch(ctx context.Context, j *judge.Judge, in io.Reader, out *IO) error {
	r := bufio.NewReaderSize(in, 256<<10)
	w := bufio.NewWriterSize(out.Out, 256<<10)
	var bad, failed int
	var answer []byte
	for n := 1; ; n++ {
		line, tooLong, rerr := readLine(r)
		if rerr != nil && !errors.Is(rerr, io.EOF) {
			return &exitError{exitBadInput, errors.Join(fmt.Errorf("decide: %w", rerr), w.Flush())}
		}
		if tooLong || len(bytes.TrimSpace(line)) > 0 {
			var err error
			var id string
			if tooLong {
				err = &judge.FieldError{Text: "the line is too long"}
			} else {
				answer, id, err = c.decide(ctx, j, answer[:0], string(line))
			}
			var field *judge.FieldError
			switch {
			case errors.As(err, &field):
				bad++
				if id == "" {
					id = idOf(line)
				}
				answer = judge.AppendError(answer[:0], id, field)
				fmt.Fprintf(out.Err, "line %d: %s\n", n, field)
			case err != nil:
				failed++
				fmt.Fprintf(out.Err, "line %d: %s\n", n, err)
			}
			if _, err := w.Write(append(answer, '\n')); err != nil {
				return err
			}
		}
		if rerr != nil {
			break
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(err, w.Flush())
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case bad > 0:
		return &exitError{exitBadInput, fmt.Errorf("decide: %d bad lines", bad)}
	case failed > 0:
		return fmt.Errorf("decide: the rules failed for %d lines", failed)
	}
	return nil
}

// decide answers one object, appended to b, and returns its id as far as it
// could be read. An error that is no *judge.FieldError comes with an answer.
func (c *Decide) decide(ctx context.Context, j *judge.Judge, b []byte, data string) ([]byte, string, error) {
	switch c.Question {
	case "share":
		in, err := judge.DecodeShare(data)
		if err != nil {
			return b, in.ID, err
		}
		if err := c.inRegion(j, &in.Region); err != nil {
			return b, in.ID, err
		}
		v, err := j.Share(ctx, in)
		return judge.AppendVerdict(b, in.ID, v), in.ID, err
	case "join":
		in, err := judge.DecodeJoin(data)
		if err != nil {
			return b, in.ID, err
		}
		if err := c.inRegion(j, &in.Region); err != nil {
			return b, in.ID, err
		}
		v, err := j.Join(ctx, in)
		return judge.AppendVerdict(b, in.ID, v), in.ID, err
	}
	in, err := judge.DecodeRetain(data)
	if err != nil {
		return b, in.ID, err
	}
	if err := c.inRegion(j, &in.Region); err != nil {
		return b, in.ID, err
	}
	r, err := j.Retain(ctx, in)
	return judge.AppendRetention(b, in.ID, r), in.ID, err
}

// inRegion puts the region asked for in the place of the input's, which must be
// one that exists all the same.
func (c *Decide) inRegion(j *judge.Judge, region *string) error {
	if _, ok := j.Pack(*region); !ok || c.Region == "" {
		return j.KnowsRegion(*region)
	}
	*region = c.Region
	return nil
}

// readLine reads up to and without the end of a line. A line that is too long
// is read to its end and dropped.
func readLine(r *bufio.Reader) (line []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxDecideInput {
			line, tooLong = nil, true
		}
		if err == nil && line == nil && !tooLong {
			return part, false, nil
		}
		if !tooLong {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, tooLong, err
		}
	}
}

// idOf finds the id in a line that was not taken, as far as it is JSON.
func idOf(line []byte) string {
	var fields map[string]json.RawMessage
	var id string
	if json.Unmarshal(line, &fields) != nil || json.Unmarshal(fields["id"], &id) != nil {
		return ""
	}
	return id
}
