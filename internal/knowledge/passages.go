package knowledge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/search/query"
)

// passageIndex is the index on disk of the passages of imported documents. Its
// terms are those of the base: stems, parts of compounds and concepts.
type passageIndex struct{ bleve bleve.Index }

// batchSize is the number of passages indexed at a time.
const batchSize = 500

// buildPassageIndex writes a new index in dir.
func buildPassageIndex(ctx context.Context, dir string, v *vocabulary, passages []shelved, progress func(Progress)) (err error) {
	m, err := indexMapping()
	if err != nil {
		return err
	}
	ix, err := bleve.NewUsing(dir, m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ix.Close()) }()
	for at := 0; at < len(passages); at += batchSize {
		if err := ctx.Err(); err != nil {
			return err
		}
		batch := ix.NewBatch()
		for i := at; i < min(at+batchSize, len(passages)); i++ {
			var b strings.Builder
			writeTerms(&b, passageTokens(v, passages[i]))
			if err := batch.Index(strconv.Itoa(i), map[string]any{fieldAll: b.String()}); err != nil {
				return err
			}
		}
		if err := ix.Batch(batch); err != nil {
			return err
		}
		progress(Progress{"index", "", min(at+batchSize, len(passages)), len(passages)})
	}
	return nil
}

func passageTokens(v *vocabulary, p shelved) []token {
	return v.tokens(words(p.doc.Title+" "+p.text.Heading+" "+p.text.Text), false)
}

func openPassageIndex(dir string) (passageIndex, error) {
	ix, err := bleve.OpenUsing(dir, map[string]any{"read_only": true})
	if err != nil {
		return passageIndex{}, fmt.Errorf("open the index of the library: %w", err)
	}
	return passageIndex{ix}, nil
}

func (ix passageIndex) count() (uint64, error) { return ix.bleve.DocCount() }

func (ix passageIndex) close() error { return ix.bleve.Close() }

// search returns the most most likely passages, best first.
func (ix passageIndex) search(ctx context.Context, toks []token, most int) ([]int, error) {
	if len(toks) == 0 {
		return nil, nil
	}
	parts := make([]query.Query, len(toks))
	for i, t := range toks {
		q := bleve.NewTermQuery(strings.ReplaceAll(t.text, " ", "_"))
		q.SetField(fieldAll)
		q.SetBoost(float64(t.weight))
		parts[i] = q
	}
	res, err := ix.bleve.SearchInContext(ctx, bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(parts...), most, 0, false))
	if err != nil {
		return nil, fmt.Errorf("search the library: %w", err)
	}
	out := make([]int, 0, len(res.Hits))
	for _, hit := range res.Hits {
		i, err := strconv.Atoi(hit.ID)
		if err != nil {
			return nil, fmt.Errorf("search the library: %w", err)
		}
		out = append(out, i)
	}
	return out, nil
}

// fingerprint tells two vocabularies apart, so that an index made with another
// one is not searched with this one.
func (v *vocabulary) fingerprint() string {
	v.printOnce.Do(func() {
		list := make([]string, 0, len(v.known)+len(v.concepts)+len(v.prefixes))
		for w := range v.known {
			list = append(list, w)
		}
		for k, c := range v.concepts {
			list = append(list, k+"="+strings.Join(c, ","))
		}
		for k, c := range v.prefixes {
			list = append(list, k+"*"+strings.Join(c, ","))
		}
		sort.Strings(list)
		sum := sha256.Sum256([]byte(strings.Join(list, "\n")))
		v.print = hex.EncodeToString(sum[:8])
	})
	return v.print
}
