package blocks

import (
	slackgo "github.com/slack-go/slack"

	"github.com/convenantbot/convenantbot/bot/text"
)

// Home is the page that a person has with the bot: what is theirs, in Markdown,
// the commands that are used most, and the help. Blank: their casussen could not
// be read.
func Home(mine string) slackgo.HomeTabViewRequest {
	if mine == "" {
		mine = text.HomeNothing.NL(text.None{})
	}
	header := func(m text.Message[text.None]) slackgo.Block {
		return slackgo.NewHeaderBlock(plainText(m.NL(text.None{}), maxHeader))
	}
	command := func(label text.Message[text.None], does string) slackgo.BlockElement {
		return slackgo.NewButtonBlockElement(ActionCommand+"."+does, does, plainText(label.NL(text.None{}), maxButton))
	}
	list := []slackgo.Block{header(text.HomeMine)}
	list = append(list, sections(mine)...)
	if most := maxModalBlocks - 10; len(list) > most {
		list = list[:most]
	}
	list = append(list, slackgo.NewDividerBlock(), header(text.HomeDo), slackgo.NewActionBlock("home",
		command(text.HomeNew, "casus nieuw"), command(text.HomeMayShare, "convenant mag-ik-delen"),
		slackgo.NewButtonBlockElement(ActionPick, "-", plainText(text.HomePick.NL(text.None{}), maxButton)),
		command(text.HomeHelp, "convenant help")), slackgo.NewDividerBlock())
	list = append(list, sections(text.HomeAbout.NL(text.None{}))...)
	return slackgo.HomeTabViewRequest{Type: slackgo.VTHomeTab, CallbackID: "convenantbot_home", Blocks: slackgo.Blocks{BlockSet: list}}
}
