package deploy

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// readCompose reads a compose file as the engine's client does. A variable that
// the file demands and env does not have is an error; one that neither it nor
// env gives a value is a complaint.
func readCompose(ctx context.Context, path string, env []string) (project *types.Project, complaints []string, err error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithEnv(env), cli.WithName("convenantbot"), cli.WithResolvedPaths(true), cli.WithInterpolation(true))
	if err != nil {
		return nil, nil, err
	}
	project, err = options.LoadProject(ctx)
	return project, complaints, err
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)(:?[-?+][^}]*)?\}|\$([A-Za-z_][A-Za-z0-9_]*)`)

// undefined are the variables of a compose file that have no default, are not
// demanded and are not in env: they would silently be empty.
func undefined(text string, env []string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, found := range variable.FindAllStringSubmatch(strings.ReplaceAll(line, "$$", ""), -1) {
			name := found[1] + found[3]
			if found[2] == "" && !slices.ContainsFunc(env, func(e string) bool { return strings.HasPrefix(e, name+"=") }) {
				out = append(out, name)
			}
		}
	}
	return out
}

// secretly are names of settings that hold a secret.
var secretly = regexp.MustCompile(`(?i)(secret|token|passw|master$|_key$)`)

// judgeCompose says what is wrong with the services, for an installation that
// should be closed but for one door on the loopback.
func judgeCompose(p *types.Project) []string {
	var wrong []string
	for name, s := range p.Services {
		say := func(format string, args ...any) { wrong = append(wrong, name+": "+fmt.Sprintf(format, args...)) }
		if s.HealthCheck == nil || s.HealthCheck.Disable || len(s.HealthCheck.Test) < 2 {
			say("it has no health check")
		} else if s.HealthCheck.Interval == nil || s.HealthCheck.Timeout == nil || s.HealthCheck.Retries == nil || s.HealthCheck.StartPeriod == nil {
			say("its health check leaves interval, timeout, retries or start_period to chance")
		}
		for _, port := range s.Ports {
			if port.HostIP != "127.0.0.1" && port.HostIP != "::1" {
				say("port %d is open beyond this machine (%q)", port.Target, port.HostIP)
			}
		}
		if !s.ReadOnly {
			say("it can write in its own image")
		}
		if !slices.Equal(s.CapDrop, []string{"ALL"}) || len(s.CapAdd) > 0 {
			say("it keeps capabilities: drops %q, adds %q", s.CapDrop, s.CapAdd)
		}
		if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			say("it can gain rights by a program of another account")
		}
		if !regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`).MatchString(s.User) {
			say("it runs as %q, want the numbers of an account that is not root", s.User)
		}
		if s.Privileged || s.Pid == "host" || s.Ipc == "host" || s.NetworkMode == "host" || s.UserNSMode == "host" {
			say("it shares something with the machine")
		}
		for _, v := range s.Volumes {
			if strings.Contains(v.Source, "docker.sock") || v.Type == "bind" && !v.ReadOnly {
				say("it can write %s of the machine", v.Source)
			}
		}
		_, tag, tagged := strings.Cut(s.Image[strings.LastIndex(s.Image, "/")+1:], ":")
		if s.Build != nil || !tagged || tag == "latest" || tag == "" {
			say("image %q names no version", s.Image)
		}
		if s.MemLimit == 0 || s.PidsLimit == 0 {
			say("its memory or the number of its processes has no bound")
		}
		for key, value := range s.Environment {
			if value == nil {
				say("%s comes from the environment of who starts it", key)
				continue
			}
			isFile := strings.HasSuffix(key, "_FILE") || strings.HasPrefix(*value, "file:")
			if secretly.MatchString(key) && !isFile && *value != "" && *value != "true" && *value != "false" {
				say("%s stands in its environment; secrets come from files", key)
			}
			if regexp.MustCompile(`://[^/@]*:[^/@]+@`).MatchString(*value) {
				say("%s has a password in an address", key)
			}
		}
		for _, secret := range s.Secrets {
			if _, known := p.Secrets[secret.Source]; !known {
				say("secret %s is nowhere defined", secret.Source)
			}
		}
		for other, d := range s.DependsOn {
			if strings.TrimPrefix(s.NetworkMode, "service:") == other && !d.Restart {
				say("it lives in the network of %s and is not restarted with it", other)
			}
		}
	}
	for name, secret := range p.Secrets {
		if secret.File == "" {
			wrong = append(wrong, "secret "+name+" is not in a file")
		}
	}
	slices.Sort(wrong)
	return wrong
}
