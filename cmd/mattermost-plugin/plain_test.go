package main

import (
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

func TestValues(t *testing.T) {
	for _, test := range []struct {
		name string
		in   any
		many bool
		want []string
	}{
		{"text", "een zin, met een komma", false, []string{"een zin, met een komma"}},
		{"nothing", nil, false, nil},
		{"blank", "  ", false, nil},
		{"a tick", true, false, []string{"true"}},
		{"no tick", false, false, []string{"false"}},
		{"a number", 12.0, false, []string{"12"}},
		{"several as a list", []any{"a", "b"}, true, []string{"a", "b"}},
		{"several with commas", "a,b", true, []string{"a", "b"}},
		{"several of which none", []any{}, true, nil},
		{"an option with its label", map[string]any{"label": "A", "value": "a"}, false, []string{"a"}},
		{"several options with their labels", []any{map[string]any{"label": "A", "value": "a"}, map[string]any{"value": "b"}}, true, []string{"a", "b"}},
	} {
		many := []string{""}
		if test.many {
			many = []string{"other", "f"}
		}
		if got := values(map[string]any{"f": test.in}, many)["f"]; !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: values = %q, want %q", test.name, got, test.want)
		}
	}
}

func TestWithoutMention(t *testing.T) {
	for _, test := range []struct {
		in, want string
		found    bool
	}{
		{"@convenantbot wat is een mdo?", "wat is een mdo?", true},
		{"wat is een mdo, @convenantbot?", "wat is een mdo,", true},
		{"@Convenantbot: hoi", "hoi", true},
		{"@convenantbot", "", true},
		{"wat is een mdo?", "wat is een mdo?", false},
		{"mail naar a@convenantbot.nl", "mail naar a@convenantbot.nl", false},
		{"@convenantbotje hoi", "@convenantbotje hoi", false},
		{"convenantbot hoi", "convenantbot hoi", false},
	} {
		if got, found := withoutMention(test.in); got != test.want || found != test.found {
			t.Errorf("withoutMention(%q) = %q, %v; want %q, %v", test.in, got, found, test.want, test.found)
		}
	}
}

func TestOneAtATimeUnderAKey(t *testing.T) {
	var k keyed
	var mu sync.Mutex
	busy, most := 0, 0
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			defer k.take("a")()
			mu.Lock()
			busy++
			most = max(most, busy)
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			busy--
			mu.Unlock()
		})
	}
	wg.Wait()
	if most != 1 || len(k.busy) != 0 {
		t.Errorf("%d at once and %d kept, want one and none", most, len(k.busy))
	}
}

func TestKeysFitTheServersStore(t *testing.T) {
	id := model.NewId()
	for _, key := range []string{keyChannel + id, keyFile + id, saidKey(id, strings.Repeat("x", 500)), keyNonce + strings.Repeat("x", 22), keyEvent + strings.Repeat("f", 13) + id} {
		if len(key) > model.KeyValueKeyMaxRunes {
			t.Errorf("key %q has %d characters, the server takes %d", key, len(key), model.KeyValueKeyMaxRunes)
		}
	}
}

func TestTheTextOfAMessageHoldsWhatItsAttachmentsShow(t *testing.T) {
	p := &model.Post{Message: "kijk"}
	model.ParseMessageAttachment(p, []*model.MessageAttachment{{ImageURL: "https://a.example/1.png", Fields: []*model.MessageAttachmentField{{Title: "veld", Value: "waarde"}}}})
	for _, want := range []string{"kijk", "https://a.example/1.png", "veld waarde"} {
		if got := postOf(p).Text; !strings.Contains(got, want) {
			t.Errorf("text %q lacks %q", got, want)
		}
	}
}

func TestEverySentenceOfThePluginIsThere(t *testing.T) {
	v := reflect.ValueOf(texts)
	for i := range v.NumField() {
		if s := v.Field(i).String(); len(s) < 20 || !strings.HasSuffix(s, ".") {
			t.Errorf("%s is %q, want a sentence", v.Type().Field(i).Name, s)
		}
	}
}

func TestAtLeast(t *testing.T) {
	for version, want := range map[string]bool{
		"11.9": true, "11.9.0": true, "11.10.1": true, "12.0.0": true, "11.8.9": false, "11.4.0": false, "9.11.0": false, "10.9": false,
		"": false, "11": false, "x.9": false, "11.x": false,
	} {
		if got := atLeast(version, guardsFrom); got != want {
			t.Errorf("atLeast(%q) = %v, want %v", version, got, want)
		}
	}
}
