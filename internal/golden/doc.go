// Package golden compares what is made with what stands in a file, for tests. The
// file is written anew with the flag -update, and the difference is reviewed like
// code.
//
// It is for tests alone, knows JSON and nothing of ours, and must never import a room.
package golden
