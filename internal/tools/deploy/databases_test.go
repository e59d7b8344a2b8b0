package deploy

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mustPostgres starts a PostgreSQL that asks every account for its password but
// the one that made it, over its socket. It returns the folder of the socket and
// the port.
func mustPostgres(t *testing.T) (socket, port string) {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		t.Fatal("PostgreSQL is needed and is not there; install it with: apt-get install postgresql-15")
	}
	bin := found[len(found)-1]
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	who := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Geteuid() == 0 { // which PostgreSQL refuses to be
		const nobody = 65534
		who.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	made := exec.Command(filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	made.SysProcAttr, made.Dir = who, dir
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	_, port, _ = net.SplitHostPort(mustPort(t))
	out := &said{}
	server := exec.Command(filepath.Join(bin, "postgres"), "-D", filepath.Join(dir, "data"), "-c", "listen_addresses=127.0.0.1", "-c", "port="+port, "-c", "unix_socket_directories="+dir)
	server.SysProcAttr, server.Dir, server.Stdout, server.Stderr = who, dir, out, out
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGQUIT)
		_ = server.Wait()
		if t.Failed() {
			t.Log(out)
		}
	})
	for end := time.Now().Add(patient); exec.Command(filepath.Join(bin, "pg_isready"), "-q", "-h", dir, "-p", port).Run() != nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("PostgreSQL does not start\n%s", out)
		}
	}
	return dir, port
}

func TestTheTwoDatabasesAreMadeAndClosedToEachOther(t *testing.T) {
	secrets := mustSecrets(t)
	socket, port := mustPostgres(t)
	mustRun(t, []string{"PGHOST=" + socket, "PGPORT=" + port, "SECRETS=" + secrets}, "deploy/compose/databases.sh")

	// With the file that Mattermost has, at the address that it has.
	raw, err := os.ReadFile(filepath.Join(secrets, "mattermost_pgpass"))
	if err != nil {
		t.Fatal(err)
	}
	pass := filepath.Join(t.TempDir(), "pgpass")
	mustWrite(t, pass, strings.Replace(string(raw), "postgres:5432:mattermost:", "127.0.0.1:"+port+":*:", 1))
	as := func(user, database, query string) (string, error) {
		return try(t, []string{"PGPASSFILE=" + pass, "PGHOST=127.0.0.1", "PGPORT=" + port}, "psql", "-XAtw", "-U", user, "-d", database, "-c", query)
	}
	if out, err := as("mattermost", "mattermost", "CREATE TABLE x (y int)"); err != nil {
		t.Errorf("Mattermost in its own database: %v %s", err, out)
	}
	if out, err := as("mattermost", "convenantbot", "SELECT 1"); err == nil || !strings.Contains(out, "permission denied") {
		t.Errorf("Mattermost in the database of the bot: %v %s", err, out)
	}
	if out, err := as("mattermost", "mattermost", "CREATE ROLE z SUPERUSER"); err == nil {
		t.Errorf("Mattermost made an administrator: %s", out)
	}

	// The bot makes its tables there itself.
	store, err := os.ReadFile(filepath.Join(secrets, "bot_store"))
	if err != nil {
		t.Fatal(err)
	}
	dsn := strings.Replace(string(store), "@postgres:5432/", "@127.0.0.1:"+port+"/", 1)
	mustWrite(t, filepath.Join(secrets, "bot_store"), dsn)
	config := filepath.Join(t.TempDir(), "convenantbot.yaml")
	mustWrite(t, config, fmt.Sprintf("data_dir: %q\nstore: {dsn: %q}\nkey: {master: %q}\n", t.TempDir(), "file:"+filepath.Join(secrets, "bot_store"), "file:"+filepath.Join(secrets, "bot_master")))
	if out := mustRun(t, nil, mustProgram(t), "migrate", "--config", config); !strings.Contains(out, "up to date") {
		t.Errorf("migrate said: %s", out)
	}
	if out, err := try(t, []string{"PGPASSWORD=" + strings.Split(strings.SplitN(dsn, ":", 3)[2], "@")[0], "PGHOST=127.0.0.1", "PGPORT=" + port}, "psql", "-XAtw", "-U", "convenantbot", "-d", "mattermost", "-c", "SELECT 1"); err == nil || !strings.Contains(out, "permission denied") {
		t.Errorf("the bot in the database of Mattermost: %v %s", err, out)
	}
}
