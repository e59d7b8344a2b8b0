package blocks

// The limits of Block Kit, in characters unless it says otherwise. Slack refuses
// a whole view or message that breaks one of them.
//
// Source: Slack's reference of Block Kit (section, actions, input, option, option
// group, button, confirmation dialog, modal, plain-text input, file input).
const (
	maxSection     = 3000 // of the text of a section
	maxModalBlocks = 100  // blocks of a modal or home page
	maxPostBlocks  = 50   // blocks of a message
	maxTitle       = 24   // of a modal's title and of its two buttons
	maxLabel       = 2000 // of an input
	maxOption      = 75   // of an option's text and of its description
	maxValue       = 150  // of an option's value
	maxOptions     = 100  // options of a select or of one group
	maxGroups      = 100  // groups of a select
	maxButton      = 75   // of a button's text
	maxSigned      = 2000 // of a button's value
	maxMetadata    = 3000 // of a modal's private metadata
	maxHeader      = 150  // of a header
	maxText        = 3000 // of a plain-text input
	maxShortText   = 150  // of our short texts, as on every platform
	maxFiles       = 10   // files of a file input
	maxRow         = 5    // buttons we put in one row; Slack takes 25
	maxBlockID     = 255
	maxFallback    = 3000 // of the text that stands in a notification
)
