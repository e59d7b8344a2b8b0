// Package bot is the product: the nouns of a casusoverleg, what may be done
// with them, and the ports through which it is done.
//
// It reads like the convenant's glossary because it knows no vendor, no SQL,
// no network and no clock: the chat platform, the store and the time come in
// through ports that are declared here, by their user, as small as the use.
//
// Four jobs meet in this package. It answers questions (answer.go), sets up a
// casus room and keeps strangers out of it (open.go, reconcile.go), lets a file
// through only when the rules allow it (upload.go, classify.go, file_decide.go,
// consenting.go), and archives and erases on time (retain.go, erase.go).
//
// A file is named for its noun or its verb; what belongs together begins alike:
// ask, card (the ouderkaart), dash (the overview), exception, file, library,
// mayshare, takeover, vault, why.
//
// Every use case goes the same way: take the turn, read, decide, act together
// with its record in one transaction, report. What has to happen on a chat
// platform is a job of that transaction and is carried out afterwards, looking
// before it acts, so that a process that dies at any point is simply followed
// by another.
//
// What needs no store and no turn lies in packages of its own, each with one
// purpose, which bot imports and which never import bot: judge (who must agree,
// which term), suppose (a case that is only described), names (who is named in a
// text), plain (what strangers wrote), pincode (what opens an ouderkaart), text
// (everything that is said), dossier and invite (what people take with them).
//
// bot may import rules, these parts and the internal leaves. It never imports
// adapters, cmd, net/http, database/sql, os, or reads a clock itself.
package bot
