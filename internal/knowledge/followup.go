package knowledge

// FollowsUp reports whether a text is the continuation of a question before it,
// such as "en bij 16?", and not a question that stands alone.
func FollowsUp(text string) bool { return followUp.MatchString(flat(text)) }

// Within is what a question says, with what it left out filled in from what is
// known already.
func (c Case) Within(known Case) Case { return c.within(known) }

// About is the answer on one topic, for who chose it from those that were
// offered. It is false when there is no such topic.
func (b *Base) About(code string) (Answer, bool) {
	i, ok := b.at[code]
	if !ok {
		return Answer{}, false
	}
	var found retrieved
	found.best, found.chance = []candidate{{entry: i, score: 1}}, 1
	a := b.compose(found)
	return a, b.verify(a) == nil
}
