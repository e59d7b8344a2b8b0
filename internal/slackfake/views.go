package slackfake

import (
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"
)

// triggerLife is how long a trigger lives; it is used once.
//
// Source: page "Handling user interaction" (trigger_id: three seconds, single use).
const triggerLife = 3 * time.Second

// maxStack is how many views lie on each other; maxView how large one may be.
//
// Source: API pages views.push (push_limit_reached), views.open (view_too_large).
const (
	maxStack = 3
	maxView  = 250_000
)

// trigger is somebody's act that allows a view to be opened for them.
type trigger struct {
	user string
	at   time.Time
	used bool
}

func (s *Server) newTrigger(user string) string {
	id := "1." + newID("T")[1:] + "." + secret()
	s.triggers[id] = &trigger{user: user, at: s.Clock.Now()}
	return id
}

// viewJSON is a view as the API and payloads show it.
//
// Source: object page "View".
func (s *Server) viewJSON(v *view, values obj) obj {
	o := obj{}
	_ = json.Unmarshal(v.App, &o) // was checked when it came in
	for k, fallback := range map[string]any{"callback_id": "", "private_metadata": "", "clear_on_close": false, "notify_on_close": false, "external_id": "",
		"close": nil, "submit": nil, "title": obj{"type": "plain_text", "text": "", "emoji": true}} {
		if _, given := o[k]; !given {
			o[k] = fallback
		}
	}
	o["id"], o["team_id"], o["app_id"], o["bot_id"] = v.ID, s.TeamID, s.AppID, s.BotID
	o["app_installed_team_id"], o["root_view_id"], o["hash"] = s.TeamID, v.Root, v.Hash
	o["previous_view_id"] = nil
	if v.Previous != "" {
		o["previous_view_id"] = v.Previous
	}
	if values == nil {
		values = obj{}
	}
	o["state"] = obj{"values": values}
	return o
}

// checkView refuses what Slack refuses and returns the view's kind and external id.
//
// Source: object page "View" (title, submit and close up to 24 characters,
// private_metadata 3,000, callback_id and external_id 255, 100 blocks; submit is
// needed where there is an input).
func (s *Server) checkView(raw string) (kind, external string, err error) {
	if len(raw) > maxView {
		return "", "", fail("view_too_large")
	}
	var v struct {
		Type       string            `json:"type"`
		Title      *textObject       `json:"title"`
		Submit     *textObject       `json:"submit"`
		Close      *textObject       `json:"close"`
		Blocks     []json.RawMessage `json:"blocks"`
		Metadata   string            `json:"private_metadata"`
		CallbackID string            `json:"callback_id"`
		ExternalID string            `json:"external_id"`
	}
	if json.Unmarshal([]byte(raw), &v) != nil {
		return "", "", fail("invalid_arguments")
	}
	var k checker
	switch v.Type {
	case "modal":
		k.plain("/view/title", v.Title, 24, true)
		k.plain("/view/submit", v.Submit, 24, false)
		k.plain("/view/close", v.Close, 24, false)
	case "home":
	default:
		k.wrong("/view/type", "must be modal or home")
	}
	k.length("/view/private_metadata", v.Metadata, 3000)
	k.length("/view/callback_id", v.CallbackID, 255)
	k.length("/view/external_id", v.ExternalID, 255)
	if v.Blocks == nil {
		k.wrong("/view/blocks", "missing")
	}
	inputs := k.blocks("/view/blocks", v.Blocks, v.Type, 100)
	if inputs && v.Type == "modal" && v.Submit == nil {
		k.wrong("/view/submit", "needed where there is an input")
	}
	if len(k.problems) > 0 {
		return "", "", failWith("invalid_arguments", obj{"response_metadata": obj{"messages": k.problems}})
	}
	return v.Type, v.ExternalID, nil
}

// takeTrigger uses up the trigger of a call.
func (c *call) takeTrigger() (*trigger, error) {
	t := c.triggers[c.args["trigger_id"]]
	switch {
	case t == nil:
		return nil, fail("invalid_trigger_id")
	case t.used:
		return nil, fail("exchanged_trigger_id")
	case c.Clock.Now().Sub(t.at) > triggerLife:
		return nil, fail("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

// newView checks and keeps a view.
func (s *Server) newView(raw, user string) (*view, error) {
	kind, external, err := s.checkView(raw)
	if err != nil {
		return nil, err
	}
	if external != "" && s.byExternal(external) != nil {
		return nil, fail("duplicate_external_id")
	}
	v := &view{ID: newID("V"), Hash: s.ts() + "." + secret()[:8], Type: kind, User: user, App: fillView(raw), ExternalID: external, Open: true}
	v.Root = v.ID
	return v, nil
}

func (s *Server) byExternal(id string) *view {
	for _, v := range s.views {
		if v.ExternalID == id && v.Open {
			return v
		}
	}
	return nil
}

// Source: API page views.open.
func viewsOpen(c *call) (obj, error) {
	if _, _, err := c.checkView(c.args["view"]); err != nil {
		return nil, err
	}
	t, err := c.takeTrigger()
	if err != nil {
		return nil, err
	}
	v, err := c.newView(c.args["view"], t.user)
	if err != nil {
		return nil, err
	}
	if v.Type != "modal" {
		return nil, fail("invalid_arguments")
	}
	c.closeStack(t.user)
	c.views[v.ID], c.stacks[t.user] = v, []string{v.ID}
	return obj{"view": c.viewJSON(v, nil)}, nil
}

func (s *Server) closeStack(user string) {
	for _, id := range s.stacks[user] {
		s.views[id].Open = false
	}
	delete(s.stacks, user)
}

// Source: API page views.push.
func viewsPush(c *call) (obj, error) {
	if _, _, err := c.checkView(c.args["view"]); err != nil {
		return nil, err
	}
	t, err := c.takeTrigger()
	if err != nil {
		return nil, err
	}
	v, err := c.pushView(c.args["view"], t.user)
	if err != nil {
		return nil, err
	}
	return obj{"view": c.viewJSON(v, nil)}, nil
}

func (s *Server) pushView(raw, user string) (*view, error) {
	stack := s.stacks[user]
	if len(stack) == 0 {
		return nil, fail("not_found")
	}
	if len(stack) >= maxStack {
		return nil, fail("push_limit_reached")
	}
	v, err := s.newView(raw, user)
	if err != nil {
		return nil, err
	}
	v.Root, v.Previous = stack[0], stack[len(stack)-1]
	s.views[v.ID], s.stacks[user] = v, append(stack, v.ID)
	return v, nil
}

// Source: API page views.update (hash guards against two writers).
func viewsUpdate(c *call) (obj, error) {
	if _, _, err := c.checkView(c.args["view"]); err != nil {
		return nil, err
	}
	v := c.views[c.args["view_id"]]
	if c.args["view_id"] == "" {
		v = c.byExternal(c.args["external_id"])
	}
	if v == nil || !v.Open {
		return nil, fail("not_found")
	}
	if h := c.args["hash"]; h != "" && h != v.Hash {
		return nil, fail("hash_conflict")
	}
	if err := c.setView(v, c.args["view"]); err != nil {
		return nil, err
	}
	return obj{"view": c.viewJSON(v, nil)}, nil
}

func (s *Server) setView(v *view, raw string) error {
	_, external, err := s.checkView(raw)
	if err != nil {
		return err
	}
	if external != "" && external != v.ExternalID && s.byExternal(external) != nil {
		return fail("duplicate_external_id")
	}
	v.App, v.ExternalID, v.Hash = fillView(raw), external, s.ts()+"."+secret()[:8]
	return nil
}

// Source: API page views.publish.
func viewsPublish(c *call) (obj, error) {
	u := c.users[c.args["user_id"]]
	if u == nil || u.Bot {
		return nil, fail("invalid_arguments")
	}
	kind, _, err := c.checkView(c.args["view"])
	if err != nil {
		return nil, err
	}
	if kind != "home" {
		return nil, fail("invalid_arguments")
	}
	home := c.homes[u.ID]
	if h := c.args["hash"]; h != "" && home != nil && h != home.Hash {
		return nil, fail("hash_conflict")
	}
	next, err := c.newView(c.args["view"], u.ID)
	if err != nil {
		return nil, err
	}
	if home != nil {
		delete(c.views, home.ID)
		next.ID, next.Root = home.ID, home.ID
	}
	c.homes[u.ID], c.views[next.ID] = next, next
	return obj{"view": c.viewJSON(next, nil)}, nil
}

// closeTop closes the view on top, or all of them.
func (s *Server) closeTop(user string, all bool) {
	if all {
		s.closeStack(user)
		return
	}
	stack := s.stacks[user]
	if len(stack) == 0 {
		return
	}
	s.views[stack[len(stack)-1]].Open = false
	if s.stacks[user] = slices.Clone(stack[:len(stack)-1]); len(stack) == 1 {
		delete(s.stacks, user)
	}
}

// fillView gives the blocks of a view the identifiers that the app left out.
func fillView(raw string) json.RawMessage {
	var v map[string]json.RawMessage
	_ = json.Unmarshal([]byte(raw), &v) // was checked
	v["blocks"] = fillIDs(v["blocks"])
	out, _ := json.Marshal(v)
	return out
}

func runes(s string) int { return utf8.RuneCountInString(s) }
