// Package bottest holds the contracts of the ports in package bot, one suite
// each, and small working fakes that pass them. An adapter runs the whole suite
// from its own test, on a fresh implementation for each subtest.
//
// It is imported by tests only.
package bottest
