package embed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
)

// The limits of one call.
const (
	maxTexts  = 128
	maxAnswer = 32 << 20 // bytes
	maxSize   = 8192     // numbers for one text
)

// ErrUnused means that there is no use in what came back.
var ErrUnused = errors.New("the embeddings cannot be used")

// Client speaks to one address. It is safe for concurrent use.
type Client struct {
	URL   string        // such as https://host/v1
	Model string        //
	Token func() string // may return nothing
	HTTP  *http.Client  // nil: one without redirects to elsewhere

	size atomic.Int64 // numbers for one text, once seen: a model does not change its own
}

// plain follows no redirect: texts go where the settings say.
var plain = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// Embed returns for each text its direction, of length 1. The error says
// ErrUnused and never what was sent; how long it may take is the context's.
func (c *Client) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	if len(texts) > maxTexts {
		return nil, fmt.Errorf("%w: %d texts at once, at most %d", ErrUnused, len(texts), maxTexts)
	}
	found, err := c.ask(ctx, texts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnused, err)
	}
	return found, nil
}

func (c *Client) ask(ctx context.Context, texts []string) ([][]float32, error) {
	body, err := json.Marshal(map[string]any{"model": c.Model, "input": texts, "encoding_format": "float"})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(c.URL, "/")+"/embeddings", bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the address cannot be called")
	}
	request.Header.Set("Content-Type", "application/json")
	if c.Token != nil {
		if token := c.Token(); token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
	}
	client := c.HTTP
	if client == nil {
		client = plain
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, errors.New("it does not answer in time")
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", answer.StatusCode)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil || len(raw) > maxAnswer {
		return nil, errors.New("its answer is cut off or too long")
	}
	var read struct {
		Data []struct {
			Index     int       `json:"index"`
			Embedding []float64 `json:"embedding"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &read); err != nil {
		return nil, errors.New("its answer is no list of embeddings")
	}
	if len(read.Data) != len(texts) {
		return nil, fmt.Errorf("%d embeddings for %d texts", len(read.Data), len(texts))
	}
	out := make([][]float32, len(texts))
	for _, d := range read.Data {
		if d.Index < 0 || d.Index >= len(out) || out[d.Index] != nil {
			return nil, errors.New("an embedding belongs to no text")
		}
		if out[d.Index], err = c.direction(d.Embedding); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// direction makes v one long, after looking at what it is.
func (c *Client) direction(v []float64) ([]float32, error) {
	if len(v) == 0 || len(v) > maxSize {
		return nil, fmt.Errorf("an embedding of %d numbers", len(v))
	}
	if !c.size.CompareAndSwap(0, int64(len(v))) && c.size.Load() != int64(len(v)) {
		return nil, fmt.Errorf("an embedding of %d numbers after one of %d", len(v), c.size.Load())
	}
	sum := 0.0
	for _, x := range v {
		sum += x * x
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil, errors.New("an embedding without a direction")
	}
	out := make([]float32, len(v))
	for i, x := range v {
		out[i] = float32(x / math.Sqrt(sum))
	}
	return out, nil
}
