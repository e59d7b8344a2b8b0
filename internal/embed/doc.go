// Package embed asks an address that understands OpenAI's embeddings to place
// texts near others that mean the same. It is off unless a settings file names an
// address, and nothing depends on it: whatever goes wrong, what is slow, of
// another size than it was or not a number, is ErrUnused, and the caller goes on
// as if there were none.
//
// It knows nothing of who asks or what about. What may leave the installation is
// decided by its caller.
package embed
