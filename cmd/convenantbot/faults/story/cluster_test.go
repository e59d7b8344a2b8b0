package story

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/chat"
	"github.com/convenantbot/convenantbot/cmd/convenantbot/faults/nemesis"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// leasesFaster is how many times faster than real time leases lapse in a run:
// what a killed replica had in its hands is taken over after 12 seconds and not
// after two minutes.
const leasesFaster = "10"

// cluster is everything that runs.
type cluster struct {
	t        *testing.T
	dir      string
	disk     string // of PostgreSQL; blank: no small one
	pg       *testserver.PostgresServer
	redis    *testserver.RedisServer
	chat     *chat.Server
	replicas []*replica
	turn     atomic.Int64
	ahead    atomic.Int64 // nanoseconds that every clock is ahead

	stop  context.CancelFunc
	group sync.WaitGroup
}

// replica is one process of the bot, kept alive as systemd would.
type replica struct {
	c              *cluster
	n              int
	config, broken string // the settings, and those with rules that cannot be read
	log            string
	skew           string // file with how far its clock is wrong
	listen, bridge string
	pg, redis      *nemesis.Proxy

	healthy atomic.Bool // as a load balancer sees it

	mu     sync.Mutex
	want   bool // it should run
	spoilt bool // with settings that are broken
	proc   *process
	starts int
}

// newCluster starts everything but the replicas, which write to logs. small puts PostgreSQL on a disk
// that can be filled.
func newCluster(t *testing.T, logs string, replicas int, small bool, effect func(chat.Effect)) *cluster {
	t.Helper()
	c := &cluster{t: t, dir: t.TempDir()}
	pgDir := ""
	if small {
		pgDir = filepath.Join(c.dir, "disk")
		if err := os.Mkdir(pgDir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(c.dir, 0o755); err != nil { // PostgreSQL runs as nobody
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Dir(c.dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", pgDir, "tmpfs", 0, "size=500m,mode=0755"); err != nil {
			t.Fatalf("a small disk cannot be made, which needs root: %v", err)
		}
		t.Cleanup(func() { _ = syscall.Unmount(pgDir, syscall.MNT_DETACH) })
		c.disk = pgDir
	}
	c.pg = testserver.OwnPostgres(t, pgDir)
	c.redis = testserver.Redis(t)
	server, err := chat.Start(c.route, effect, 5)
	if err != nil {
		t.Fatalf("start the chat server: %v", err)
	}
	c.chat = server
	t.Cleanup(server.Close)
	for n := range replicas {
		r := &replica{c: c, n: n, listen: freePort(t), bridge: freePort(t), log: filepath.Join(logs, fmt.Sprintf("bot%d.log", n))}
		r.skew = filepath.Join(c.dir, fmt.Sprintf("skew%d", n))
		r.pg, r.redis = mustProxy(t, c.pg.Addr), mustProxy(t, c.redis.Addr)
		c.replicas = append(c.replicas, r)
	}
	return c
}

func mustProxy(t *testing.T, target string) *nemesis.Proxy {
	t.Helper()
	p, err := nemesis.NewProxy(target)
	if err != nil {
		t.Fatalf("start a proxy: %v", err)
	}
	t.Cleanup(p.Close)
	return p
}

// configure writes the settings of every replica; register is the file with
// organisations and people.
func (c *cluster) configure(register string) {
	c.t.Helper()
	write := func(name, text string) string {
		path := filepath.Join(c.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			c.t.Fatalf("write %s: %v", name, err)
		}
		return path
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	master := write("master.key", hex.EncodeToString(key)+"\n")
	people := write("register.yaml", register)
	rules := filepath.Join(c.dir, "rules")
	if err := os.Mkdir(rules, 0o755); err != nil {
		c.t.Fatal(err)
	}
	write("rules/share.yaml", "question: share\nclauses:\n  - code: [\n")
	for _, r := range c.replicas {
		data := filepath.Join(c.dir, fmt.Sprintf("data%d", r.n))
		if err := os.Mkdir(data, 0o700); err != nil {
			c.t.Fatal(err)
		}
		text := fmt.Sprintf(`listen: %q
data_dir: %q
region: model
directory: {file: %q}
key: {master: %q}
store: {dsn: %q}
redis: {addresses: %q}
mattermost:
  url: %q
  team: %q
  token: %q
  admin_token: %q
  bridge_secret: %q
  listen: %q
`, r.listen, data, people, "file:"+master, strings.Replace(c.pg.URL, c.pg.Addr, r.pg.Addr, 1), r.redis.Addr, c.chat.URL, chat.TeamName, chat.Token,
			chat.AdminToken, chat.Secret, r.bridge)
		r.config = write(fmt.Sprintf("bot%d.yaml", r.n), text)
		r.broken = write(fmt.Sprintf("broken%d.yaml", r.n), text+fmt.Sprintf("rules: {dir: %q}\n", rules))
	}
}

// start starts every replica and waits until all are ready.
func (c *cluster) start() {
	c.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	binary := mustBinary(c.t)
	for _, r := range c.replicas {
		r.mu.Lock()
		r.want = true
		r.mu.Unlock()
		c.group.Go(func() { r.keep(ctx, binary) })
		c.group.Go(func() { r.watch(ctx) })
	}
	c.t.Cleanup(c.end)
	c.ready()
}

// end kills what still runs.
func (c *cluster) end() {
	c.stop()
	c.group.Wait()
}

// ready waits until every replica that should run says that it is ready.
func (c *cluster) ready() {
	c.t.Helper()
	c.await("every replica is ready", func() bool {
		for _, r := range c.replicas {
			if !r.healthy.Load() {
				return false
			}
		}
		return true
	})
}

// await waits for something that must come; what never comes ends the test with
// what the replicas said.
func (c *cluster) await(what string, is func() bool) {
	c.t.Helper()
	for end := time.Now().Add(4 * time.Minute); !is(); time.Sleep(30 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("it never came: %s\n%s", what, c.said(3000))
		}
	}
}

// said is the end of what each replica wrote.
func (c *cluster) said(n int) string {
	var b strings.Builder
	for _, r := range c.replicas {
		text, _ := os.ReadFile(r.log)
		if len(text) > n {
			text = text[len(text)-n:]
		}
		fmt.Fprintf(&b, "replica %d:\n%s\n", r.n, text)
	}
	return b.String()
}

// keep starts the process whenever it should run and does not.
func (r *replica) keep(ctx context.Context, binary string) {
	for {
		r.mu.Lock()
		if r.want && (r.proc == nil || r.proc.gone()) {
			config := r.config
			if r.spoilt {
				config = r.broken
			}
			env := []string{"CONVENANTBOT_TEST_LEASES=" + leasesFaster, "CONVENANTBOT_TEST_CLOCK=" + time.Duration(r.c.ahead.Load()).String(),
				"CONVENANTBOT_TEST_SKEW=" + r.skew}
			if p, err := launch(binary, r.log, env, "serve", "--config", config); err == nil {
				r.proc = p
				r.starts++
			}
		}
		p := r.proc
		r.mu.Unlock()
		var gone chan struct{}
		if p != nil {
			gone = p.done
		}
		select {
		case <-ctx.Done():
			r.kill()
			return
		case <-gone:
			select { // as a supervisor waits
			case <-ctx.Done():
				return
			case <-time.After(200 * time.Millisecond):
			}
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// kill ends the process as kill -9 does.
func (r *replica) kill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proc != nil {
		_ = r.proc.cmd.Process.Kill()
		<-r.proc.done
	}
	r.healthy.Store(false)
}

// signal sends a signal to the process.
func (r *replica) signal(s syscall.Signal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proc != nil && !r.proc.gone() {
		r.proc.signal(s)
	}
}

// exitUnreachable is how the program ends when something it needs did not answer.
const exitUnreachable = 3

// terminate asks the process to end, waits for it, and reports whether it ended
// well. One that hangs is killed.
func (r *replica) terminate() (err error) {
	r.mu.Lock()
	p := r.proc
	r.mu.Unlock()
	if p == nil || p.gone() {
		return nil
	}
	p.signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(60 * time.Second):
		p.signal(syscall.SIGQUIT) // shows where it hangs
		select {
		case <-p.done:
		case <-time.After(10 * time.Second):
			r.kill()
		}
		return fmt.Errorf("replica %d did not stop within a minute", r.n)
	}
	// A process that is asked to end while its database does not answer says so.
	if code := p.cmd.ProcessState.ExitCode(); code != 0 && code != exitUnreachable {
		return fmt.Errorf("replica %d stopped with %d", r.n, code)
	}
	return nil
}

// spoil has the process started with rules that cannot be read, or with good
// ones again, and ends the present one.
func (r *replica) spoil(spoilt bool) {
	r.mu.Lock()
	r.spoilt = spoilt
	r.mu.Unlock()
	_ = r.terminate()
	r.healthy.Store(false)
}

// jump sets the clock of the process wrong by d, while it runs.
func (r *replica) jump(d time.Duration) {
	name := r.skew + ".new"
	if err := os.WriteFile(name, []byte(d.String()), 0o600); err != nil {
		r.c.t.Errorf("set a clock: %v", err)
	}
	if err := os.Rename(name, r.skew); err != nil {
		r.c.t.Errorf("set a clock: %v", err)
	}
}

// watch looks whether the replica is ready, as a load balancer does.
func (r *replica) watch(ctx context.Context) {
	client := &http.Client{Timeout: time.Second}
	for {
		res, err := client.Get("http://" + r.listen + "/readyz")
		if err == nil {
			_ = res.Body.Close()
		}
		r.healthy.Store(err == nil && res.StatusCode == http.StatusOK)
		select {
		case <-ctx.Done():
			return
		case <-time.After(150 * time.Millisecond):
		}
	}
}

// route is the address of the replica that is asked next: one after another of
// those that are ready; of all, when none is.
func (c *cluster) route() string {
	if len(c.replicas) == 0 {
		return ""
	}
	turn := int(c.turn.Add(1))
	for i := range c.replicas {
		if r := c.replicas[(turn+i)%len(c.replicas)]; r.healthy.Load() {
			return "http://" + r.bridge
		}
	}
	return "http://" + c.replicas[turn%len(c.replicas)].bridge
}
