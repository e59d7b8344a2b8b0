// Package history holds what happened in a fault run, and checks it.
//
// A history is a list of events in the order in which they were noted, one JSON
// object a line when it is written down. Clients note what they ask for (invoke)
// and what came of it: ok, what they were told happened; fail, what they were
// told did not; info, nobody answered, so it may have happened or may happen yet.
// Beside them stand the effects that people could see, the records that the
// audit log had in the end, the faults, and what was measured.
//
// Check knows what must hold of every history, whatever the faults were:
//
//	lost       what was acknowledged has its record
//	double     what happened once has one record and one effect
//	unapproved no file is seen that nobody was told would be posted
//	held       nothing is erased under a hold
//	stale      a consent withdrawn is not used after its withdrawal was acknowledged
//	left       what rested on a withdrawn consent is out of sight in the end
//	stranger   nobody is in a room in the end who was not let in
//	order      per casus there is one order of all that was asked in which every
//	           answer is right (porcupine): the consents, and open or closed
//	audit      the log verifies
//
// The package knows nothing of the bot but the names of its acts, which a run
// hands over as words, and must never import it: a checker that shares code with
// what it checks shares its mistakes.
package history
