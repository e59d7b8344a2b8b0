package judge

// FieldError says which field of an input is wrong and why. Field is a path
// such as casus.members[1].sector, empty for the input as a whole. It never
// repeats what stood in the field.
type FieldError struct {
	Field string
	Text  string
}

func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Text
	}
	return e.Field + ": " + e.Text
}
