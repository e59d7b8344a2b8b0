package sqlstore

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"syscall"
)

func isNet(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) ||
		errors.Is(err, syscall.EPIPE) || errors.Is(err, driver.ErrBadConn)
}

func noRow(err error) bool { return errors.Is(err, sql.ErrNoRows) }
