package slackfake

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

// tokenLife is how long a token lives that is rotated.
//
// Source: API page "Using token rotation" (12 hours; a refresh token is used once).
const tokenLife = 12 * time.Hour

// socketTicketLife is how long the address of a socket can be used. The page on
// Socket Mode says that addresses don't last and names no number; this one is ours.
const socketTicketLife = 5 * time.Minute

// oauthCode is what an installation gives and oauth.v2.access takes.
type oauthCode struct {
	redirect string
	used     bool
	at       time.Time
}

// Tokens that an installation gives. Each call makes a new one.

// BotToken is a token of the app's own account.
func (s *Server) BotToken() string {
	scopes := s.opts.BotScopes
	if scopes == nil {
		scopes = allBotScopes
	}
	return s.newToken("bot", "xoxb-", s.BotUser, scopes).Value
}

// AppToken is the token that opens sockets.
func (s *Server) AppToken() string {
	return s.newToken("app", "xapp-1-", "", []string{"connections:write"}).Value
}

// UserToken is a token of a person, with these scopes; none: every one that the
// fake knows. What an administrator's may do is decided by the plan.
func (s *Server) UserToken(p *Person, scopes ...string) string {
	if len(scopes) == 0 {
		scopes = s.opts.AdminScopes
	}
	if scopes == nil {
		scopes = allAdminScopes
	}
	return s.newToken("user", "xoxp-", p.ID, scopes).Value
}

// RefreshToken is the token by which a bot token is refreshed the first time.
func (s *Server) RefreshToken(bot string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[bot]; t != nil {
		return t.Refresh
	}
	return ""
}

// Revoke ends a token.
func (s *Server) Revoke(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tokens[value]; t != nil {
		t.Revoked = true
	}
}

func (s *Server) newToken(kind, prefix, user string, scopes []string) *token {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.giveToken(kind, prefix, user, scopes)
}

func (s *Server) giveToken(kind, prefix, user string, scopes []string) *token {
	t := &token{Kind: kind, User: user, Scopes: scopes, Value: prefix + secret()}
	if s.opts.Rotating && kind != "app" {
		t.Value, t.Refresh, t.Expires = "xoxe."+t.Value, "xoxe-1-"+secret(), s.Clock.Now().Add(tokenLife)
	}
	s.tokens[t.Value] = t
	return t
}

// Install is what happens when somebody allows the app: the code that comes back
// to the redirect address.
func (s *Server) Install(redirect string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	code := secret()
	s.codes[code] = oauthCode{redirect: redirect, at: s.Clock.Now()}
	return code
}

func authTest(c *call) (obj, error) {
	o := obj{"url": c.URL() + "/", "team": "Convenant", "team_id": c.TeamID, "is_enterprise_install": false}
	// Source: API page auth.test (enterprise_id only of a workspace in an organisation).
	if c.opts.Plan == Enterprise {
		o["enterprise_id"] = "E" + c.TeamID[1:]
	}
	if c.tok.Kind == "app" {
		o["app_id"], o["app_name"] = c.AppID, "convenantbot"
		return o, nil
	}
	o["user"], o["user_id"] = c.me.Name, c.me.ID
	if c.me.Bot {
		o["bot_id"] = c.BotID
	}
	return o, nil
}

func authRevoke(c *call) (obj, error) {
	if c.yes("test") {
		return obj{"revoked": false}, nil
	}
	c.tok.Revoked = true
	return obj{"revoked": true}, nil
}

// Source: API page apps.connections.open.
func connectionsOpen(c *call) (obj, error) {
	if !c.opts.SocketMode {
		return nil, fail("forbidden_team")
	}
	ticket := secret()
	c.tickets[ticket] = true
	c.ticketTimes(ticket)
	return obj{"url": "ws" + strings.TrimPrefix(c.URL(), "http") + "/link/?ticket=" + ticket + "&app_id=" + c.AppID}, nil
}

func (s *Server) ticketTimes(ticket string) {
	passed, stop := s.Clock.after(socketTicketLife)
	s.work.Go(func() {
		defer stop()
		select {
		case <-passed:
			s.mu.Lock()
			delete(s.tickets, ticket)
			s.mu.Unlock()
		case <-s.done.Done():
		}
	})
}

// oauthAccess exchanges a code, or a refresh token, for tokens.
//
// Source: API page oauth.v2.access; page "Using token rotation".
func oauthAccess(c *call) (obj, error) {
	id, secret := c.args["client_id"], c.args["client_secret"]
	if id == "" {
		id, secret = c.basic[0], c.basic[1]
	}
	if id != c.ClientID {
		return nil, fail("invalid_client_id")
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(c.ClientSecret)) != 1 {
		return nil, fail("bad_client_secret")
	}
	answer := func(t *token) obj {
		o := obj{"access_token": t.Value, "token_type": "bot", "scope": strings.Join(t.Scopes, ","), "bot_user_id": c.BotUser, "app_id": c.AppID,
			"team": obj{"id": c.TeamID, "name": "Convenant"}, "enterprise": nil, "is_enterprise_install": false}
		if t.Refresh != "" {
			o["refresh_token"], o["expires_in"] = t.Refresh, int(tokenLife/time.Second)
		}
		return o
	}
	scopes := c.opts.BotScopes
	if scopes == nil {
		scopes = allBotScopes
	}
	switch c.args["grant_type"] {
	case "refresh_token":
		for _, t := range c.tokens {
			if t.Refresh != "" && t.Refresh == c.args["refresh_token"] && !t.Revoked {
				next := c.giveToken(t.Kind, "xoxb-", t.User, t.Scopes)
				t.Refresh = "" // a refresh token is used once; the old access token lives on for its time
				return answer(next), nil
			}
		}
		return nil, fail("invalid_refresh_token")
	case "", "authorization_code":
		code, ok := c.codes[c.args["code"]]
		switch {
		case !ok, code.used:
			return nil, fail("invalid_code")
		case c.Clock.Now().Sub(code.at) > 10*time.Minute:
			return nil, fail("invalid_code")
		case code.redirect != c.args["redirect_uri"]:
			return nil, fail("bad_redirect_uri")
		}
		code.used = true
		c.codes[c.args["code"]] = code
		return answer(c.giveToken("bot", "xoxb-", c.BotUser, scopes)), nil
	}
	return nil, fail("invalid_grant_type")
}

// teamBilling tells what the workspace pays for.
//
// Source: API page team.billing.info.
func teamBilling(c *call) (obj, error) {
	return obj{"plan": map[Plan]string{Free: "free", Pro: "std", BusinessPlus: "plus", Enterprise: "enterprise"}[c.opts.Plan]}, nil
}

// Source: API page team.info, which does not speak of the plan.
func teamInfo(c *call) (obj, error) {
	t := obj{"id": c.TeamID, "name": "Convenant", "domain": "convenant", "email_domain": ""}
	if c.opts.Plan == Enterprise {
		t["enterprise_id"], t["enterprise_name"] = "E"+c.TeamID[1:], "Convenant"
	}
	return obj{"team": t}, nil
}

// bearer says whose token a download shows.
func (s *Server) bearer(r *http.Request) (*token, *user) {
	value, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t := s.tokens[value]
	if t == nil || t.Revoked || !t.Expires.IsZero() && !s.Clock.Now().Before(t.Expires) {
		return nil, nil
	}
	return t, s.users[t.User]
}
