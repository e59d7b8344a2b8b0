package deploy

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sampleEnv are the settings of env.sample.
func sampleEnv(t testing.TB) []string {
	t.Helper()
	var env []string
	for line := range strings.Lines(mustRead(t, "deploy/compose/env.sample")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			env = append(env, line)
		}
	}
	return env
}

var composeFiles = []string{"compose.yaml", "compose.bot.yaml"}

func TestTheComposeFilesAreClosedButForOneDoor(t *testing.T) {
	for _, name := range composeFiles {
		path := filepath.Join(root, "deploy", name)
		project, complaints, err := readCompose(t.Context(), path, sampleEnv(t))
		if err != nil || len(complaints) > 0 {
			t.Errorf("%s: %v %q", name, err, complaints)
			continue
		}
		for _, wrong := range judgeCompose(project) {
			t.Errorf("%s: %s", name, wrong)
		}
		if left := undefined(mustRead(t, "deploy/"+name), nil); len(left) > 0 {
			t.Errorf("%s: %q have no default and are not demanded", name, left)
		}
	}
}

func TestTheWholeInstallationIsThereAndItsDatabaseHasNoWayOut(t *testing.T) {
	project, _, err := readCompose(t.Context(), filepath.Join(root, "deploy/compose.yaml"), sampleEnv(t))
	if err != nil {
		t.Fatal(err)
	}
	names := project.ServiceNames()
	slices.Sort(names)
	if want := []string{"convenantbot", "mattermost", "postgres", "redis"}; !slices.Equal(names, want) {
		t.Errorf("services %q, want %q", names, want)
	}
	database := project.Services["postgres"]
	for network := range database.Networks {
		if !project.Networks[network].Internal {
			t.Errorf("the database is in %s, which has a way out", network)
		}
	}
	if len(database.Ports)+len(project.Services["redis"].Ports)+len(project.Services["convenantbot"].Ports) > 0 {
		t.Error("something besides Mattermost has a door")
	}
	for _, name := range []string{"redis", "convenantbot"} {
		if project.Services[name].NetworkMode != "service:mattermost" {
			t.Errorf("%s is not in the network of Mattermost, so what it says leaves the loopback", name)
		}
	}
	for name, s := range project.Services {
		for _, secret := range s.Secrets {
			if target := secret.Target; target != "" && target != secret.Source && target != "/run/secrets/"+secret.Source {
				t.Errorf("%s has secret %s as %s", name, secret.Source, target)
			}
		}
	}
}

func TestWhatIsDemandedIsDemanded(t *testing.T) {
	env := sampleEnv(t)
	for _, name := range []string{"SITE_URL", "TEAM", "PEOPLE"} {
		less := slices.DeleteFunc(slices.Clone(env), func(e string) bool { return strings.HasPrefix(e, name+"=") })
		if len(less) == len(env) {
			t.Errorf("env.sample has no %s", name)
		}
		if _, _, err := readCompose(t.Context(), filepath.Join(root, "deploy/compose.yaml"), less); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v, want an error that names it", name, err)
		}
	}
	text := mustRead(t, "deploy/compose.yaml")
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if !strings.Contains(text, "${"+name) {
			t.Errorf("env.sample has %s, which compose.yaml does not read", name)
		}
	}
}

// Each of these is one change to our compose file.
func TestAComposeFileThatIsOpenIsSeen(t *testing.T) {
	ours := mustRead(t, "deploy/compose.yaml")
	for name, change := range map[string][2]string{
		"a port beyond this machine": {`"127.0.0.1:${MATTERMOST_PORT:-8065}:8065"`, `"${MATTERMOST_PORT:-8065}:8065"`},
		"a port on all addresses":    {`"127.0.0.1:${MATTERMOST_PORT:-8065}:8065"`, `"0.0.0.0:8065:8065"`},
		"an image of today":          {"redis:7.4.5-bookworm", "redis:latest"},
		"an image of no version":     {"redis:7.4.5-bookworm", "redis"},
		"a writable image":           {"read_only: true", "read_only: false"},
		"capabilities":               {"cap_drop: [ALL]", "cap_drop: [NET_RAW]"},
		"a capability again":         {"cap_drop: [ALL]", "cap_drop: [ALL]\n  cap_add: [NET_ADMIN]"},
		"new privileges":             {`security_opt: ["no-new-privileges:true"]`, "security_opt: []"},
		"root":                       {`user: "65532:65532"`, `user: "0:0"`},
		"a user of the image":        {`user: "65532:65532"`, ""},
		"the network of the machine": {"network_mode: service:mattermost", "network_mode: host"},
		"a password as a setting":    {"POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password", "POSTGRES_PASSWORD: geheim"},
		"a password in an address":   {"postgres://mattermost@postgres", "postgres://mattermost:geheim@postgres"},
		"a secret that is not there": {"secrets: [redis_conf]", "secrets: [redis_config]"},
		"a secret in the text":       {`redis_conf: {file: "${SECRETS:-/etc/convenantbot}/redis_conf"}`, "redis_conf: {environment: REDIS}"},
		"no health check":            {"test: [CMD, /convenantbot, healthcheck]", "disable: true"},
		"a check for how long":       {"start_period: 120s\n      ", ""},
		"no bound on memory":         {"mem_limit: 4g", "mem_reservation: 4g"},
		"a folder of the machine":    {"- bot:/var/lib/convenantbot", "- /srv/bot:/var/lib/convenantbot"},
		"a net that outlives":        {"mattermost: {condition: service_healthy, restart: true}", "mattermost: {condition: service_healthy}"},
	} {
		changed := strings.Replace(ours, change[0], change[1], 1)
		if changed == ours {
			t.Errorf("%s: compose.yaml has no %q", name, change[0])
			continue
		}
		path := filepath.Join(t.TempDir(), "compose.yaml")
		mustWrite(t, path, changed)
		project, _, err := readCompose(t.Context(), path, sampleEnv(t))
		if err == nil && len(judgeCompose(project)) == 0 {
			t.Errorf("%s: nothing was seen", name)
		}
	}
	if got := undefined("image: x:${VERSION}\nname: $NAME ${OTHER:-x} ${NEED:?y} $$no\n# ${COMMENT}\n", []string{"NAME=x"}); !slices.Equal(got, []string{"VERSION"}) {
		t.Errorf("undefined = %q, want VERSION alone", got)
	}
}

func mustSecrets(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "secrets")
	mustRun(t, []string{"CHOWN=true"}, "deploy/compose/secrets.sh", dir)
	return dir
}

func TestSecretsAreMadeOnceEachForItsOwnAccount(t *testing.T) {
	dir := mustSecrets(t)
	project, _, err := readCompose(t.Context(), filepath.Join(root, "deploy/compose.yaml"), append(sampleEnv(t), "SECRETS="+dir))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	before := map[string]string{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", e.Name(), info.Mode())
		}
		raw, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		before[e.Name()] = string(raw)
		if _, used := project.Secrets[e.Name()]; !used {
			t.Errorf("%s is made and compose.yaml does not use it", e.Name())
		}
	}
	for name, secret := range project.Secrets {
		if _, made := before[filepath.Base(secret.File)]; !made {
			t.Errorf("secret %s (%s) is used and not made", name, secret.File)
		}
	}
	if before["bot_master"] == before["bot_bridge"] || len(before["bot_master"]) != 64 {
		t.Errorf("the master key has %d characters, or is the secret of the bridge", len(before["bot_master"]))
	}
	if before["mattermost_pgpass"] != "postgres:5432:mattermost:mattermost:"+before["postgres_mattermost"]+"\n" ||
		!strings.Contains(before["bot_store"], ":"+before["postgres_bot"]+"@") || !strings.Contains(before["redis_conf"], ">"+before["bot_redis"]+" ") {
		t.Error("two files that need the same password have different ones")
	}

	// Again, with one lost: what is there stays, and what fits to it is made.
	if err := os.Remove(filepath.Join(dir, "mattermost_pgpass")); err != nil {
		t.Fatal(err)
	}
	mustRun(t, []string{"CHOWN=true"}, "deploy/compose/secrets.sh", dir)
	for name, text := range before {
		if raw, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(raw) != text {
			t.Errorf("run again, %s changed: %v", name, err)
		}
	}

	// Each file goes to the account of the service that has it.
	log := filepath.Join(t.TempDir(), "log")
	tool := filepath.Join(t.TempDir(), "chown")
	mustWrite(t, tool, "#!/bin/sh\necho \"$1 ${2##*/}\" >>"+log+"\n")
	if err := os.Chmod(tool, 0o755); err != nil {
		t.Fatal(err)
	}
	mustRun(t, []string{"CHOWN=" + tool}, "deploy/compose/secrets.sh", filepath.Join(t.TempDir(), "other"))
	raw, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	owners := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		owner, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		owners[name] = owner
	}
	for name, s := range project.Services {
		for _, secret := range s.Secrets {
			if owners[secret.Source] != s.User {
				t.Errorf("%s runs as %s, and %s belongs to %s", name, s.User, secret.Source, owners[secret.Source])
			}
		}
	}
}

// The settings of the installation are read by the program itself: only that
// nobody answers yet may be wrong.
func TestTheBotTakesTheSettingsOfTheInstallation(t *testing.T) {
	dir := mustSecrets(t)
	for _, token := range []string{"bot_token", "bot_admin_token", "bot_erase_token"} {
		mustWrite(t, filepath.Join(dir, token), token)
	}
	config := filepath.Join(t.TempDir(), "convenantbot.yaml")
	mustWrite(t, config, strings.NewReplacer("file:/run/secrets/", "file:"+dir+"/",
		"/etc/convenantbot/people.yaml", mustAbs(t, filepath.Join(root, "deploy/directory.yaml"))).Replace(mustRead(t, "deploy/compose/convenantbot.yaml")))
	project, _, err := readCompose(t.Context(), filepath.Join(root, "deploy/compose.yaml"), sampleEnv(t))
	if err != nil {
		t.Fatal(err)
	}
	env := []string{"CONVENANTBOT_CONFIG=" + config}
	for key, value := range project.Services["convenantbot"].Environment {
		env = append(env, key+"="+*value)
	}
	ask := func() (int, string) {
		cmd := exec.Command(mustProgram(t), "healthcheck")
		cmd.Env = append(env, "CONVENANTBOT_LISTEN="+mustPort(t))
		out, _ := cmd.CombinedOutput()
		return cmd.ProcessState.ExitCode(), string(out)
	}
	if code, said := ask(); code != 3 {
		t.Errorf("with the settings of compose.yaml: %d %s, want 3: all is right, and nobody answers", code, said)
	}
	mustWrite(t, filepath.Join(dir, "bot_token"), "")
	if code, said := ask(); code != 2 || !strings.Contains(said, "mattermost.token") {
		t.Errorf("while the token is not there yet: %d %s, want 2 and its name", code, said)
	}
}

// start runs a server until the test ends.
func start(t *testing.T, name string, args ...string) *said {
	t.Helper()
	out := &said{}
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", name, out)
		}
	})
	return out
}

func TestRedisTakesItsSettingsAndLetsOnlyTheBotIn(t *testing.T) {
	dir := mustSecrets(t)
	raw, err := os.ReadFile(filepath.Join(dir, "redis_conf"))
	if err != nil {
		t.Fatal(err)
	}
	password, err := os.ReadFile(filepath.Join(dir, "bot_redis"))
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(mustPort(t))
	conf := filepath.Join(t.TempDir(), "redis.conf")
	mustWrite(t, conf, strings.NewReplacer("port 6379", "port "+port, "dir /data", "dir "+t.TempDir()).Replace(string(raw)))
	start(t, "redis-server", conf)

	project, _, err := readCompose(t.Context(), filepath.Join(root, "deploy/compose.yaml"), sampleEnv(t))
	if err != nil {
		t.Fatal(err)
	}
	check := project.Services["redis"].HealthCheck.Test
	shell := strings.Replace(check[1], "redis-cli -h 127.0.0.1", "redis-cli -h 127.0.0.1 -p "+port, 1)
	if shell == check[1] || check[0] != "CMD-SHELL" {
		t.Fatalf("the health check is %q", check)
	}
	well := func() bool { return exec.Command("sh", "-c", shell).Run() == nil }
	for end := time.Now().Add(patient); !well(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("its health check finds nobody")
		}
	}
	cli := func(user, pass string, args ...string) string {
		cmd := exec.Command("redis-cli", append([]string{"-h", "127.0.0.1", "-p", port}, args...)...)
		if user != "" {
			cmd.Args = append([]string{cmd.Args[0], "--user", user, "--no-auth-warning"}, cmd.Args[1:]...)
			cmd.Env = append(os.Environ(), "REDISCLI_AUTH="+pass)
		}
		out, _ := cmd.CombinedOutput()
		return strings.TrimSpace(string(out))
	}
	for _, test := range []struct {
		name, user, pass string
		args             []string
		want             string
	}{
		{"the bot", "bot", string(password), []string{"SET", "convenantbot:x", "1"}, `^OK$`},
		{"the bot, its clock", "bot", string(password), []string{"TIME"}, `^[0-9]+`},
		{"the bot, elsewhere", "bot", string(password), []string{"SET", "other:x", "1"}, `NOPERM`},
		{"the bot, the settings", "bot", string(password), []string{"CONFIG", "GET", "*"}, `NOPERM`},
		{"the bot, all away", "bot", string(password), []string{"FLUSHALL"}, `NOPERM`},
		{"another password", "bot", "x", []string{"PING"}, `NOAUTH|WRONGPASS`},
		{"anybody", "", "", []string{"PING"}, `NOAUTH`},
	} {
		if got := cli(test.user, test.pass, test.args...); !regexp.MustCompile(test.want).MatchString(got) {
			t.Errorf("%s: %q says %q, want %s", test.name, test.args, got, test.want)
		}
	}
}

// What mattermost/README.md tells the administrator to set is what compose.yaml
// sets, but for what has to be changed while it runs.
func TestComposeSetsMattermostAsItsPageSays(t *testing.T) {
	project, _, err := readCompose(t.Context(), filepath.Join(root, "deploy/compose.yaml"), sampleEnv(t))
	if err != nil {
		t.Fatal(err)
	}
	env := project.Services["mattermost"].Environment
	rows := regexp.MustCompile("(?m)^ *\\| `([A-Za-z]+)\\.([A-Za-z]+)` \\| `([^`]+)` \\|").FindAllStringSubmatch(mustRead(t, "deploy/mattermost/README.md"), -1)
	if len(rows) < 6 {
		t.Fatalf("%d settings in the page; the search is broken", len(rows))
	}
	for _, row := range rows {
		key := "MM_" + strings.ToUpper(row[1]+"_"+row[2])
		value := env[key]
		if row[2] == "EnableAPIChannelDeletion" {
			if value != nil || row[3] != "false" {
				t.Errorf("%s stands fixed, and the bot could not change it for a sweep", key)
			}
			continue
		}
		if value == nil || *value != row[3] {
			t.Errorf("%s is not %s in compose.yaml", key, row[3])
		}
	}
}
