package knowledge

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	_ "embed" // for the image
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"sort"
	"strings"
)

// The image is the built-in base as it is once everything was learned: texts,
// vocabulary, what each text says and the models, so that a start need not learn
// it again and the program need not carry the files it was made from. It is made
// by go generate, and begins with a key that tells which files those were. A test
// makes it anew and compares.

//go:generate go run ./genimage -dir base

//go:embed base/image.bin
var image string

// keySize is the length of an image's key in bytes.
const keySize = sha256.Size

var errImage = errors.New("knowledge image: damaged")

// baseKey is the key of the files that a base is built from: their names and
// contents, but not the image itself.
func baseKey(files fs.FS) ([keySize]byte, error) {
	var key [keySize]byte
	names := []string{}
	for _, glob := range []string{"*.yaml", "*.json"} {
		found, err := fs.Glob(files, glob)
		if err != nil {
			return key, fmt.Errorf("knowledge image: %w", err)
		}
		names = append(names, found...)
	}
	sort.Strings(names)
	h := sha256.New()
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return key, fmt.Errorf("knowledge image: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	h.Sum(key[:0])
	return key, nil
}

// Image builds the base in files, with all its checks, and packs it.
func Image(files fs.FS) ([]byte, error) {
	key, err := baseKey(files)
	if err != nil {
		return nil, err
	}
	r, err := load(files)
	if err != nil {
		return nil, err
	}
	b, err := build(r)
	if err != nil {
		return nil, err
	}
	defer b.index.close()
	p := &packer{}
	p.base(b)
	out := bytes.NewBuffer(append([]byte(nil), key[:]...))
	w, err := flate.NewWriter(out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(p.out); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// maxImage bounds what an image unfolds to, in bytes.
const maxImage = 64 << 20

// openImage unpacks an image.
func openImage(image string) (*Base, error) {
	if len(image) < keySize {
		return nil, errImage
	}
	from := strings.NewReader(image[keySize:])
	var all strings.Builder
	all.Grow(3 * len(image))
	// What ends early, goes on after its end or does not end is no image.
	n, err := io.Copy(&all, io.LimitReader(flate.NewReader(from), maxImage+1))
	if err != nil || n > maxImage || from.Len() > 0 {
		return nil, errImage
	}
	u := &unpacker{in: all.String()}
	b := u.base()
	if u.failed || len(u.in) != 0 {
		return nil, errImage
	}
	texts := make([]string, len(b.entries))
	everyCore(len(texts), func(i int) { texts[i] = u.terms[i].String() })
	ix, err := newIndex(texts)
	if err != nil {
		return nil, err
	}
	b.index = ix
	return b, nil
}

// packer writes numbers and texts one after the other. What is read back must
// be read in the same order.
type packer struct{ out []byte }

func (p *packer) count(n int)  { p.out = binary.AppendUvarint(p.out, uint64(n)) }
func (p *packer) signed(n int) { p.out = binary.AppendVarint(p.out, int64(n)) }
func (p *packer) float(x float32) {
	p.out = binary.LittleEndian.AppendUint32(p.out, math.Float32bits(x))
}
func (p *packer) double(x float64) {
	p.out = binary.LittleEndian.AppendUint64(p.out, math.Float64bits(x))
}
func (p *packer) text(s string) {
	p.count(len(s))
	p.out = append(p.out, s...)
}
func (p *packer) texts(list []string) {
	p.count(len(list))
	for _, s := range list {
		p.text(s)
	}
}
func (p *packer) flag(b bool) {
	n := 0
	if b {
		n = 1
	}
	p.count(n)
}
func (p *packer) lists(m map[string][]string) {
	p.count(len(m))
	for _, k := range sortedKeys(m) {
		p.text(k)
		p.texts(m[k])
	}
}

// postings writes first who has each feature and then how much of it: like with
// like folds better. The weights that texts give are few, so each has a number.
func (p *packer) postings(lists [][]posting) {
	kinds := map[float32]int{}
	var weights []float32
	p.count(len(lists))
	for _, list := range lists {
		p.count(len(list))
		last := int32(0)
		for _, x := range list {
			p.count(int(x.at - last))
			last = x.at
			if _, ok := kinds[x.weight]; !ok {
				kinds[x.weight] = len(weights)
				weights = append(weights, x.weight)
			}
		}
	}
	p.count(len(weights))
	for _, w := range weights {
		p.float(w)
	}
	for _, list := range lists {
		for _, x := range list {
			p.count(kinds[x.weight])
		}
	}
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}

// shorten keeps the first half of a weight: the rest says nothing.
func shorten(x float32) float32 {
	return math.Float32frombits((math.Float32bits(x) + 1<<15) &^ (1<<16 - 1))
}

// unpacker reads what a packer wrote. After a mistake it only reads zeros.
type unpacker struct {
	in     string
	failed bool
	terms  []termText
}

func (u *unpacker) count() int {
	n := uint64(0)
	for shift := uint(0); shift < 64; shift += 7 {
		if len(u.in) == 0 {
			break
		}
		c := u.in[0]
		u.in = u.in[1:]
		n |= uint64(c&127) << shift
		if c < 128 {
			return int(n)
		}
	}
	u.failed = true
	return 0
}

// size is the count of a list whose items take a byte or more each.
func (u *unpacker) size() int {
	n := u.count()
	if n < 0 || n > len(u.in) {
		u.failed, u.in = true, ""
		return 0
	}
	return n
}
func (u *unpacker) signed() int {
	n := uint64(u.count())
	return int(n>>1) ^ -int(n&1)
}
func (u *unpacker) bytes(n int) string {
	if n < 0 || n > len(u.in) {
		u.failed, u.in = true, ""
		return "\x00\x00\x00\x00\x00\x00\x00\x00"[:min(max(n, 0), 8)]
	}
	s := u.in[:n]
	u.in = u.in[n:]
	return s
}
func (u *unpacker) float() float32 {
	s := u.bytes(4)
	return math.Float32frombits(uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24)
}
func (u *unpacker) double() float64 {
	s := u.bytes(8)
	n := uint64(0)
	for i := range 8 {
		n |= uint64(s[i]) << (8 * i)
	}
	return math.Float64frombits(n)
}
func (u *unpacker) text() string { return u.bytes(u.size()) }
func (u *unpacker) texts() []string {
	n := u.size()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = u.text()
	}
	return out
}
func (u *unpacker) flag() bool { return u.count() == 1 }
func (u *unpacker) lists() map[string][]string {
	n := u.size()
	m := make(map[string][]string, n)
	for range n {
		k := u.text()
		m[k] = u.texts()
	}
	return m
}

// postings reads lists of numbers under limit.
func (u *unpacker) postings(limit int) [][]posting {
	out := make([][]posting, u.size())
	for i := range out {
		n := u.size()
		if n == 0 {
			continue
		}
		list := make([]posting, n)
		last := 0
		for j := range list {
			if last += u.count(); last < 0 || last >= limit {
				u.failed, u.in = true, ""
				return out
			}
			list[j].at = int32(last)
		}
		out[i] = list
	}
	weights := make([]float32, u.size())
	for i := range weights {
		weights[i] = u.float()
	}
	for _, list := range out {
		for j := range list {
			n := u.count()
			if n < 0 || n >= len(weights) {
				u.failed, u.in = true, ""
				return out
			}
			list[j].weight = weights[n]
		}
	}
	return out
}
