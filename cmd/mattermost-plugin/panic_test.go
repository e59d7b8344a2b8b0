package main

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/convenantbot/convenantbot/internal/bridge"
	"github.com/convenantbot/convenantbot/internal/testserver"
)

// The server takes a hook that panics for a yes. Every hook is made to panic
// here, in the build that has failpoints.
func TestAPanicInAHookIsANo(t *testing.T) {
	s := testserver.Mattermost(t, testserver.Options{Env: map[string]string{
		"CONVENANTBOT_FAULT": "plugin.upload=panic,plugin.posting=panic,plugin.update=panic,plugin.posted=panic,plugin.moved=panic,plugin.command=panic",
	}})
	b := newFakeBot(t, s.URL)
	s.InstallPlugin(PluginID, testserver.Bundle(t, "faults"), map[string]any{"boturl": b.URL, "secret": secret})
	w := &world{Server: s, bot: b, first: s.User(""), other: s.User(""), out: s.User("")}
	ctx := t.Context()
	c, _, err := s.Admin.CreateChannel(ctx, &model.Channel{TeamId: s.Team.Id, Type: model.ChannelTypePrivate, Name: "casus-1", DisplayName: "Casusoverleg"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*testserver.Person{w.first, w.other} {
		if _, _, err := s.Admin.AddChannelMember(ctx, c.Id, p.Id); err != nil {
			t.Fatal(err)
		}
	}
	// Before the channel is protected even a broken hook lets everything be.
	post, info, err := upload(ctx, w.first, c.Id, "eerder.txt", secretText)
	if err != nil {
		t.Fatalf("in a channel of others: %v", err)
	}
	_ = info
	if _, err := bridge.PluginProtect.Do(ctx, b.caller, bridge.ChannelRef{Channel: c.Id}); err != nil {
		t.Fatalf("protect: %v", err)
	}
	b.set(allow, allowPost)
	_, _, err = w.first.Client.UploadFile(ctx, secretText, c.Id, "geheimzinnig.txt")
	mustRefuse(t, "UploadFile", err, texts.Broken)
	_, _, err = w.first.Client.CreatePost(ctx, &model.Post{ChannelId: c.Id, Message: "hallo"})
	mustRefuse(t, "CreatePost", err, texts.Broken)
	text := "anders"
	_, _, err = w.first.Client.PatchPost(ctx, post.Id, &model.PostPatch{Message: &text})
	mustRefuse(t, "PatchPost", err, texts.Broken)
	res, _, err := w.first.Client.ExecuteCommand(ctx, w.town(t), "/casus status")
	if err != nil || res.Text != textCommandAway {
		t.Errorf("a command = %+v, %v; want to hear that nothing was done", res, err)
	}
	if _, _, err := upload(ctx, w.first, w.town(t), "gewoon.txt", secretText); err != nil {
		t.Errorf("the rest of the server does not work: %v", err)
	}
	state, err := bridge.PluginHello.Do(ctx, b.caller, bridge.BotState{})
	if err != nil || state.Panics < 6 {
		t.Errorf("the plugin says %+v (%v), want it to live and to have counted the panics", state, err)
	}
}
