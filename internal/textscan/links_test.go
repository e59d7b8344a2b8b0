package textscan

import (
	"strings"
	"testing"
)

func TestFindLinks(t *testing.T) {
	const id = "abcdefghijklmnopqrstuvwxyz"
	for _, test := range []struct {
		name, text string
		want       []Link
	}{
		{"nothing", "We spreken morgen af om 10:00.", nil},
		{"an ordinary page", "zie https://www.rijksoverheid.nl/onderwerpen/jeugdhulp.", nil},
		{"a picture", "kijk https://voorbeeld.nl/foto.JPG!", []Link{{Kind: LinkPicture, Host: "voorbeeld.nl"}}},
		{"a picture with a question", "https://voorbeeld.nl/a/foto.png?width=3", []Link{{Kind: LinkPicture, Host: "voorbeeld.nl"}}},
		{"a word that looks like one", "de map foto.jpg staat op school", nil},
		{"markdown", "![](https://voorbeeld.nl/x)", []Link{{Kind: LinkPicture, Host: "voorbeeld.nl"}}},
		{"markdown with a title", `![foto van hem](https://voorbeeld.nl/x "t")`, []Link{{Kind: LinkPicture, Host: "voorbeeld.nl"}}},
		{"markdown of the same server", "![](/api/v4/files/x)", []Link{{Kind: LinkPicture}}},
		{"a link in markdown", "[verslag](https://docs.google.com/document/d/1)", []Link{{Kind: LinkDrive, Host: "docs.google.com"}}},
		{"a drive", "hier: https://School.sharepoint.com/:w:/g/x", []Link{{Kind: LinkDrive, Host: "school.sharepoint.com"}}},
		{"a drive without https", "hier: we.tl/t-abc123", []Link{{Kind: LinkDrive, Host: "we.tl"}}},
		{"near a drive", "https://mydropbox.community/x en https://dropbox.com.example/x", nil},
		{"a folder of a server of their own", "https://wolk.school.nl/index.php/s/AbCdEf123", []Link{{Kind: LinkDrive, Host: "wolk.school.nl"}}},
		{"a message", "zie https://chat.example/samen/pl/" + id, []Link{{Kind: LinkMessage, Host: "chat.example", Message: id}}},
		{"a message with a dot", "zie https://chat.example/samen/pl/" + id + ".", []Link{{Kind: LinkMessage, Host: "chat.example", Message: id}}},
		{"not quite a message", "https://chat.example/samen/pl/" + id[:25], nil},
		{"the same twice", "https://we.tl/a https://we.tl/a", []Link{{Kind: LinkDrive, Host: "we.tl"}}},
		{"two", "https://we.tl/a\nhttps://voorbeeld.nl/b.gif", []Link{{Kind: LinkDrive, Host: "we.tl"}, {Kind: LinkPicture, Host: "voorbeeld.nl"}}},
	} {
		got := FindLinks(test.text)
		if len(got) != len(test.want) {
			t.Errorf("%s: FindLinks = %+v, want %+v", test.name, got, test.want)
			continue
		}
		for i := range got {
			if got[i] != test.want[i] {
				t.Errorf("%s: FindLinks = %+v, want %+v", test.name, got, test.want)
			}
		}
	}
}

// Text comes from anybody; finding links in it must stay quick.
func TestFindLinksInALongText(t *testing.T) {
	for _, s := range []string{strings.Repeat("![", 50_000), strings.Repeat("https://", 20_000), strings.Repeat("a.", 50_000), strings.Repeat("![](", 30_000)} {
		_ = FindLinks(s)
	}
}
