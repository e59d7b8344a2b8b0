package config

import (
	"log/slog"
	"net/netip"
	"path/filepath"
	"strings"
)

// Config is the settings of one installation, checked. Load makes it.
type Config struct {
	Listen    string // host:port of health, metrics and the FG's dashboard
	DataDir   string // absolute
	Region    string // the name of a region pack
	RulesDir  string // empty: the built-in rules
	Directory string // the file with organisations and people; empty: none
	LogLevel  slog.Level

	Pages Pages
	OIDC  OIDC
	Virus string // where clamd listens: host:port or the path of a socket; empty: nowhere

	Files          Files
	Store          Secret // see Database
	Master         Secret // see MasterKeys
	MasterPrevious Secret
	KMS            KMS

	Mattermost Mattermost
	Slack      Slack
	LLM        LLM
	Embeddings LLM // places texts near others of the same meaning; used when its URL is set
	Knowledge  Knowledge
	Retention  Retention
	Audit      Audit
	BackupDays int // how long backups are kept; 0: for ever
	Redis      Redis
	Telemetry  Telemetry
}

// Telemetry is who gets the measurements.
type Telemetry struct {
	Metrics bool   // whether listen has a page for Prometheus
	OTLP    string // of a collector, without a slash at its end; empty: none
	Token   Secret // may be empty
	Seconds int    // between two deliveries to it
	Traces  int    // part of the work that is traced, in percent
}

// Pages is where people open the bot's own pages. There are none when URL is
// empty.
type Pages struct {
	URL    string // as people see it, without a slash at its end
	Listen string // host:port

	Proxies []netip.Prefix // who may say where a request comes from
}

// Files is where the sealed bytes of files are: in the database, or in a bucket of a
// store that speaks S3.
type Files struct {
	Bucket    string // empty: in the database
	Endpoint  string // without a slash at its end
	Region    string
	PathStyle bool // the bucket stands in the path and not in the name of the host
	Access    Secret
	Secret    Secret
	CA        string // file of certificates; empty: those of the system
	Store     string // "database" or "s3"
}

// Used says whether files go to a bucket.
func (f Files) Used() bool { return f.Store == "s3" }

// Used says whether the installation has pages.
func (p Pages) Used() bool { return p.URL != "" }

// Mattermost is how to reach one Mattermost team. It is used when URL is set.
type Mattermost struct {
	URL                  string // without a slash at its end; empty: not used
	Team                 string // the team's name as in its address
	Token                Secret // of the bot's own account
	AdminToken           Secret // only for the watchdog, doctor and doctor --fix; may be empty
	EraseToken           Secret // only for erasing; empty: see Eraser
	BridgeSecret         Secret // shared with the plugin
	BridgeSecretPrevious Secret // still accepted while the secret is being changed; may be empty
	Listen               string // host:port where the plugin reaches the bot
	PerSecond            int    // requests of all copies together; 0: no bound
	KillSwitch           bool   // the watchdog may put attachments off for the whole server
	Administrator        string // account that hears what doctor finds; may be empty
}

// LLM is a language model that may say our own texts in simpler words. It is
// used when URL is set.
type LLM struct {
	URL   string // empty: none
	Model string
	Token Secret // may be empty
}

// Knowledge is who looks after the region's own documents.
type Knowledge struct {
	Keepers []Account // besides the FG
}

// Eraser is the token with which rooms are erased: one of its own, or else the
// administrator's, as it was with older settings. SharesEraser tells which.
func (m Mattermost) Eraser() string {
	if t := m.EraseToken(); t != "" {
		return t
	}
	return m.AdminToken()
}

// SharesEraser reports whether whoever watches over the plugin could also erase.
func (m Mattermost) SharesEraser() bool { return m.EraseToken() == "" && m.AdminToken() != "" }

// Used says whether the installation has a Mattermost.
func (m Mattermost) Used() bool { return m.URL != "" }

// Retention is the brake on erasing: a run that would erase more than Count
// casussen and also more than Share of all there are stops and asks a person.
type Retention struct {
	Count int     // casussen in one run
	Share float64 // of all casussen, from 0 to 1
}

// KMS is a master key that stays in a key management service. It is used when
// Address is set; whether that is an address is judged by who asks it.
type KMS struct {
	Address string // empty: none
	Token   Secret
	CA      string // file of certificates; empty: those of the system
}

// Audit is where signed checkpoints of the log go, outside the database, and how
// long what it says can be read.
type Audit struct {
	File    string // added to; empty: nowhere
	Channel string // id of a channel of the chat platform; empty: nowhere
	Mail    Mail

	AccessDays int // of who looked at what; 0: for ever, and so below
	CasusDays  int // of a casus, after it was erased
	OtherDays  int
}

// Mail is where checkpoints go by mail. It is used when To is set.
type Mail struct {
	To, From string
	Server   string // host:port
	User     string // empty: without logging in
	Password Secret
	Hours    int // between two mails
}

// Database returns where the records are: the driver, "sqlite" or "postgres",
// and its source, an absolute path or a URL. The URL can hold a password: never
// log it.
func (c Config) Database() (driver, source string) {
	kind, rest, _ := strings.Cut(c.Store(), ":")
	if kind == "sqlite" {
		if !filepath.IsAbs(rest) {
			rest = filepath.Join(c.DataDir, rest)
		}
		return "sqlite", rest
	}
	return "postgres", kind + ":" + rest
}

// MasterKeys returns the master keys, 32 bytes each: the current one first and
// the previous one, if there is one, after it. It reads them anew each time, so
// that a rotated file is seen; a key that has become unreadable is an error.
func (c Config) MasterKeys() ([][]byte, error) {
	var keys [][]byte
	for _, s := range []Secret{c.Master, c.MasterPrevious} {
		value := s()
		if value == "" {
			continue
		}
		key, err := parseKey(value)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// Secrets returns every secret of c, for the log to hide.
func (c Config) Secrets() []Secret {
	m := c.Mattermost
	return append(c.Slack.secrets(), c.OIDC.Secret, c.Files.Access, c.Files.Secret, c.Store, c.Master, c.MasterPrevious, m.Token, m.AdminToken, m.EraseToken, m.BridgeSecret, m.BridgeSecretPrevious, c.KMS.Token, c.Audit.Mail.Password, c.LLM.Token, c.Embeddings.Token, c.Redis.Password, c.Telemetry.Token)
}
