package stories

import "testing"

func (h *house) killed(t *testing.T) {}
