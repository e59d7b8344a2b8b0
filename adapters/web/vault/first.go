package vault

import (
	"slices"
	"sync"

	"github.com/convenantbot/convenantbot/internal/render"
)

// maxFirst is how many sheets wait to be fetched, and how many bytes they have
// together.
const (
	maxFirst      = 16
	maxFirstBytes = 8 << 20
)

// firsts keeps the first sheet of a document between its page, which had to draw it
// to know what there is, and the picture that the page asks for a moment later.
// Whoever takes it is judged again.
type firsts struct {
	mu  sync.Mutex
	all []firstSheet
}

type firstSheet struct {
	session string
	sheet   render.Sheet
}

// put keeps a sheet; the oldest make way. One that is too large is not kept.
func (f *firsts) put(session string, s render.Sheet) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.all = append(slices.DeleteFunc(f.all, func(o firstSheet) bool { return o.session == session }), firstSheet{session, s})
	bytes := 0
	for _, o := range f.all {
		bytes += len(o.sheet.Body)
	}
	for len(f.all) > 0 && (len(f.all) > maxFirst || bytes > maxFirstBytes) {
		bytes -= len(f.all[0].sheet.Body)
		f.all = slices.Delete(f.all, 0, 1)
	}
}

// take gives a sheet out, once.
func (f *firsts) take(session string) (render.Sheet, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.all, func(o firstSheet) bool { return o.session == session })
	if i < 0 {
		return render.Sheet{}, false
	}
	s := f.all[i].sheet
	f.all = slices.Delete(f.all, i, i+1)
	return s, true
}
