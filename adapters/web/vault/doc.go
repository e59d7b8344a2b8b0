// Package vault gives the pages on which a document of the vault is read, and on
// which a file is brought in past the chat.
//
// Every route but the two that follow a link asks the bot anew whether this browser
// may still do this; nothing is remembered here but one drawn sheet for a moment.
// What is shown of a document comes from a Drawer, which hands on nothing of it as
// it was. A page keeps asking whether it may stay open, and closes itself when the
// answer is no, or when there is none.
//
// It knows the use cases of package bot and no SQL and no chat platform.
package vault
