package sqlstore

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/internal/seal"
)

// chunk is how many bytes of a file are sealed and stored at a time. More would
// hold the writer longer, fewer would cost more commits.
const chunk = 256 << 10

// blobHead says which chunks make a file; it is sealed, so that chunks cannot be
// left off or exchanged.
type blobHead struct {
	Size   int64
	Chunks int64
	Chunk  int64 `json:",omitempty"` // bytes of each chunk but the last; 0: chunk
}

func (h blobHead) chunk() int64 {
	if h.Chunk == 0 {
		return chunk
	}
	return h.Chunk
}

func headPlace(ref bot.Ref, id, gen string) seal.Place {
	return place("blobs", scope(ref), id, gen)
}

func chunkPlace(ref bot.Ref, id, gen string, n int64) seal.Place {
	return place("chunks", scope(ref), id+"/"+gen+"/"+digits(n))
}

// PutBlob implements bot.Blobs. Chunks are committed one by one under a
// generation of their own, which becomes the file with the last one; a put that
// breaks off leaves chunks that nothing refers to, and they are removed.
func (s *Store) PutBlob(ctx context.Context, ref bot.Ref, id bot.FileID, r io.Reader) (int64, error) {
	size, err := s.putBlob(ctx, ref, string(id), r)
	if err != nil {
		return 0, fmt.Errorf("store the bytes of file %s: %w", id, s.dialect.kind(err))
	}
	return size, nil
}

func (s *Store) putBlob(ctx context.Context, ref bot.Ref, id string, r io.Reader) (size int64, err error) {
	put := &putting{store: s, ref: ref, id: id, gen: randomName(8)}
	defer func() {
		if err != nil {
			err = errors.Join(err, put.undo(context.WithoutCancel(ctx)))
		}
	}()
	buf := make([]byte, s.piece())
	defer clear(buf)
	for last := false; !last; {
		n, err := io.ReadFull(r, buf)
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			last = true
		case err != nil:
			return 0, err
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		size += int64(n)
		head := blobHead{Size: size, Chunks: put.chunks}
		if n > 0 {
			head.Chunks++
		}
		if len(buf) != chunk {
			head.Chunk = int64(len(buf))
		}
		if s.objects != nil {
			err = put.outside(ctx, buf[:n], head, last)
		} else {
			err = s.run(ctx, behind, func(t *tx) error {
				if err := t.known(ref); err != nil {
					return err
				}
				if n > 0 {
					if err := t.putChunk(ref, id, put.gen, put.chunks, buf[:n]); err != nil {
						return err
					}
				}
				if !last {
					return nil
				}
				return t.putHead(ref, id, put.gen, head)
			})
		}
		if err != nil {
			return 0, err
		}
		put.chunks = head.Chunks
	}
	if s.objects != nil {
		s.dropLoose(ctx, id) // of what was replaced
	}
	return size, nil
}

// putting is one file on its way in.
type putting struct {
	store   *Store
	ref     bot.Ref
	id, gen string
	chunks  int64    // that are there
	names   []string // of objects that may be there
}

// undo removes what there is of a file that did not come in.
func (p *putting) undo(ctx context.Context) error {
	if p.chunks == 0 && len(p.names) == 0 {
		return nil
	}
	err := p.store.run(ctx, behind, func(t *tx) error {
		_, err := t.exec(`DELETE FROM chunks WHERE file = $1 AND gen = $2`, p.id, p.gen)
		return err
	})
	p.store.dropNamed(ctx, p.names)
	return err
}

func randomName(bytes int) string {
	random := make([]byte, bytes)
	rand.Read(random)
	return hex.EncodeToString(random)
}

func (t *tx) putChunk(ref bot.Ref, id, gen string, n int64, data []byte) error {
	sealed, err := t.sealChunk(ref, id, gen, n, data)
	if err != nil {
		return err
	}
	return t.addChunk(ref, id, gen, n, sealed)
}

func (t *tx) sealChunk(ref bot.Ref, id, gen string, n int64, data []byte) ([]byte, error) {
	k, err := t.key(scope(ref))
	if err != nil {
		return nil, err
	}
	return k.Seal(chunkPlace(ref, id, gen, n), data)
}

// addChunk adds the row of a chunk; with no bytes it lies in an object.
func (t *tx) addChunk(ref bot.Ref, id, gen string, n int64, sealed []byte) error {
	_, err := t.exec(`INSERT INTO chunks (file, gen, n, casus, at, sealed) VALUES ($1, $2, $3, $4, $5, $6)`,
		id, gen, n, string(ref), micro(t.store.Now()), sealed)
	return err
}

func (t *tx) putHead(ref bot.Ref, id, gen string, h blobHead) error {
	var other string
	err := t.row(`SELECT casus FROM blobs WHERE file = $1`, id).Scan(&other)
	if err != nil && !errors.Is(err, bot.ErrNotFound) {
		return err
	}
	if err == nil && other != string(ref) {
		return fmt.Errorf("it is of another casus: %w", bot.ErrConflict)
	}
	sealed, err := t.sealJSON(headPlace(ref, id, gen), h)
	if err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO blobs (file, casus, gen, sealed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (file) DO UPDATE SET gen = excluded.gen, sealed = excluded.sealed`, id, string(ref), gen, sealed); err != nil {
		return err
	}
	_, err = t.exec(`DELETE FROM chunks WHERE file = $1 AND gen <> $2 AND casus = $3`, id, gen, string(ref))
	return err
}

// OpenBlob implements bot.Blobs.
func (s *Store) OpenBlob(ctx context.Context, ref bot.Ref, id bot.FileID) (io.ReadSeekCloser, error) {
	b := &blobReader{ctx: ctx, store: s, ref: ref, id: string(id)}
	err := s.run(ctx, view, func(t *tx) error {
		if err := t.there(ref); err != nil {
			return err
		}
		var sealed []byte
		if err := t.row(`SELECT gen, sealed FROM blobs WHERE file = $1 AND casus = $2`, string(id), string(ref)).Scan(&b.gen, &sealed); err != nil {
			return err
		}
		return t.openJSON(headPlace(ref, b.id, b.gen), sealed, &b.head)
	})
	if err != nil {
		return nil, fmt.Errorf("open the bytes of file %s: %w", id, err)
	}
	return b, nil
}

// DropBlob implements bot.Blobs. Objects whose bucket is away go later: nothing leads
// to them any more, and Clean tries again.
func (s *Store) DropBlob(ctx context.Context, ref bot.Ref, id bot.FileID) error {
	err := s.run(ctx, behind, func(t *tx) error {
		if _, err := t.exec(`DELETE FROM blobs WHERE file = $1 AND casus = $2`, string(id), string(ref)); err != nil {
			return err
		}
		_, err := t.exec(`DELETE FROM chunks WHERE file = $1 AND casus = $2`, string(id), string(ref))
		return err
	})
	if err == nil {
		s.dropLoose(ctx, string(id))
	}
	return wrap("remove the bytes of file "+string(id), err)
}

// blobReader reads a file chunk by chunk. Bytes that go meanwhile end it with
// ErrGone; it never returns part of a file as the whole.
type blobReader struct {
	ctx     context.Context
	store   *Store
	ref     bot.Ref
	id, gen string
	head    blobHead
	n       int64 // next chunk
	skip    int   // bytes of the next chunk that are not wanted
	buf     []byte
	closed  bool
}

// Seek implements io.Seeker. It reads nothing.
func (b *blobReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		at := b.n*b.head.chunk() + int64(b.skip)
		if len(b.buf) > 0 {
			at = min(b.n*b.head.chunk(), b.head.Size) - int64(len(b.buf))
		}
		offset += min(at, b.head.Size)
	case io.SeekEnd:
		offset += b.head.Size
	default:
		return 0, errors.New("seek in the bytes of a file: unknown whence")
	}
	if offset < 0 {
		return 0, errors.New("seek in the bytes of a file: before its beginning")
	}
	clear(b.buf)
	b.buf, b.n, b.skip = nil, offset/b.head.chunk(), int(offset%b.head.chunk())
	return offset, nil
}

// Read implements io.Reader.
func (b *blobReader) Read(p []byte) (int, error) {
	if b.closed {
		return 0, errors.New("read the bytes of a file: it was closed")
	}
	if len(b.buf) == 0 {
		if b.n*b.head.chunk()+int64(b.skip) >= b.head.Size {
			return 0, io.EOF
		}
		if err := b.fill(); err != nil {
			return 0, fmt.Errorf("read the bytes of file %s: %w", b.id, err)
		}
	}
	n := copy(p, b.buf)
	clear(b.buf[:n])
	b.buf = b.buf[n:]
	return n, nil
}

func (b *blobReader) fill() error {
	var object string
	err := b.store.run(b.ctx, view, func(t *tx) error {
		object = ""
		sealed, err := b.sealed(t)
		if err != nil {
			return err
		}
		if len(sealed) > 0 {
			return b.open(t, sealed)
		}
		err = t.row(`SELECT name FROM objects WHERE file = $1 AND gen = $2 AND n = $3`, b.id, b.gen, b.n).Scan(&object)
		if errors.Is(err, bot.ErrNotFound) {
			return bot.ErrGone
		}
		return err
	})
	if err != nil || object == "" {
		return err
	}
	// No transaction waits for the bucket. Whether the piece is still wanted is asked
	// after it came.
	sealed, err := b.store.getObject(b.ctx, object, b.head.chunk())
	if err != nil {
		return err
	}
	return b.store.run(b.ctx, view, func(t *tx) error {
		if _, err := b.sealed(t); err != nil {
			return err
		}
		return b.open(t, sealed)
	})
}

// sealed reads the row of the next chunk.
func (b *blobReader) sealed(t *tx) (sealed []byte, err error) {
	err = t.row(`SELECT sealed FROM chunks WHERE file = $1 AND gen = $2 AND n = $3`, b.id, b.gen, b.n).Scan(&sealed)
	if errors.Is(err, bot.ErrNotFound) {
		err = bot.ErrGone
	}
	return sealed, err
}

// open opens the next chunk and goes on to the one after it.
func (b *blobReader) open(t *tx, sealed []byte) error {
	k, err := t.key(scope(b.ref))
	if err != nil {
		return err
	}
	if b.buf, err = k.Open(chunkPlace(b.ref, b.id, b.gen, b.n), sealed); err != nil {
		return err
	}
	// Every chunk but the last is whole, or seeking would land elsewhere.
	if int64(len(b.buf)) != min(b.head.chunk(), b.head.Size-b.n*b.head.chunk()) {
		return seal.ErrSealed
	}
	b.n++
	b.buf, b.skip = b.buf[b.skip:], 0
	return nil
}

// Close implements io.Closer.
func (b *blobReader) Close() error {
	clear(b.buf)
	b.buf, b.closed = nil, true
	return nil
}
