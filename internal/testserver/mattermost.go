package testserver

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Options change how a server starts. The zero Options is a server as the
// product wants it.
type Options struct {
	// Env adds settings (MM_…). What is set here cannot be changed over REST
	// afterwards, as with a real server.
	Env map[string]string
	// RateLimit leaves the server's own rate limit on.
	RateLimit bool
}

// Server is a running Mattermost server with one administrator and one team.
type Server struct {
	URL     string
	Dir     string // its working folder
	DataDir string // where uploaded files lie
	LogFile string
	DSN     string        // of its database
	Version string        // as the server reports it
	Started time.Duration // from the start of the process to the first answer

	Admin     *model.Client4
	AdminUser *model.User
	Team      *model.Team

	t     testing.TB
	env   []string
	bin   string
	child *child
	users atomic.Int64
	// plugins is what PluginSettings was told.
	plugins map[string]map[string]any
}

// Password is the password of everybody on the server.
const Password = "Wachtwoord-1234"

// Mattermost starts a server on a fresh database and stops it when the test
// ends. The test fails when it does not start.
func Mattermost(t testing.TB, o Options) *Server {
	t.Helper()
	bin, files, err := Build()
	if err != nil {
		t.Fatalf("the Mattermost server is needed and cannot be built: %v\n"+
			"it needs the Go module proxy once; or set CONVENANTBOT_MATTERMOST to a server's binary", err)
	}
	s := &Server{t: t, bin: bin, DSN: Postgres(t), Dir: mustDir(t, "mattermost")}
	t.Cleanup(func() { _ = os.RemoveAll(s.Dir) })
	for _, name := range []string{"i18n", "templates", "fonts"} {
		if err := os.Symlink(filepath.Join(files, name), filepath.Join(s.Dir, name)); err != nil {
			t.Fatalf("prepare the server's folder: %v", err)
		}
	}
	for _, name := range []string{"config", "data", "logs", "plugins", "client/plugins", "tmp"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, name), 0o755); err != nil {
			t.Fatalf("prepare the server's folder: %v", err)
		}
	}
	port, err := Port()
	if err != nil {
		t.Fatalf("find a port: %v", err)
	}
	s.URL = fmt.Sprintf("http://127.0.0.1:%d", port)
	s.DataDir = filepath.Join(s.Dir, "data")
	s.LogFile = filepath.Join(s.Dir, "output.log")
	settings := map[string]string{
		"SERVICESETTINGS_LISTENADDRESS":                       fmt.Sprintf("127.0.0.1:%d", port),
		"SERVICESETTINGS_SITEURL":                             s.URL,
		"SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS": "127.0.0.1 localhost",
		"SERVICESETTINGS_ENABLEBOTACCOUNTCREATION":            "true",
		"SERVICESETTINGS_ENABLEUSERACCESSTOKENS":              "true",
		"SERVICESETTINGS_ENABLEAPIPOSTDELETION":               "true",
		"SERVICESETTINGS_ENABLESECURITYFIXALERT":              "false",
		"SERVICESETTINGS_ENABLEAPITRIGGERADMINNOTIFICATIONS":  "false",
		"SQLSETTINGS_DRIVERNAME":                              "postgres",
		"SQLSETTINGS_DATASOURCE":                              s.DSN,
		"FILESETTINGS_DIRECTORY":                              s.DataDir + "/",
		"PLUGINSETTINGS_ENABLEUPLOADS":                        "true",
		"PLUGINSETTINGS_DIRECTORY":                            filepath.Join(s.Dir, "plugins"),
		"PLUGINSETTINGS_CLIENTDIRECTORY":                      filepath.Join(s.Dir, "client/plugins"),
		"PLUGINSETTINGS_ENABLEMARKETPLACE":                    "false",
		"PLUGINSETTINGS_AUTOMATICPREPACKAGEDPLUGINS":          "false",
		"TEAMSETTINGS_ENABLEOPENSERVER":                       "true",
		"LOCALIZATIONSETTINGS_DEFAULTCLIENTLOCALE":            "nl",
		"TEAMSETTINGS_MAXUSERSPERTEAM":                        "1000",
		"EMAILSETTINGS_SENDEMAILNOTIFICATIONS":                "false",
		"EMAILSETTINGS_REQUIREEMAILVERIFICATION":              "false",
		"LOGSETTINGS_ENABLEDIAGNOSTICS":                       "false",
		"LOGSETTINGS_CONSOLELEVEL":                            "INFO",
		"LOGSETTINGS_CONSOLEJSON":                             "false",
		"LOGSETTINGS_ENABLEFILE":                              "false",
		"RATELIMITSETTINGS_ENABLE":                            fmt.Sprint(o.RateLimit),
	}
	for key, value := range settings {
		s.env = append(s.env, "MM_"+key+"="+value)
	}
	for key, value := range o.Env {
		s.env = append(s.env, key+"="+value)
	}
	// The server and its plugins leave folders and sockets in the temporary folder.
	s.env = append(s.env, "PATH="+os.Getenv("PATH"), "HOME="+os.Getenv("HOME"), "TMPDIR="+filepath.Join(s.Dir, "tmp"))
	s.Start()
	t.Cleanup(s.Stop)

	s.Admin = model.NewAPIv4Client(s.URL)
	ctx := t.Context()
	s.AdminUser, _, err = s.Admin.CreateUser(ctx, &model.User{Username: "beheerder", Email: "beheerder@example.org", Password: Password})
	if err != nil {
		t.Fatalf("create the administrator: %v\n%s", err, tail(s.LogFile))
	}
	if _, _, err := s.Admin.Login(ctx, "beheerder", Password); err != nil {
		t.Fatalf("log in as the administrator: %v", err)
	}
	s.Team, _, err = s.Admin.CreateTeam(ctx, &model.Team{Name: "samen", DisplayName: "Samen", Type: model.TeamInvite})
	if err != nil {
		t.Fatalf("create the team: %v", err)
	}
	return s
}

// Start starts the server after a Stop and waits until it answers.
func (s *Server) Start() {
	s.t.Helper()
	start := time.Now()
	c, err := startChild(s.Dir, s.LogFile, s.env, false, nil, s.bin, "server")
	if err != nil {
		s.t.Fatalf("start the server: %v", err)
	}
	s.child = c
	client := model.NewAPIv4Client(s.URL)
	for end := start.Add(Patience); time.Now().Before(end) && !c.ended(); time.Sleep(25 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		status, res, err := client.GetPing(ctx)
		cancel()
		if err == nil && status == model.StatusOk {
			s.Version, s.Started = res.ServerVersion, time.Since(start)
			return
		}
	}
	s.Stop()
	s.t.Fatalf("the server does not answer; its log:\n%s", tail(s.LogFile))
}

// Setenv sets a variable of the server's environment, and so of its plugins', from
// the next Start on.
func (s *Server) Setenv(key, value string) { s.env = append(s.env, key+"="+value) }

// Stop ends the server. Stopping twice is harmless.
func (s *Server) Stop() { s.child.stop() }

// Log returns the end of the server's log.
func (s *Server) Log() string { return tail(s.LogFile) }

// DB opens the server's database, to see what is really there.
func (s *Server) DB() *sql.DB {
	s.t.Helper()
	db := mustOpen(s.t, s.DSN)
	s.t.Cleanup(func() { _ = db.Close() })
	return db
}

// Person is a user with a session of their own.
type Person struct {
	*model.User
	Client *model.Client4
}

// User makes a user who is in the team and logged in. name may be blank.
func (s *Server) User(name string) *Person {
	s.t.Helper()
	ctx := s.t.Context()
	if name == "" {
		name = fmt.Sprintf("persoon%d", s.users.Add(1))
	}
	u, _, err := s.Admin.CreateUser(ctx, &model.User{Username: name, Email: name + "@example.org", Password: Password})
	if err != nil {
		s.t.Fatalf("create user %s: %v", name, err)
	}
	if _, _, err := s.Admin.AddTeamMember(ctx, s.Team.Id, u.Id); err != nil {
		s.t.Fatalf("add %s to the team: %v", name, err)
	}
	c := model.NewAPIv4Client(s.URL)
	if _, _, err := c.Login(ctx, name, Password); err != nil {
		s.t.Fatalf("log in as %s: %v", name, err)
	}
	return &Person{User: u, Client: c}
}

// Token makes an access token for an account, as an administrator would.
func (s *Server) Token(user string) string {
	s.t.Helper()
	token, _, err := s.Admin.CreateUserAccessToken(s.t.Context(), user, "test", 0)
	if err != nil {
		s.t.Fatalf("make a token: %v", err)
	}
	return token.Token
}

// InstallPlugin uploads and enables a plugin over REST, as an administrator
// would, after setting its settings, and waits until it runs. The test fails
// when it does not.
func (s *Server) InstallPlugin(id, bundle string, settings map[string]any) {
	s.t.Helper()
	ctx := s.t.Context()
	if settings != nil {
		s.PluginSettings(id, settings)
	}
	f, err := os.Open(bundle)
	if err != nil {
		s.t.Fatalf("open the plugin's bundle: %v", err)
	}
	defer func() { _ = f.Close() }()
	if _, _, err := s.Admin.UploadPluginForced(ctx, f); err != nil {
		s.t.Fatalf("upload the plugin: %v\n%s", err, s.Log())
	}
	if _, err := s.Admin.EnablePlugin(ctx, id); err != nil {
		s.t.Fatalf("enable the plugin: %v\n%s", err, s.Log())
	}
	s.AwaitPlugin(id)
}

// PluginSettings sets the settings of a plugin over REST. Those of other
// plugins stay what they were set to here; the server would drop them.
func (s *Server) PluginSettings(id string, settings map[string]any) {
	s.t.Helper()
	if s.plugins == nil {
		s.plugins = map[string]map[string]any{}
	}
	s.plugins[id] = settings
	patch := &model.Config{PluginSettings: model.PluginSettings{Plugins: s.plugins}}
	if _, _, err := s.Admin.PatchConfig(s.t.Context(), patch); err != nil {
		s.t.Fatalf("set the plugin's settings: %v", err)
	}
}

// AwaitPlugin waits until the server reports the plugin as running.
func (s *Server) AwaitPlugin(id string) {
	s.t.Helper()
	var state int
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(25 * time.Millisecond) {
		statuses, _, err := s.Admin.GetPluginStatuses(s.t.Context())
		if err != nil {
			s.t.Fatalf("read the plugins' state: %v", err)
		}
		for _, p := range statuses {
			if p.PluginId == id {
				if state = p.State; state == model.PluginStateRunning {
					return
				}
			}
		}
	}
	s.t.Fatalf("the plugin %s is in state %d and not running; the server's log:\n%s", id, state, s.Log())
}

// PluginPIDs lists the processes that run a plugin of this server.
func (s *Server) PluginPIDs(id string) []int {
	s.t.Helper()
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	var pids []int
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(target, filepath.Join(s.Dir, "plugins", id)+"/") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(link, "/proc/%d/exe", &pid); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// Files lists the paths of everything in the server's file store, without the
// folders, relative to it.
func (s *Server) Files() []string {
	s.t.Helper()
	var files []string
	err := filepath.WalkDir(s.DataDir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(s.DataDir, path)
			files = append(files, rel)
		}
		return nil
	})
	if err != nil {
		s.t.Fatalf("list the file store: %v", err)
	}
	return files
}
