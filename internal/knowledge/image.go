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
	numbers, err := press(p.numbers)
	if err != nil {
		return nil, err
	}
	said, err := press(p.said)
	if err != nil {
		return nil, err
	}
	out := append([]byte(nil), key[:]...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(numbers)))
	return append(append(out, numbers...), said...), nil
}

// press makes one of the two parts of an image smaller.
func press(part []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(part); err != nil {
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
	if len(image) < keySize+4 {
		return nil, errImage
	}
	size, rest := image[keySize:keySize+4], image[keySize+4:]
	numbers := uint64(size[0]) | uint64(size[1])<<8 | uint64(size[2])<<16 | uint64(size[3])<<24
	if numbers > uint64(len(rest)) {
		return nil, errImage
	}
	// The numbers are let go once they were read, and the texts stay.
	parts := [2]string{rest[:numbers], rest[numbers:]}
	var errs [2]error
	everyCore(2, func(i int) { parts[i], errs[i] = unpress(parts[i]) })
	if err := errors.Join(errs[:]...); err != nil {
		return nil, err
	}
	u := &unpacker{in: parts[0], said: parts[1]}
	b := u.base()
	if u.failed || len(u.in) != 0 || len(u.said) != 0 {
		return nil, errImage
	}
	ix, err := newIndex(u.terms)
	if err != nil {
		return nil, err
	}
	b.index = ix
	return b, nil
}

// unpress undoes press.
func unpress(part string) (string, error) {
	from := strings.NewReader(part)
	var all strings.Builder
	all.Grow(4 * len(part))
	// What ends early, goes on after its end or does not end is no image.
	n, err := io.Copy(&all, io.LimitReader(flate.NewReader(from), maxImage+1))
	if err != nil || n > maxImage || from.Len() > 0 {
		return "", errImage
	}
	if all.Cap() > all.Len()+all.Len()/8 {
		return strings.Clone(all.String()), nil
	}
	return all.String(), nil
}

// packer writes numbers and texts one after the other, each apart. What is read back
// must be read in the same order.
type packer struct{ numbers, said []byte }

func (p *packer) count(n int)  { p.numbers = binary.AppendUvarint(p.numbers, uint64(n)) }
func (p *packer) signed(n int) { p.numbers = binary.AppendVarint(p.numbers, int64(n)) }
func (p *packer) float(x float32) {
	p.numbers = binary.LittleEndian.AppendUint32(p.numbers, math.Float32bits(x))
}
func (p *packer) double(x float64) {
	p.numbers = binary.LittleEndian.AppendUint64(p.numbers, math.Float64bits(x))
}
func (p *packer) text(s string) {
	p.count(len(s))
	p.said = append(p.said, s...)
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
func (p *packer) postings(all lists[posting]) {
	kinds := map[float32]int{}
	var weights []float32
	p.count(len(all.ends))
	p.count(len(all.items))
	for id := range all.ends {
		list := all.of(int32(id))
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
	for _, x := range all.items {
		p.count(kinds[x.weight])
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
	in, said string // the numbers and the texts
	failed   bool
	terms    []terms
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
func (u *unpacker) text() string {
	n := u.count()
	if n < 0 || n > len(u.said) {
		u.failed, u.in, u.said = true, "", ""
		return ""
	}
	s := u.said[:n]
	u.said = u.said[n:]
	return s
}
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
func (u *unpacker) postings(limit int) lists[posting] {
	many := u.size()
	all := newLists[posting](many, u.size())
	for range many {
		last := 0
		for range u.size() {
			if last += u.count(); last < 0 || last >= limit || len(all.items) == cap(all.items) {
				u.failed, u.in = true, ""
				return all
			}
			all.items = append(all.items, posting{at: int32(last)})
		}
		all.end()
	}
	weights := make([]float32, u.size())
	for i := range weights {
		weights[i] = u.float()
	}
	for i := range all.items {
		n := u.count()
		if n < 0 || n >= len(weights) {
			u.failed, u.in = true, ""
			return all
		}
		all.items[i].weight = weights[n]
	}
	return all
}
