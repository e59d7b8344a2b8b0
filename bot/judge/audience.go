package judge

// audience is who would see what the discloser posts.
type audience struct {
	// outside: somebody in the room is no party, or not involved (A3).
	outside bool
	// orgs are the recipient organisations, each once: those of the other
	// professionals, except colleagues of the same organisation in the same
	// sector (A4). A colleague in another sector is a recipient.
	orgs []string
	// members are the professionals behind orgs.
	members []*Member
	// all are the organisations of every professional, the discloser's own
	// included, each once (A5).
	all []string
	// readers are the parents and supporters in the room.
	readers []string
	// family: a parent, a supporter or the young person is in the room.
	family bool
}

func audienceOf(c *Casus, discloser *Member) audience {
	var a audience
	backing := make([]string, 3*len(c.Members))
	n := len(c.Members)
	a.orgs, a.all, a.readers = backing[:0:n], backing[n:n:2*n], backing[2*n:2*n:3*n]
	a.members = make([]*Member, 0, n)
	for i := range c.Members {
		m := &c.Members[i]
		if m.Role != "professional" {
			a.family = true
			if m.Role != "young_person" {
				a.readers = append(a.readers, m.ID)
			}
			continue
		}
		if !m.Party || !m.Involved {
			a.outside = true
		}
		a.all = addOnce(a.all, m.Organisation)
		if m.Organisation == discloser.Organisation && m.Sector == discloser.Sector {
			continue
		}
		a.orgs = addOnce(a.orgs, m.Organisation)
		a.members = append(a.members, m)
	}
	return a
}

// readersAreRecipients says for which kinds parents and supporters must be
// named too: where the young person alone decides, health from any sector and
// every kind from those with a duty of secrecy (A4).
func readersAreRecipients(age band, lacksCapacity bool, sector, kind string) bool {
	if age < from16 || lacksCapacity {
		return false
	}
	return kind == "health" || keepsSecret(sector)
}

// keepsSecret reports whether the sector shares nothing without consent.
func keepsSecret(sector string) bool {
	return sector == "youth_care" || sector == "youth_health" || sector == "neighbourhood_team"
}

func addOnce(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}
