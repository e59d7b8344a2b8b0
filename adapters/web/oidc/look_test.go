package oidc

import (
	"net/http"
	"testing"
)

func TestALookTellsWhatIsWrongWithoutSigningAnybodyIn(t *testing.T) {
	auth := func(status int, to string) func(string, http.ResponseWriter) bool {
		return func(path string, w http.ResponseWriter) bool {
			if path == "/auth" {
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			}
			return path == "/auth"
		}
	}
	for _, c := range []struct {
		name   string
		change func(h *hostile, o *Options)
		want   Seen
	}{
		{"all is well", func(h *hostile, _ *Options) {
			h.answer = auth(303, home+"?error=login_required")
			h.tell = map[string]any{"code_challenge_methods_supported": []string{"S256"}, "backchannel_logout_supported": true}
		}, Seen{Keys: Yes, PKCE: Yes, Redirect: Yes, Client: Yes, Logout: Yes}},
		{"it does not know where people come back", func(h *hostile, _ *Options) { h.answer = auth(400, "") }, Seen{Keys: Yes, Redirect: No, Client: Yes, Logout: No}},
		{"it sends them elsewhere", func(h *hostile, _ *Options) { h.answer = auth(303, home+".elders.example/?error=x") }, Seen{Keys: Yes, Client: Yes, Logout: No}},
		{"it shows a page", func(h *hostile, _ *Options) { h.answer = auth(200, "") }, Seen{Keys: Yes, Client: Yes, Logout: No}},
		{"the secret is another", func(h *hostile, o *Options) {
			h.answer = auth(303, home)
			o.Secret = func() string { return "oud" }
		}, Seen{Keys: Yes, Redirect: Yes, Client: No, Logout: No}},
		{"it knows no challenge", func(h *hostile, _ *Options) {
			h.answer = auth(303, home)
			h.tell = map[string]any{"code_challenge_methods_supported": []string{"plain"}}
		}, Seen{Keys: Yes, PKCE: No, Redirect: Yes, Client: Yes, Logout: No}},
		{"its keys are for something else", func(h *hostile, _ *Options) {
			h.answer = func(path string, w http.ResponseWriter) bool {
				if path == "/keys" {
					_, _ = w.Write([]byte(`{"keys":[{"kty":"oct"},{"kty":"RSA","use":"enc"},{"kty":"RSA","alg":"HS256"}]}`))
				}
				return path == "/keys"
			}
		}, Seen{Keys: No, Redirect: No, Client: Yes, Logout: No}},
	} {
		h := newHostile(t)
		var set Options
		c.change(h, &set)
		p, _ := mustProvider(t, h, func(o *Options) {
			if set.Secret != nil {
				o.Secret = set.Secret
			}
		})
		if got := p.Look(t.Context()); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
	h := newHostile(t)
	p, _ := mustProvider(t, h)
	h.Close()
	if got := p.Look(t.Context()); KindOf(got.Offers) != ErrAway || got.Client != Unknown {
		t.Errorf("away: %+v", got)
	}
}
