// Package dossier is what a person gets who asks what is kept about them: one
// page for reading, the same as JSON, and the files, sealed for the person who
// asked.
//
// It knows how such an answer looks and how it is sealed (age, filippo.io/age);
// what belongs in it is worked out in bot. It imports nothing of ours but the zone in which moments are
// written.
package dossier
