package config

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const (
	master = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	other  = "ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
)

var (
	minimal = []string{"CONVENANTBOT_KEY_MASTER=" + master}
	chat    = append(slices.Clone(minimal),
		"CONVENANTBOT_MATTERMOST_URL=https://chat.example.org/",
		"CONVENANTBOT_MATTERMOST_TEAM=jeugd",
		"CONVENANTBOT_MATTERMOST_TOKEN=bot-token",
		"CONVENANTBOT_MATTERMOST_BRIDGE_SECRET="+strings.Repeat("b", minBridge))
)

func mustWrite(t testing.TB, mode os.FileMode, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// names returns which settings an error of Load complains about.
func names(err error) []string {
	var list []string
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			var m *Mistake
			if errors.As(e, &m) {
				list = append(list, m.Name)
			}
		}
	}
	return list
}

func TestTheDefaultsAreValidExceptForTheMasterKey(t *testing.T) {
	if _, err := Load("", nil); !slices.Equal(names(err), []string{"key.master"}) {
		t.Errorf("Load without anything: %v, want only key.master", err)
	}
	c, err := Load("", minimal)
	if err != nil {
		t.Fatal(err)
	}
	driver, source := c.Database()
	if driver != "sqlite" || source != "/var/lib/convenantbot/convenantbot.db" {
		t.Errorf("Database() = %s %s", driver, source)
	}
	if c.Listen != "127.0.0.1:8080" || c.Retention.Count != 25 || c.Retention.Share != 0.10 || c.Mattermost.Used() {
		t.Errorf("Load = %+v", c)
	}
}

func TestTheSampleIsFreshAndValid(t *testing.T) {
	committed, err := os.ReadFile("../../deploy/convenantbot.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if string(committed) != Sample() {
		t.Error("deploy/convenantbot.yaml is not what the table gives; run go generate ./internal/config")
	}
	secrets, err := os.ReadFile("../../deploy/helm/convenantbot/secret-settings.txt")
	if err != nil {
		t.Fatal(err)
	}
	if string(secrets) != SecretNames() {
		t.Error("the chart's list of secrets is not that of the table; run go generate ./internal/config")
	}
	bare, err := Load("", minimal)
	if err != nil {
		t.Fatal(err)
	}
	for name, sample := range map[string]string{
		"as it is":                       Sample(),
		"with every setting uncommented": strings.NewReplacer(`#"`, `"`, "#master_previous", "master_previous").Replace(uncomment(Sample())),
	} {
		c, err := Load(mustWrite(t, 0o600, sample), minimal)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, want := fmt.Sprintf("%+v", c), fmt.Sprintf("%+v", bare); got != want {
			t.Errorf("%s: %s, want the defaults %s", name, got, want)
		}
	}
}

// uncomment turns every "#name:" of the sample into "name:".
func uncomment(sample string) string {
	var lines []string
	for line := range strings.Lines(sample) {
		if at := strings.Index(line, "#"); at >= 0 && !strings.HasPrefix(line[at:], "# ") {
			line = line[:at] + line[at+1:]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "")
}

func TestNamesAreUniqueAndComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Table() {
		if seen[s.Name] || seen[s.Env()] {
			t.Errorf("%s or %s is there twice", s.Name, s.Env())
		}
		seen[s.Name], seen[s.Env()] = true, true
		if s.Meaning == "" || s.set == nil {
			t.Errorf("%s has no meaning or is not read", s.Name)
		}
	}
}

func TestTheEnvironmentGoesOverTheFileGoesOverTheDefault(t *testing.T) {
	path := mustWrite(t, 0o644, "region: mvs\nretention:\n  brake_count: 7\n  brake_share: 0.5\nlog.level: debug\n")
	c, err := Load(path, append(slices.Clone(minimal), "CONVENANTBOT_REGION=amersfoort", "CONVENANTBOT_FAULT=x", "CONVENANTBOT_CONFIG=y", "CONVENANTBOT_TEST_X=z", "HOME=/root"))
	if err != nil {
		t.Fatal(err)
	}
	if c.Region != "amersfoort" || c.Retention.Count != 7 || c.Retention.Share != 0.5 || c.LogLevel != slog.LevelDebug {
		t.Errorf("Load = %+v", c)
	}
}

func TestAllMistakesAreReportedTogetherEachWithTheNameToFix(t *testing.T) {
	path := mustWrite(t, 0o644, "listen: nowhere\nregio: mvs\nmattermost:\n  url: http://chat.example.org\n  teem: x\nretention:\n  brake_share: [1]\n")
	_, err := Load(path, []string{"CONVENANTBOT_RETENTION_BRAKE_COUNT=0", "CONVENANTBOT_KEY_MASTERS=x"})
	want := []string{"CONVENANTBOT_KEY_MASTERS", "key.master", "listen", "mattermost.teem", "mattermost.url", "regio", "retention.brake_count", "retention.brake_share"}
	got := names(err)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("mistakes with %q, want %q\n%v", got, want, err)
	}
}

func TestValuesAtTheirLimits(t *testing.T) {
	tests := []struct {
		setting, value string
		good           bool
	}{
		{"LISTEN", "127.0.0.1:0", true},
		{"LISTEN", "[::1]:65535", true},
		{"LISTEN", "127.0.0.1:65536", false},
		{"LISTEN", "127.0.0.1", false},
		{"LISTEN", "", false},
		{"DATA_DIR", "data", false},
		{"STORE_DSN", "sqlite:/x/y.db", true},
		{"STORE_DSN", "sqlite:", false},
		{"STORE_DSN", "postgres://bot:x@localhost/bot", true},
		{"STORE_DSN", "postgres:bot", false},
		{"STORE_DSN", "mysql://localhost/bot", false},
		{"REGION", "mvs", true},
		{"REGION", "../mvs", false},
		{"REGION", "", false},
		{"RULES_DIR", "/nowhere/at/all", false},
		{"RULES_DIR", "load.go", false},
		{"RULES_DIR", "testing", false},
		{"DIRECTORY_FILE", "/", false},
		{"DIRECTORY_FILE", "load.go", true},
		{"KEY_MASTER", master, true},
		{"KEY_MASTER", "ABEiM0RVZneImaq7zN3u/wARIjNEVWZ3iJmqu8zd7v8=", true},
		{"KEY_MASTER", master[2:], false},
		{"KEY_MASTER", master + "00", false},
		{"KEY_MASTER_PREVIOUS", other, true},
		{"KEY_MASTER_PREVIOUS", master, false},
		{"MATTERMOST_URL", "http://127.0.0.1:8065", true},
		{"MATTERMOST_URL", "http://localhost:8065", true},
		{"MATTERMOST_URL", "http://localhost.example.org", false},
		{"MATTERMOST_URL", "https://bot:x@chat.example.org", false},
		{"MATTERMOST_URL", "chat.example.org", false},
		{"MATTERMOST_TEAM", "", false},
		{"MATTERMOST_TOKEN", "", false},
		{"MATTERMOST_ADMIN_TOKEN", "bot-token", false},
		{"MATTERMOST_ADMIN_TOKEN", "admin-token", true},
		{"MATTERMOST_BRIDGE_SECRET", strings.Repeat("b", minBridge-1), false},
		{"MATTERMOST_BRIDGE_SECRET_PREVIOUS", strings.Repeat("b", minBridge), false},
		{"MATTERMOST_BRIDGE_SECRET_PREVIOUS", strings.Repeat("c", minBridge), true},
		{"MATTERMOST_LISTEN", "127.0.0.1:8080", false},
		{"MATTERMOST_KILL_SWITCH", "false", true},
		{"MATTERMOST_KILL_SWITCH", "1", false},
		{"MATTERMOST_KILL_SWITCH", "true", false}, // without a token it could not be pulled
		{"MATTERMOST_ADMINISTRATOR", "abcdefghijklmnopqrstuvwxy1", true},
		{"MATTERMOST_ADMINISTRATOR", "beheerder", false},
		{"RETENTION_BRAKE_COUNT", "1", true},
		{"RETENTION_BRAKE_COUNT", "1000", true},
		{"RETENTION_BRAKE_COUNT", "1001", false},
		{"RETENTION_BRAKE_COUNT", "-1", false},
		{"RETENTION_BRAKE_SHARE", "0.5", true},
		{"RETENTION_BRAKE_SHARE", "0.51", false},
		{"RETENTION_BRAKE_SHARE", "0", false},
		{"RETENTION_BRAKE_SHARE", "NaN", false},
		{"LOG_LEVEL", "DEBUG", false},
	}
	for _, test := range tests {
		_, err := Load("", append(slices.Clone(chat), prefix+test.setting+"="+test.value))
		if (err == nil) != test.good {
			t.Errorf("%s=%s: %v, want good: %v", test.setting, test.value, err, test.good)
		}
		if err != nil && !slices.ContainsFunc(names(err), func(n string) bool { return envName(n) == prefix+test.setting }) {
			t.Errorf("%s=%s: %v doesn't name it", test.setting, test.value, err)
		}
	}
}

func TestTheKillSwitchIsOffUntilItIsAskedFor(t *testing.T) {
	c, err := Load("", chat)
	if err != nil || c.Mattermost.KillSwitch {
		t.Errorf("Load = %v, %v; want the switch off", c.Mattermost.KillSwitch, err)
	}
	c, err = Load("", append(slices.Clone(chat), prefix+"MATTERMOST_KILL_SWITCH=true", prefix+"MATTERMOST_ADMIN_TOKEN=admin"))
	if err != nil || !c.Mattermost.KillSwitch {
		t.Errorf("with a token Load = %v, %v; want the switch on", c.Mattermost.KillSwitch, err)
	}
}

func TestAMissingOrBrokenFileIsAMistake(t *testing.T) {
	for name, path := range map[string]string{
		"missing":      filepath.Join(t.TempDir(), "no.yaml"),
		"not YAML":     mustWrite(t, 0o600, "a: b: c"),
		"a name twice": mustWrite(t, 0o600, "region: mvs\nregion: model\n"),
		"a list":       mustWrite(t, 0o600, "- a\n"),
	} {
		if _, err := Load(path, minimal); err == nil {
			t.Errorf("%s: Load went well", name)
		}
	}
}

func TestASecretInAFileThatOthersCanReadIsAMistake(t *testing.T) {
	text := "key:\n  master: " + master + "\n"
	if _, err := Load(mustWrite(t, 0o600, text), nil); err != nil {
		t.Errorf("for its owner alone: %v", err)
	}
	_, err := Load(mustWrite(t, 0o640, text), nil)
	if !slices.Equal(names(err), []string{"key.master"}) {
		t.Errorf("for the group too: %v", err)
	}
	if err != nil && strings.Contains(err.Error(), master) {
		t.Error("the mistake repeats the secret")
	}
}

func TestALanguageModelIsOffUnlessItIsNamed(t *testing.T) {
	c, err := Load("", minimal)
	if err != nil || c.LLM.URL != "" {
		t.Errorf("Load = %+v, %v; want no language model", c.LLM, err)
	}
	if _, err := Load("", append(slices.Clone(minimal), "CONVENANTBOT_LLM_URL=https://model.example.org/v1")); !slices.Equal(names(err), []string{"llm.model"}) {
		t.Errorf("an address without a model: %v, want a complaint about llm.model", err)
	}
	if _, err := Load("", append(slices.Clone(minimal), "CONVENANTBOT_LLM_URL=http://model.example.org/v1", "CONVENANTBOT_LLM_MODEL=m")); !slices.Equal(names(err), []string{"llm.url"}) {
		t.Errorf("an address without TLS: %v, want a complaint about llm.url", err)
	}
}

func TestAKeyOfDigitsAloneNeedsNoQuotes(t *testing.T) {
	key := strings.Repeat("0123456789", 6) + "0123"
	for _, written := range []string{key, `"` + key + `"`, "'" + key + "'"} {
		path := filepath.Join(t.TempDir(), "settings.yaml")
		if err := os.WriteFile(path, []byte("key:\n  master: "+written+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path, nil)
		if err != nil || c.Master() != key {
			t.Errorf("written as %s: %v", written, err)
		}
	}
}

func TestAKeyServiceTakesThePlaceOfTheMasterKeyAndNeedsItsToken(t *testing.T) {
	address := "CONVENANTBOT_KEY_KMS=hcvault://vault:8200/transit/keys/k"
	if _, err := Load("", []string{address}); !slices.Equal(names(err), []string{"key.kms_token"}) {
		t.Errorf("without a token: %v", err)
	}
	c, err := Load("", []string{address, "CONVENANTBOT_KEY_KMS_TOKEN=s.1"})
	if err != nil || c.KMS.Address == "" || c.KMS.Token() != "s.1" {
		t.Errorf("with one: %+v, %v", c.KMS, err)
	}
	if keys, err := c.MasterKeys(); err != nil || len(keys) != 0 {
		t.Errorf("MasterKeys = %d, %v, want none", len(keys), err)
	}
}

func TestMailOfCheckpointsIsWholeOrNotAtAll(t *testing.T) {
	set := func(more ...string) []string { return append(append([]string{}, minimal...), more...) }
	_, err := Load("", set("CONVENANTBOT_AUDIT_MAIL_TO=fg@example.org", "CONVENANTBOT_AUDIT_MAIL_USER=bot"))
	if !slices.Equal(names(err), []string{"audit.mail_from", "audit.mail_server", "audit.mail_password"}) {
		t.Errorf("half of it: %v", err)
	}
	for _, to := range []string{"FG <fg@example.org>", "fg@example.org, b@example.org", "fg"} {
		if _, err := Load("", set("CONVENANTBOT_AUDIT_MAIL_TO="+to)); !slices.Contains(names(err), "audit.mail_to") {
			t.Errorf("%q was taken: %v", to, err)
		}
	}
	if _, err := Load("", set("CONVENANTBOT_AUDIT_MAIL_TO=fg@example.org", "CONVENANTBOT_AUDIT_MAIL_FROM=bot@example.org", "CONVENANTBOT_AUDIT_MAIL_SERVER=mail:587")); err != nil {
		t.Errorf("the whole: %v", err)
	}
}
