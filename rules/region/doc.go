// Package region reads region packs: what one region agreed on within the
// convenant. Which parties there are, which kinds of casusoverleg exist and who
// takes part in them, what a phase takes, how long things are kept, and whom to
// ask.
//
// A pack is data and holds no rule of its own; the judge turns it into facts.
// Every line of a pack that binds people says where it comes from, how certain
// that is, and who adopted it and when; what nobody adopted yet has mark I and
// is shown to people as such.
//
// The package imports YAML and the rules' own helper, and nothing of the bot.
package region
