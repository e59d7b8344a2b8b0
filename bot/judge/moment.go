package judge

import (
	"errors"
	"time"
)

var (
	errNotDate   = errors.New("must be a date like 2026-03-01 that exists")
	errNotMoment = errors.New("must be a moment like 2026-03-01T10:00:00+01:00 that exists, with its offset")
)

// ParseMoment reads a moment as RFC 3339 writes it, with an offset or Z. Go's
// own parser takes some that are not, such as an hour of one digit.
func ParseMoment(s string) (time.Time, error) {
	const whole = len("2006-01-02T15:04:05")
	if len(s) <= whole || (s[10] != 'T' && s[10] != 't') || s[13] != ':' || s[16] != ':' {
		return time.Time{}, errNotMoment
	}
	d, err := ParseDate(s[:10])
	if err != nil {
		return time.Time{}, errNotMoment
	}
	h, ok1 := digits(s[11:13])
	m, ok2 := digits(s[14:16])
	sec, ok3 := digits(s[17:19])
	if !ok1 || !ok2 || !ok3 || h > 23 || m > 59 || sec > 59 {
		return time.Time{}, errNotMoment
	}
	rest := s[whole:]
	ns := 0
	if rest[0] == '.' {
		n := 1
		for scale := 100_000_000; n < len(rest) && rest[n] >= '0' && rest[n] <= '9'; n++ {
			ns += scale * int(rest[n]-'0')
			scale /= 10
		}
		if n == 1 {
			return time.Time{}, errNotMoment
		}
		rest = rest[n:]
	}
	offset, err := parseOffset(rest)
	if err != nil {
		return time.Time{}, err
	}
	return time.Date(d.Year, d.Month, d.Day, h, m, sec, ns, time.UTC).Add(-offset), nil
}

func parseOffset(s string) (time.Duration, error) {
	if s == "Z" || s == "z" {
		return 0, nil
	}
	if len(s) != len("+01:00") || (s[0] != '+' && s[0] != '-') || s[3] != ':' {
		return 0, errNotMoment
	}
	h, ok1 := digits(s[1:3])
	m, ok2 := digits(s[4:6])
	if !ok1 || !ok2 || h > 23 || m > 59 {
		return 0, errNotMoment
	}
	offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if s[0] == '-' {
		offset = -offset
	}
	return offset, nil
}
