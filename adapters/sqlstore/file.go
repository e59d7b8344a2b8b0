package sqlstore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

type fileRow struct {
	id, casus          string
	pos, at            int64
	state              string
	expiresAt, version int64
	clear              string
	sealed             []byte
}

// fileSecret is what is sealed of a file.
type fileSecret struct {
	Poster   bot.PersonID
	Account  bot.UserID
	Name     string
	Hash     string
	Kinds    []bot.DataKind
	Affects  []bot.PersonID
	Absence  bot.Absence
	Text     string
	RestsOn  []string
	Decision bot.DecisionID
	For      []bot.PersonID `json:",omitempty"`
}

const fileColumns = `id, casus, pos, at, state, expires_at, version, clear, sealed`

func (r *fileRow) scan(scan func(...any) error) error {
	return scan(&r.id, &r.casus, &r.pos, &r.at, &r.state, &r.expiresAt, &r.version, &r.clear, &r.sealed)
}

func (r *fileRow) place() seal.Place {
	return place("files", scope(bot.Ref(r.casus)), r.id, r.casus, digits(r.pos), digits(r.at), r.state, digits(r.expiresAt), digits(r.version), r.clear)
}

func (t *tx) openFile(r fileRow) (bot.File, error) {
	var f bot.File
	if err := json.Unmarshal([]byte(r.clear), &f); err != nil {
		return f, fmt.Errorf("decode file: it is not of this version")
	}
	var s fileSecret
	if err := t.openJSON(r.place(), r.sealed, &s); err != nil {
		return bot.File{}, err
	}
	f.Poster, f.Account, f.Name, f.Hash, f.Kinds, f.Affects, f.Absence, f.Text, f.RestsOn, f.Decision, f.For =
		s.Poster, s.Account, s.Name, s.Hash, s.Kinds, s.Affects, s.Absence, s.Text, s.RestsOn, s.Decision, s.For
	return f, nil
}

func (t *tx) sealFile(f bot.File, pos, version int64) (fileRow, error) {
	s := fileSecret{f.Poster, f.Account, f.Name, f.Hash, f.Kinds, f.Affects, f.Absence, f.Text, f.RestsOn, f.Decision, f.For}
	f.Poster, f.Account, f.Name, f.Hash, f.Kinds, f.Affects, f.Absence, f.Text, f.RestsOn, f.Decision, f.For = "", "", "", "", nil, nil, "", "", nil, "", nil
	clear, err := clearJSON(f)
	if err != nil {
		return fileRow{}, err
	}
	r := fileRow{id: string(f.ID), casus: string(f.Casus), pos: pos, at: micro(f.At), state: string(f.State), expiresAt: micro(f.ExpiresAt), version: version, clear: clear}
	r.sealed, err = t.sealJSON(r.place(), s)
	return r, err
}

// AddFile implements bot.Files.
func (t *tx) AddFile(f bot.File) error {
	if f.ID == "" {
		return &bot.InvalidError{Field: "file", Reason: "no id"}
	}
	if err := t.known(f.Casus); err != nil {
		return wrap("add file", err)
	}
	pos, err := t.next("files", f.Casus)
	if err != nil {
		return wrap("add file", err)
	}
	r, err := t.sealFile(f, pos, 1)
	if err != nil {
		return wrap("add file", err)
	}
	if err := t.one(exists("file", r.id), `INSERT INTO files (`+fileColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		r.id, r.casus, r.pos, r.at, r.state, r.expiresAt, r.version, r.clear, r.sealed); err != nil {
		return err
	}
	t.wrote("files", r.id, 1, f.Casus)
	return nil
}

// File implements bot.Files.
func (t *tx) File(id bot.FileID) (bot.File, error) {
	var r fileRow
	if err := r.scan(t.row(`SELECT `+fileColumns+` FROM files WHERE id = $1`, string(id)).Scan); err != nil {
		return bot.File{}, wrap("read file", err)
	}
	f, err := t.openFile(r)
	return f, wrap("read file", err)
}

// FilesOf implements bot.Files.
func (t *tx) FilesOf(ref bot.Ref) ([]bot.File, error) {
	if err := t.there(ref); err != nil {
		return nil, wrap("list files", err)
	}
	if _, err := t.key(scope(ref)); err != nil {
		return nil, wrap("list files", err)
	}
	return t.files(`SELECT `+fileColumns+` FROM files WHERE casus = $1 ORDER BY at, pos`, string(ref))
}

// FilesWaiting implements bot.Files.
func (t *tx) FilesWaiting(state bot.FileState, until time.Time, limit int) ([]bot.File, error) {
	query, args := `SELECT `+fileColumns+` FROM files WHERE state = $1 AND expires_at <= $2 ORDER BY expires_at, id`, []any{string(state), micro(until)}
	if limit > 0 {
		query, args = query+` LIMIT $3`, append(args, limit)
	}
	return t.files(query, args...)
}

// files reads all rows before it opens them: opening needs the transaction.
func (t *tx) files(query string, args ...any) ([]bot.File, error) {
	var rows []fileRow
	err := t.rows(query, args, func(scan func(...any) error) error {
		var r fileRow
		err := r.scan(scan)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, wrap("list files", err)
	}
	var all []bot.File
	for _, r := range rows {
		f, err := t.openFile(r)
		if err != nil {
			return nil, wrap("list files", err)
		}
		all = append(all, f)
	}
	return all, nil
}

// SaveFile implements bot.Files.
func (t *tx) SaveFile(f bot.File) error {
	if err := t.known(f.Casus); err != nil {
		return wrap("save file", err)
	}
	var casus string
	var pos, version int64
	if err := t.row(`SELECT casus, pos, version FROM files WHERE id = $1`+t.store.dialect.lockRow(), string(f.ID)).Scan(&casus, &pos, &version); err != nil {
		return wrap("save file", err)
	}
	if casus != string(f.Casus) {
		return fmt.Errorf("save file %s: it is of another casus: %w", f.ID, bot.ErrConflict)
	}
	r, err := t.sealFile(f, pos, version+1)
	if err != nil {
		return wrap("save file", err)
	}
	if err := t.one(bot.ErrNotFound, `UPDATE files SET at = $2, state = $3, expires_at = $4, version = $5, clear = $6, sealed = $7 WHERE id = $1`,
		r.id, r.at, r.state, r.expiresAt, r.version, r.clear, r.sealed); err != nil {
		return wrap("save file", err)
	}
	t.wrote("files", r.id, r.version, f.Casus)
	return nil
}
