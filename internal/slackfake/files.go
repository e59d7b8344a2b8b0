package slackfake

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

// upload is a place where bytes can be sent, once.
type upload struct {
	file     string
	length   int
	data     []byte
	received bool
}

// fileJSON is a file as the API shows it. A deleted one is only its id and that it
// is gone.
//
// Source: object page "File" (mode: hosted, external, tombstone, hidden_by_limit;
// file_access: check_file_info, file_not_found).
func (s *Server) fileJSON(f *file, me *user) obj {
	if f == nil || f.Deleted {
		id := ""
		if f != nil {
			id = f.ID
		}
		return obj{"id": id, "mode": "tombstone"}
	}
	if !s.seesFile(f, me) {
		return obj{"id": f.ID, "mode": f.Mode, "file_access": "file_not_found"}
	}
	o := obj{"id": f.ID, "created": f.Created.Unix(), "timestamp": f.Created.Unix(), "name": f.Name, "title": f.Title, "mimetype": f.Mimetype,
		"filetype": f.Filetype, "user": f.User, "user_team": s.TeamID, "mode": f.Mode, "size": len(f.Data), "is_external": f.External != "",
		"external_type": "", "is_public": false, "public_url_shared": false, "editable": f.Mode == "canvas", "file_access": "visible",
		"url_private": s.URL() + "/files-pri/" + s.TeamID + "-" + f.ID + "/" + path.Base(f.Name),
		"permalink":   s.URL() + "/files/" + f.User + "/" + f.ID + "/" + path.Base(f.Name)}
	if f.External != "" {
		o["url_private"], o["external_type"], o["mode"] = f.External, "gdrive", "external"
	} else {
		o["url_private_download"] = s.URL() + "/files-pri/" + s.TeamID + "-" + f.ID + "/download/" + path.Base(f.Name)
	}
	channels, groups, ims, private, public := []string{}, []string{}, []string{}, obj{}, obj{}
	for id, at := range f.Channels {
		ch := s.channels[id]
		if ch == nil || !ch.sees(me) {
			continue
		}
		shares := []obj{}
		for _, ts := range at {
			shares = append(shares, obj{"ts": ts, "channel_name": ch.Name, "team_id": s.TeamID})
		}
		switch {
		case ch.IM:
			ims, private[id] = append(ims, id), shares
		case ch.Private:
			groups, private[id] = append(groups, id), shares
		default:
			channels, public[id] = append(channels, id), shares
			o["is_public"] = true
		}
	}
	slices.Sort(channels)
	slices.Sort(groups)
	slices.Sort(ims)
	o["channels"], o["groups"], o["ims"] = channels, groups, ims
	shares := obj{}
	if len(public) > 0 {
		shares["public"] = public
	}
	if len(private) > 0 {
		shares["private"] = private
	}
	o["shares"] = shares
	return o
}

// seesFile says whether somebody may see a file: its owner, the app it was given to
// in a form, and whoever sees a conversation that it is shared in.
func (s *Server) seesFile(f *file, u *user) bool {
	if f.User == u.ID {
		return true
	}
	for id := range f.Channels {
		if ch := s.channels[id]; ch != nil && ch.sees(u) && (ch.has(u.ID) || !u.Bot) {
			return true
		}
		if id == "app" && u.Bot {
			return true
		}
	}
	return false
}

// Source: API page files.getUploadURLExternal.
func filesGetUploadURL(c *call) (obj, error) {
	length, err := strconv.Atoi(c.args["length"])
	switch {
	case c.args["filename"] == "" || c.args["length"] == "":
		return nil, fail("missing_argument")
	case err != nil || length < 0:
		return nil, fail("invalid_arguments")
	case length == 0:
		return nil, fail("missing_argument")
	case length > 1<<30:
		return nil, fail("file_upload_size_restricted")
	case len(c.args["alt_txt"]) > 1000:
		return nil, fail("alt_txt_too_large")
	}
	f := c.newFile(c.me.ID, c.args["filename"])
	key := secret()
	c.uploads[key] = &upload{file: f.ID, length: length}
	return obj{"upload_url": c.URL() + "/upload/v1/" + key, "file_id": f.ID}, nil
}

func (s *Server) newFile(owner, name string) *file {
	kind := mime.TypeByExtension(path.Ext(name))
	kind, _, _ = strings.Cut(kind, ";")
	if kind == "" {
		kind = "application/octet-stream"
	}
	f := &file{ID: newID("F"), Name: name, Title: name, User: owner, Mimetype: kind, Filetype: strings.TrimPrefix(path.Ext(name), "."),
		Mode: "hosted", Created: s.Clock.Now(), Channels: map[string][]string{}}
	s.files[f.ID] = f
	s.fOrder = append(s.fOrder, f.ID)
	return f
}

// receive takes the bytes of an upload, raw or as a form.
//
// Source: page "Working with files" (POST to the upload address, raw or
// multipart; 200 means received, other answers mean failed).
func (s *Server) receive(w http.ResponseWriter, r *http.Request, key string) {
	fault := s.takeFault("upload")
	if fault != nil && fault.before(s, w, r) {
		return
	}
	var data []byte
	var err error
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		var form *multipart.Reader
		if form, err = r.MultipartReader(); err == nil {
			var part *multipart.Part
			if part, err = form.NextPart(); err == nil {
				data, err = io.ReadAll(io.LimitReader(part, 1<<30))
			}
		}
	} else {
		data, err = io.ReadAll(io.LimitReader(r.Body, 1<<30))
	}
	s.mu.Lock()
	u := s.uploads[key]
	switch {
	case err != nil || r.Method != http.MethodPost:
		s.mu.Unlock()
		http.Error(w, "invalid upload", http.StatusBadRequest)
		return
	case u == nil || u.received:
		s.mu.Unlock()
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	u.data, u.received = data, true
	s.mu.Unlock()
	if fault != nil && fault.afterwards(s, w, r) {
		return
	}
	_, _ = w.Write([]byte("OK - " + strconv.Itoa(len(data))))
}

// filesComplete ends an upload and shares it. The share is made a moment later than
// the answer: look at files.info, or wait for file_shared.
//
// Source: API page files.completeUploadExternal.
func filesComplete(c *call) (obj, error) {
	var want []struct{ ID, Title string }
	if json.Unmarshal([]byte(c.args["files"]), &want) != nil || len(want) == 0 {
		return nil, fail("invalid_arguments")
	}
	ids := list(c.args["channels"])
	if id := c.args["channel_id"]; id != "" {
		ids = append(ids, id)
	}
	if len(ids) > 100 {
		return nil, fail("channels_limit_exceeded")
	}
	var to []*channel
	for _, id := range ids {
		ch := c.channels[id]
		switch {
		case ch == nil || !ch.sees(c.me):
			return nil, fail("channel_not_found")
		case !ch.has(c.me.ID):
			return nil, fail("not_in_channel")
		case ch.Archived || ch.whyNotPost(c.me) != "":
			return nil, fail("posting_to_channel_denied")
		}
		to = append(to, ch)
	}
	blocks, err := c.blocks("message", 50)
	if err != nil {
		return nil, err
	}
	var pending []*upload
	for _, one := range want {
		var found *upload
		for _, u := range c.uploads {
			if u.file == one.ID && u.received && c.files[one.ID].User == c.me.ID {
				found = u
			}
		}
		if found == nil {
			return nil, fail("file_not_found")
		}
		pending = append(pending, found)
	}
	files, done := []string{}, []obj{}
	for i, u := range pending {
		f := c.files[u.file]
		f.Data = u.data
		if want[i].Title != "" {
			f.Title = want[i].Title
		}
		for key, other := range c.uploads {
			if other == u {
				delete(c.uploads, key)
			}
		}
		files = append(files, f.ID)
		done = append(done, obj{"id": f.ID, "title": f.Title})
	}
	for _, ch := range to {
		m := &message{User: c.me.ID, Text: c.args["initial_comment"], Blocks: blocks, Files: files}
		if c.me.Bot {
			m.BotID = c.BotID
		}
		if t := c.args["thread_ts"]; t != "" {
			if ch.find(t) != nil {
				m.Thread = t
			}
		}
		c.share(ch, m)
	}
	return obj{"files": done}, nil
}

// share puts a message with files into a channel and tells of each file.
//
// Source: event pages file_shared (only ids; the rest comes from files.info),
// message subtype file_share.
func (s *Server) share(ch *channel, m *message) {
	m.Subtype = "file_share"
	if m.BotID != "" {
		m.Subtype = ""
	}
	ts := s.ts()
	for _, id := range m.Files {
		f := s.files[id]
		f.Channels[ch.ID] = append(f.Channels[ch.ID], ts)
	}
	s.sayAt(ch, m, ts)
	for _, id := range m.Files {
		s.emit(ch, obj{"type": "file_shared", "file_id": id, "user_id": m.User, "file": obj{"id": id}, "channel_id": ch.ID})
	}
}

// known is the file of a call, if the caller may see it.
func (c *call) known() (*file, error) {
	f := c.files[c.args["file"]]
	switch {
	case f == nil || f.Gone:
		return nil, fail("file_not_found")
	case f.Deleted:
		return nil, fail("file_deleted")
	case !c.seesFile(f, c.me) && !(c.tok.Kind == "user" && (c.me.Admin || c.me.Owner) && c.shownTo(f, c.me)):
		return nil, fail("file_not_found")
	}
	return f, nil
}

func (s *Server) shownTo(f *file, u *user) bool {
	for id := range f.Channels {
		if ch := s.channels[id]; ch != nil && ch.sees(u) {
			return true
		}
	}
	return false
}

// Source: API page files.info (a file that the free plan hides keeps its name and
// loses its address).
func filesInfo(c *call) (obj, error) {
	f, err := c.known()
	if err != nil {
		return nil, err
	}
	o := c.fileJSON(f, c.me)
	if c.opts.Plan == Free && c.Clock.Now().Sub(f.Created) > freeDays*24*time.Hour {
		o["mode"] = "hidden_by_limit"
		delete(o, "url_private")
		delete(o, "url_private_download")
	}
	return obj{"file": o, "comments": []obj{}, "response_metadata": obj{"next_cursor": ""}}, nil
}

// Source: API page files.list (paged by number).
func filesList(c *call) (obj, error) {
	var seen []*file
	for _, id := range slices.Backward(c.fOrder) {
		f := c.files[id]
		if f.Deleted || f.Gone || !c.seesFile(f, c.me) || c.args["user"] != "" && f.User != c.args["user"] {
			continue
		}
		if ch := c.args["channel"]; ch != "" && len(f.Channels[ch]) == 0 {
			continue
		}
		seen = append(seen, f)
	}
	count, page := 100, 1
	if n, err := strconv.Atoi(c.args["count"]); err == nil && n > 0 {
		count = min(n, 1000)
	}
	if n, err := strconv.Atoi(c.args["page"]); err == nil && n > 0 {
		page = n
	}
	from := min((page-1)*count, len(seen))
	out := []obj{}
	for _, f := range seen[from:min(from+count, len(seen))] {
		out = append(out, c.fileJSON(f, c.me))
	}
	return obj{"files": out, "paging": obj{"count": count, "total": len(seen), "page": page, "pages": max(1, (len(seen)+count-1)/count)}}, nil
}

// filesDelete removes a file: its owner's token, or an administrator's own.
//
// Source: API page files.delete.
func filesDelete(c *call) (obj, error) {
	f, err := c.known()
	if err != nil {
		return nil, err
	}
	if f.User != c.me.ID && (c.tok.Kind == "bot" || !c.me.Admin && !c.me.Owner) {
		return nil, fail("cant_delete_file")
	}
	c.eraseFile(f)
	return nil, nil
}

// eraseFile takes a file away and tells who could see it. The messages that
// carried it stay, with a tombstone in its place.
//
// Source: event page file_deleted.
func (s *Server) eraseFile(f *file) {
	seen := s.seesFile(f, s.users[s.BotUser])
	f.Deleted, f.Data = true, nil
	if seen {
		s.emitAlways(obj{"type": "file_deleted", "file_id": f.ID})
	}
}

// download hands over the bytes of a file to a token that may see it. Others are
// sent on to a page to sign in at, which is HTML with status 200 for who follows.
//
// Source: object page "File" (url_private needs a bearer token with files:read);
// threads of the official clients on receiving HTML instead of the file.
func (s *Server) download(w http.ResponseWriter, r *http.Request, rest string) {
	fault := s.takeFault("download")
	if fault != nil && fault.before(s, w, r) {
		return
	}
	team, _, _ := strings.Cut(rest, "/")
	_, id, _ := strings.Cut(team, "-")
	s.mu.Lock()
	tok, u := s.bearer(r)
	f := s.files[id]
	may := tok != nil && u != nil && f != nil && slices.Contains(tok.Scopes, "files:read") && s.seesFile(f, u)
	gone := f == nil || f.Deleted || f.Gone
	var data []byte
	var kind string
	if may && !gone {
		data, kind = slices.Clone(f.Data), f.Mimetype
	}
	s.mu.Unlock()
	switch {
	case !may:
		http.Redirect(w, r, "/?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
		return
	case gone:
		http.NotFound(w, r)
		return
	}
	if fault != nil && fault.afterwards(s, w, r) {
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}
