package render

import (
	"bytes"
	"errors"
	"testing"
)

// What comes back from another program is no more trusted than what went in.
func FuzzPointsOfAPage(f *testing.F) {
	for _, s := range []string{"P6\n1 1\n255\nabc", "P6\n2 2\n255\nabc", "P6\n1501 1501\n255\n", "P6\n-1 -1\n255\n", "P6\n99999999999 1\n255\n", "P6 1 1 255 abc", "P6\n1\n1 255\nabc", "P5\n1 1\n255\na", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := readPPM(data)
		if err != nil {
			if m != nil || !errors.Is(err, Unreadable) {
				t.Errorf("%q: %v with a picture", data, err)
			}
			return
		}
		if n := m.Bounds().Dx() * m.Bounds().Dy(); 3*n > len(data) || n > (longSide+1)*(longSide+1) {
			t.Errorf("%q becomes %v", data, m.Bounds())
		}
	})
}

func FuzzWhatAChildSays(f *testing.F) {
	for _, s := range []string{`{"type":"text/html","pages":1,"size":2}` + "\nab", `{"type":"text/javascript","pages":1,"size":1}` + "\na", `{"type":"image/png","pages":-1,"size":0}` + "\n", `{"reason":"no_pdf","size":1}` + "\na", `{"reason":"<script>"}` + "\n", "\n", "", "{}", `{"type":"image/jpeg","pages":1e9,"size":0}` + "\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := bounded{b: *bytes.NewBuffer(data)}
		s, err := o.sheet()
		if err != nil {
			if len(s.Body) > 0 || !errors.Is(err, Unreadable) && !errors.Is(err, NoPDF) {
				t.Errorf("%q: %v with %d bytes", data, err, len(s.Body))
			}
			return
		}
		if s.Type != "text/html" && s.Type != "image/png" && s.Type != "image/jpeg" || s.Pages < 1 || s.Pages > maxPages || len(s.Body) > len(data) {
			t.Errorf("%q is taken as %s of %d pages", data, s.Type, s.Pages)
		}
	})
}
