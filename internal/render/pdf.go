package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"os/exec"
	"regexp"
	"strconv"
	"syscall"
)

const (
	// maxPages is how many pages of a pdf are shown.
	maxPages = 500
	// maxSheet is how many bytes one drawn page may have.
	maxSheet = 16 << 20
	// longSide is how many pixels the longer side of a page gets: A4 becomes 1061
	// by 1500, as fine as a screen shows.
	longSide = 1500
)

var pagesLine = regexp.MustCompile(`(?m)^Pages:\s+(\d+)$`)

// PDFPage draws one page of a pdf, counted from 1, with poppler's programs.
// NoPDF: they are not installed. It is called in the process that Confine bounded,
// and they inherit its bounds.
func PDFPage(ctx context.Context, data []byte, page int) (Sheet, error) {
	info, err1 := exec.LookPath("/usr/bin/pdfinfo")
	drawer, err2 := exec.LookPath("/usr/bin/pdftoppm")
	if err1 != nil || err2 != nil {
		return Sheet{}, NoPDF
	}
	told, err := tool(ctx, data, 64<<10, info, "-")
	if err != nil {
		return Sheet{}, Unreadable
	}
	found := pagesLine.FindSubmatch(told)
	if found == nil {
		return Sheet{}, Unreadable
	}
	pages, err := strconv.Atoi(string(found[1]))
	if err != nil || pages < 1 || page < 1 || page > min(pages, maxPages) {
		return Sheet{}, Unreadable
	}
	n := strconv.Itoa(page)
	drawn, err := tool(ctx, data, maxSheet, drawer, "-scale-to", strconv.Itoa(longSide), "-f", n, "-l", n, "-singlefile", "-")
	if err != nil {
		return Sheet{}, Unreadable
	}
	// Plain points come back, and the picture that a browser gets is ours.
	points, err := readPPM(drawn)
	if err != nil {
		return Sheet{}, err
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, points, &jpeg.Options{Quality: 80})
	return Sheet{Type: "image/jpeg", Pages: min(pages, maxPages), Body: out.Bytes()}, err
}

// readPPM reads a picture of plain points: "P6", its width, its height, 255, and
// three bytes for each point.
func readPPM(data []byte) (*image.RGBA, error) {
	var w, h, most, at int
	head := data[:min(len(data), 64)]
	if n, err := fmt.Sscanf(string(head), "P6\n%d %d\n%d\n", &w, &h, &most); n != 3 || err != nil || most != 255 {
		return nil, Unreadable
	}
	for range 3 {
		i := bytes.IndexByte(head[at:], '\n')
		if i < 0 {
			return nil, Unreadable
		}
		at += i + 1
	}
	if w < 1 || h < 1 || w > longSide+1 || h > longSide+1 || len(data)-at != 3*w*h {
		return nil, Unreadable
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for i, j := at, 0; i < len(data); i, j = i+3, j+4 {
		to.Pix[j], to.Pix[j+1], to.Pix[j+2], to.Pix[j+3] = data[i], data[i+1], data[i+2], 255
	}
	return to, nil
}

// tool runs a program on data and returns the first most bytes it writes.
func tool(ctx context.Context, data []byte, most int64, program string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Dir, cmd.Stdin = []string{"LC_ALL=C.UTF-8"}, "/", bytes.NewReader(data)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	read, err := io.ReadAll(io.LimitReader(out, most+1))
	if int64(len(read)) > most {
		err = errors.Join(err, errors.New("render: the program writes too much"), cmd.Process.Kill())
	}
	if werr := cmd.Wait(); werr != nil {
		err = errors.Join(err, fmt.Errorf("render: the program failed: %w", werr))
	}
	return read, err
}
