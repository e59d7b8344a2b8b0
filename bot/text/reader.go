package text

import (
	"reflect"
	"strings"
)

// A text is often made before it is known who will read it: the procesregisseur
// who is told something, or the colleague for whom a form is prepared. Say
// therefore makes a text that holds its words in every language, and For takes
// out those of its reader where the text leaves the bot. What lies between may put
// such texts together and hand them to other messages; it may not cut them.
//
// The languages stand between signs that no text for people holds: what people
// write is refused or cleaned when it has signs like these.
const (
	begins  = '\x1c' // of a text in every language, beginning with Dutch
	english = '\x1e' // what follows is the same in English
	ends    = '\x1d'
)

// Say returns the message in every language, with its arguments filled in, which
// may be such texts themselves. It is for For.
func (m Message[T]) Say(args T) string { return say(m.code, args) }

func say(code string, args any) string { return Both(fill(NL, code, args), fill(EN, code, args)) }

// Both is a text in every language whose words do not stand in the catalogue, such as
// a reason of the rules; one that has no English is Dutch for everybody.
func Both(nl, en string) string {
	if en == "" || nl == en {
		return nl
	}
	var b strings.Builder
	b.Grow(len(nl) + len(en) + 3)
	b.WriteByte(begins)
	b.WriteString(nl)
	b.WriteByte(english)
	b.WriteString(en)
	b.WriteByte(ends)
	return b.String()
}

// For returns what somebody reads of s whose language is l. A text that Say did
// not make is itself.
func For(l Lang, s string) string {
	if strings.IndexByte(s, begins) < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	// reads is for each text that was begun and is not over, whether what stands here
	// is in the language of the reader.
	var open []bool
	shut := 0 // how many of them are not
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case begins:
			open = append(open, l != EN)
			if l == EN {
				shut++
			}
		case english:
			if n := len(open); n > 0 {
				if open[n-1] = !open[n-1]; open[n-1] {
					shut--
				} else {
					shut++
				}
			}
		case ends:
			if n := len(open); n > 0 {
				if !open[n-1] {
					shut--
				}
				open = open[:n-1]
			}
		default:
			if shut == 0 {
				b.WriteByte(s[i])
			}
		}
	}
	return b.String()
}

// Each changes s in every language with f: what cuts a text or changes its letters
// has to know where its languages begin and end.
func Each(s string, f func(string) string) string {
	if strings.IndexByte(s, begins) < 0 {
		return f(s)
	}
	return string(begins) + f(For(NL, s)) + string(english) + f(For(EN, s)) + string(ends)
}

// Unread reports whether s is a text that still has to be taken out for its reader.
func Unread(s string) bool { return strings.IndexByte(s, begins) >= 0 }

// LangOf is the language of the catalogue for somebody with this locale of their
// chat or browser, such as "en-GB": Dutch when it is another one, or unknown.
func LangOf(locale string) Lang {
	if word, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(locale, "_", "-")), "-"); word == string(EN) {
		return EN
	}
	return NL
}

// Read is For of every text in v, such as a form or a paper, which stays as it is.
func Read[T any](l Lang, v T) T {
	read(l, reflect.ValueOf(&v).Elem())
	return v
}

// read takes out the texts of v for their reader. What v points at and others may
// hold too is copied first.
func read(l Lang, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); Unread(s) {
			v.SetString(For(l, s))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				read(l, v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		for i := range own.Len() {
			read(l, own.Index(i))
		}
		v.Set(own)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		own := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			one := reflect.New(value.Type()).Elem()
			one.Set(value)
			read(l, one)
			own.SetMapIndex(key, one)
		}
		v.Set(own)
	case reflect.Pointer:
		if v.IsNil() || v.Type().Elem().Kind() != reflect.Struct {
			return
		}
		own := reflect.New(v.Type().Elem())
		own.Elem().Set(v.Elem())
		read(l, own.Elem())
		v.Set(own)
	}
}
