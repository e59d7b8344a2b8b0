package knowledge

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
	indexapi "github.com/blevesearch/bleve_index_api"
)

// index is the library's full-text index: one document per entry. It gets text
// that the vocabulary already analysed (Dutch stems, parts of compounds,
// concepts), so that its terms are the same as the ranker's.
type index struct{ bleve bleve.Index }

const fieldAll = "all"

// newIndex indexes the terms of each entry.
func newIndex(entries []terms) (*index, error) {
	m, err := indexMapping()
	if err != nil {
		return nil, err
	}
	ix, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("knowledge index: %w", err)
	}
	batch := ix.NewBatch()
	for i := range entries {
		doc := document.NewDocument(strconv.Itoa(i))
		doc.AddField(&counted{document.NewTextFieldCustom(fieldAll, nil, nil, indexapi.IndexField, nil), &entries[i]})
		if err := batch.IndexAdvanced(doc); err != nil {
			return nil, fmt.Errorf("knowledge index: %w", err)
		}
	}
	if err := ix.Batch(batch); err != nil {
		return nil, fmt.Errorf("knowledge index: %w", err)
	}
	return &index{ix}, nil
}

// terms are those of an entry, with how many of its texts have each.
type terms struct {
	found  indexapi.TokenFrequencies
	length int // all together
}

func (t *terms) add(name string, times int) {
	name = term(name)
	if t.found == nil {
		t.found = indexapi.TokenFrequencies{}
	}
	f := t.found[name]
	if f == nil {
		f = &indexapi.TokenFreq{Term: []byte(name)}
		t.found[name] = f
	}
	f.SetFrequency(f.Frequency() + times)
	t.length += times
}

// entryTerms counts the terms of all texts of each entry.
func entryTerms(docs []sample, classes int) []terms {
	out := make([]terms, classes)
	for _, d := range docs {
		if d.owner < classes {
			for _, t := range d.tokens {
				out[d.owner].add(t.text, 1)
			}
		}
	}
	return out
}

// counted is a field of which the terms were counted already, so that no text need be
// written of them and taken apart again.
type counted struct {
	*document.TextField
	terms *terms
}

func (c *counted) Analyze()            {}
func (c *counted) AnalyzedLength() int { return c.terms.length }
func (c *counted) AnalyzedTokenFrequencies() indexapi.TokenFrequencies {
	return c.terms.found
}

func indexMapping() (mapping.IndexMapping, error) {
	m := bleve.NewIndexMapping()
	if err := m.AddCustomAnalyzer("analysed", map[string]any{"type": custom.Name, "tokenizer": whitespace.Name}); err != nil {
		return nil, fmt.Errorf("knowledge index: %w", err)
	}
	field := bleve.NewTextFieldMapping()
	field.Analyzer = "analysed"
	field.Store, field.IncludeInAll, field.IncludeTermVectors, field.DocValues = false, false, false, false
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt(fieldAll, field)
	m.DefaultMapping = doc
	m.ScoringModel = "bm25"
	return m, nil
}

// term is a token as the index has it.
func term(token string) string { return strings.ReplaceAll(token, " ", "_") }

func writeTerms(b *strings.Builder, toks []token) {
	for _, t := range toks {
		b.WriteString(term(t.text))
		b.WriteByte(' ')
	}
}

// search scores entries for a question, the best being 1; the map holds at most most entries.
func (ix *index) search(ctx context.Context, toks []token, most int) (map[int]float32, error) {
	if len(toks) == 0 {
		return nil, nil
	}
	parts := make([]query.Query, 0, len(toks))
	for _, t := range toks {
		q := bleve.NewTermQuery(term(t.text))
		q.SetField(fieldAll)
		q.SetBoost(float64(t.weight))
		parts = append(parts, q)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	req := bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(parts...), most, 0, false)
	res, err := ix.bleve.SearchInContext(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("search the knowledge: %w", err)
	}
	out := make(map[int]float32, len(res.Hits))
	for _, hit := range res.Hits {
		i, err := strconv.Atoi(hit.ID)
		if err != nil {
			return nil, fmt.Errorf("search the knowledge: %w", err)
		}
		out[i] = float32(hit.Score / res.MaxScore)
	}
	return out, nil
}

func (ix *index) close() error { return ix.bleve.Close() }
