package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/audit"
	"github.com/convenantbot/convenantbot/internal/seal"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Options say which store to open and what it needs.
type Options struct {
	// Address is "sqlite:PATH" or a "postgres://" URL.
	Address string
	// Masters are the master keys, 32 bytes each: the first one wraps, the others
	// only open.
	Masters [][]byte
	// Master wraps instead of the first of Masters, which then only open: a key in
	// a key management service. Nil: none.
	Master seal.Master
	// Epochs keeps the keys of epochs. Nil: on SQLite the directory PATH.epochs,
	// on PostgreSQL a table.
	Epochs seal.Epochs
	// Now is the clock of the process: epochs, checkpoints, and on SQLite leases.
	Now func() time.Time
	// LeaseClock replaces the clock by which leases lapse, for tests. Nil: on
	// PostgreSQL the database's own, on SQLite Now.
	LeaseClock func() time.Time
	// MaxApart is how far the clock of this process may be from that of PostgreSQL.
	// Further apart nothing is read or done, since several copies share what they
	// plan. 0: it is not looked at.
	MaxApart time.Duration
	// DatabaseAhead is how far the database's clock is taken to be ahead, for tests
	// in which time passes.
	DatabaseAhead time.Duration
	// Origin names the installation's log in its checkpoints. Blank: "convenantbot".
	Origin string
	// ErasedList is the file that tells, after a database was put back, what had been
	// erased since. Blank: on SQLite PATH.erased, on PostgreSQL none.
	ErasedList string
	// Terms are how long what the log says can be read.
	Terms Terms
	// BackupTerm is how long backups are kept; keys of past epochs are destroyed
	// after it. 0: never.
	BackupTerm time.Duration
	// ReadOnly opens the store beside a running bot, only to look.
	ReadOnly bool
	// Careless takes a PostgreSQL whose settings may lose what it acknowledged, for
	// tests.
	Careless bool
	// Objects opens the bucket to which sealed pieces of files go instead of into the
	// database; prefix is what the names in it begin with. Nil: there is none; what
	// went there before cannot be read then.
	Objects func(prefix string) (bot.Objects, error)
	// Log hears of what is repaired or retried. Nil: nobody does.
	Log *slog.Logger
	// Trace hears of every statement on PostgreSQL. Nil: nobody does.
	Trace pgx.QueryTracer
}

// Store is a bot.Store in SQL. It is safe for concurrent use.
type Store struct {
	Options
	Restored Restored // what an older database lacked when it was opened

	listing  sync.Mutex
	listed   map[string]bool // scopes that stand in ErasedList
	listedTo int64           // and up to when, in microseconds

	dialect  dialect
	write    *sql.DB // nil when read-only
	read     *sql.DB
	ring     *seal.Ring
	install  *seal.Key // the installation's key
	lockFile *os.File
	secret   string // note signer key
	public   string // note verifier key

	receiptSecret string // the same for receipts: another key, so that one leak is one leak
	receiptPublic string

	objects bot.Objects // nil: there is no bucket

	clocks clocks
	crowd  *crowd

	dirty atomic.Bool // something was deleted that still has to be overwritten
}

var _ bot.Store = (*Store)(nil)

// installation is the scope of everything that belongs to no casus.
const installation = "installation"

// Open opens the store, migrates it, and checks that it keeps what it
// acknowledges: settings that could lose a write are an error. A SQLite file
// that another process has open is ErrBusy; a database that cannot be reached is
// ErrUnavailable.
func Open(ctx context.Context, o Options) (_ *Store, err error) {
	if o.Now == nil {
		return nil, errors.New("open store: a clock is needed")
	}
	if o.Origin == "" {
		o.Origin = "convenantbot"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Store{Options: o, crowd: newCrowd()}
	defer func() {
		if err != nil {
			err = fmt.Errorf("open store: %w", s.dialect.kind(err))
			s.Close()
		}
	}()
	switch {
	case strings.HasPrefix(o.Address, "sqlite:"):
		s.dialect = sqlite
		err = s.openSQLite(ctx, strings.TrimPrefix(o.Address, "sqlite:"))
	case strings.HasPrefix(o.Address, "postgres://"), strings.HasPrefix(o.Address, "postgresql://"):
		s.dialect = postgres
		err = s.openPostgres(ctx)
	default:
		return nil, errors.New(`the address must begin with "sqlite:" or "postgres://"`)
	}
	if err != nil {
		return s, err
	}
	masters, err := o.masters()
	if err != nil {
		return s, err
	}
	if s.ring, err = seal.NewRingOf(masters, s.Epochs, o.Now); err != nil {
		return s, err
	}
	if err := s.openInstallation(ctx); err != nil {
		return s, err
	}
	if err := s.openBucket(ctx); err != nil {
		return s, err
	}
	if s.secret, s.public, err = s.openSigner(ctx, "signer", o.Origin); err != nil {
		return s, err
	}
	if s.receiptSecret, s.receiptPublic, err = s.openSigner(ctx, "receipts", o.Origin+"/receipts"); err != nil {
		return s, err
	}
	if err := s.replay(ctx); err != nil {
		return s, err
	}
	return s, s.listAll(ctx)
}

// masters are the masters, the one that wraps first.
func (o Options) masters() ([]seal.Master, error) {
	var all []seal.Master
	if o.Master != nil {
		all = append(all, o.Master)
	}
	for _, key := range o.Masters {
		m, err := seal.Local(key)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// Close ends the store. What was acknowledged is kept.
func (s *Store) Close() error {
	var errs []error
	if s.install != nil {
		s.install.Destroy()
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil && s.write != s.read {
		errs = append(errs, s.write.Close())
	}
	if s.lockFile != nil {
		errs = append(errs, s.lockFile.Close())
		s.lockFile = nil
	}
	return errors.Join(errs...)
}

// sqlitePragmas are set on every connection and asserted at start. FULL makes a
// commit wait for the disk; secure_delete writes zeroes over what is deleted.
var sqlitePragmas = []struct{ name, set, want string }{
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"foreign_keys", "ON", "1"},
	{"secure_delete", "ON", "1"},
	{"busy_timeout", "5000", "5000"},
	{"temp_store", "MEMORY", "2"},
	{"trusted_schema", "OFF", "0"},
}

func (s *Store) openSQLite(ctx context.Context, path string) error {
	if path == "" || path == ":memory:" {
		return errors.New("a SQLite store needs a file")
	}
	dsn := func(readOnly bool, lock string) string {
		q := url.Values{"_txlock": {lock}}
		for _, p := range sqlitePragmas {
			if readOnly && p.name == "journal_mode" {
				continue
			}
			q.Add("_pragma", p.name+"("+p.set+")")
		}
		if readOnly {
			q.Add("_pragma", "query_only(1)")
		}
		if s.ReadOnly {
			q.Set("mode", "ro")
		}
		return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
	}
	var err error
	if s.ErasedList == "" {
		s.ErasedList = path + ".erased"
	}
	if s.Epochs == nil {
		if s.Epochs, err = seal.NewDir(path + ".epochs"); err != nil {
			return err
		}
	}
	if !s.ReadOnly {
		if err := s.takeLock(path + ".lock"); err != nil {
			return err
		}
		// The file exists before the driver makes it, so that others cannot read it.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
		if s.write, err = sql.Open("sqlite", dsn(false, "immediate")); err != nil {
			return err
		}
		s.write.SetMaxOpenConns(1)
		if err := assertPragmas(ctx, s.write, ""); err != nil {
			return err
		}
		if err := s.migrate(ctx, s.write); err != nil {
			return err
		}
		// One process has the file: half-written blobs are of one that died.
		if _, err := s.write.ExecContext(ctx, `DELETE FROM chunks WHERE NOT EXISTS
			(SELECT 1 FROM blobs b WHERE b.file = chunks.file AND b.gen = chunks.gen)`); err != nil {
			return fmt.Errorf("remove half-written blobs: %w", err)
		}
		// Likewise every lease: who held it is gone, and what it did is done again now
		// and not when the lease would have ended.
		for _, query := range []string{`UPDATE jobs SET lease_until = 0 WHERE state = 'leased'`, `UPDATE leases SET lease_until = 0`} {
			if _, err := s.write.ExecContext(ctx, query); err != nil {
				return fmt.Errorf("free the turns of a process that died: %w", err)
			}
		}
	}
	if s.read, err = sql.Open("sqlite", dsn(true, "deferred")); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	s.read.SetMaxIdleConns(4)
	if err := assertPragmas(ctx, s.read, "journal_mode"); err != nil || !s.ReadOnly {
		return err
	}
	return s.upToDate(ctx, s.read)
}

func assertPragmas(ctx context.Context, db *sql.DB, except string) error {
	for _, p := range sqlitePragmas {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("read %s: %w", p.name, err)
		}
		if got != p.want && p.name != except {
			return fmt.Errorf("%s is %s and must be %s", p.name, got, p.want)
		}
	}
	return nil
}

// takeLock keeps a second process out for as long as this one lives.
func (s *Store) takeLock(name string) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return fmt.Errorf("%s: another process has the store open: %w", name, bot.ErrBusy)
	}
	s.lockFile = f
	return nil
}

// poolSize is how many connections to PostgreSQL one process takes.
const poolSize = 16

func (s *Store) openPostgres(ctx context.Context) error {
	config, err := pgx.ParseConfig(s.Address)
	if err != nil {
		// The library's error may show the password.
		return errors.New("the address of the database cannot be read")
	}
	for name, value := range map[string]string{
		"application_name":                    "convenantbot",
		"timezone":                            "UTC",
		"statement_timeout":                   "30s",
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "60s",
		"synchronous_commit":                  "on",
		// A sequential scan inside a serializable transaction conflicts with every
		// writer of the table; small tables would always be scanned so.
		"enable_seqscan": "off",
	} {
		config.RuntimeParams[name] = value
	}
	config.Tracer = s.Trace
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(poolSize)
	db.SetMaxIdleConns(poolSize)
	db.SetConnMaxIdleTime(5 * time.Minute)
	s.read = db
	for name, want := range map[string]string{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"} {
		var got string
		if err := db.QueryRowContext(ctx, "SHOW "+name).Scan(&got); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if got != want && !s.Careless {
			return fmt.Errorf("%s is %s and must be %s", name, got, want)
		}
	}
	if s.ReadOnly {
		if err := s.upToDate(ctx, db); err != nil {
			return err
		}
	} else {
		s.write = db
		if err := s.migratePostgres(ctx, *config); err != nil {
			return err
		}
	}
	if s.Epochs == nil {
		s.Epochs = sqlEpochs{s}
	}
	return nil
}

// openInstallation opens the key of the installation, making it the first time.
func (s *Store) openInstallation(ctx context.Context) error {
	load := func() error {
		var w seal.Wrapped
		w.Scope = installation
		err := s.read.QueryRowContext(ctx, `SELECT id, epoch, box FROM keys WHERE scope = $1`, installation).Scan(&w.Key, &w.Epoch, &w.Box)
		if err != nil {
			return err
		}
		s.install, err = s.ring.Open(ctx, w)
		return err
	}
	err := load()
	if !errors.Is(err, sql.ErrNoRows) || s.ReadOnly {
		return wrap("open the installation's key", err)
	}
	if err := s.ring.Prepare(ctx); err != nil {
		return wrap("make the installation's key", err)
	}
	_, w, err := s.ring.New(ctx, installation)
	if err != nil {
		return wrap("make the installation's key", err)
	}
	// Of two replicas that start together the first one's key stays.
	if _, err := s.write.ExecContext(ctx, `INSERT INTO keys (scope, id, epoch, box) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		w.Scope, w.Key, w.Epoch, w.Box); err != nil {
		return wrap("keep the installation's key", err)
	}
	return wrap("open the installation's key", load())
}

// openSigner opens a key that signs, making it the first time: that of
// checkpoints or that of receipts. It is another key than the one that encrypts,
// and is kept sealed. A store that is only looked at may lack it: blank.
func (s *Store) openSigner(ctx context.Context, row, name string) (secret, public string, _ error) {
	place := seal.Place{Table: "secrets", Column: "sealed", Scope: installation, Row: row, Schema: 1}
	load := func() error {
		var sealed []byte
		if err := s.read.QueryRowContext(ctx, `SELECT sealed FROM secrets WHERE name = $1`, row).Scan(&sealed); err != nil {
			return err
		}
		both, err := s.install.Open(place, sealed)
		if err != nil {
			return err
		}
		secret, public, _ = strings.Cut(string(both), "\n")
		return nil
	}
	err := load()
	if errors.Is(err, sql.ErrNoRows) && s.ReadOnly && row != "signer" {
		return "", "", nil
	}
	if !errors.Is(err, sql.ErrNoRows) || s.ReadOnly {
		return secret, public, wrap("open the signing key", err)
	}
	fresh, verifier, err := audit.NewSigner(name)
	if err != nil {
		return "", "", wrap("make the signing key", err)
	}
	sealed, err := s.install.Seal(place, []byte(fresh+"\n"+verifier))
	if err != nil {
		return "", "", wrap("seal the signing key", err)
	}
	if _, err := s.write.ExecContext(ctx, `INSERT INTO secrets (name, sealed) VALUES ($1, $2) ON CONFLICT DO NOTHING`, row, sealed); err != nil {
		return "", "", wrap("keep the signing key", err)
	}
	err = load()
	return secret, public, wrap("open the signing key", err)
}

// ReceiptKey is the public key with which anybody can check a receipt.
func (s *Store) ReceiptKey() string { return s.receiptPublic }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
