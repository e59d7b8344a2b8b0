package bot

// recalling reads each person and each organisation once in a view, for work
// that meets the same ones in thousands of casussen.
type recalling struct {
	Tx
	people map[PersonID]found[Person]
	orgs   map[OrgID]found[Organisation]
}

type found[T any] struct {
	value T
	err   error
}

func recall(tx Tx) *recalling {
	return &recalling{Tx: tx, people: map[PersonID]found[Person]{}, orgs: map[OrgID]found[Organisation]{}}
}

func (r *recalling) Person(id PersonID) (Person, error) {
	f, ok := r.people[id]
	if !ok {
		f.value, f.err = r.Tx.Person(id)
		r.people[id] = f
	}
	return f.value, f.err
}

func (r *recalling) Organisation(id OrgID) (Organisation, error) {
	f, ok := r.orgs[id]
	if !ok {
		f.value, f.err = r.Tx.Organisation(id)
		r.orgs[id] = f
	}
	return f.value, f.err
}
