package stories

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
)

// traces is everywhere that something a person wrote or sent can be found on the
// real server and beside it: its disk, its database and the files of that, its
// search, its mail, its push messages, and what both programs wrote to their logs.
type traces struct {
	h      *house
	mail   *catcher
	pushed *catcher
	words  map[string]string // a name for each word that is looked for
}

// catcher keeps what a server of somebody else would have received.
type catcher struct {
	mu   sync.Mutex
	got  bytes.Buffer
	port string
}

func (c *catcher) add(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got.Write(b)
	c.got.WriteByte('\n')
}

func (c *catcher) said() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.got.String()
}

// newTraces starts the mail server and the push server, and a house that uses
// both, for everybody, with everything in a message that can be in it.
func newTraces(t *testing.T) *traces {
	t.Helper()
	x := &traces{mail: newMailServer(t), pushed: newPushServer(t), words: map[string]string{}}
	x.h = newHouse(t, "", map[string]string{
		"MM_EMAILSETTINGS_SENDEMAILNOTIFICATIONS":        "true",
		"MM_EMAILSETTINGS_SMTPSERVER":                    "127.0.0.1",
		"MM_EMAILSETTINGS_SMTPPORT":                      x.mail.port,
		"MM_EMAILSETTINGS_CONNECTIONSECURITY":            "",
		"MM_EMAILSETTINGS_ENABLESMTPAUTH":                "false",
		"MM_EMAILSETTINGS_FEEDBACKEMAIL":                 "chat@example.org",
		"MM_EMAILSETTINGS_ENABLEEMAILBATCHING":           "false",
		"MM_EMAILSETTINGS_EMAILNOTIFICATIONCONTENTSTYPE": "full",
		"MM_EMAILSETTINGS_SENDPUSHNOTIFICATIONS":         "true",
		"MM_EMAILSETTINGS_PUSHNOTIFICATIONSERVER":        "http://127.0.0.1:" + x.pushed.port,
		"MM_EMAILSETTINGS_PUSHNOTIFICATIONCONTENTS":      "full",
		"MM_LOGSETTINGS_CONSOLELEVEL":                    "DEBUG",
	})
	return x
}

// newPushServer takes in what would go to people's phones.
func newPushServer(t *testing.T) *catcher {
	t.Helper()
	c := &catcher{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		c.add(body)
		_ = json.NewEncoder(w).Encode(model.NewOkPushResponse())
	}))
	t.Cleanup(s.Close)
	_, c.port, _ = net.SplitHostPort(s.Listener.Addr().String())
	return c
}

// newMailServer takes in mail and keeps it with its long lines put together.
func newMailServer(t *testing.T) *catcher {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("a mail server: %v", err)
	}
	c := &catcher{}
	_, c.port, _ = net.SplitHostPort(l.Addr().String())
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { c.receive(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		all.Wait()
	})
	return c
}

// receive speaks as much SMTP as it takes to be sent mail.
func (c *catcher) receive(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	say("220 here")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		switch verb {
		case "EHLO", "HELO":
			say("250 here")
		case "DATA":
			say("354 go on")
			var mail bytes.Buffer
			for {
				line, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if strings.TrimRight(line, "\r\n") == "." {
					break
				}
				mail.WriteString(line)
			}
			// Quoted-printable breaks long lines anywhere.
			c.add(bytes.ReplaceAll(mail.Bytes(), []byte("=\r\n"), nil))
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// canaryWord is how every word begins that is made to be looked for.
const canaryWord = "Kanarie"

// word makes a word that stands nowhere else, to be looked for by this name.
func (x *traces) word(name string) string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = 'a' + b[i]%16 // no digits: now and then nine of them are a BSN
	}
	w := canaryWord + string(b)
	x.words[name] = w
	return w
}

// reachable has somebody get everything by push and by mail, as somebody does who
// is not at their desk.
func (x *traces) reachable(p *person) {
	x.h.t.Helper()
	ctx := x.h.t.Context()
	if _, err := p.Client.AttachDeviceProps(ctx, map[string]string{"device_id": "android_rn:" + p.Username}); err != nil {
		x.h.t.Fatalf("%s: a phone: %v", p.Username, err)
	}
	props := model.StringMap{}
	u, _, err := p.Client.GetUser(ctx, p.Id, "")
	if err != nil {
		x.h.t.Fatal(err)
	}
	maps.Copy(props, u.NotifyProps)
	props[model.PushNotifyProp], props[model.PushStatusNotifyProp], props[model.EmailNotifyProp] = model.UserNotifyAll, model.StatusOnline, "true"
	if _, _, err := p.Client.PatchUser(ctx, p.Id, &model.UserPatch{NotifyProps: props}); err != nil {
		x.h.t.Fatalf("%s: what to be told of: %v", p.Username, err)
	}
	if _, _, err := p.Client.UpdateUserStatus(ctx, p.Id, &model.Status{UserId: p.Id, Status: model.StatusOffline, Manual: true}); err != nil {
		x.h.t.Fatalf("%s: be away: %v", p.Username, err)
	}
}

// spellings are the ways in which a word may stand somewhere: as it is, in hex, and
// in base64 wherever it begins.
func spellings(word string) [][]byte {
	all := [][]byte{[]byte(word), []byte(hex.EncodeToString([]byte(word)))}
	for before, skip := range []int{0, 2, 3} {
		code := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", before) + word))
		all = append(all, []byte(code[skip:(before+len(word))*8/6])) // without what the neighbours decide
	}
	return all
}

// found lists where each word is, by its name, sorted; where it is nowhere it has
// no entry.
func (x *traces) found() map[string][]string {
	x.h.t.Helper()
	at := map[string][]string{}
	begin := spellings(canaryWord)
	look := func(place string, data []byte) {
		is := func(s []byte) bool { return bytes.Contains(data, s) }
		some := slices.ContainsFunc(begin, is) // of most of what is read, none
		for name, word := range x.words {
			made := strings.HasPrefix(word, canaryWord)
			if slices.Contains(at[name], place) || made && !some {
				continue
			}
			if is([]byte(word)) || made && slices.ContainsFunc(spellings(word), is) {
				at[name] = append(at[name], place)
			}
		}
	}
	x.tables(look)
	x.disks(look)
	look("mail", []byte(x.mail.said()))
	look("push", []byte(x.pushed.said()))
	look("our log", []byte(x.h.bot.said()))
	for name, word := range x.words {
		for _, p := range x.h.all {
			if x.finds(p, word) {
				at[name] = append(at[name], "search")
				break
			}
		}
		slices.Sort(at[name])
	}
	return at
}

// tables reads every row of every table of the chat server as text.
func (x *traces) tables(look func(place string, data []byte)) {
	t, db := x.h.t, x.h.db()
	t.Helper()
	rows, err := db.Query(`SELECT quote_ident(table_schema) || '.' || quote_ident(table_name), table_name FROM information_schema.tables
		WHERE table_type IN ('BASE TABLE', 'VIEW') AND table_schema NOT IN ('pg_catalog', 'information_schema')
		UNION SELECT quote_ident(schemaname) || '.' || quote_ident(matviewname), matviewname FROM pg_matviews`)
	if err != nil {
		t.Fatalf("list the tables: %v", err)
	}
	defer func() { _ = rows.Close() }()
	n, lines := 0, 0
	for rows.Next() {
		var from, name string
		if err := rows.Scan(&from, &name); err != nil {
			t.Fatal(err)
		}
		n++
		all, err := db.Query("SELECT t::text FROM " + from + " t")
		if err != nil {
			t.Fatalf("read %s: %v", name, err)
		}
		for all.Next() {
			var line []byte
			if err := all.Scan(&line); err != nil {
				t.Fatalf("read %s: %v", name, err)
			}
			lines++
			look("database: "+name, line)
		}
		if err := all.Err(); err != nil {
			t.Fatalf("read %s: %v", name, err)
		}
	}
	if err := rows.Err(); err != nil || n < 40 || lines < 500 {
		t.Fatalf("%d tables with %d rows were read (%v), want those of the whole server", n, lines, err)
	}
}

// disks reads every file of the chat server, of its database and of the bot.
func (x *traces) disks(look func(place string, data []byte)) {
	t := x.h.t
	t.Helper()
	var cluster, mine string
	if err := x.h.db().QueryRow("SELECT current_setting('data_directory'), oid::text FROM pg_database WHERE datname = current_database()").Scan(&cluster, &mine); err != nil {
		t.Fatalf("find the files of the database: %v", err)
	}
	// Those of other databases in the cluster are of other servers.
	others := func(path string) bool {
		rest, below := strings.CutPrefix(path, filepath.Join(cluster, "base")+"/")
		return below && !strings.HasPrefix(rest, mine+"/")
	}
	if _, err := x.h.db().Exec("CHECKPOINT"); err != nil {
		t.Fatalf("have the database write everything: %v", err)
	}
	for _, d := range []struct{ dir, name string }{{x.h.DataDir, "file store"}, {cluster, "database files"}, {x.h.dir, "our store"}, {x.h.Dir, ""}} {
		n := 0
		err := filepath.WalkDir(d.dir, func(path string, e fs.DirEntry, err error) error {
			if os.IsNotExist(err) {
				return nil // the database put it away just now
			}
			if err != nil || !e.Type().IsRegular() || others(path) || d.name == "" && strings.HasPrefix(path, x.h.DataDir) {
				return err
			}
			data, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				return nil
			}
			place := d.name
			if place == "" {
				place = "disk: " + filepath.Base(path)
			}
			n++
			look(place, data)
			return err
		})
		if err != nil || n == 0 {
			t.Fatalf("%d files below %s were read: %v", n, d.dir, err)
		}
	}
}

// finds reports whether somebody's search finds a word, among messages or files.
func (x *traces) finds(p *person, word string) bool {
	x.h.t.Helper()
	word = `"` + word + `"` // as a whole
	posts, _, err := p.Client.SearchPosts(x.h.t.Context(), x.h.Team.Id, word, false)
	if err != nil {
		x.h.t.Fatalf("%s: search: %v", p.Username, err)
	}
	files, _, err := p.Client.SearchFiles(x.h.t.Context(), x.h.Team.Id, word, false)
	if err != nil {
		x.h.t.Fatalf("%s: search files: %v", p.Username, err)
	}
	return len(posts.Order) > 0 || len(files.Order) > 0
}

// want fails the story where a word is found in another place than those, or is
// not found in one of them. A place after a question mark is one where it may be
// and need not.
func (x *traces) want(want map[string][]string) {
	x.h.t.Helper()
	got := x.found()
	for name := range x.words {
		places, ok := want[name]
		if !ok {
			x.h.t.Errorf("nobody said where %s may be; it is in %v", name, got[name])
			continue
		}
		var must []string
		for _, place := range places {
			if may, ok := strings.CutPrefix(place, "?"); ok {
				got[name] = slices.DeleteFunc(got[name], func(s string) bool { return s == may })
			} else {
				must = append(must, place)
			}
		}
		slices.Sort(must)
		if !slices.Equal(got[name], must) {
			x.h.t.Errorf("%s is found in %q, want %q", name, got[name], places)
		}
	}
}

// pages has the bot of the house give pages of its own, and returns their address.
func (h *house) pages() string {
	h.t.Helper()
	listen := freePort(h.t)
	data, err := os.ReadFile(h.config)
	if err == nil {
		err = os.WriteFile(h.config, fmt.Appendf(data, "pages:\n  url: %q\n  listen: %q\n", "http://"+listen, listen), 0o600)
	}
	if err != nil {
		h.t.Fatalf("settings for pages: %v", err)
	}
	return "http://" + listen
}
