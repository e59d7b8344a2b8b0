package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/convenantbot/convenantbot/adapters/mattermost"
	"github.com/convenantbot/convenantbot/adapters/slack"
	"github.com/convenantbot/convenantbot/bot/text"
)

// here are the codes that the command itself gives.
var here = []string{"region", "rules", "key_files", "data_dir", "store", "directory", "team", "kill_switch", pagesCode, drawingCode, elsewhereCode}

func TestEverythingThatDoctorFindsIsExplained(t *testing.T) {
	gives := slices.Concat(mattermost.Codes(), slack.Codes(), here, redisCodes, fileCodes, signInCodes)
	slices.Sort(gives)
	explained := slices.Sorted(slices.Values(text.DoctorCodes()))
	if !slices.Equal(gives, explained) {
		t.Errorf("doctor gives %v\nand explains %v", gives, explained)
	}
}

// mustSettings writes settings of which more are given, and returns their path.
func mustSettings(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "convenantbot.yaml")
	data := fmt.Sprintf("data_dir: %q\nkey: {master: %q}\n%s", dir, strings.Repeat("ab", 32), more)
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// doctorSays runs doctor and returns its findings and exit code.
func doctorSays(t *testing.T, path string, args ...string) (map[string]finding, int) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(t.Context(), append([]string{"doctor", "--json", "--config", path}, args...), &IO{Out: &out, Err: &errs})
	found := map[string]finding{}
	for line := range strings.Lines(out.String()) {
		var f finding
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatalf("doctor: %v: %s", err, line)
		}
		if f.Promise == "" || f.Fix == "" || f.Promise == f.Code {
			t.Errorf("%s has no promise or no fix", f.Code)
		}
		found[f.Code] = f
	}
	return found, code
}

func TestDoctorWithWrongSettingsIsTwo(t *testing.T) {
	for name, more := range map[string]string{"an unknown setting": "regio: mvs\n", "an unknown region": "region: nergens\n", "an unknown file": "directory: {file: /nergens}\n"} {
		if _, code := doctorSays(t, mustSettings(t, more)); code != exitBadInput {
			t.Errorf("%s: exit code %d, want %d", name, code, exitBadInput)
		}
	}
}

func TestDoctorBeforeTheFirstStartSaysThatThereIsNoStore(t *testing.T) {
	path := mustSettings(t, "")
	found, code := doctorSays(t, path)
	if code != exitNegative || found["store"].Severity != mattermost.Broken || found["data_dir"].Severity != mattermost.Good {
		t.Errorf("exit code %d, store %+v, data_dir %+v", code, found["store"], found["data_dir"])
	}
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if found, _ := doctorSays(t, path); found["data_dir"].Severity != mattermost.Broken || found["data_dir"].Have != "0755" {
		t.Errorf("a folder that everybody can look into: %+v", found["data_dir"])
	}
}

func TestDoctorWithAServerThatIsAwayIsThree(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	found, code := doctorSays(t, mustSettings(t, fmt.Sprintf("mattermost: {url: %q, team: x, token: t, bridge_secret: %q}\n", url, strings.Repeat("s", 32))))
	if code != exitUnreachable || found["server"].Severity != mattermost.Broken {
		t.Errorf("exit code %d, server %+v; want %d", code, found["server"], exitUnreachable)
	}
}

func TestTheAdministratorHearsOnlyWhatChanged(t *testing.T) {
	one := []mattermost.Finding{{Code: "clock", Level: mattermost.Good, Have: "1s"}, {Code: "public_links", Level: mattermost.Broken, Have: "true"}}
	text1, print1 := doctorReport(one)
	if strings.Contains(text1, "clock") || !strings.Contains(text1, "public_links") || !strings.Contains(text1, "EnablePublicLink") {
		t.Errorf("the report is %q", text1)
	}
	one[0].Have = "2s"
	if _, again := doctorReport(one); again != print1 {
		t.Error("a clock that ticks is told as a change")
	}
	one[1].Level = mattermost.Good
	if all, print := doctorReport(one); print == print1 || !strings.Contains(all, "in orde") {
		t.Errorf("put right it says %q", all)
	}
}

// A bot that followed would take its token along. What one writes instead is told.
func TestDoctorNamesTheAddressToWriteWhenTheServerSendsTheBotOn(t *testing.T) {
	asked := make(chan string, 100)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { asked <- r.URL.Path }))
	defer other.Close()
	for _, c := range []struct {
		name, to, want string // to is where the server sends on; %s: what was asked
	}{
		{"to another address", other.URL + "%s", other.URL},
		{"to a folder there", other.URL + "/chat%s", other.URL + "/chat"},
		{"to a page to sign in at", other.URL + "/inloggen?terug=x", other.URL},
		{"with a name and a password in it", strings.Replace(other.URL, "://", "://u:geheim@", 1) + "%s", other.URL},
		{"to a page of its own", "/inloggen", ""},
		{"to what is no server", "javascript:alert(1)", ""},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", strings.Replace(c.to, "%s", r.URL.Path, 1))
			w.WriteHeader(http.StatusMovedPermanently)
		}))
		found, code := doctorSays(t, mustSettings(t, fmt.Sprintf("mattermost: {url: %q, team: x, token: t, bridge_secret: %q}\n", server.URL, strings.Repeat("s", 32))))
		server.Close()
		f, ok := found[elsewhereCode]
		if code != exitUnreachable || found["server"].Severity != mattermost.Broken || ok != (c.want != "") || f.Have != c.want || ok && f.Severity != mattermost.Broken {
			t.Errorf("%s: exit code %d, %+v; want %q", c.name, code, f, c.want)
		}
	}
	if len(asked) > 0 {
		t.Errorf("the other address was asked %q", <-asked)
	}
}
