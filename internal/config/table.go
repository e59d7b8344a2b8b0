package config

import (
	"net/netip"
	"slices"
)

// Setting is one row of the table.
type Setting struct {
	Name    string // as in the file: parts joined by dots
	Meaning string // for whoever installs the bot, in Dutch
	Unit    string // of the value; empty for a name, path or address
	Default string // empty: none
	Limits  string // what is accepted, in Dutch; empty: anything
	Secret  bool

	// set checks value and puts it into c. It is also called with the default,
	// and with an empty value when there is none.
	set func(c *Config, value string) error
}

// Env is the setting's name in the environment.
func (s Setting) Env() string { return envName(s.Name) }

// Table returns every setting, in the order in which the sample shows them.
func Table() []Setting {
	return slices.Concat(beforeSlack(), slackTable(), oidcTable(), afterSlack())
}

func beforeSlack() []Setting {
	return []Setting{
		{
			Name: "listen", Default: "127.0.0.1:8080",
			Meaning: "Adres waarop de bot luistert voor gezondheid, metingen en het dashboard van de FG. Zet er een proxy met TLS voor als het van buiten bereikbaar moet zijn.",
			Unit:    "host:poort", Limits: "poort 0 tot en met 65535",
			set: address(func(c *Config) *string { return &c.Listen }),
		},
		{
			Name: "data_dir", Default: "/var/lib/convenantbot",
			Meaning: "Map voor alles wat de bot zelf bewaart. Alleen de bot mag erin.",
			Limits:  "een volledig pad",
			set:     absolute(func(c *Config) *string { return &c.DataDir }),
		},
		{
			Name:    "pages.url",
			Meaning: "Het adres waarop mensen de eigen pagina's van de bot openen: de kluis, de pagina om een bestand in te brengen en de kaart voor ouders. Leeg: die zijn er niet.",
			Limits:  "https://…; http:// alleen naar deze machine zelf",
			set:     webAddress(func(c *Config) *string { return &c.Pages.URL }),
		},
		{
			Name: "pages.listen", Default: "127.0.0.1:8068",
			Meaning: "Adres waarop de bot die pagina's geeft. Zet er een proxy met TLS voor die geen adressen in zijn logboek schrijft.",
			Unit:    "host:poort", Limits: "poort 0 tot en met 65535; een ander dan listen en mattermost.listen",
			set: address(func(c *Config) *string { return &c.Pages.Listen }),
		},
		{
			Name:    "pages.proxies",
			Meaning: "De proxy's voor die pagina's die zeggen waar een verzoek vandaan komt (X-Forwarded-For). Zonder deze instelling telt elk verzoek als een van de proxy zelf: iedereen deelt dan het aantal keren dat een kaart geprobeerd mag worden.",
			Unit:    "adressen of netwerken, met een komma ertussen", Limits: "elk een IP-adres, of een netwerk als 10.0.0.0/8",
			set: networks(func(c *Config) *[]netip.Prefix { return &c.Pages.Proxies }),
		},
		{
			Name:    "virus.address",
			Meaning: "Waar ClamAV (clamd) luistert. Elk bestand dat binnenkomt, wordt daar nagekeken; geeft hij geen antwoord, dan wordt het bestand niet aangenomen. Zet StreamMaxLength daar op 100M of meer. Leeg: geen viruscontrole.",
			Unit:    "host:poort, of het volledige pad van een socket",
			set:     virusAddress(func(c *Config) *string { return &c.Virus }),
		},
		{
			Name: "files.store", Default: "database",
			Meaning: "Waar de verzegelde inhoud van bestanden staat: in de database, of in een bucket van een opslagdienst die S3 spreekt. Wat er al staat, blijft waar het staat; houd de instellingen van de bucket dus zolang er iets in staat.",
			Limits:  "database of s3",
			set:     filesIn,
		},
		{
			Name:    "files.endpoint",
			Meaning: "Het adres van de opslagdienst.",
			Limits:  "verplicht met files.store: s3; https://HOST of https://HOST:POORT, http:// alleen naar deze machine zelf",
			set:     webAddress(func(c *Config) *string { return &c.Files.Endpoint }),
		},
		{
			Name:    "files.bucket",
			Meaning: "De bucket. Er komen alleen verzegelde stukken in, onder een naam die niets zegt. Meer installaties mogen er een delen. Zet er geen bewaartermijn of slot (object lock) op: de bot moet kunnen wissen. Maak er zelf een back-up van als u die wilt: de back-up van de bot is alleen de database.",
			Limits:  "verplicht met files.store: s3; 3 tot en met 63 kleine letters, cijfers, punten en streepjes",
			set:     bucket,
		},
		{
			Name: "files.region", Default: "us-east-1",
			Meaning: "De regio van de bucket, zoals de opslagdienst haar noemt.",
			set:     text(func(c *Config) *string { return &c.Files.Region }),
		},
		{
			Name: "files.path_style", Default: "true",
			Meaning: "Of de bucket in het pad staat en niet in de naam van de machine. Bij AWS zelf: false.",
			Limits:  "true of false",
			set:     boolean(func(c *Config) *bool { return &c.Files.PathStyle }),
		},
		{
			Name: "files.access_key", Secret: true,
			Meaning: "De naam van de sleutel van de opslagdienst. Hij hoeft alleen in deze bucket te mogen lezen, schrijven, wissen (ook oude versies) en opsommen.",
			Limits:  "verplicht met files.store: s3",
			set:     secret(func(c *Config) *Secret { return &c.Files.Access }, anything),
		},
		{
			Name: "files.secret_key", Secret: true,
			Meaning: "Het geheim van die sleutel.",
			Limits:  "verplicht met files.store: s3",
			set:     secret(func(c *Config) *Secret { return &c.Files.Secret }, anything),
		},
		{
			Name:    "files.ca",
			Meaning: "Bestand met de certificaten waarmee de opslagdienst zich bewijst. Leeg: die van het systeem.",
			Limits:  "een bestaand bestand",
			set:     regular(func(c *Config) *string { return &c.Files.CA }),
		},
		{
			Name: "store.dsn", Default: "sqlite:convenantbot.db", Secret: true,
			Meaning: "Waar de gegevens staan. sqlite:PAD voor één machine (een los pad valt in data_dir), postgres://… voor meer machines.",
			Limits:  "sqlite:PAD, postgres://… of file:PAD met een van deze erin",
			set:     secret(func(c *Config) *Secret { return &c.Store }, checkStore),
		},
		{
			Name: "region", Default: "model",
			Meaning: "Het regiopakket: partijen, overlegvormen, termijnen en contacten.",
			Limits:  "kleine letters, cijfers en streepjes",
			set:     word(func(c *Config) *string { return &c.Region }),
		},
		{
			Name:    "rules.dir",
			Meaning: "Map met eigen regels in plaats van de ingebouwde. Controleer ze eerst met: convenantbot rules test MAP.",
			Limits:  "een bestaande map",
			set:     folder(func(c *Config) *string { return &c.RulesDir }),
		},
		{
			Name:    "directory.file",
			Meaning: "Bestand met de organisaties en de mensen die de bot kent.",
			Limits:  "een bestaand bestand",
			set:     regular(func(c *Config) *string { return &c.Directory }),
		},
		{
			Name: "key.master", Secret: true,
			Meaning: "De hoofdsleutel waarmee alle andere sleutels zijn verpakt. Bewaar haar apart van de back-ups: wie beide heeft, leest ook wat gewist is. Maak haar met: openssl rand -hex 32.",
			Limits:  "verplicht, behalve met key.kms; 32 bytes in hexadecimaal of base64, of file:PAD (modus 0600)",
			set:     secret(func(c *Config) *Secret { return &c.Master }, checkKey),
		},
		{
			Name: "key.master_previous", Secret: true,
			Meaning: "De vorige hoofdsleutel, zolang nog niet alles opnieuw is verpakt.",
			Limits:  "als key.master, en anders dan die",
			set:     secret(func(c *Config) *Secret { return &c.MasterPrevious }, checkKey),
		},
		{
			Name:    "key.kms",
			Meaning: "Het adres van een hoofdsleutel die in een sleuteldienst blijft (HashiCorp Vault transit of OpenBao). Zij verpakt dan alles; key.master opent alleen nog wat er al mee verpakt was. Leeg: geen sleuteldienst.",
			Limits:  "hcvault://HOST:POORT/MOUNT/keys/NAAM",
			set:     text(func(c *Config) *string { return &c.KMS.Address }),
		},
		{
			Name: "key.kms_token", Secret: true,
			Meaning: "Het token voor de sleuteldienst. Het mag alleen versleutelen en ontsleutelen met deze ene sleutel.",
			Limits:  "verplicht met key.kms",
			set:     secret(func(c *Config) *Secret { return &c.KMS.Token }, anything),
		},
		{
			Name:    "key.kms_ca",
			Meaning: "Bestand met de certificaten waarmee de sleuteldienst zich bewijst. Leeg: die van het systeem.",
			Limits:  "een bestaand bestand",
			set:     regular(func(c *Config) *string { return &c.KMS.CA }),
		},
		{
			Name:    "mattermost.url",
			Meaning: "Het adres van de Mattermost-server. Leeg: geen Mattermost.",
			Limits:  "https://…; http:// alleen naar deze machine zelf",
			set:     webAddress(func(c *Config) *string { return &c.Mattermost.URL }),
		},
		{
			Name:    "mattermost.team",
			Meaning: "De naam van het team, zoals in het adres.",
			Limits:  "verplicht met mattermost.url",
			set:     text(func(c *Config) *string { return &c.Mattermost.Team }),
		},
		{
			Name: "mattermost.token", Secret: true,
			Meaning: "Het token van het botaccount.",
			Limits:  "verplicht met mattermost.url",
			set:     secret(func(c *Config) *Secret { return &c.Mattermost.Token }, anything),
		},
		{
			Name: "mattermost.admin_token", Secret: true,
			Meaning: "Een token van een beheerder. Alleen de bewaking van de plugin en doctor gebruiken het, en wissen zolang mattermost.erase_token leeg is.",
			Limits:  "anders dan mattermost.token",
			set:     secret(func(c *Config) *Secret { return &c.Mattermost.AdminToken }, anything),
		},
		{
			Name: "mattermost.erase_token", Secret: true,
			Meaning: "Een token van een ander beheerdersaccount, alleen om te wissen. Leeg: mattermost.admin_token; doctor waarschuwt dan, want wie de bewaking overneemt kan dan ook wissen.",
			Limits:  "anders dan mattermost.token en mattermost.admin_token",
			set:     secret(func(c *Config) *Secret { return &c.Mattermost.EraseToken }, anything),
		},
		{
			Name: "mattermost.bridge_secret", Secret: true,
			Meaning: "Het geheim waarmee de bot en de plugin hun berichten aan elkaar ondertekenen.",
			Unit:    "tekens", Limits: "verplicht met mattermost.url; 32 of meer",
			set: secret(func(c *Config) *Secret { return &c.Mattermost.BridgeSecret }, checkBridge),
		},
		{
			Name: "mattermost.bridge_secret_previous", Secret: true,
			Meaning: "Het vorige geheim, dat nog geldt terwijl het wordt vervangen.",
			Unit:    "tekens", Limits: "32 of meer, en anders dan mattermost.bridge_secret",
			set: secret(func(c *Config) *Secret { return &c.Mattermost.BridgeSecretPrevious }, checkBridge),
		},
		{
			Name: "mattermost.listen", Default: "127.0.0.1:8066",
			Meaning: "Adres waarop de plugin de bot bereikt.",
			Unit:    "host:poort", Limits: "poort 0 tot en met 65535; een andere dan listen",
			set: address(func(c *Config) *string { return &c.Mattermost.Listen }),
		},
		{
			Name: "mattermost.requests_per_second", Default: "0",
			Meaning: "Hoeveel verzoeken per seconde alle exemplaren van de bot samen aan Mattermost doen; tien keer zoveel mogen er ineens. Met redis tellen de exemplaren samen, zonder redis telt elk voor zich. 0: geen grens.",
			Unit:    "verzoeken per seconde", Limits: "0 tot en met 1000",
			set: integer(func(c *Config) *int { return &c.Mattermost.PerSecond }, 0, 1000),
		},
		{
			Name: "mattermost.kill_switch", Default: "false",
			Meaning: "Zet bijlagen uit op de hele server zolang de plugin niet terugkomt. Anders laat Mattermost dan elk bestand door. Alleen met instemming van de beheerder.",
			Limits:  "true of false; true alleen met mattermost.admin_token",
			set:     boolean(func(c *Config) *bool { return &c.Mattermost.KillSwitch }),
		},
		{
			Name:    "mattermost.administrator",
			Meaning: "Het id van het account dat hoort wat doctor vindt, bij het starten en als er iets verandert. Leeg: niemand.",
			Limits:  "26 kleine letters en cijfers",
			set:     account(func(c *Config) *string { return &c.Mattermost.Administrator }),
		},
	}
}

func afterSlack() []Setting {
	return []Setting{
		{
			Name:    "knowledge.keepers",
			Meaning: "Wie naast de FG documenten van de regio aan de bot mag geven, vervangen en verwijderen. Zij staan ook in directory.file.",
			Unit:    "ids van accounts, met een komma ertussen", Limits: "van Mattermost 26 kleine letters en cijfers; van Slack slack:U0123ABCD, of slack.NAAM:U0123ABCD in een verdere werkruimte",
			set: accounts(func(c *Config) *[]Account { return &c.Knowledge.Keepers }),
		},
		{
			Name:    "embeddings.url",
			Meaning: "Het adres van een dienst voor embeddings die de OpenAI-vorm spreekt, zoals https://host/v1. Zij krijgt vragen die niet in een casus worden gesteld, zonder namen, en de eigen documenten van de regio. Leeg: geen embeddings.",
			Limits:  "https://…; http:// alleen naar deze machine zelf",
			set:     webAddress(func(c *Config) *string { return &c.Embeddings.URL }),
		},
		{
			Name:    "embeddings.model",
			Meaning: "De naam van het model voor embeddings, zoals de aanbieder haar noemt.",
			Limits:  "verplicht met embeddings.url",
			set:     text(func(c *Config) *string { return &c.Embeddings.Model }),
		},
		{
			Name: "embeddings.token", Secret: true,
			Meaning: "Het token voor de embeddings, als de dienst er een vraagt.",
			set:     secret(func(c *Config) *Secret { return &c.Embeddings.Token }, anything),
		},
		{
			Name:    "llm.url",
			Meaning: "Het adres van een taalmodel dat de OpenAI-vorm spreekt, zoals https://host/v1. Het mag alleen onze eigen kennisteksten eenvoudiger zeggen; vragen en casussen krijgt het nooit. Leeg: geen taalmodel.",
			Limits:  "https://…; http:// alleen naar deze machine zelf",
			set:     webAddress(func(c *Config) *string { return &c.LLM.URL }),
		},
		{
			Name:    "llm.model",
			Meaning: "De naam van het model, zoals de aanbieder haar noemt.",
			Limits:  "verplicht met llm.url",
			set:     text(func(c *Config) *string { return &c.LLM.Model }),
		},
		{
			Name: "llm.token", Secret: true,
			Meaning: "Het token voor het taalmodel, als het er een vraagt.",
			set:     secret(func(c *Config) *Secret { return &c.LLM.Token }, anything),
		},
		{
			Name: "retention.brake_count", Default: "25",
			Meaning: "De rem op het wissen: een ronde die meer casussen dan dit zou wissen, en ook meer dan brake_share, stopt en vraagt een mens.",
			Unit:    "casussen", Limits: "1 tot en met 1000",
			set: integer(func(c *Config) *int { return &c.Retention.Count }, 1, 1000),
		},
		{
			Name: "retention.brake_share", Default: "0.10",
			Meaning: "Het deel van alle casussen dat één ronde mag wissen voordat de rem ingrijpt.",
			Unit:    "deel van alle casussen", Limits: "meer dan 0, hoogstens 0.5",
			set: share(func(c *Config) *float64 { return &c.Retention.Share }, 0.5),
		},
		{
			Name:    "audit.file",
			Meaning: "Bestand waar elk ondertekend ijkpunt van het logboek aan wordt toegevoegd. Zet het waar de bot wel kan schrijven en niet kan wissen, bijvoorbeeld op een andere machine.",
			Limits:  "een volledig pad",
			set:     optionalPath(func(c *Config) *string { return &c.Audit.File }),
		},
		{
			Name:    "audit.channel",
			Meaning: "Id van het kanaal op de chatserver waar elk ijkpunt wordt geplaatst. De bot moet er lid van zijn, en alleen beheerders mogen er berichten wissen.",
			set:     text(func(c *Config) *string { return &c.Audit.Channel }),
		},
		{
			Name:    "audit.mail_to",
			Meaning: "Het e-mailadres dat elk ijkpunt krijgt, bijvoorbeeld van de FG. Er staan geen persoonsgegevens in. Leeg: niemand.",
			set:     mailAddress(func(c *Config) *string { return &c.Audit.Mail.To }),
		},
		{
			Name:    "audit.mail_from",
			Meaning: "Het e-mailadres waarvandaan het ijkpunt komt.",
			Limits:  "verplicht met audit.mail_to",
			set:     mailAddress(func(c *Config) *string { return &c.Audit.Mail.From }),
		},
		{
			Name:    "audit.mail_server",
			Meaning: "De mailserver. De bot praat er alleen met TLS mee, behalve op deze machine zelf.",
			Unit:    "host:poort", Limits: "verplicht met audit.mail_to",
			set: optionalAddress(func(c *Config) *string { return &c.Audit.Mail.Server }),
		},
		{
			Name:    "audit.mail_user",
			Meaning: "De naam waarmee de bot zich bij de mailserver aanmeldt. Leeg: zonder aanmelden.",
			set:     text(func(c *Config) *string { return &c.Audit.Mail.User }),
		},
		{
			Name: "audit.mail_password", Secret: true,
			Meaning: "Het wachtwoord daarbij.",
			Limits:  "verplicht met audit.mail_user",
			set:     secret(func(c *Config) *Secret { return &c.Audit.Mail.Password }, anything),
		},
		{
			Name: "audit.mail_hours", Default: "24",
			Meaning: "Er gaat ten hoogste één ijkpunt per zoveel uur per e-mail, als er nieuws is.",
			Unit:    "uren", Limits: "1 tot en met 168",
			set: integer(func(c *Config) *int { return &c.Audit.Mail.Hours }, 1, 168),
		},
		{
			Name: "audit.access_days", Default: "1825",
			Meaning: "Hoe lang in het logboek te lezen blijft wie wat heeft ingezien. Daarna blijft alleen het bewijs dat er een regel stond. 0: altijd.",
			Unit:    "dagen", Limits: "0 tot en met 7300",
			set: integer(func(c *Config) *int { return &c.Audit.AccessDays }, 0, 7300),
		},
		{
			Name: "audit.casus_days", Default: "1825",
			Meaning: "Hoe lang na het wissen van een casus in het logboek te lezen blijft wat ermee is gedaan. 0: altijd.",
			Unit:    "dagen", Limits: "0 tot en met 7300",
			set: integer(func(c *Config) *int { return &c.Audit.CasusDays }, 0, 7300),
		},
		{
			Name: "audit.other_days", Default: "0",
			Meaning: "Hoe lang de andere regels van het logboek te lezen blijven. 0: altijd.",
			Unit:    "dagen", Limits: "0 tot en met 7300",
			set: integer(func(c *Config) *int { return &c.Audit.OtherDays }, 0, 7300),
		},
		{
			Name: "backup.days", Default: "35",
			Meaning: "Hoe lang back-ups worden bewaard. Daarna wordt de sleutel van een oude maand vernietigd, en is wat gewist is ook in geen back-up meer te lezen. 0: nooit.",
			Unit:    "dagen", Limits: "0 tot en met 400",
			set: integer(func(c *Config) *int { return &c.BackupDays }, 0, 400),
		},
		{
			Name:    "redis.addresses",
			Meaning: "Waar de exemplaren van de bot elkaar vinden. Alleen nodig met meer machines, naast PostgreSQL. In Redis staat niets over mensen, en er gaat niets verloren als het weg is. Leeg: geen Redis.",
			Unit:    "host:poort, met een komma ertussen", Limits: "één server, de Sentinels, of een paar knopen van een cluster",
			set: addresses(func(c *Config) *[]string { return &c.Redis.Addresses }),
		},
		{
			Name:    "redis.master",
			Meaning: "De naam waaronder de Sentinels de server kennen. Leeg: geen Sentinel.",
			set:     text(func(c *Config) *string { return &c.Redis.Master }),
		},
		{
			Name: "redis.cluster", Default: "false",
			Meaning: "Of de adressen van een cluster zijn.",
			Limits:  "true of false; niet samen met redis.master",
			set:     boolean(func(c *Config) *bool { return &c.Redis.Cluster }),
		},
		{
			Name: "redis.database", Default: "0",
			Meaning: "Het nummer van de database.",
			Limits:  "0 tot en met 15; 0 bij een cluster",
			set:     integer(func(c *Config) *int { return &c.Redis.Database }, 0, 15),
		},
		{
			Name: "redis.tls", Default: "false",
			Meaning: "Of de verbinding versleuteld is.",
			Limits:  "true of false; true als er een wachtwoord naar een andere machine gaat",
			set:     boolean(func(c *Config) *bool { return &c.Redis.TLS }),
		},
		{
			Name:    "redis.ca",
			Meaning: "Bestand met de certificaten die voor de server instaan. Leeg: die van het systeem.",
			Limits:  "een bestaand bestand; alleen met redis.tls",
			set:     regular(func(c *Config) *string { return &c.Redis.CA }),
		},
		{
			Name:    "redis.username",
			Meaning: "De naam van de gebruiker (ACL). Leeg: de standaardgebruiker.",
			set:     text(func(c *Config) *string { return &c.Redis.Username }),
		},
		{
			Name: "redis.password", Secret: true,
			Meaning: "Het wachtwoord van die gebruiker.",
			set:     secret(func(c *Config) *Secret { return &c.Redis.Password }, anything),
		},
		{
			Name: "redis.prefix", Default: "convenantbot",
			Meaning: "Waarmee elke sleutel begint. Installaties die een Redis delen, hebben elk een eigen.",
			Limits:  "kleine letters, cijfers en streepjes",
			set:     word(func(c *Config) *string { return &c.Redis.Prefix }),
		},
		{
			Name: "telemetry.metrics", Default: "true",
			Meaning: "Of op het adres van listen onder /metrics staat wat de bot meet, voor Prometheus. Alleen aantallen en tijden: geen namen, kanalen, casuscodes of teksten.",
			Limits:  "true of false",
			set:     boolean(func(c *Config) *bool { return &c.Telemetry.Metrics }),
		},
		{
			Name:    "telemetry.otlp",
			Meaning: "Het adres van een OpenTelemetry-collector die de metingen krijgt (OTLP over HTTP, protobuf), zonder pad. Leeg: geen.",
			Limits:  "https://…; http:// alleen naar deze machine zelf",
			set:     webAddress(func(c *Config) *string { return &c.Telemetry.OTLP }),
		},
		{
			Name: "telemetry.otlp_token", Secret: true,
			Meaning: "Het token voor de collector, als hij er een vraagt.",
			set:     secret(func(c *Config) *Secret { return &c.Telemetry.Token }, anything),
		},
		{
			Name: "telemetry.seconds", Default: "30",
			Meaning: "Hoe vaak de collector de metingen krijgt.",
			Unit:    "seconden", Limits: "1 tot en met 3600",
			set: integer(func(c *Config) *int { return &c.Telemetry.Seconds }, 1, 3600),
		},
		{
			Name: "telemetry.traces", Default: "0",
			Meaning: "Welk deel van het werk stap voor stap naar de collector gaat. 0: niets. Telt alleen met telemetry.otlp.",
			Unit:    "procent", Limits: "0 tot en met 100",
			set: integer(func(c *Config) *int { return &c.Telemetry.Traces }, 0, 100),
		},
		{
			Name: "log.level", Default: "info",
			Meaning: "Hoeveel er in het logboek komt. Wat mensen schrijven en wie zij zijn komt er nooit in.",
			Limits:  "debug, info, warn of error",
			set:     level,
		},
	}
}
