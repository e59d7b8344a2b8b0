package knowledge

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/analyzer/custom"
	"github.com/blevesearch/bleve/v2/analysis/tokenizer/whitespace"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search/query"
)

// index is the library's full-text index: one document per entry. It gets text
// that the vocabulary already analysed (Dutch stems, parts of compounds,
// concepts), so that its terms are the same as the ranker's.
type index struct{ bleve bleve.Index }

const fieldAll = "all"

// newIndex indexes one text of terms for each entry.
func newIndex(texts []string) (*index, error) {
	m, err := indexMapping()
	if err != nil {
		return nil, err
	}
	ix, err := bleve.NewUsing("", m, scorch.Name, scorch.Name, nil)
	if err != nil {
		return nil, fmt.Errorf("knowledge index: %w", err)
	}
	batch := ix.NewBatch()
	for i, text := range texts {
		if err := batch.Index(strconv.Itoa(i), map[string]any{fieldAll: text}); err != nil {
			return nil, fmt.Errorf("knowledge index: %w", err)
		}
	}
	if err := ix.Batch(batch); err != nil {
		return nil, fmt.Errorf("knowledge index: %w", err)
	}
	return &index{ix}, nil
}

// entryTexts writes the terms of all texts of each entry.
func entryTexts(docs []sample, classes int) []string {
	text := make([]strings.Builder, classes)
	for _, d := range docs {
		if d.owner < classes {
			writeTerms(&text[d.owner], d.tokens)
		}
	}
	out := make([]string, classes)
	for i := range text {
		out[i] = text[i].String()
	}
	return out
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

func writeTerms(b *strings.Builder, toks []token) {
	for _, t := range toks {
		writeTerm(b, t.text)
	}
}

func writeTerm(b *strings.Builder, term string) {
	b.WriteString(strings.ReplaceAll(term, " ", "_"))
	b.WriteByte(' ')
}

// search scores entries for a question, the best being 1; the map holds at most most entries.
func (ix *index) search(ctx context.Context, toks []token, most int) (map[int]float32, error) {
	if len(toks) == 0 {
		return nil, nil
	}
	parts := make([]query.Query, 0, len(toks))
	for _, t := range toks {
		q := bleve.NewTermQuery(strings.ReplaceAll(t.text, " ", "_"))
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
