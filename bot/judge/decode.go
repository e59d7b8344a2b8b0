package judge

import (
	"slices"
	"strconv"
	"time"

	"github.com/convenantbot/convenantbot/rules"
)

// The schemas of the inputs.
const (
	shareSchema  = "share/v1"
	joinSchema   = "join/v1"
	retainSchema = "retain/v1"
)

var (
	decisions = []string{"given", "refused"}
	accounts  = []string{"active", "inactive"}
)

// DecodeShare reads one question about sharing (contracts I1 to I6). The error
// is a *FieldError that names the field. When the input is wrong but its id
// could be read, the returned input has the id. Strings of the input share
// memory with the text read.
func DecodeShare(data string) (*ShareInput, error) {
	r := &reader{s: data}
	in := new(ShareInput)
	r.object([]string{"schema", "now", "region", "casus", "discloser", "purpose", "document", "agreements", "consents", "exception", "id"}, 1, func(i int) {
		switch i {
		case 0:
			r.schema(shareSchema)
		case 1:
			in.Now = r.moment()
		case 2:
			in.Region = r.id()
		case 3:
			r.casus(&in.Casus)
		case 4:
			in.Discloser = r.id()
		case 5:
			in.Purpose = r.id()
		case 6:
			r.document(&in.Document)
		case 7:
			in.Agreements = r.agreements()
		case 8:
			in.Consents = r.consents()
		case 9:
			in.Exception = r.exception()
		case 10:
			in.ID = r.id()
		}
	})
	r.end()
	r.born(&in.Casus, in.Now)
	r.among("discloser", in.Discloser, &in.Casus)
	if r.err == nil {
		for i, id := range in.Document.Affects {
			c := &in.Casus
			if c.member(id) == nil && !c.inAuthority(id) && id != c.YoungPerson.ID {
				r.err = &FieldError{Field: "document.affects[" + strconv.Itoa(i) + "]", Text: "is nobody in the casus"}
				break
			}
		}
	}
	return in, r.result()
}

// DecodeJoin reads one question about joining, as DecodeShare does.
func DecodeJoin(data string) (*JoinInput, error) {
	r := &reader{s: data}
	in := new(JoinInput)
	r.object([]string{"schema", "now", "region", "casus", "candidate", "requested_by", "agreements", "id"}, 1, func(i int) {
		switch i {
		case 0:
			r.schema(joinSchema)
		case 1:
			in.Now = r.moment()
		case 2:
			in.Region = r.id()
		case 3:
			r.casus(&in.Casus)
		case 4:
			r.candidate(&in.Candidate)
		case 5:
			in.RequestedBy = r.id()
		case 6:
			in.Agreements = r.agreements()
		case 7:
			in.ID = r.id()
		}
	})
	r.end()
	r.born(&in.Casus, in.Now)
	r.among("requested_by", in.RequestedBy, &in.Casus)
	return in, r.result()
}

// DecodeRetain reads one question about keeping, as DecodeShare does.
func DecodeRetain(data string) (*RetainInput, error) {
	r := &reader{s: data}
	in := new(RetainInput)
	r.object([]string{"schema", "now", "region", "casus", "id"}, 1, func(i int) {
		switch i {
		case 0:
			r.schema(retainSchema)
		case 1:
			in.Now = r.moment()
		case 2:
			in.Region = r.id()
		case 3:
			r.keeping(&in.Casus)
		case 4:
			in.ID = r.id()
		}
	})
	r.end()
	if r.err == nil {
		r.err = in.Casus.check()
	}
	return in, r.result()
}

// check is R7: a casus that is closed says when, and an open one is not closed.
func (k *Keeping) check() *FieldError {
	switch {
	case (k.Status == "closed" || k.Status == "archived") && k.ClosedAt == nil:
		return &FieldError{Field: "casus.closed_at", Text: "must be given for a casus that is " + k.Status}
	case k.Status == "archived" && k.ArchivedAt == nil:
		return &FieldError{Field: "casus.archived_at", Text: "must be given for a casus that is archived"}
	case k.Status == "open" && k.ClosedAt != nil:
		return &FieldError{Field: "casus.closed_at", Text: "must be null for a casus that is open"}
	}
	return nil
}

// result is the first error, as an error that is nil when there is none.
func (r *reader) result() error {
	if r.err == nil {
		return nil
	}
	return r.err
}

func (r *reader) schema(want string) {
	if got := r.text(); r.err == nil && got != want {
		r.fail("must be " + want)
	}
}

// id reads text that may not be empty.
func (r *reader) id() string {
	s := r.text()
	if r.err == nil && s == "" {
		r.fail("must not be empty")
	}
	return s
}

func (r *reader) oneOf(values []string) string {
	s := r.text()
	if r.err != nil {
		return ""
	}
	for _, v := range values {
		if v == s {
			return v
		}
	}
	r.fail("must be one of " + listed(values))
	return ""
}

func listed(values []string) string {
	var b []byte
	for i, v := range values {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, v...)
	}
	return string(b)
}

func (r *reader) ids() []string { return r.texts(nil) }

// texts reads a list of ids, or of the values given.
func (r *reader) texts(values []string) []string {
	out := []string{}
	r.list(func(int) {
		if values == nil {
			out = append(out, r.id())
		} else {
			out = append(out, r.oneOf(values))
		}
	})
	return out
}

func (r *reader) moment() time.Time {
	s := r.text()
	if r.err != nil {
		return time.Time{}
	}
	t, err := ParseMoment(s)
	if err != nil {
		r.fail(err.Error())
	}
	return t
}

// momentOr reads a moment or null.
func (r *reader) momentOr() *time.Time {
	if r.null() {
		return nil
	}
	t := r.moment()
	return &t
}

// dateOr reads a date or null.
func (r *reader) dateOr() *Date {
	if r.null() {
		return nil
	}
	s := r.text()
	if r.err != nil {
		return nil
	}
	d, err := ParseDate(s)
	if err != nil {
		r.fail(err.Error())
	}
	return &d
}

func (r *reader) casus(c *Casus) {
	r.object([]string{"ref", "kind", "phase", "status", "young_person", "authority", "authority_conflict", "members"}, 0, func(i int) {
		switch i {
		case 0:
			c.Ref = r.id()
		case 1:
			c.Kind = r.oneOf(rules.CasusKinds)
		case 2:
			c.Phase = r.oneOf(rules.Phases)
		case 3:
			c.Status = r.oneOf(rules.Statuses)
		case 4:
			r.youngPerson(&c.YoungPerson)
		case 5:
			r.list(func(int) {
				var p Person
				r.object([]string{"id"}, 0, func(int) {
					p.ID = r.id()
					if r.err == nil && c.inAuthority(p.ID) {
						r.fail("stands twice")
					}
				})
				c.Authority = append(c.Authority, p)
			})
		case 6:
			c.AuthorityConflict = r.boolean()
		case 7:
			c.Members = make([]Member, 0, 8)
			r.list(func(int) { r.oneMember(c) })
		}
	})
}

func (r *reader) youngPerson(y *YoungPerson) {
	r.object([]string{"id", "born", "lacks_capacity", "school"}, 0, func(i int) {
		switch i {
		case 0:
			y.ID = r.id()
		case 1:
			y.Born = r.dateOr()
		case 2:
			y.LacksCapacity = r.boolean()
		case 3:
			if !r.null() {
				y.School = r.id()
			}
		}
	})
}

var memberFields = []string{"id", "role", "organisation", "sector", "party", "involved"}

func (r *reader) oneMember(c *Casus) {
	var m Member
	seen := r.object(memberFields, 4, func(i int) {
		switch i {
		case 0:
			m.ID = r.id()
			if r.err == nil && c.member(m.ID) != nil {
				r.fail("stands twice")
			}
		case 1:
			m.Role = r.oneOf(rules.Roles)
		case 2:
			m.Organisation = r.id()
		case 3:
			m.Sector = r.oneOf(rules.Sectors)
		case 4:
			m.Party = r.boolean()
		case 5:
			m.Involved = r.boolean()
		}
	})
	r.byRole(m.Role, memberFields, 2, seen)
	c.Members = append(c.Members, m)
}

// byRole complains when a professional lacks one of the fields from the index
// on, or when anyone else has one (I3).
func (r *reader) byRole(role string, fields []string, from int, seen uint32) {
	if r.err != nil {
		return
	}
	for i := from; i < len(fields); i++ {
		switch has := seen>>i&1 == 1; {
		case role == "professional" && !has:
			r.failAt(fields[i], "is missing")
		case role != "professional" && has:
			r.failAt(fields[i], "is only for a professional")
		}
	}
}

func (r *reader) document(d *Document) {
	r.object([]string{"name", "kinds", "affects", "text"}, 0, func(i int) {
		switch i {
		case 0:
			d.Name = r.text()
		case 1:
			d.Kinds = r.texts(rules.DataKinds)
		case 2:
			d.Affects = r.ids()
		case 3:
			d.Text = r.text()
		}
	})
}

func (r *reader) agreements() []Agreement {
	out := []Agreement{}
	r.list(func(int) {
		var a Agreement
		r.object([]string{"giver", "decision", "covers", "given_at", "withdrawn_at"}, 0, func(i int) {
			switch i {
			case 0:
				a.Giver = r.id()
			case 1:
				a.Decision = r.oneOf(decisions)
			case 2:
				a.Covers = r.ids()
			case 3:
				a.GivenAt = r.moment()
			case 4:
				a.WithdrawnAt = r.momentOr()
			}
		})
		out = append(out, a)
	})
	return out
}

func (r *reader) consents() []Consent {
	out := []Consent{}
	r.list(func(int) {
		var c Consent
		r.object([]string{"id", "giver", "decision", "discloser", "recipients", "kinds", "purpose", "given_at", "expires_at", "withdrawn_at"}, 0, func(i int) {
			switch i {
			case 0:
				c.ID = r.id()
			case 1:
				c.Giver = r.id()
			case 2:
				c.Decision = r.oneOf(decisions)
			case 3:
				c.Discloser = r.id()
			case 4:
				c.Recipients = r.ids()
			case 5:
				c.Kinds = r.texts(rules.DataKinds)
			case 6:
				c.Purpose = r.id()
			case 7:
				c.GivenAt = r.moment()
			case 8:
				c.ExpiresAt = r.momentOr()
			case 9:
				c.WithdrawnAt = r.momentOr()
			}
		})
		out = append(out, c)
	})
	return out
}

func (r *reader) exception() *Exception {
	if r.null() {
		return nil
	}
	x := new(Exception)
	r.object([]string{"code", "reason", "approved_by", "recipients"}, 0, func(i int) {
		switch i {
		case 0:
			x.Code = r.oneOf(rules.ExceptionCodes)
		case 1:
			x.Reason = r.text()
		case 2:
			x.ApprovedBy = r.text()
		case 3:
			x.Recipients = r.ids()
		}
	})
	return x
}

var candidateFields = []string{"id", "role", "account", "organisation", "sector", "function", "task", "accession", "involved"}

func (r *reader) candidate(c *Candidate) {
	seen := r.object(candidateFields, 6, func(i int) {
		switch i {
		case 0:
			c.ID = r.id()
		case 1:
			c.Role = r.oneOf(rules.Roles)
		case 2:
			c.Account = r.oneOf(accounts)
		case 3:
			c.Organisation = r.id()
		case 4:
			c.Sector = r.oneOf(rules.Sectors)
		case 5:
			c.Function = r.text()
		case 6:
			if !r.null() {
				c.Task = r.text()
			}
		case 7:
			if !r.null() {
				r.object([]string{"signed_at", "announced_at"}, 0, func(i int) {
					if i == 0 {
						c.Accession.SignedAt = r.dateOr()
					} else {
						c.Accession.AnnouncedAt = r.dateOr()
					}
				})
			}
		case 8:
			c.Involved = r.boolean()
		}
	})
	r.byRole(c.Role, candidateFields, 3, seen)
}

func (r *reader) keeping(k *Keeping) {
	r.object([]string{"ref", "kind", "status", "opened_at", "last_activity_at", "closed_at", "extended_until", "archived_at",
		"erasure_announced_at", "handovers", "holds", "erasure_requested_at"}, 0, func(i int) {
		switch i {
		case 0:
			k.Ref = r.id()
		case 1:
			k.Kind = r.oneOf(rules.CasusKinds)
		case 2:
			k.Status = r.oneOf(rules.Statuses)
		case 3:
			k.OpenedAt = r.moment()
		case 4:
			k.LastActivityAt = r.moment()
		case 5:
			k.ClosedAt = r.momentOr()
		case 6:
			k.ExtendedUntil = r.momentOr()
		case 7:
			k.ArchivedAt = r.momentOr()
		case 8:
			k.ErasureAnnouncedAt = r.momentOr()
		case 9:
			r.list(func(int) {
				var h Handover
				r.object([]string{"organisation", "confirmed_at"}, 0, func(i int) {
					if i == 0 {
						h.Organisation = r.id()
					} else {
						h.ConfirmedAt = r.momentOr()
					}
				})
				k.Handovers = append(k.Handovers, h)
			})
		case 10:
			r.list(func(int) {
				var h Hold
				r.object([]string{"id", "placed_at", "released_at"}, 0, func(i int) {
					switch i {
					case 0:
						h.ID = r.id()
					case 1:
						h.PlacedAt = r.moment()
					case 2:
						h.ReleasedAt = r.momentOr()
					}
				})
				k.Holds = append(k.Holds, h)
			})
		case 11:
			k.ErasureRequestedAt = r.momentOr()
		}
	})
}

// born complains about a birthday after now, by the day it is in Amsterdam.
func (r *reader) born(c *Casus, now time.Time) {
	if r.err == nil && c.YoungPerson.Born != nil && c.YoungPerson.Born.After(DateOf(now)) {
		r.err = &FieldError{Field: "casus.young_person.born", Text: "lies after now"}
	}
}

// among complains when nobody in the room has the id.
func (r *reader) among(field, id string, c *Casus) {
	if r.err == nil && !slices.ContainsFunc(c.Members, func(m Member) bool { return m.ID == id }) {
		r.err = &FieldError{Field: field, Text: "is not among the members"}
	}
}
