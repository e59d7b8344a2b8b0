// Command simulate runs a model of the bot past any machine that we have: 400
// regions, a million casussen, twenty years, under a virtual clock, in minutes.
//
//	make simulate
//	go run ./cmd/simulate --casussen 1000000 --years 20 --seed 1 --store postgres://…
//
// # What is real and what is not
//
// Real: the rules of retention and the calendar. Every moment at which the bot
// would look at a casus is put to the same judge, with the same bundle and the
// region packs, and the model does what it says: remind, put before a person,
// archive, announce, erase. Real too are the costs: the operations that the life
// of a casus is made of are run on a sample in a real store in the same run,
// and their time and their rows are what the totals are multiplied by.
//
// Not real: people. When casussen come, how long they take, how many meet, share
// and object is drawn from the distributions in [Assumptions]. They are
// estimates, stated there one by one, and not measurements; change one and run
// again. Nothing goes to a chat platform.
//
// # What holds a run together
//
// Casussen do not touch each other, so each is lived from its opening to its end
// by itself, with a generator of its own that is seeded by the run's seed and its
// number; what a run adds up are whole numbers. So the same seed gives the same
// totals, whatever the number of processors. After each casus and at the end the
// model checks itself ([Totals.Check]): every casus is open, closed, archived or
// erased; none was erased under a hold; none is kept past its term without a
// reason, by an arithmetic of its own and not by the judge's.
//
// What follows from measured times depends on the machine and differs from run
// to run; it stands apart in the report.
//
// It imports what a program may; nothing imports it.
package main
