package mattermost

import (
	"context"
)

// TeamID looks up the id of the team with this name, as it stands in the team's
// address. ErrNotFound: there is none, or the bot is not in it; ErrUnavailable:
// the server cannot be reached.
func TeamID(ctx context.Context, o Options, name string) (string, error) {
	team, _, err := New(o).asBot().GetTeamByName(ctx, name, "")
	if err != nil {
		return "", fail("find the team", err)
	}
	return team.Id, nil
}
