package story

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/proto"

	"github.com/convenantbot/convenantbot/cmd/convenantbot/storybook"
	"github.com/convenantbot/convenantbot/internal/browsertest"
)

// What a picture of the handbook may be at most.
const (
	tallest    = 460     // CSS pixels; what is longer is cut off below
	mostWords  = 600     // letters; about what stands above that
	mostColour = 10      // different colours
	largest    = 20_000  // bytes
	allOfThem  = 120_000 // bytes; they are in the program
)

// kept is where the handbook has its pictures, and the words that stood in what they
// are of when they were taken.
var kept = filepath.Join("..", "..", "handbook_pictures")

// wordsFile has those words, a line for each picture.
const wordsFile = "words.txt"

// TestThePicturesOfTheHandbookAreTaken takes every picture, and keeps it when PICTURES
// names a folder, as `make pictures` does. Without it the words in what is shown are
// held against those of the pictures that are kept: letters are drawn in another way
// on another machine, so that pictures cannot be compared.
func TestThePicturesOfTheHandbookAreTaken(t *testing.T) {
	dir, _ := mustMake(t)
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(server.Close)
	b := browsertest.Start(t)
	keep, all := os.Getenv("PICTURES"), 0
	var words []string
	was, err := os.ReadFile(filepath.Join(kept, wordsFile))
	if err != nil && keep == "" {
		t.Fatal(err)
	}
	for _, one := range storybook.Pictures() {
		p := b.Open(server.URL+"/"+one.Page, one.Width, 3000)
		e, err := p.Timeout(browsertest.Patience).Element(one.Query)
		if err != nil {
			t.Errorf("%s: %s is not on %s: %v", one.Chapter, one.Query, one.Page, err)
			continue
		}
		shown, err := e.Eval(`() => this.textContent`)
		if err != nil {
			t.Fatal(err)
		}
		said := []rune(strings.Join(strings.Fields(shown.Value.Str()), " "))
		line := strings.TrimSpace(one.Chapter + ": " + string(said[:min(len(said), mostWords)]))
		if words = append(words, line); keep == "" && !slices.Contains(strings.Split(string(was), "\n"), line) {
			t.Errorf("the picture of %s shows words of before; `make pictures` takes it anew. Now it would show:\n%s", one.Chapter, line)
		}
		p.Front()
		if err := e.ScrollIntoView(); err != nil {
			t.Fatal(err)
		}
		raw, err := e.Screenshot(proto.PageCaptureScreenshotFormatPng, 0)
		if err != nil {
			t.Fatal(err)
		}
		small := mustShrink(t, raw)
		if all += len(small); len(small) > largest || len(small) < 500 {
			t.Errorf("the picture of %s has %d bytes, want at most %d", one.Chapter, len(small), largest)
		}
		p.Calm()
		if keep == "" {
			continue
		}
		if err := os.MkdirAll(keep, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(keep, one.Chapter+".png"), small, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if keep != "" {
		if err := os.WriteFile(filepath.Join(keep, wordsFile), []byte(strings.Join(words, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if all > allOfThem {
		t.Errorf("the pictures have %d bytes, want at most %d", all, allOfThem)
	}
}

// mustShrink cuts a picture off below, and leaves only its commonest colours.
func mustShrink(t *testing.T, raw []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	size := full.Bounds()
	size.Max.Y = min(size.Max.Y, size.Min.Y+tallest)
	count := map[color.RGBA]int{}
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			count[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	common := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(uint(a.R)<<16|uint(a.G)<<8|uint(a.B), uint(b.R)<<16|uint(b.G)<<8|uint(b.B)))
	})
	var colours color.Palette
	for _, c := range common[:min(len(common), mostColour)] {
		colours = append(colours, c)
	}
	out := image.NewPaletted(image.Rect(0, 0, size.Dx(), size.Dy()), colours)
	draw.Draw(out, out.Bounds(), full, size.Min, draw.Src)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, out); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
