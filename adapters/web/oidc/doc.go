// Package oidc signs people in with the account that their organisation gave them:
// OpenID Connect's authorization code flow, with PKCE.
//
// What a provider says is believed only as far as it is checked here: one configured
// issuer, a signature of a closed list of algorithms, our own audience, a short term,
// and a nonce that stands in the very browser that began. What the browser keeps
// meanwhile is a sealed note (trip.go), so that nobody fills anything up with us by
// only beginning, and every copy of the bot can finish what another one began. That
// a sign-in is used once is the store's to see to: Arrival.Once names it.
//
// A person is an account that the directory knows, never a name and never an e-mail
// address: these change hands. Which claim names the account is a setting.
//
// It knows no use case, no page and no SQL. Errors and findings carry a word of a
// closed list and never what a provider or a browser sent: that may be personal.
package oidc
