package seal

import (
	"errors"
	"fmt"

	tink "github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// Master wraps the keys of epochs.
type Master interface {
	// Name is 16 hexadecimal digits that tell this master from another and say
	// nothing about it.
	Name() string
	// Wrap and Unwrap are each other's inverse, for the same ad only. ErrAway: it
	// cannot be asked now; ErrSealed: it does not open.
	Wrap(secret, ad []byte) ([]byte, error)
	Unwrap(box, ad []byte) ([]byte, error)
}

// Local is a master key in memory, of 32 bytes.
func Local(key []byte) (Master, error) {
	if len(key) != secretSize {
		return nil, fmt.Errorf("a master key has %d bytes, this one has %d", secretSize, len(key))
	}
	return local(append([]byte(nil), key...)), nil
}

type local []byte

// Name implements Master.
func (l local) Name() string { return fingerprint(l) }

// Wrap implements Master.
func (l local) Wrap(secret, ad []byte) ([]byte, error) {
	c, err := tink.NewAESGCM(l)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	box, err := c.Encrypt(secret, ad)
	if err != nil {
		return nil, fmt.Errorf("wrap: %w", err)
	}
	return box, nil
}

// Unwrap implements Master.
func (l local) Unwrap(box, ad []byte) ([]byte, error) {
	c, err := tink.NewAESGCM(l)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	secret, err := c.Decrypt(box, ad)
	if err != nil {
		return nil, ErrSealed
	}
	return secret, nil
}

// AEAD is what a key elsewhere can do, as Tink has it.
type AEAD interface {
	Encrypt(plaintext, ad []byte) ([]byte, error)
	Decrypt(box, ad []byte) ([]byte, error)
}

// Remote is a master key that never comes here, such as one in a key management
// service. address names it; two addresses are two masters.
func Remote(address string, key AEAD) Master {
	return remote{fingerprint([]byte("remote/" + address)), key}
}

type remote struct {
	name string
	key  AEAD
}

// Name implements Master.
func (r remote) Name() string { return r.name }

// Wrap implements Master.
func (r remote) Wrap(secret, ad []byte) ([]byte, error) {
	box, err := r.key.Encrypt(secret, ad)
	if err != nil {
		return nil, errors.Join(ErrAway, err)
	}
	return box, nil
}

// Unwrap implements Master. Whether the service is away or refuses is its own
// error; both end in a no.
func (r remote) Unwrap(box, ad []byte) ([]byte, error) {
	secret, err := r.key.Decrypt(box, ad)
	if err != nil {
		return nil, errors.Join(ErrAway, err)
	}
	return secret, nil
}
