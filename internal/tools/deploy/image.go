package deploy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// image is a Dockerfile that was read: one stage, and what it starts with.
type image struct {
	stage instructions.Stage
	cmds  []instructions.Command
}

// readImage reads a Dockerfile as BuildKit does. complaints are what its linter
// warns about.
func readImage(text string) (img image, complaints []string, err error) {
	tree, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return img, nil, err
	}
	for _, w := range tree.Warnings {
		complaints = append(complaints, w.Short)
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, short string, _ []parser.Range) {
		complaints = append(complaints, rule+": "+short)
	}})
	stages, _, err := instructions.Parse(tree.AST, lint)
	if err != nil {
		return img, complaints, err
	}
	if len(stages) != 1 {
		return img, complaints, fmt.Errorf("%d stages, want one: a build that makes something needs a network", len(stages))
	}
	return image{stages[0], stages[0].Commands}, complaints, nil
}

// judge says what is wrong with an image that has to be small, closed and made
// without a network.
func (i image) judge() []string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	if i.stage.BaseName != "scratch" {
		say("it begins with %s, want scratch", i.stage.BaseName)
	}
	user, health, entry := "", false, false
	for _, c := range i.cmds {
		switch c := c.(type) {
		case *instructions.RunCommand:
			say("it runs something, which scratch cannot")
		case *instructions.AddCommand:
			say("it uses ADD, which can fetch and unpack; use COPY")
		case *instructions.CopyCommand:
			if c.From != "" {
				say("it copies from %s", c.From)
			}
		case *instructions.UserCommand:
			user = c.User
		case *instructions.HealthCheckCommand:
			health = len(c.Health.Test) > 1 && c.Health.Test[0] == "CMD"
			if c.Health.Interval == 0 || c.Health.Timeout == 0 {
				say("its health check has no interval or timeout")
			}
		case *instructions.EntrypointCommand:
			entry = !c.PrependShell
		case *instructions.CmdCommand:
			if c.PrependShell {
				say("its command needs a shell")
			}
		case *instructions.EnvCommand:
			for _, pair := range c.Env {
				if regexp.MustCompile(`(?i)secret|token|passw|master`).MatchString(pair.Key) && pair.Value != "" && !strings.HasPrefix(pair.Value, "file:") {
					say("its environment holds a secret: %s", pair.Key)
				}
			}
		}
	}
	if !regexp.MustCompile(`^[1-9][0-9]{3,}:[1-9][0-9]{3,}$`).MatchString(user) {
		say("its user is %q, want numbers of an ordinary account", user)
	}
	if !health {
		say("it has no health check that needs no shell")
	}
	if !entry {
		say("it has no entry point that needs no shell")
	}
	return wrong
}

// unpack lays the files of the image under dir, from the folder that it is built
// in. Only what our Dockerfile uses is known; all else is an error.
func (i image) unpack(_ context.Context, from, dir string) error {
	for _, c := range i.cmds {
		copied, ok := c.(*instructions.CopyCommand)
		if !ok {
			continue
		}
		uid, gid := 0, 0
		if copied.Chown != "" {
			if _, err := fmt.Sscanf(copied.Chown, "%d:%d", &uid, &gid); err != nil {
				return fmt.Errorf("owner %q: %w", copied.Chown, err)
			}
		}
		var mode fs.FileMode
		if copied.Chmod != "" {
			bits, err := strconv.ParseUint(copied.Chmod, 8, 32)
			if err != nil {
				return fmt.Errorf("mode %q: %w", copied.Chmod, err)
			}
			mode = fs.FileMode(bits)
		}
		if len(copied.SourcePaths) != 1 {
			return fmt.Errorf("COPY of %d paths", len(copied.SourcePaths))
		}
		source := filepath.Join(from, copied.SourcePaths[0])
		err := filepath.WalkDir(source, func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			rel, err := filepath.Rel(source, name)
			if err != nil {
				return err
			}
			to := filepath.Join(dir, path.Join(copied.DestPath, filepath.ToSlash(rel)))
			info, err := e.Info()
			if err != nil {
				return err
			}
			if e.IsDir() {
				if err := os.MkdirAll(to, 0o755); err != nil || rel == "." {
					return err
				}
				if err := os.Chmod(to, info.Mode()); err != nil {
					return err
				}
				return os.Lchown(to, uid, gid)
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return err
			}
			out, err := os.Create(to)
			if err != nil {
				return err
			}
			if _, err := io.Copy(out, bytes.NewReader(raw)); err != nil {
				return err
			}
			bits := info.Mode().Perm()
			if mode != 0 {
				bits = mode
			}
			if err := out.Chmod(bits); err != nil {
				return err
			}
			if err := out.Close(); err != nil {
				return err
			}
			return os.Lchown(to, uid, gid)
		})
		if err != nil {
			return fmt.Errorf("COPY %s: %w", copied.SourcePaths[0], err)
		}
	}
	return nil
}

// lines of an image that a test looks at.
func find[T instructions.Command](i image) (last T, found bool) {
	for _, c := range i.cmds {
		if c, ok := c.(T); ok {
			last, found = c, true
		}
	}
	return last, found
}

// environment is what the image sets.
func (i image) environment() []string {
	var out []string
	for _, c := range i.cmds {
		if env, ok := c.(*instructions.EnvCommand); ok {
			for _, pair := range env.Env {
				out = append(out, pair.Key+"="+pair.Value)
			}
		}
	}
	return out
}
