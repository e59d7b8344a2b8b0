// Package story is the fault run: three replicas of the real program as
// processes, a PostgreSQL and a Redis of its own, the chat server of package
// chat, people who work, and faults that come one after another. What everybody
// asked for, was told and could see goes into a history, and package history
// says what in it cannot be.
//
//	process_test.go  the program, built once, and one process of it
//	cluster_test.go  everything that runs, and the proxies between
//	faults_test.go   how each fault is brought about and healed
//	people_test.go   people: patient, and sure of what they were told
//	life_test.go     what they do: casussen with consents, files, holds and ends
//	ending_test.go   the weeks after: archived, announced, erased, held
//	run_test.go      a run from its seed to its findings
//	broken_test.go   runs of a product that is broken on purpose
//
// A run has no deadlines that a slow machine could miss: it waits for what the
// product itself tells, and gives up only where waiting longer cannot help.
package story
