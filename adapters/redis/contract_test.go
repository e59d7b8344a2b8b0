package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	client "github.com/redis/go-redis/v9"

	"github.com/convenantbot/convenantbot/adapters/redis"
	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/bottest"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

func mustNew(t testing.TB, o redis.Options) *redis.Coordination {
	t.Helper()
	if o.Now == nil {
		o.Now = time.Now
	}
	c, err := redis.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// raw is a connection beside the adapter, to do what an operator or a fault does.
func raw(t testing.TB, addr string) *client.Client {
	t.Helper()
	c := client.NewClient(&client.Options{Addr: addr, Protocol: 2, DisableIdentity: true})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheCoordinationOnARedisInMemory(t *testing.T) {
	bottest.Coordination(t, func(t *testing.T) bottest.CoordinationBench {
		m := miniredis.RunT(t)
		at := time.Now()
		m.SetTime(at)
		o := redis.Options{Addresses: []string{m.Addr()}, Prefix: "t", Reclaim: time.Minute, Full: 20}.Patient()
		return bottest.CoordinationBench{Coordination: mustNew(t, o), Other: mustNew(t, o), Term: time.Minute, Full: 20,
			Pass: func(d time.Duration) {
				at = at.Add(d)
				m.SetTime(at)
				m.FastForward(d)
			},
			Forget: m.FlushAll,
		}
	})
}

// realTerm is short, since the clock of a real server cannot be moved, and long
// enough for a busy machine: what must happen within it takes some milliseconds.
const realTerm = 2 * time.Second

func TestTheCoordinationOnRedis(t *testing.T) {
	t.Parallel()
	r := testserver.Redis(t)
	contract(t, redis.Options{Addresses: []string{r.Addr}}, raw(t, r.Addr))
}

// contract runs the contract on one server, which is emptied before each test.
func contract(t *testing.T, o redis.Options, operator *client.Client) {
	t.Helper()
	bottest.Coordination(t, func(t *testing.T) bottest.CoordinationBench {
		empty := func() { must(t, operator.FlushAll(t.Context()).Err()) }
		empty()
		o.Prefix, o.Reclaim, o.Full = "t", realTerm, 20
		o = o.Patient()
		return bottest.CoordinationBench{Coordination: mustNew(t, o), Other: mustNew(t, o), Term: realTerm, Full: 20,
			Pass: time.Sleep, Forget: empty}
	})
}

// A cluster of one node has every slot, and refuses all the same what would not
// work on several: commands and scripts with keys of different slots.
func TestTheCoordinationOnACluster(t *testing.T) {
	t.Parallel()
	r := testserver.Redis(t, "--cluster-enabled", "yes")
	operator := raw(t, r.Addr)
	must(t, operator.Do(t.Context(), "CLUSTER", "ADDSLOTSRANGE", 0, 16383).Err())
	for !strings.Contains(operator.ClusterInfo(t.Context()).Val(), "cluster_state:ok") {
		time.Sleep(20 * time.Millisecond)
	}
	contract(t, redis.Options{Addresses: []string{r.Addr}, Cluster: true}, operator)
}

// The rights of doc.go are enough, and TLS with a wrong name or password is not.
func TestTheCoordinationWithTLSAndAUserOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pool := mustCertificate(t, dir)
	file := func(name string) string { return filepath.Join(dir, name) }
	must(t, os.WriteFile(file("users.acl"), []byte("user default on nopass ~* &* +@all\n"+
		"user bot on >geheim ~t:* &t:* -@all +@read +@write +@stream +@scripting +@pubsub +@connection -@dangerous +time\n"), 0o600))
	r := testserver.RedisTLS(t, "--tls-cert-file", file("cert.pem"), "--tls-key-file", file("key.pem"), "--tls-ca-cert-file", file("cert.pem"),
		"--tls-auth-clients", "no", "--aclfile", file("users.acl"))
	config := &tls.Config{RootCAs: pool, ServerName: "redis.test", MinVersion: tls.VersionTLS12}
	operator := client.NewClient(&client.Options{Addr: r.Addr, TLSConfig: config, Protocol: 2, DisableIdentity: true})
	defer operator.Close()
	o := redis.Options{Addresses: []string{r.Addr}, TLS: config, Username: "bot", Password: func() string { return "geheim" }, Prefix: "t"}
	contract(t, o, operator)

	for name, change := range map[string]func(o *redis.Options){
		"another password":  func(o *redis.Options) { o.Password = func() string { return "fout" } },
		"another server":    func(o *redis.Options) { o.TLS = &tls.Config{RootCAs: pool, ServerName: "elders.test"} },
		"without TLS":       func(o *redis.Options) { o.TLS = nil },
		"another's prefix":  func(o *redis.Options) { o.Prefix = "ander" },
		"nobody vouches it": func(o *redis.Options) { o.TLS = &tls.Config{ServerName: "redis.test"} },
	} {
		wrong := o
		change(&wrong)
		err := mustNew(t, wrong).Remember(t.Context(), time.Hour, "e1")
		if !errors.Is(err, bot.ErrUnavailable) {
			t.Errorf("%s: %v, want ErrUnavailable", name, err)
		}
		if err != nil && (strings.Contains(err.Error(), "geheim") || strings.Contains(err.Error(), "fout")) {
			t.Errorf("%s: the password is told: %v", name, err)
		}
	}
}

// mustCertificate writes cert.pem and key.pem for redis.test.
func mustCertificate(t testing.TB, dir string) *x509.CertPool {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "redis.test"}, DNSNames: []string{"redis.test"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	must(t, os.WriteFile(filepath.Join(dir, "cert.pem"), cert, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(cert)
	return pool
}
