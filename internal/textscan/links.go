package textscan

import (
	"net/url"
	"path"
	"regexp"
	"strings"
)

// LinkKind says what a link leads to.
type LinkKind string

// The kinds of links that bring a document along. Any other link is none.
const (
	LinkPicture LinkKind = "picture" // a picture, shown in the message itself
	LinkDrive   LinkKind = "drive"   // a file or folder that is shared from elsewhere
	LinkMessage LinkKind = "message" // a message in a channel, which shows itself where it is quoted
)

// Link is one link in a text.
type Link struct {
	Kind    LinkKind
	Host    string // to name it to people; the rest of an address may be a secret
	Message string // id of the message, with LinkMessage
}

// drives are the hosts of services by which files are shared, with everything
// below them.
//
// Source: what schools, municipalities and youth care use, by name; no list is
// ever whole, and what is not in it is an ordinary link.
var drives = []string{
	"drive.google.com", "docs.google.com", "photos.google.com", "photos.app.goo.gl", "forms.gle",
	"1drv.ms", "onedrive.live.com", "onedrive.com", "sharepoint.com", "1drv.com",
	"dropbox.com", "dropboxusercontent.com", "db.tt", "box.com", "icloud.com", "mega.nz", "mega.io", "pcloud.com", "sync.com", "proton.me",
	"wetransfer.com", "we.tl", "transfernow.net", "smash.com", "fromsmash.com", "sendgb.com", "filemail.com",
	"surfdrive.surf.nl", "filesender.surf.nl", "edugroepen.nl", "stackstorage.com", "owncloud.online", "nextcloud.com",
	"scribd.com", "issuu.com", "imgur.com", "flickr.com", "postimg.cc", "ibb.co",
}

// pictureEnds are the ends of addresses that are shown as a picture.
var pictureEnds = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".svg", ".heic", ".tif", ".tiff"}

var (
	addresses = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"'\\|]+`)
	// pictures are what markdown shows as one, whatever its address ends in.
	pictures = regexp.MustCompile(`!\[[^\]]*\]\(\s*<?([^)\s>]+)`)
	// bare are addresses that people write without what goes before.
	bare = regexp.MustCompile(`(?i)(?:^|[\s(<])((?:[a-z0-9-]+\.)+[a-z]{2,}/[^\s<>"'\\|)]*)`)
	// permalink is the address of one message on a chat server.
	permalink = regexp.MustCompile(`/pl/([a-z0-9]{26})(?:[/?#].*)?$`)
	// sharedFolder is how servers that people run themselves share a file.
	sharedFolder = regexp.MustCompile(`^(?:/index\.php)?/s/[A-Za-z0-9]{8,}`)
)

// FindLinks lists the links in a text that bring a document along, each address
// once, in the order in which they stand.
func FindLinks(s string) []Link {
	var found []Link
	seen := map[string]bool{}
	add := func(address string, picture bool) {
		address = strings.TrimRight(address, ".,;:!?)]}*_~`")
		if seen[address] {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			if picture {
				seen[address] = true
				found = append(found, Link{Kind: LinkPicture})
			}
			return
		}
		l := Link{Host: strings.ToLower(u.Hostname())}
		switch m := permalink.FindStringSubmatch(u.Path); {
		case picture:
			l.Kind = LinkPicture
		case m != nil:
			l.Kind, l.Message = LinkMessage, m[1]
		case isDrive(l.Host) || sharedFolder.MatchString(u.Path):
			l.Kind = LinkDrive
		case isPictureAddress(u.Path):
			l.Kind = LinkPicture
		default:
			return
		}
		seen[address] = true
		found = append(found, l)
	}
	for _, m := range pictures.FindAllStringSubmatch(s, -1) {
		add(m[1], true)
	}
	for _, address := range addresses.FindAllString(s, -1) {
		add(address, false)
	}
	for _, m := range bare.FindAllStringSubmatch(s, -1) {
		if address := "https://" + m[1]; !seen[strings.TrimRight(address, ".,;:!?)]}*_~`")] {
			add(address, false)
		}
	}
	return found
}

func isDrive(host string) bool {
	for _, d := range drives {
		if host == d || strings.HasSuffix(host, "."+d) {
			return true
		}
	}
	return false
}

func isPictureAddress(p string) bool {
	end := strings.ToLower(path.Ext(p))
	for _, e := range pictureEnds {
		if end == e {
			return true
		}
	}
	return false
}
