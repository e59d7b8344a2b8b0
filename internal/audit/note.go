package audit

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// SignNote signs a text that ends in a newline, with a key of NewSigner. The
// result is text for people with the signature below it.
func SignNote(text, secret string) (string, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return "", fmt.Errorf("sign: the signing key is not valid") // the library's error may quote it
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	return string(signed), err
}

// OpenNote checks the signature on what SignNote made and returns the text.
func OpenNote(signed, public string) (string, error) {
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return "", fmt.Errorf("the public key is not valid: %w", err)
	}
	n, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		return "", fmt.Errorf("the signature does not hold: %w", err)
	}
	return n.Text, nil
}
