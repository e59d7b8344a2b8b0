// Package kms lets a key management service wrap the keys of epochs, so that the
// master key never is on the machine of the bot.
//
// An address names the service by its scheme: today hcvault, the transit engine of
// HashiCorp Vault and of OpenBao, which speaks the same language. Two of its calls
// are needed, and made here as Tink's own client makes them, so that what either
// wrapped the other opens; the client with all that hangs on it weighs 2 MB in the
// program. A test holds ours against it.
//
// The service is asked when the bot starts, once a month for a new epoch, and
// when the master key is changed; in between, the bot works without it. A call
// has a deadline of its own, and an error is a no: nothing is ever wrapped with
// something weaker because the service is away.
//
// The package is a leaf: it knows Tink and the two calls, and nothing of ours.
package kms
