package config

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// OIDC is signing in to the overview with the account of one's organisation, by
// OpenID Connect. It is used when Issuer is set.
type OIDC struct {
	Issuer   string // exactly as the provider spells it; empty: not used
	ClientID string
	Secret   Secret // may be empty
	Name     string // what people call it
	Claim    string // which names the account
	Platform string // of that account in the directory
	Scopes   []string
	ACR      []string // one of these ways is demanded; empty: any
	AMR      []string // likewise of the means that were used
	CA       string   // file of certificates; empty: those of the system
}

// Used says whether people can sign in so.
func (o OIDC) Used() bool { return o.Issuer != "" }

// oidcTable are its rows of the table.
func oidcTable() []Setting {
	return []Setting{
		{
			Name:    "oidc.issuer",
			Meaning: "De inlogdienst (OpenID Connect) waarmee mensen het overzicht kunnen openen met het account van hun organisatie, precies zoals de dienst zichzelf noemt. Bij de dienst staat als adres om naar terug te gaan: pages.url met /overzicht/inloggen/terug erachter. De link van de bot blijft ook werken. Leeg: alleen die link.",
			Limits:  "https://…; http:// alleen naar deze machine zelf; alleen met pages.url",
			set:     issuer(func(c *Config) *string { return &c.OIDC.Issuer }),
		},
		{
			Name:    "oidc.client_id",
			Meaning: "Het nummer van de bot bij de inlogdienst.",
			Limits:  "verplicht met oidc.issuer",
			set:     text(func(c *Config) *string { return &c.OIDC.ClientID }),
		},
		{
			Name: "oidc.client_secret", Secret: true,
			Meaning: "Het geheim van de bot bij de inlogdienst. Leeg: alleen PKCE, voor een client zonder geheim.",
			set:     secret(func(c *Config) *Secret { return &c.OIDC.Secret }, anything),
		},
		{
			Name: "oidc.name", Default: "het account van je organisatie",
			Meaning: "Hoe mensen de inlogdienst noemen. Op de knop staat: log in met, en dan dit.",
			Limits:  "hoogstens 60 tekens",
			set: func(c *Config, value string) error {
				if len([]rune(value)) > 60 || value == "" {
					return errors.New("want 1 to 60 characters")
				}
				c.OIDC.Name = value
				return nil
			},
		},
		{
			Name: "oidc.claim", Default: "sub",
			Meaning: "Het gegeven van de inlogdienst dat zegt welk account het is. Het mag nooit van iemand anders worden, en mensen mogen het zelf niet kunnen wijzigen. Bij Microsoft Entra: oid, met oidc.scopes: profile. Een naam of een e-mailadres kan niet: die wisselen van eigenaar.",
			Limits:  "letters, cijfers en _ - . : /; geen naam en geen e-mailadres",
			set:     claim,
		},
		{
			Name: "oidc.platform", Default: "oidc",
			Meaning: "Onder welk platform dat account in directory.file staat. Met mattermost of slack: de inlogdienst kent het id van het chataccount zelf, en directory.file blijft zoals het is.",
			Limits:  "kleine letters, cijfers en streepjes; voor een werkruimte slack.NAAM",
			set: func(c *Config, value string) error {
				if !wordForm.MatchString(strings.TrimPrefix(value, "slack.")) {
					return errors.New("want oidc, mattermost, slack or slack.NAME")
				}
				c.OIDC.Platform = value
				return nil
			},
		},
		{
			Name:    "oidc.scopes",
			Meaning: "Wat de bot de inlogdienst vraagt naast openid. Vraag niet meer dan nodig is voor oidc.claim.",
			Unit:    "namen, met een komma ertussen",
			set:     listed(func(c *Config) *[]string { return &c.OIDC.Scopes }),
		},
		{
			Name:    "oidc.acr",
			Meaning: "De niveaus van inloggen (acr) waarvan er een verplicht is, zoals de inlogdienst ze noemt. Zo vraagt u om een tweede stap. Leeg: elk niveau.",
			Unit:    "namen, met een komma ertussen",
			set:     listed(func(c *Config) *[]string { return &c.OIDC.ACR }),
		},
		{
			Name:    "oidc.amr",
			Meaning: "De middelen (amr) waarvan er een gebruikt moet zijn, zoals mfa. Leeg: elk middel.",
			Unit:    "namen, met een komma ertussen",
			set:     listed(func(c *Config) *[]string { return &c.OIDC.AMR }),
		},
		{
			Name:    "oidc.ca",
			Meaning: "Bestand met de certificaten waarmee de inlogdienst zich bewijst. Leeg: die van het systeem.",
			Limits:  "een bestaand bestand",
			set:     regular(func(c *Config) *string { return &c.OIDC.CA }),
		},
	}
}

// issuer is an address that is kept exactly as it was given: a provider's name for
// itself may end in a slash.
func issuer(field func(*Config) *string) setter {
	return func(c *Config, value string) error {
		var checked Config
		if err := webAddress(func(c *Config) *string { return &c.OIDC.Issuer })(&checked, value); err != nil {
			return err
		}
		if u, err := url.Parse(value); err == nil && u.RawPath != "" {
			return errors.New("want an address like https://login.example.org")
		}
		*field(c) = value
		return nil
	}
}

var claimForm = regexp.MustCompile(`^[A-Za-z0-9_.:/-]{1,120}$`)

// passing are claims that pass from one person to another, or that people choose
// themselves. Nobody is ever known by one.
var passing = []string{"email", "email_verified", "mail", "emails", "upn", "unique_name", "preferred_username", "username", "login", "login_hint",
	"name", "given_name", "family_name", "middle_name", "nickname", "profile", "phone_number", "eppn", "edupersonprincipalname", "verified_primary_email"}

func claim(c *Config, value string) error {
	if !claimForm.MatchString(value) {
		return errors.New("want the name of a claim")
	}
	// Some providers put an address before it.
	last := strings.ToLower(value[strings.LastIndexAny(value, ":/")+1:])
	if slices.Contains(passing, last) || slices.Contains(passing, strings.ToLower(value)) {
		return errors.New("a name or an e-mail address goes from one person to another; want a claim that does not, such as sub")
	}
	c.OIDC.Claim = value
	return nil
}

// listed is a list of words, with commas between.
func listed(field func(*Config) *[]string) setter {
	return func(c *Config, value string) error {
		*field(c) = nil
		for _, one := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' }) {
			if strings.ContainsAny(one, "\"\\") || len(one) > 200 {
				return errors.New("want names, with commas between")
			}
			*field(c) = append(*field(c), one)
		}
		return nil
	}
}

// checkOIDC checks what its settings promise about each other and the pages.
func checkOIDC(c Config, report func(name, sentence string)) {
	o := c.OIDC
	if !o.Used() {
		return
	}
	if !c.Pages.Used() {
		report("oidc.issuer", "needs pages.url: that is where people come back")
	}
	if o.ClientID == "" {
		report("oidc.client_id", "must be set, since oidc.issuer is")
	}
}
