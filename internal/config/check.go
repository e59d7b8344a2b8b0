package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

type setter = func(c *Config, value string) error

var wordForm = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

func text(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		*field(c) = value
		return nil
	}
}

func word(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if !wordForm.MatchString(value) {
			return errors.New("want lower case letters, digits and hyphens")
		}
		*field(c) = value
		return nil
	}
}

func address(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		_, port, err := net.SplitHostPort(value)
		if err != nil {
			return errors.New("want host:port")
		}
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return errors.New("the port must be a number from 0 to 65535")
		}
		*field(c) = value
		return nil
	}
}

func absolute(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if !filepath.IsAbs(value) {
			return errors.New("want a path that starts with /")
		}
		*field(c) = filepath.Clean(value)
		return nil
	}
}

func optionalAddress(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if value == "" {
			return nil
		}
		return address(field)(c, value)
	}
}

// virusAddress is host:port, the path of a socket, or nothing.
func virusAddress(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if filepath.IsAbs(value) {
			*field(c) = value
			return nil
		}
		return optionalAddress(field)(c, value)
	}
}

// mailAddress is one address without a name, or nothing.
func mailAddress(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if value == "" {
			return nil
		}
		a, err := mail.ParseAddress(value)
		if err != nil || a.Address != value || strings.ContainsAny(value, "\r\n") {
			return errors.New("want one address like fg@example.org")
		}
		*field(c) = value
		return nil
	}
}

// optionalPath is absolute, or nothing.
func optionalPath(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if value == "" {
			return nil
		}
		return absolute(field)(c, value)
	}
}

func folder(field func(*Config) *string) setter {
	return existing(field, func(info os.FileInfo) error {
		if !info.IsDir() {
			return errors.New("this is not a folder")
		}
		return nil
	})
}

func regular(field func(*Config) *string) setter {
	return existing(field, func(info os.FileInfo) error {
		if !info.Mode().IsRegular() {
			return errors.New("this is not a file")
		}
		return nil
	})
}

func existing(field func(*Config) *string, check func(os.FileInfo) error) setter {
	return func(c *Config, value string) error {
		if value == "" {
			return nil
		}
		info, err := os.Stat(value)
		if err != nil {
			return err
		}
		if err := check(info); err != nil {
			return err
		}
		*field(c) = value
		return nil
	}
}

// networks is a list of addresses and networks, with commas between.
func networks(field func(*Config) *[]netip.Prefix) setter {
	return func(c *Config, value string) error {
		*field(c) = nil
		for _, one := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
			p, err := netip.ParsePrefix(one)
			if addr, aerr := netip.ParseAddr(one); aerr == nil {
				p, err = netip.PrefixFrom(addr.WithZone(""), addr.BitLen()), nil
			}
			if err != nil {
				return errors.New("want addresses or networks like 10.0.0.0/8, with commas between")
			}
			*field(c) = append(*field(c), p.Masked())
		}
		return nil
	}
}

// webAddress accepts https everywhere, and http only to this machine: the
// tokens travel with every call.
func webAddress(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if value == "" {
			return nil
		}
		u, err := url.Parse(value)
		// The parser's own error repeats the value, which may hold a password.
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			return errors.New("want an address like https://chat.example.org")
		}
		if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			return errors.New("want only the address, without a user, question mark or #")
		}
		if u.Scheme == "http" && !loopback(u.Hostname()) {
			return errors.New("http is only for this machine itself; use https")
		}
		*field(c) = strings.TrimRight(value, "/")
		return nil
	}
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

func boolean(field func(*Config) *bool) setter {
	return func(c *Config, value string) error {
		if value != "true" && value != "false" {
			return errors.New("want true or false")
		}
		*field(c) = value == "true"
		return nil
	}
}

var accountForm = regexp.MustCompile(`^[a-z0-9]{26}$`)

func account(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		if value != "" && !accountForm.MatchString(value) {
			return errors.New("want the id of an account: 26 lower case letters and digits")
		}
		*field(c) = value
		return nil
	}
}

// Account is somebody's account on a chat platform.
type Account struct {
	Platform string // as in directory.file: mattermost, slack, or slack. and a workspace
	User     string // its id there
}

// accounts is a list of them, with commas between: an id of Mattermost's as it is,
// another platform's after its name and a colon.
func accounts(field func(*Config) *[]Account) setter {
	return func(c *Config, value string) error {
		*field(c) = nil
		for _, one := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
			platform, id, named := strings.Cut(one, ":")
			if !named {
				platform, id = "mattermost", one
			}
			workspace, further := strings.CutPrefix(platform, "slack.")
			switch {
			case platform == "mattermost" && accountForm.MatchString(id):
			case (platform == "slack" || further && wordForm.MatchString(workspace)) && slackAccountForm.MatchString(id):
			default:
				return errors.New("want ids of accounts with commas between: 26 lower case letters and digits for one of Mattermost's, slack:U0123ABCD for one of Slack's, slack.NAME:U0123ABCD in a further workspace")
			}
			*field(c) = append(*field(c), Account{platform, id})
		}
		return nil
	}
}

func integer(field func(*Config) *int, least, most int) setter {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("want a whole number from %d to %d", least, most)
		}
		*field(c) = n
		return nil
	}
}

func share(field func(*Config) *float64, most float64) setter {
	return func(c *Config, value string) error {
		f, err := strconv.ParseFloat(value, 64)
		// Written so that NaN, which compares as false with everything, fails.
		if err != nil || !(f > 0 && f <= most) {
			return fmt.Errorf("want a number above 0 and at most %g", most)
		}
		*field(c) = f
		return nil
	}
}

func level(c *Config, value string) error {
	levels := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	l, ok := levels[value]
	if !ok {
		return errors.New("want debug, info, warn or error")
	}
	c.LogLevel = l
	return nil
}

// secret opens what the value stands for and checks what is in it. Errors of
// check must not repeat the value.
func secret(field func(*Config) *Secret, check func(value string) error) setter {
	return func(c *Config, value string) error {
		s, err := openSecret(value)
		if err != nil {
			*field(c) = Fixed("")
			return err
		}
		*field(c) = s
		return check(s())
	}
}

func anything(string) error { return nil }

func checkKey(value string) error {
	if value == "" {
		return nil
	}
	_, err := parseKey(value)
	return err
}

// minBridge is the shortest secret of the bridge, in characters: 32 of random
// hexadecimal are 128 bits.
const minBridge = 32

func checkBridge(value string) error {
	if value != "" && len(value) < minBridge {
		return fmt.Errorf("want %d characters or more", minBridge)
	}
	return nil
}

func checkStore(value string) error {
	if path, ok := strings.CutPrefix(value, "sqlite:"); ok && path != "" {
		return nil
	}
	u, err := url.Parse(value)
	if err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && u.Host != "" {
		return nil
	}
	return errors.New("want sqlite:PATH or postgres://HOST/DATABASE")
}

// together checks what settings promise about each other. It reports pairs of
// a name and what is wrong.
func together(c Config, report func(name, sentence string)) {
	same := func(a, b Secret) bool { return a() != "" && a() == b() }
	if c.Master() == "" && c.KMS.Address == "" {
		report("key.master", "this must be set, or key.kms")
	}
	if c.KMS.Address != "" && c.KMS.Token() == "" {
		report("key.kms_token", "must be set, since key.kms is")
	}
	if m := c.Audit.Mail; m.To != "" {
		if m.From == "" {
			report("audit.mail_from", "must be set, since audit.mail_to is")
		}
		if m.Server == "" {
			report("audit.mail_server", "must be set, since audit.mail_to is")
		}
		if m.User != "" && m.Password() == "" {
			report("audit.mail_password", "must be set, since audit.mail_user is")
		}
	}
	checkFiles(c.Files, report)
	if same(c.MasterPrevious, c.Master) {
		report("key.master_previous", "must differ from key.master")
	}
	if c.LLM.URL != "" && c.LLM.Model == "" {
		report("llm.model", "must be set, since llm.url is")
	}
	if c.Embeddings.URL != "" && c.Embeddings.Model == "" {
		report("embeddings.model", "must be set, since embeddings.url is")
	}
	checkRedis(c.Redis, report)
	checkSlack(c, report)
	checkOIDC(c, report)
	m := c.Mattermost
	if free := func(a string) bool { return strings.HasSuffix(a, ":0") }; c.Pages.Used() && !free(c.Pages.Listen) &&
		(c.Pages.Listen == c.Listen || m.Used() && c.Pages.Listen == m.Listen) {
		report("pages.listen", "must differ from listen and mattermost.listen")
	}
	if !m.Used() {
		return
	}
	if m.Team == "" {
		report("mattermost.team", "must be set, since mattermost.url is")
	}
	if m.Token() == "" {
		report("mattermost.token", "must be set, since mattermost.url is")
	}
	if m.BridgeSecret() == "" {
		report("mattermost.bridge_secret", "must be set, since mattermost.url is")
	}
	if same(m.AdminToken, m.Token) {
		report("mattermost.admin_token", "must differ from mattermost.token: the bot itself is no admin")
	}
	if same(m.EraseToken, m.Token) || same(m.EraseToken, m.AdminToken) {
		report("mattermost.erase_token", "must differ from mattermost.token and mattermost.admin_token: it is for erasing alone")
	}
	if m.KillSwitch && m.AdminToken() == "" {
		report("mattermost.kill_switch", "needs mattermost.admin_token")
	}
	if same(m.BridgeSecretPrevious, m.BridgeSecret) {
		report("mattermost.bridge_secret_previous", "must differ from mattermost.bridge_secret")
	}
	if m.Listen == c.Listen && !strings.HasSuffix(m.Listen, ":0") {
		report("mattermost.listen", "must differ from listen")
	}
}
