// Package clamav asks a ClamAV daemon whether there is a virus in something, by its
// INSTREAM command: the bytes go over in parts, each after its length, and one line
// comes back. What is no clear answer is an error. The package keeps nothing and
// imports nothing of ours.
package clamav

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Client speaks to one daemon.
type Client struct {
	Address string        // host:port, or the absolute path of a socket
	Term    time.Duration // how long one file may take; zero: a minute
}

// part is how many bytes go over at a time.
const part = 64 << 10

// Clean sends what r gives and reports whether nothing was found in it. An error:
// nothing is known, also when the daemon took less than all.
func (c *Client) Clean(ctx context.Context, r io.Reader) (bool, error) {
	term := c.Term
	if term == 0 {
		term = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, term)
	defer cancel()
	network := "tcp"
	if strings.HasPrefix(c.Address, "/") {
		network = "unix"
	}
	conn, err := new(net.Dialer).DialContext(ctx, network, c.Address)
	if err != nil {
		return false, errors.New("clamav: it cannot be reached")
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := conn.Write([]byte("zINSTREAM\x00")); err != nil {
		return false, errors.New("clamav: it broke off")
	}
	buf := make([]byte, 4+part)
	defer clear(buf)
	for last := false; !last; {
		n, err := io.ReadFull(r, buf[4:])
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			last = true
		case err != nil:
			return false, fmt.Errorf("clamav: read what is to be searched: %w", err)
		}
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := conn.Write(buf[:4+n]); err != nil {
				return false, errors.New("clamav: it took less than all")
			}
		}
	}
	if _, err := conn.Write([]byte{0, 0, 0, 0}); err != nil {
		return false, errors.New("clamav: it took less than all")
	}
	said, err := io.ReadAll(io.LimitReader(conn, 4096))
	if err != nil || ctx.Err() != nil {
		return false, errors.New("clamav: it gave no answer")
	}
	switch answer := string(bytes.TrimRight(said, "\x00\n")); {
	case answer == "stream: OK":
		return true, nil
	case strings.HasPrefix(answer, "stream: ") && strings.HasSuffix(answer, " FOUND"):
		return false, nil
	}
	// What it says may hold what was in the file.
	return false, errors.New("clamav: it gave an answer that is neither yes nor no")
}
