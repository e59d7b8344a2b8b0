package bot

import "time"

// Circle is who usually sits together in one kind of casusoverleg of an
// organisation, for instance the zorgteam of a school. It is a template for new
// casussen and is about no young person. Whether each of them may join is
// decided again for every casus.
type Circle struct {
	ID           string
	Organisation OrgID
	Name         string // what people of the organisation call it
	Kind         Kind
	Purpose      string // in one sentence, as proposed for a new casus
	Coordinator  PersonID
	Members      []PersonID
	SavedBy      PersonID
	SavedAt      time.Time
}

// Circles keeps the circles of organisations.
type Circles interface {
	// SaveCircle adds or replaces a circle. One of another organisation with this
	// ID is ErrConflict.
	SaveCircle(c Circle) error
	Circle(id string) (Circle, error)
	// CirclesOf lists the circles of an organisation, ordered by ID.
	CirclesOf(org OrgID) ([]Circle, error)
	// DropCircle removes a circle; dropping what is not there is no error.
	DropCircle(id string) error
}
