package bot

import (
	"context"
	"sync"
	"time"
)

const (
	// dispatched is how many jobs that were pointed out are done at a time.
	dispatched = 8
	// hinted is how many hints are kept; whoever has more waits until there is room.
	hinted = 256
	// hintPause is how long a hint waits whose casus was at work elsewhere, and
	// hintTries how often it does before it is left to whoever looks for themselves.
	hintPause = 200 * time.Millisecond
	hintTries = 20
)

// hint points at a job that may be due. The store says whether it is.
type hint struct {
	id    string
	over  func() // called once when there is nothing more to do for it; may be nil
	tries int
}

func (h hint) end() {
	if h.over != nil {
		h.over()
	}
}

// dispatch does jobs that were pointed out, without looking through all of them
// as a worker does that nobody told anything. How much it keeps is bounded.
type dispatch struct {
	room  chan struct{} // one for each hint that is kept
	slots chan struct{} // one for each job being done

	mu     sync.Mutex
	queue  []hint        // to be looked at
	later  []hint        // whose casus was busy
	awake  chan struct{} // something changed
	retire bool          // no more hints are taken
}

func newDispatch() *dispatch {
	return &dispatch{room: make(chan struct{}, hinted), slots: make(chan struct{}, dispatched), awake: make(chan struct{}, 1), retire: true}
}

// offer takes a hint, or reports that there is no room for it or nobody who works.
func (d *dispatch) offer(h hint) bool {
	select {
	case d.room <- struct{}{}:
		return d.push(h)
	default:
		return false
	}
}

// put takes a hint as soon as there is room.
func (d *dispatch) put(ctx context.Context, h hint) bool {
	select {
	case d.room <- struct{}{}:
		return d.push(h)
	case <-ctx.Done():
		return false
	}
}

func (d *dispatch) push(h hint) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.retire {
		<-d.room
		return false
	}
	d.queue = append(d.queue, h)
	raise(d.awake)
	return true
}

// over ends a hint.
func (d *dispatch) over(h hint) {
	<-d.room
	h.end()
}

// take hands out at most n hints to look at.
func (d *dispatch) take(n int) []hint {
	d.mu.Lock()
	defer d.mu.Unlock()
	n = min(n, len(d.queue))
	out := d.queue[:n:n]
	if d.queue = d.queue[n:]; len(d.queue) == 0 {
		d.queue = nil
	}
	return out
}

// wait puts a hint aside until something was done; one that waited often is let go.
func (d *dispatch) wait(h hint) {
	if h.tries++; h.tries >= hintTries {
		d.over(h)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.later = append(d.later, h)
}

// again lets everything that waited be looked at.
func (d *dispatch) again() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.later) > 0 {
		d.queue, d.later = append(d.queue, d.later...), nil
		raise(d.awake)
	}
}

// close takes no more hints and forgets those it has; the store has the jobs.
func (d *dispatch) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.retire = true
	for range len(d.queue) + len(d.later) {
		<-d.room
	}
	d.queue, d.later = nil, nil
}

// dispatch does what was pointed out until ctx ends, and then waits for what is
// being done.
func (b *Bot) dispatch(ctx context.Context) {
	d := b.hints
	d.mu.Lock()
	d.retire = false
	d.mu.Unlock()
	var group sync.WaitGroup
	defer group.Wait()
	defer d.close()
	tick := time.NewTicker(hintPause)
	defer tick.Stop()
	for {
		select {
		case d.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		free := 1
		for ; free < dispatched; free++ {
			select {
			case d.slots <- struct{}{}:
				continue
			default:
			}
			break
		}
		used := b.dispatchOnce(ctx, d.take(free), &group)
		for range free - used {
			<-d.slots
		}
		if used > 0 {
			continue
		}
		select {
		case <-d.awake:
		case <-tick.C:
			d.again()
		case <-ctx.Done():
			return
		}
	}
}

// dispatchOnce starts the jobs that hints point at, each in a slot that is taken
// already, and returns how many.
func (b *Bot) dispatchOnce(ctx context.Context, hints []hint, group *sync.WaitGroup) (started int) {
	if len(hints) == 0 {
		return 0
	}
	d := b.hints
	ids := make([]string, len(hints))
	for i, h := range hints {
		ids[i] = h.id
	}
	jobs, busy, err := b.Store.ClaimThese(ctx, ids, b.Now(), jobLease)
	if err != nil {
		if ctx.Err() == nil {
			b.Log.Error("no job could be claimed", "error", err)
		}
		for _, h := range hints {
			d.over(h) // whoever looks for themselves finds it
		}
		return 0
	}
	named := map[string]hint{}
	for _, h := range hints {
		named[h.id] = h
	}
	for _, job := range jobs {
		h, asked := named[job.ID]
		delete(named, job.ID)
		group.Go(func() {
			defer func() {
				if asked {
					d.over(h)
				}
				<-d.slots
				if job.Casus != "" {
					d.again()
				}
			}()
			if err := b.doClaimed(ctx, job); err != nil {
				b.Log.Error("a job could not be given back", "kind", string(job.Kind), "error", err)
			}
		})
	}
	for _, id := range busy {
		if h, asked := named[id]; asked {
			delete(named, id)
			d.wait(h)
		}
	}
	for _, h := range named {
		d.over(h) // done, or not due
	}
	return len(jobs)
}
