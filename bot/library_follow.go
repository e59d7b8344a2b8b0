package bot

import (
	"context"
	"errors"
	"time"
)

// followLibraryEvery is how often a copy looks by itself whether the region's
// documents changed. Questions look each time; this only has the index ready
// before one comes.
const followLibraryEvery = 30 * time.Second

// keepLibrary follows the region's documents until ctx ends: at the start, when
// another copy says that they changed, and once in a while because nobody may
// have said so.
func (b *Bot) keepLibrary(ctx context.Context) {
	f, ok := b.Library.(Follower)
	if !ok {
		return
	}
	tick := time.NewTicker(followLibraryEvery)
	defer tick.Stop()
	for {
		// Another process at the same folder does it for us.
		if err := f.Follow(ctx); err != nil && ctx.Err() == nil && !errors.Is(err, ErrBusy) {
			b.Log.Error("the documents of the region could not be brought up to date; nothing that was taken out is quoted", "error", err)
		}
		select {
		case <-b.others.shelf:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// tellLibrary has the other copies look at the documents now.
func (b *Bot) tellLibrary() {
	if b.Coordination != nil {
		raise(b.others.library)
	}
}
