//go:build faults

package fault

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

type kind int

const (
	exit kind = iota + 1
	panics
	sleep
	fails
)

// act is what happens at a point.
type act struct {
	kind kind
	wait time.Duration // of sleep
	only int           // the passing at which it happens, from 1; 0 is every one
}

// parse reads the list of doc.go. An empty list is no acts. Errors name the
// part that can't be read.
func parse(list string) (map[string]act, error) {
	acts := map[string]act{}
	if strings.TrimSpace(list) == "" {
		return acts, nil
	}
	for part := range strings.SplitSeq(list, ",") {
		part = strings.TrimSpace(part)
		name, what, ok := strings.Cut(part, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("%q: want name=exit, panic, sleep:2s or error, and perhaps @n", part)
		}
		if _, twice := acts[name]; twice {
			return nil, fmt.Errorf("%q: this point is listed twice", name)
		}
		a, err := parseAct(what)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		acts[name] = a
	}
	return acts, nil
}

func parseAct(what string) (act, error) {
	var a act
	what, at, counted := strings.Cut(what, "@")
	if counted {
		n, err := strconv.Atoi(at)
		if err != nil || n < 1 {
			return act{}, fmt.Errorf("@%s: want a number from 1", at)
		}
		a.only = n
	}
	what, wait, waits := strings.Cut(what, ":")
	switch what {
	case "exit":
		a.kind = exit
	case "panic":
		a.kind = panics
	case "error":
		a.kind = fails
	case "sleep":
		a.kind = sleep
		d, err := time.ParseDuration(wait)
		if err != nil || d < 0 {
			return act{}, fmt.Errorf("sleep:%s: want a duration, for example sleep:2s", wait)
		}
		a.wait = d
	default:
		return act{}, fmt.Errorf("%q is no act", what)
	}
	if waits && a.kind != sleep {
		return act{}, fmt.Errorf("only sleep takes a duration")
	}
	return a, nil
}
