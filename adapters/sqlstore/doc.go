// Package sqlstore keeps everything that has to survive: on SQLite for one
// machine, on PostgreSQL for several. It is one code with two dialects, and
// one contract (bot/bottest) runs on both.
//
// # What is kept how
//
// A row has clear columns, by which it is found, and a sealed one that holds the
// rest as JSON, sealed with the key of its casus (internal/seal); rows of no
// casus with the key of the installation. The seal covers the clear columns too,
// so a row that was changed, moved or put together outside this program does not
// open. Moments are microseconds in UTC.
//
// # Transactions
//
// An update is one transaction with everything in it: records, audit entries,
// jobs. On SQLite there is one writer connection and its transactions are
// immediate; on PostgreSQL they are serializable, and one that the database
// turns down is run again. Audit entries are written at the end, so that each
// names the versions of the records that its transaction wrote; that is how
// [Store.Verify] can hold records and entries against each other.
//
// # The log
//
// Chains grow inside the transactions; the tree over all of them grows behind
// ([Store.Sequence]), so that writers of different casussen do not wait for each
// other. [Store.Run] does that every second and signs a checkpoint every minute
// with news.
//
// # Erasing
//
// The key of a casus is deleted with its rows in one transaction. After it the
// write-ahead log of SQLite is emptied; on PostgreSQL the tables are vacuumed
// within a minute. On SQLite the keys of the epochs are files beside the database, so
// that a copy of the database alone opens nothing; back them up apart, and for
// no longer than promised. On PostgreSQL they stand in the table epochs, wrapped
// by the master key, since every replica needs them: a backup leaves that table's
// rows out and has them in a file of their own (deploy/docs/backup.md). Where they
// were kept together, or PostgreSQL's own log is kept, an erased casus is out of
// an old backup's reach only once the master key was changed too.
//
// The package imports bot and the leaves; never another adapter, rules or cmd.
package sqlstore
