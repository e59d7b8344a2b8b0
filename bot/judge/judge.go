package judge

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync/atomic"
	"time"

	"github.com/convenantbot/convenantbot/rules"
	"github.com/convenantbot/convenantbot/rules/region"
)

// Judge answers the three questions. It is safe for use by many goroutines;
// one decision uses one bundle from start to end, also while Use swaps it.
type Judge struct {
	bundle atomic.Pointer[rules.Bundle]
	packs  map[string]*region.Pack
}

// fallback is the region whose definitions hold for an existing casus of a kind
// that its own region does not have.
const fallback = "model"

// New returns a judge with a bundle and the region packs, by id. Without the
// pack model, a kind that a region lacks takes no data and is never erased. A
// nil bundle is a mistake of the caller and panics.
func New(b *rules.Bundle, packs map[string]*region.Pack) *Judge {
	if b == nil {
		panic("judge: no bundle")
	}
	j := &Judge{packs: packs}
	j.bundle.Store(b)
	return j
}

// Load reads a bundle and the region packs of a folder and returns their judge.
// What is wrong with them is a yamlfile.Complaints.
func Load(bundle fs.FS, regions fs.FS, folder string) (*Judge, error) {
	b, err := rules.Load(bundle)
	if err != nil {
		return nil, err
	}
	packs, err := region.LoadAll(regions, folder)
	if err != nil {
		return nil, err
	}
	return New(b, packs), nil
}

// Bundle is the one in use.
func (j *Judge) Bundle() *rules.Bundle { return j.bundle.Load() }

// Use puts another bundle in use, all at once. Whoever calls it has loaded and
// tested the bundle, and recorded who approved it.
func (j *Judge) Use(b *rules.Bundle) error {
	if b == nil {
		return errors.New("judge: no bundle")
	}
	j.bundle.Store(b)
	return nil
}

// Pack returns a region's pack.
func (j *Judge) Pack(id string) (*region.Pack, bool) {
	p, ok := j.packs[id]
	return p, ok
}

// KnowsRegion returns a *FieldError when there is no such region.
func (j *Judge) KnowsRegion(id string) error {
	_, err := j.pack(id)
	return err
}

// Regions are the ids of the packs, sorted.
func (j *Judge) Regions() []string {
	ids := make([]string, 0, len(j.packs))
	for id := range j.packs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// kind is the definition of a kind in a region; see fallback.
func (j *Judge) kind(p *region.Pack, kind string) region.Kind {
	if k, ok := p.Kinds[kind]; ok {
		return k
	}
	return j.packs[fallback].Kinds[kind]
}

// pack returns the input's region or says that there is none such.
func (j *Judge) pack(id string) (*region.Pack, error) {
	if p, ok := j.packs[id]; ok {
		return p, nil
	}
	return nil, &FieldError{Field: "region", Text: "is not a region this installation knows"}
}

// Share judges whether the document may be posted in the casus. The verdict can
// always be used: with an error it refuses. A *FieldError means that the input
// was wrong, rules.ErrPolicy that the rules failed.
func (j *Judge) Share(ctx context.Context, in *ShareInput) (rules.Verdict, error) {
	b := j.Bundle()
	f, err := j.shareFacts(ctx, b, in)
	if err != nil {
		return b.Refusal(), err
	}
	return b.Share(ctx, f)
}

// ShareFacts are the facts that Share would judge, for a record or a replay.
func (j *Judge) ShareFacts(ctx context.Context, in *ShareInput) (*rules.ShareFacts, error) {
	return j.shareFacts(ctx, j.Bundle(), in)
}

// Join judges whether the candidate may be in the room, as Share does.
func (j *Judge) Join(ctx context.Context, in *JoinInput) (rules.Verdict, error) {
	b := j.Bundle()
	f, err := j.JoinFacts(in)
	if err != nil {
		return b.Refusal(), err
	}
	return b.Join(ctx, f)
}

// Retain judges what should happen to the casus now. With an error it is kept.
func (j *Judge) Retain(ctx context.Context, in *RetainInput) (rules.Retention, error) {
	b := j.Bundle()
	f, err := j.RetainFacts(in)
	if err != nil {
		refusal := b.Refusal()
		return rules.Retention{Reasons: refusal.Reasons, Policy: refusal.Policy}, err
	}
	return b.Retain(ctx, f)
}

// later is the later of two moments.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
