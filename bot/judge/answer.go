package judge

import (
	"time"
	"unicode/utf8"

	"github.com/convenantbot/convenantbot/rules"
)

// AppendVerdict writes a verdict as the contracts' verdict/v1, on one line
// without its end. id is the input's own, empty for none. A reason's text also
// says what one can do.
func AppendVerdict(b []byte, id string, v rules.Verdict) []byte {
	b = appendID(b, id)
	b = append(b, `"schema":"verdict/v1","effect":"`...)
	b = append(b, v.Effect.String()...)
	b = append(b, `","rule":`...)
	b = appendOr(b, v.Rule)
	b = append(b, `,"missing":[`...)
	for i, who := range v.Missing {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"giver":`...)
		b = appendText(b, who)
		b = append(b, '}')
	}
	b = append(b, `],"reasons":[`...)
	for i, r := range v.Reasons {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendReason(b, r)
		b = append(b, `,"source":`...)
		b = appendOr(b, r.Source)
		b = append(b, `,"mark":`...)
		b = appendOr(b, r.Mark)
		b = append(b, '}')
	}
	b = append(b, `],"exceptions":[`...)
	for i, code := range v.Exceptions {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, code)
	}
	b = append(b, `],"policy":`...)
	b = appendText(b, v.Policy)
	return append(b, '}')
}

// AppendRetention writes a retention as the contracts' retention/v1, as
// AppendVerdict does. The moment is shown in Amsterdam time.
func AppendRetention(b []byte, id string, r rules.Retention) []byte {
	b = appendID(b, id)
	b = append(b, `"schema":"retention/v1","action":"`...)
	b = append(b, r.Action.String()...)
	b = append(b, `","due_at":`...)
	if r.Due.IsZero() {
		b = append(b, "null"...)
	} else {
		b = append(b, '"')
		b = r.Due.In(Amsterdam).AppendFormat(b, time.RFC3339Nano)
		b = append(b, '"')
	}
	b = append(b, `,"rule":`...)
	b = appendOr(b, r.Rule)
	b = append(b, `,"reasons":[`...)
	for i, reason := range r.Reasons {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendReason(b, reason)
		b = append(b, '}')
	}
	b = append(b, `],"policy":`...)
	b = appendText(b, r.Policy)
	return append(b, '}')
}

// AppendError writes the answer in the place of a bad line of a batch.
func AppendError(b []byte, id string, e *FieldError) []byte {
	b = append(b, `{"id":`...)
	b = appendOr(b, id)
	b = append(b, `,"error":{"field":`...)
	b = appendText(b, e.Field)
	b = append(b, `,"text":`...)
	b = appendText(b, e.Text)
	return append(b, "}}"...)
}

func appendID(b []byte, id string) []byte {
	b = append(b, '{')
	if id != "" {
		b = append(b, `"id":`...)
		b = appendText(b, id)
		b = append(b, ',')
	}
	return b
}

func appendReason(b []byte, r rules.Reason) []byte {
	b = append(b, `{"code":`...)
	b = appendText(b, r.Code)
	b = append(b, `,"text":`...)
	text := r.Text
	if r.Next != "" {
		text += " " + r.Next
	}
	return appendText(b, text)
}

// appendOr writes text, or null for none.
func appendOr(b []byte, s string) []byte {
	if s == "" {
		return append(b, "null"...)
	}
	return appendText(b, s)
}

func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		i++
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20 || c == 0x7f:
			const hex = "0123456789abcdef"
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
