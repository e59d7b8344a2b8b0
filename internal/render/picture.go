package render

import (
	"bytes"
	"image"
	_ "image/gif" // the kinds of picture that are shown
	"image/jpeg"
	"image/png"

	_ "golang.org/x/image/bmp" // likewise
	"golang.org/x/image/draw"
	_ "golang.org/x/image/tiff" // likewise
	_ "golang.org/x/image/webp" // likewise
)

const (
	// maxPixels is how many pixels a picture may have: a sheet of A4 scanned at 600
	// dots an inch has 35 million.
	maxPixels = 40_000_000
	// maxSide is how wide and high a picture is shown at most, in pixels.
	maxSide = 2200
)

// Picture draws a picture anew, smaller where it is large. What was in the file
// besides, such as where it was taken, stays behind.
func Picture(data []byte) (s Sheet, err error) {
	defer func() {
		if recover() != nil { // a decoder met what it did not expect
			s, err = Sheet{}, Unreadable
		}
	}()
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || size.Width <= 0 || size.Height <= 0 || size.Width > maxPixels || size.Height > maxPixels || size.Width*size.Height > maxPixels {
		return Sheet{}, Unreadable
	}
	from, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return Sheet{}, Unreadable
	}
	b := from.Bounds()
	w, h := b.Dx(), b.Dy()
	if side := max(w, h); side > maxSide {
		w, h = max(1, w*maxSide/side), max(1, h*maxSide/side)
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(to, to.Bounds(), image.White, image.Point{}, draw.Src)
	draw.ApproxBiLinear.Scale(to, to.Bounds(), from, b, draw.Over, nil)
	var out bytes.Buffer
	if w*h > 400_000 {
		err = jpeg.Encode(&out, to, &jpeg.Options{Quality: 85})
		return Sheet{Type: "image/jpeg", Pages: 1, Body: out.Bytes()}, err
	}
	err = png.Encode(&out, to)
	return Sheet{Type: "image/png", Pages: 1, Body: out.Bytes()}, err
}
