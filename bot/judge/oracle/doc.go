// Package oracle judges the three questions a second time, for tests only. It
// was written from the contracts and the matrix alone: it parses JSON and the
// matrix's CSV itself, counts Amsterdam time by the European rule instead of
// the time zone database, and imports nothing but the standard library. Where
// it and the product differ on a random question, one of them is wrong.
//
// It is slow and plain on purpose, and it trusts its input.
package oracle
