package deploy

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"helm.sh/helm/v4/pkg/chart/v2/lint"
	strict "sigs.k8s.io/yaml"
)

const chartDir = root + "/deploy/helm/convenantbot"

func mustValues(t testing.TB, text string) map[string]any {
	t.Helper()
	var values map[string]any
	if err := strict.Unmarshal([]byte(text), &values); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return values
}

// installations are sets of values as people have them.
var installations = map[string]string{
	"as it comes": ``,
	"one copy":    `{replicas: 1, settings: {redis: null, mattermost: {url: https://c.example.org, team: x}}}`,
	"everything": `
image: {repository: images.example.org/convenantbot, tag: v1.2.3}
imagePullSecrets: [{name: pull}]
replicas: 3
settings:
  region: mvs
  pages: {url: https://kluis.example.org, proxies: 10.0.0.0/8}
  mattermost: {url: https://c.example.org, team: jeugd, requests_per_second: 50}
  redis: {addresses: "redis:6379", tls: true, ca: /etc/convenantbot/authorities/redis.pem, username: bot}
  telemetry: {otlp: https://otlp.example.org, traces: 5}
  retention: {brake_share: 0.2}
secrets:
  redis.password: {name: redis, key: password}
  telemetry.otlp_token: {name: otlp, key: token}
directory: {configMap: people, key: people.yaml}
authorities: {configMap: authorities}
autoscaling: {enabled: true, min: 2, max: 5, cpu: 60}
serviceMonitor: {enabled: true, interval: 1m, labels: {release: prometheus}}
networkPolicy:
  to:
    virus: {ports: [3310], peers: [{podSelector: {matchLabels: {app: clamav}}}]}
    mail: {ports: [587], peers: [{ipBlock: {cidr: 192.0.2.5/32}}]}
podAnnotations: {a: b}
podLabels: {team: jeugd}
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: only, operator: Exists}]
priorityClassName: high
topologySpread: {whenUnsatisfiable: ScheduleAnyway}
data: {size: 5Gi, storageClass: fast}
`,
	"a key service":          `{settings: {key: {kms: "hcvault://vault:8200/transit/keys/bot"}}, secrets: {key.master: null, key.kms_token: {name: kms, key: token}}}`,
	"an image by its digest": `{image: {digest: "sha256:` + strings.Repeat("ab", 32) + `"}}`,
	"open in the cluster":    `{networkPolicy: {enabled: false}, migrate: {enabled: false}, podDisruptionBudget: {enabled: true, maxUnavailable: 2}}`,
	"a name of its own":      `{fullnameOverride: bot}`,
}

// refused are values that would make something open, broken or half.
var refused = map[string]string{
	"a misspelt value":                     `{replica: 3}`,
	"a misspelt value, deeper":             `{image: {tags: v1}}`,
	"no copies":                            `{replicas: 0}`,
	"copies as a text":                     `{replicas: "2"}`,
	"several copies that cannot meet":      `{replicas: 2, settings: {redis: {addresses: ""}}}`,
	"scaling that cannot meet":             `{replicas: 1, autoscaling: {enabled: true}, settings: {redis: null}}`,
	"scaling from more to less":            `{autoscaling: {enabled: true, min: 5, max: 3}}`,
	"scaling down to one":                  `{autoscaling: {enabled: true, min: 1}}`,
	"an image of today":                    `{image: {tag: latest}}`,
	"a digest that is none":                `{image: {digest: "sha256:abc"}}`,
	"Mattermost without TLS":               `{settings: {mattermost: {url: "http://chat.example.org"}}}`,
	"pages without TLS":                    `{settings: {pages: {url: "http://kluis.example.org"}}}`,
	"no team":                              `{settings: {mattermost: {team: ""}}}`,
	"a token as a setting":                 `{settings: {mattermost: {token: geheim}}}`,
	"a master key as a setting":            `{settings: {key: {master: "00"}}}`,
	"a secret as a setting, not yet used":  `{settings: {llm: {url: "https://m.example.org", model: m, token: geheim}}}`,
	"a secret as a setting with a dot":     `{settings: {redis.password: geheim}}`,
	"a database as a setting":              `{settings: {store: {dsn: "postgres://x"}}}`,
	"an address that the chart arranges":   `{settings: {listen: "0.0.0.0:1"}}`,
	"a folder that the chart arranges":     `{settings: {data_dir: /data}}`,
	"a secret that is none":                `{secrets: {mattermost.url: {name: x, key: y}}}`,
	"a secret that there is not":           `{secrets: {mattermost.tokn: {name: x, key: y}}}`,
	"a secret in the values":               `{secrets: {llm.token: geheim}}`,
	"a secret without its key":             `{secrets: {mattermost.token: {name: x, key: null}}}`,
	"no database":                          `{secrets: {store.dsn: null}}`,
	"a bridge for everyone":                `{networkPolicy: {from: {bridge: []}}}`,
	"metrics for all pods":                 `{networkPolicy: {from: {metrics: [{podSelector: {}}]}}}`,
	"a way to everyone":                    `{networkPolicy: {to: {web: {ports: [443], peers: []}}}}`,
	"a way to every port":                  `{networkPolicy: {to: {web: {ports: [], peers: [{ipBlock: {cidr: 192.0.2.1/32}}]}}}}`,
	"a way to no port":                     `{networkPolicy: {to: {web: {ports: [70000], peers: [{ipBlock: {cidr: 192.0.2.1/32}}]}}}}`,
	"no bound on memory":                   `{resources: {limits: {memory: null}}}`,
	"a service that is open to the world":  `{service: {type: LoadBalancer}}`,
	"a size without a unit":                `{data: {size: "5"}}`,
	"a monitor that never asks":            `{serviceMonitor: {enabled: true, interval: "0s"}}`,
	"less time than it takes to stop":      `{terminationGracePeriod: 5}`,
	"spreading that is not known":          `{topologySpread: {whenUnsatisfiable: Perhaps}}`,
	"a name that is none":                  `{fullnameOverride: Bot_1}`,
	"a migration that may take no time":    `{migrate: {deadline: 1}}`,
	"a ConfigMap of a name that is none":   `{directory: {configMap: "People!"}}`,
	"a policy that lets the database out":  `{networkPolicy: {to: {postgres: null}}}`,
	"a budget that lets all go":            `{podDisruptionBudget: {maxUnavailable: 0}}`,
	"labels that are numbers":              `{podLabels: {a: 1}}`,
	"a container of the pull secret by it": `{imagePullSecrets: [pull]}`,
}

func TestTheChartMakesWhatIsClosedAndFitsTogether(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(installations)) {
		c, err := render(chartDir, "jeugd", mustValues(t, installations[name]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, wrong := range c.judge() {
			t.Errorf("%s: %s", name, wrong)
		}
		if !strings.Contains(c.notes, "8066") {
			t.Errorf("%s: the notes do not say where the plugin finds the bot", name)
		}
	}
}

func TestWhatIsOptionalComesWhenItIsAskedFor(t *testing.T) {
	counts := func(name string) string {
		c, err := render(chartDir, "jeugd", mustValues(t, installations[name]))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return fmt.Sprintf("bots %d jobs %d budgets %d policies %d scalers %d monitors %d settings %d ports %d",
			len(c.bots), len(c.jobs), len(c.budgets), len(c.policies), len(c.scalers), len(c.monitors), len(c.settings), len(c.bots[0].Spec.Template.Spec.Containers[0].Ports))
	}
	for name, want := range map[string]string{
		"as it comes":         "bots 1 jobs 1 budgets 1 policies 1 scalers 0 monitors 0 settings 2 ports 2",
		"one copy":            "bots 1 jobs 1 budgets 0 policies 1 scalers 0 monitors 0 settings 2 ports 2",
		"everything":          "bots 1 jobs 1 budgets 1 policies 1 scalers 1 monitors 1 settings 2 ports 3",
		"open in the cluster": "bots 1 jobs 0 budgets 1 policies 0 scalers 0 monitors 0 settings 1 ports 2",
	} {
		if got := counts(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestValuesThatWouldBeOpenBrokenOrHalfAreRefused(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(refused)) {
		c, err := render(chartDir, "jeugd", mustValues(t, refused[name]))
		switch {
		case err == nil:
			t.Errorf("%s was taken (%d bots)", name, len(c.bots))
		case !strings.Contains(err.Error(), "don't meet the specifications of the schema") && !strings.Contains(err.Error(), "execution error at (convenantbot/templates/settings.yaml:1:4): "):
			t.Errorf("%s is refused by chance: %v", name, err)
		}
	}
}

func TestTheChartPassesTheLintOfHelm(t *testing.T) {
	for name, values := range installations {
		result := lint.RunAll(chartDir, mustValues(t, values), "bot")
		for _, m := range result.Messages {
			// An icon is for a shop window.
			if !strings.Contains(m.Err.Error(), "icon is recommended") {
				t.Errorf("%s: %s: %v", name, m.Path, m.Err)
			}
		}
	}
}

// The judge is tested as well: each of these is one change to a template.
func TestAChartThatIsOpenIsSeen(t *testing.T) {
	for name, change := range map[string][3]string{
		"root":                       {"_helpers.tpl", "runAsUser: 65532", "runAsUser: 0"},
		"a group of somebody else":   {"_helpers.tpl", "fsGroup: 65532", "fsGroup: 1000"},
		"a writable image":           {"_helpers.tpl", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"},
		"capabilities":               {"_helpers.tpl", "drop: [ALL]", "drop: [NET_RAW]"},
		"all of the kernel":          {"_helpers.tpl", "type: RuntimeDefault", "type: Unconfined"},
		"secrets for everyone":       {"_helpers.tpl", "defaultMode: 0440", "defaultMode: 0444"},
		"a token of the cluster":     {"statefulset.yaml", "automountServiceAccountToken: false", "automountServiceAccountToken: true"},
		"names in the environment":   {"statefulset.yaml", "enableServiceLinks: false", "enableServiceLinks: true"},
		"a field that there is not":  {"statefulset.yaml", "podManagementPolicy:", "podManagmentPolicy:"},
		"a version that there's not": {"statefulset.yaml", "apiVersion: apps/v1", "apiVersion: apps/v1beta2"},
		"a field that is a text":     {"migrate.yaml", "backoffLimit: 2", "backoffLimit: twee"},
		"started anew without end":   {"statefulset.yaml", "livenessProbe:\n            httpGet: {path: /healthz", "livenessProbe:\n            httpGet: {path: /readyz"},
		"a probe at no port":         {"statefulset.yaml", "httpGet: {path: /readyz, port: http}", "httpGet: {path: /readyz, port: web}"},
		"a service for the Job too":  {"migrate.yaml", `convenantbot.migrate.labels" . | nindent 8`, `convenantbot.labels" . | nindent 8`},
		"a service for nobody":       {"service.yaml", `include "convenantbot.selector" . | nindent 4`, `include "convenantbot.migrate.labels" . | nindent 4`},
		"a Job before its settings":  {"migrate.yaml", `printf "%s-migrate" (include "convenantbot.name" .)`, `include "convenantbot.name" .`},
		"a Job without end":          {"migrate.yaml", "activeDeadlineSeconds: {{ .Values.migrate.deadline }}", ""},
		"a mount of nothing":         {"_helpers.tpl", "- name: tmp\n  mountPath: /tmp", "- name: temp\n  mountPath: /tmp"},
		"a way in for everyone":      {"networkpolicy.yaml", "    - from:\n        {{- toYaml .Values.networkPolicy.from.bridge | nindent 8 }}\n      ports:", "    - ports:"},
		"no word on going out":       {"networkpolicy.yaml", "policyTypes: [Ingress, Egress]", "policyTypes: [Ingress]"},
		"a scaler of another":        {"horizontalpodautoscaler.yaml", "kind: StatefulSet", "kind: Deployment"},
		"a monitor of two services":  {"servicemonitor.yaml", `      convenantbot/door: "true"`, ""},
		"a folder of the machine":    {"_helpers.tpl", "- name: tmp\n  emptyDir:\n    sizeLimit: {{ $top.Values.tmp.size }}", "- name: tmp\n  hostPath: {path: /tmp}"},
	} {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(chartDir)); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "templates", change[0])
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(raw), change[1], change[2], 1)
		if changed == string(raw) {
			t.Errorf("%s: %s has no %q", name, change[0], change[1])
			continue
		}
		mustWrite(t, file, changed)
		c, err := render(dir, "jeugd", mustValues(t, installations["everything"]))
		if err == nil && len(c.judge()) == 0 {
			t.Errorf("%s: nothing was seen", name)
		}
	}
}

// lay puts the files of a pod where the pod has them, below dir, as Kubernetes
// gives them: root's, and for the group of the pod to read.
func lay(t *testing.T, dir string, c cluster, settings string) {
	t.Helper()
	place := func(path, text string, mode fs.FileMode) {
		file := filepath.Join(dir, path)
		mustWrite(t, file, text)
		if err := os.Chown(file, 0, 65532); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
	}
	place("etc/convenantbot/convenantbot.yaml", settings, 0o444)
	for _, v := range c.bots[0].Spec.Template.Spec.Volumes {
		switch {
		case v.Name == "secrets":
			for _, source := range v.Projected.Sources {
				value := strings.Repeat("ab", 32)
				name := source.Secret.Items[0].Path
				switch {
				case name == "store.dsn":
					value = "postgres://bot:x@127.0.0.1:1/bot"
				case strings.HasPrefix(name, "mattermost."):
					value = name + strings.Repeat("x", 32)
				}
				place("etc/convenantbot/secrets/"+name, value, fs.FileMode(*v.Projected.DefaultMode))
			}
		case v.Name == "directory":
			place("etc/convenantbot/directory/people.yaml", mustRead(t, "deploy/directory.yaml"), 0o444)
		case v.Name == "authorities":
			place("etc/convenantbot/authorities/redis.pem", "x", 0o444)
		}
	}
}

// The bot itself reads what the chart makes of the values, with its files as a
// pod has them: only that nobody answers yet may be wrong.
func TestTheBotTakesTheSettingsOfTheChart(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Fatal("this test is another account in another root folder, and so it needs root")
	}
	program := mustProgram(t)
	for _, name := range slices.Sorted(maps.Keys(installations)) {
		c, err := render(chartDir, "jeugd", mustValues(t, installations[name]))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, m := range c.settings {
			dir := t.TempDir()
			lay(t, dir, c, m.Data["convenantbot.yaml"])
			ask := func() (int, string) { return askInside(t, dir, program) }
			if code, said := ask(); code != 3 {
				t.Errorf("%s, %s: %d %s, want 3: all is right, and nobody answers\n%s", name, m.Name, code, said, m.Data["convenantbot.yaml"])
			}
			if err := os.Chmod(filepath.Join(dir, "etc/convenantbot/secrets/mattermost.token"), 0o444); err != nil {
				t.Fatal(err)
			}
			if code, said := ask(); code != 2 || !strings.Contains(said, "mattermost.token") {
				t.Errorf("%s: a secret that everyone can read: %d %s, want 2 and its name", name, code, said)
			}
		}
	}
}

// askInside runs the health check as the account of the image with dir as its
// root folder.
func askInside(t *testing.T, dir, program string) (int, string) {
	t.Helper()
	at := filepath.Join(dir, "convenantbot")
	if _, err := os.Stat(at); err != nil {
		if err := os.Link(program, at); err != nil {
			raw, err := os.ReadFile(program)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(at, raw, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			err = os.Chmod(path, 0o755)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "/convenantbot", "healthcheck")
	out := &said{}
	cmd.Path, cmd.Dir, cmd.Stdout, cmd.Stderr = "/convenantbot", "/", out, out
	cmd.Env = []string{"CONVENANTBOT_CONFIG=/etc/convenantbot/convenantbot.yaml", "CONVENANTBOT_LISTEN=" + mustPort(t),
		"CONVENANTBOT_MATTERMOST_LISTEN=0.0.0.0:8066", "CONVENANTBOT_PAGES_LISTEN=0.0.0.0:8068"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: dir, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	_ = cmd.Run()
	return cmd.ProcessState.ExitCode(), out.String()
}
