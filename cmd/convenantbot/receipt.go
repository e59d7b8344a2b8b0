package main

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"html"
	"io"
	"os"
	"strings"
)

// receiptMost bounds what is read of one part of a file, in bytes.
const receiptMost = 1 << 20

// signedText finds the signed text in what somebody was given: the text itself,
// the page, or the PDF in which it is attached. What stands around it says
// nothing and is not looked at.
func signedText(data []byte) string {
	const open, shut = `<pre id="signed">`, `</pre>`
	if bytes.HasPrefix(data, []byte("%PDF-")) {
		return fromPDF(data)
	}
	if _, rest, ok := strings.Cut(string(data), open); ok {
		inner, _, _ := strings.Cut(rest, shut)
		return html.UnescapeString(inner)
	}
	return string(data)
}

// fromPDF looks through the streams of a PDF for one that is a receipt.
func fromPDF(data []byte) string {
	for {
		_, rest, ok := bytes.Cut(data, []byte("stream\n"))
		if !ok {
			return ""
		}
		data = rest
		r, err := zlib.NewReader(bytes.NewReader(rest))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(r, receiptMost))
		if bytes.HasPrefix(text, []byte("convenantbot receipt/")) {
			return string(text)
		}
	}
}

// writeNew writes a file that is not there yet.
func writeNew(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &exitError{exitBadInput, fmt.Errorf("%s: %w", path, err)}
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
