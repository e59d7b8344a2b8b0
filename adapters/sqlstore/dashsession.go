package sqlstore

import (
	"errors"
	"time"

	"github.com/convenantbot/convenantbot/bot"
)

func (t *tx) sessionHash(token string) (string, error) {
	if token == "" {
		return "", bot.ErrNotFound
	}
	return t.store.install.Lookup("session", token)
}

// AddSession implements bot.Sessions.
func (t *tx) AddSession(s bot.Session) error {
	if s.Token == "" {
		return &bot.InvalidError{Field: "session", Reason: "no token"}
	}
	hash, err := t.sessionHash(s.Token)
	if err != nil {
		return wrap("add session", err)
	}
	s.Token = ""
	expires := micro(s.Expires)
	sealed, err := t.sealJSON(place("sessions", installation, hash, digits(expires)), s)
	if err != nil {
		return wrap("add session", err)
	}
	return t.one(exists("session", ""), `INSERT INTO sessions (hash, seen, expires, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		hash, micro(s.SeenAt), expires, sealed)
}

// Session implements bot.Sessions.
func (t *tx) Session(token string, now time.Time) (bot.Session, error) {
	hash, err := t.sessionHash(token)
	if err != nil {
		return bot.Session{}, wrap("read session", err)
	}
	var seen, expires int64
	var sealed []byte
	if err := t.row(`SELECT seen, expires, sealed FROM sessions WHERE hash = $1`, hash).Scan(&seen, &expires, &sealed); err != nil {
		return bot.Session{}, wrap("read session", err)
	}
	if expires <= micro(now) {
		return bot.Session{}, wrap("read session", bot.ErrNotFound)
	}
	var s bot.Session
	err = t.openJSON(place("sessions", installation, hash, digits(expires)), sealed, &s)
	s.SeenAt = moment(seen)
	return s, wrap("read session", err)
}

// TouchSession implements bot.Sessions.
func (t *tx) TouchSession(token string, at time.Time) error {
	hash, err := t.sessionHash(token)
	if err != nil {
		return wrap("touch session", err)
	}
	return wrap("touch session", t.one(bot.ErrNotFound, `UPDATE sessions SET seen = $2 WHERE hash = $1`, hash, micro(at)))
}

// EndSession implements bot.Sessions.
func (t *tx) EndSession(token string) error {
	if token == "" {
		return nil
	}
	hash, err := t.sessionHash(token)
	if err != nil {
		return wrap("end session", err)
	}
	_, err = t.exec(`DELETE FROM sessions WHERE hash = $1`, hash)
	return wrap("end session", err)
}

// EndProofs implements bot.Sessions.
func (t *tx) EndProofs(name string, at, expires time.Time) error {
	if name == "" {
		return &bot.InvalidError{Field: "proof", Reason: "no name"}
	}
	hash, err := t.store.install.Lookup("proof", name)
	if err != nil {
		return wrap("end proofs", err)
	}
	_, err = t.exec(`INSERT INTO signed_out (hash, at, expires) VALUES ($1, $2, $3) ON CONFLICT (hash) DO UPDATE SET
		at = CASE WHEN excluded.at > signed_out.at THEN excluded.at ELSE signed_out.at END,
		expires = CASE WHEN excluded.expires > signed_out.expires THEN excluded.expires ELSE signed_out.expires END`, hash, micro(at), micro(expires))
	return wrap("end proofs", err)
}

// ProofsEnded implements bot.Sessions.
func (t *tx) ProofsEnded(name string) (time.Time, error) {
	if name == "" {
		return time.Time{}, nil
	}
	hash, err := t.store.install.Lookup("proof", name)
	if err != nil {
		return time.Time{}, wrap("read ended proofs", err)
	}
	var at int64
	switch err := t.row(`SELECT at FROM signed_out WHERE hash = $1`, hash).Scan(&at); {
	case errors.Is(err, bot.ErrNotFound):
		return time.Time{}, nil
	case err != nil:
		return time.Time{}, wrap("read ended proofs", err)
	}
	return moment(at), nil
}

// SaveAdopted implements bot.Adoptions.
func (t *tx) SaveAdopted(a bot.Adopted) error {
	if a.Rule == "" {
		return &bot.InvalidError{Field: "rule", Reason: "no code"}
	}
	var version int64
	if err := t.row(`SELECT COALESCE(MAX(version), 0) + 1 FROM adoptions WHERE rule = $1`, a.Rule).Scan(&version); err != nil {
		return wrap("save adoption", err)
	}
	sealed, err := t.sealJSON(place("adoptions", installation, a.Rule, digits(version)), a)
	if err != nil {
		return wrap("save adoption", err)
	}
	_, err = t.exec(`INSERT INTO adoptions (rule, version, sealed) VALUES ($1, $2, $3)
		ON CONFLICT (rule) DO UPDATE SET version = excluded.version, sealed = excluded.sealed`, a.Rule, version, sealed)
	return wrap("save adoption", err)
}

// Adopted implements bot.Adoptions.
func (t *tx) Adopted() ([]bot.Adopted, error) {
	var all []bot.Adopted
	err := t.rows(`SELECT rule, version, sealed FROM adoptions ORDER BY rule`, nil, func(scan func(...any) error) error {
		var rule string
		var version int64
		var sealed []byte
		if err := scan(&rule, &version, &sealed); err != nil {
			return err
		}
		var a bot.Adopted
		err := t.openJSON(place("adoptions", installation, rule, digits(version)), sealed, &a)
		all = append(all, a)
		return err
	})
	return all, wrap("list adoptions", err)
}

// AddProposal implements bot.Adoptions.
func (t *tx) AddProposal(p bot.PlanProposal) error {
	if p.ID == "" || p.Organisation == "" {
		return &bot.InvalidError{Field: "proposal", Reason: "no id or organisation"}
	}
	expires := micro(p.Expires)
	sealed, err := t.sealJSON(place("proposals", installation, p.ID, string(p.Organisation), digits(expires)), p)
	if err != nil {
		return wrap("add proposal", err)
	}
	return t.one(exists("proposal", p.ID), `INSERT INTO proposals (id, organisation, expires, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		p.ID, string(p.Organisation), expires, sealed)
}

// Proposals implements bot.Adoptions.
func (t *tx) Proposals(org bot.OrgID, now time.Time) ([]bot.PlanProposal, error) {
	var all []bot.PlanProposal
	err := t.rows(`SELECT id, organisation, expires, sealed FROM proposals WHERE organisation = $1 AND expires > $2 ORDER BY expires, id`,
		[]any{string(org), micro(now)}, func(scan func(...any) error) error {
			var id, of string
			var expires int64
			var sealed []byte
			if err := scan(&id, &of, &expires, &sealed); err != nil {
				return err
			}
			var p bot.PlanProposal
			err := t.openJSON(place("proposals", installation, id, of, digits(expires)), sealed, &p)
			all = append(all, p)
			return err
		})
	return all, wrap("list proposals", err)
}

// DropProposal implements bot.Adoptions.
func (t *tx) DropProposal(id string) error {
	return wrap("drop proposal", t.one(bot.ErrNotFound, `DELETE FROM proposals WHERE id = $1`, id))
}
