package dashboard

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/convenantbot/convenantbot/bot"
	"github.com/convenantbot/convenantbot/bot/text"
)

// act is something that can be done: what it asks besides that one is sure, and who
// does it.
type act struct {
	fields []string
	do     func(s Service, ctx context.Context, q bot.DashQuery, casus bot.Ref, object string, f url.Values) error
}

// acts is the one table of what can be done on a page.
var acts = map[string]act{
	bot.DoHold: {[]string{"reason"}, func(s Service, ctx context.Context, q bot.DashQuery, casus bot.Ref, _ string, f url.Values) error {
		return s.DashHold(ctx, q, casus, f.Get("reason"))
	}},
	bot.DoRelease: {[]string{"reason"}, func(s Service, ctx context.Context, q bot.DashQuery, casus bot.Ref, object string, f url.Values) error {
		return s.DashRelease(ctx, q, casus, object, f.Get("reason"))
	}},
	bot.DoAgree: {nil, func(s Service, ctx context.Context, q bot.DashQuery, casus bot.Ref, object string, _ url.Values) error {
		return s.DashAgree(ctx, q, casus, object)
	}},
	bot.DoAdvise: {[]string{"advice"}, func(s Service, ctx context.Context, q bot.DashQuery, casus bot.Ref, object string, f url.Values) error {
		return s.DashAdvise(ctx, q, casus, object, f.Get("advice"))
	}},
	bot.DoApprove: {nil, func(s Service, ctx context.Context, q bot.DashQuery, _ bot.Ref, object string, _ url.Values) error {
		return s.DashApprove(ctx, q, object)
	}},
	bot.DoAdopt: {[]string{"by", "on"}, func(s Service, ctx context.Context, q bot.DashQuery, _ bot.Ref, object string, f url.Values) error {
		return s.DashAdopt(ctx, q, object, f.Get("by"), f.Get("on"))
	}},
	bot.DoProposePlan: {nil, func(s Service, ctx context.Context, q bot.DashQuery, _ bot.Ref, _ string, _ url.Values) error {
		_, err := s.DashProposePlan(ctx, q)
		return err
	}},
	bot.DoRunPlan: {nil, func(s Service, ctx context.Context, q bot.DashQuery, _ bot.Ref, object string, _ url.Values) error {
		_, err := s.DashRunPlan(ctx, q, object)
		return err
	}},
}

// asked is the page that asks whether somebody is sure.
type asked struct {
	Act, Casus, Object string
	Words              string // what the object says, when it is a rule
	Fields             []field
	Wrong, Field       string // what is wrong, and with which field
	CSRF, Back, Here   string
}

type field struct {
	Name, Label, Help, Value, Kind string
	Wrong                          bool
}

func askedFor(q bot.DashQuery, name, casus, object string, f url.Values) asked {
	a := asked{Act: name, Casus: casus, Object: object, CSRF: csrf(q.Token), Back: place(q.Hat, q.View)}
	a.Here = a.Back + "/doe/" + name
	for _, n := range acts[name].fields {
		one := field{Name: n, Label: text.Dash("field_" + n), Kind: n, Value: f.Get(n)}
		if n != "on" {
			one.Help = text.Dash("field_" + n + "_help")
		}
		a.Fields = append(a.Fields, one)
	}
	return a
}

// ask shows what will be done and asks for what that needs. Whether it may be done is
// settled when it is.
func (p *pages) ask(w http.ResponseWriter, r *http.Request) {
	q, name := p.query(r), r.PathValue("act")
	if _, ok := acts[name]; !ok {
		p.failed(w, r, bot.ErrNotFound)
		return
	}
	at := q
	at.Poll = true
	d, err := p.Service.Dash(r.Context(), at)
	if err != nil {
		p.failed(w, r, err)
		return
	}
	a := askedFor(q, name, r.URL.Query().Get("casus"), r.URL.Query().Get("op"), nil)
	a.Words = wordsOf(d, a.Object)
	p.render(w, http.StatusOK, "ask", a)
}

// wordsOf is what a view calls the object of an act; blank: it has no words for it.
func wordsOf(d bot.Dash, object string) string {
	for _, t := range d.Tables {
		for _, r := range t.Rows {
			for _, c := range r.Cells {
				if c.Key == object && object != "" {
					return c.Text
				}
			}
		}
	}
	return ""
}

// act does it. Without the token of this session's own pages it is refused.
func (p *pages) act(w http.ResponseWriter, r *http.Request) {
	q, name := p.query(r), r.PathValue("act")
	a, ok := acts[name]
	if !ok || !p.ours(r) {
		p.failed(w, r, bot.ErrForbidden)
		return
	}
	f := r.PostForm
	again := askedFor(q, name, f.Get("casus"), f.Get("op"), f)
	if f.Get("sure") != "yes" {
		again.Wrong, again.Field = text.Dash("wrong_sure"), "sure"
		p.render(w, http.StatusUnprocessableEntity, "ask", again)
		return
	}
	err := a.do(p.Service, r.Context(), q, bot.Ref(f.Get("casus")), f.Get("op"), f)
	var invalid *bot.InvalidError
	if errors.As(err, &invalid) {
		again.Wrong, again.Field = text.For(text.NL, invalid.Reason), invalid.Field
		for i := range again.Fields {
			again.Fields[i].Wrong = again.Fields[i].Name == invalid.Field
		}
		p.render(w, http.StatusUnprocessableEntity, "ask", again)
		return
	}
	if err != nil {
		p.failed(w, r, err)
		return
	}
	http.Redirect(w, r, place(q.Hat, q.View)+"?gedaan="+name, http.StatusSeeOther)
}
