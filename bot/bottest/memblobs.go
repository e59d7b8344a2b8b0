package bottest

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/convenantbot/convenantbot/bot"
)

// PutBlob implements bot.Store.
func (s *MemStore) PutBlob(ctx context.Context, ref bot.Ref, id bot.FileID, r io.Reader) (int64, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	return int64(len(data)), s.update(ctx, func(tx *memTx) error {
		if err := tx.known(ref); err != nil {
			return err
		}
		if old, ok := tx.state.blobs[id]; ok && old.ref != ref {
			return bot.ErrConflict
		}
		tx.state.blobs[id] = memBlob{ref, data}
		return nil
	})
}

// OpenBlob implements bot.Store.
func (s *MemStore) OpenBlob(ctx context.Context, ref bot.Ref, id bot.FileID) (io.ReadSeekCloser, error) {
	tx := &memTx{state: s.state.Load()}
	if err := errors.Join(ctx.Err(), tx.there(ref)); err != nil {
		return nil, err
	}
	b, ok := tx.state.blobs[id]
	if !ok || b.ref != ref {
		return nil, bot.ErrNotFound
	}
	return heldBytes{bytes.NewReader(b.data)}, nil
}

// heldBytes is the bytes of a file, to be read.
type heldBytes struct{ *bytes.Reader }

// Close implements io.Closer.
func (heldBytes) Close() error { return nil }

// DropBlob implements bot.Store.
func (s *MemStore) DropBlob(ctx context.Context, ref bot.Ref, id bot.FileID) error {
	return s.update(ctx, func(tx *memTx) error {
		if tx.state.blobs[id].ref == ref {
			delete(tx.state.blobs, id)
		}
		return nil
	})
}
