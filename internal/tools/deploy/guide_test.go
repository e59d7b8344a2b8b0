package deploy

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const guide = "deploy/docs/admin.md"

var fence = regexp.MustCompile("(?ms)^```(sh|sh host)\n(.*?)^```$")

// blocks are the commands of a page: those that run anywhere, and those that
// need a server.
func blocks(page string) (anywhere, host []string) {
	for _, found := range fence.FindAllStringSubmatch(page, -1) {
		if found[1] == "sh" {
			anywhere = append(anywhere, found[2])
		} else {
			host = append(host, found[2])
		}
	}
	return anywhere, host
}

// The blocks run one after another in one shell, as somebody would who follows
// the page.
func TestTheGuideRunsAsItStands(t *testing.T) {
	mustProgram(t)
	anywhere, _ := blocks(mustRead(t, guide))
	if len(anywhere) < 5 {
		t.Fatalf("%d blocks to run; the search is broken", len(anywhere))
	}
	demo := t.TempDir()
	script := strings.Join(anywhere, "\n")
	// The program is built; building it again with the plugins would only take time.
	script = strings.Replace(script, "make build plugin\n", "", 1)
	out, err := try(t, []string{"DEMO=" + demo}, "bash", "-euo", "pipefail", "-c", script)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, made := range []string{"etc/people.yaml", "secrets/bot_master", "bot/master", "copy", "keys", "handbook/index.html"} {
		if _, err := os.Stat(filepath.Join(demo, made)); err != nil {
			t.Errorf("after the guide: %v\n%s", err, out)
		}
	}
}

var (
	ours  = regexp.MustCompile(`(?:^|[/ ])convenantbot ((?:[a-z]+ )*[a-z]+)((?: --[a-z]+(?: [^-\s|>]\S*)?)*)`)
	named = regexp.MustCompile(`(?:^|[ "])((?:deploy|dist|internal|rules)/[A-Za-z0-9_./-]+)`)
)

// What needs a server is not run: it is read by bash, its files are there, and
// each command of ours has these flags.
func TestWhatTheGuideSaysForAServerFits(t *testing.T) {
	_, host := blocks(mustRead(t, guide))
	if len(host) < 5 {
		t.Fatalf("%d blocks for a server; the search is broken", len(host))
	}
	commands := 0
	for _, block := range host {
		if out, err := exec.Command("bash", "-n", "-c", block).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s\n%s", err, out, block)
		}
		for _, found := range named.FindAllStringSubmatch(block, -1) {
			if strings.HasPrefix(found[1], "dist/") || strings.HasSuffix(found[1], "/.env") {
				continue // made by the step before
			}
			if _, err := os.Stat(filepath.Join(root, found[1])); err != nil {
				t.Errorf("the guide names %v", err)
			}
		}
		for line := range strings.Lines(block) {
			for _, found := range ours.FindAllStringSubmatch(strings.TrimSpace(line), -1) {
				words := strings.Fields(found[1])
				if strings.Contains(line, "useradd") || strings.Contains(line, "systemctl") || strings.Contains(line, "kubectl") || strings.Contains(line, "compose") && words[0] != "doctor" {
					continue
				}
				commands++
				help, err := try(t, nil, mustProgram(t), append(words[:1], "--help")...)
				if err != nil {
					t.Errorf("there is no command %q: %s", found[1], line)
				}
				for _, flag := range regexp.MustCompile(`--[a-z]+`).FindAllString(found[2], -1) {
					if !strings.Contains(help, flag) {
						t.Errorf("%s has no %s", found[1], flag)
					}
				}
			}
		}
	}
	if commands < 3 {
		t.Errorf("%d commands of ours were looked at; the search is broken", commands)
	}
	if anywhere, host := blocks("```sh\na\n```\n```sh host\nb\n```\n```yaml\nc\n```\n"); len(anywhere) != 1 || len(host) != 1 {
		t.Errorf("blocks = %q, %q", anywhere, host)
	}
}
