package text

import "time"

// Arguments of what is said about the vault.
type (
	// VaultCardArgs is the card of a document in the vault.
	VaultCardArgs struct {
		Ref, By, Purpose string
		For              []string  // who may open it, by function and organisation
		Until            time.Time // zero: as long as the casus
		Only             bool      // it is for some of the room
	}

	// VaultLinkArgs is a one-time link.
	VaultLinkArgs struct {
		URL     string
		Minutes int
	}

	// VaultListArgs is what is in the vault for a casus.
	VaultListArgs struct {
		Ref   string
		Files []VaultFileArgs
	}

	// VaultFileArgs is one document of it.
	VaultFileArgs struct {
		Name, By string
		At       time.Time
		Until    time.Time
		Closed   string // why it cannot be opened now; blank: it can
		Opened   []VaultOpening
		Tells    bool // whoever reads this may know who opened it
	}

	// VaultOpening is that somebody opened a document.
	VaultOpening struct {
		At    time.Time
		By    string
		Taken bool // the bytes were taken along
	}

	// VaultCircleArgs is the circle with which a refused file may be shared.
	VaultCircleArgs struct {
		Ref  string
		With []string
	}

	// VaultShutArgs is why a document does not open.
	VaultShutArgs struct{ Why string }

	// VaultUploadArgs is the page to bring in a file.
	VaultUploadArgs struct {
		Ref, Purpose string
		Megabytes    int
	}

	// VaultPageArgs is a page with a document.
	VaultPageArgs struct {
		Name, By, Purpose, Reader string
		Page, Pages               int
		Until                     time.Time
	}
)

// What is said about the vault, in the chat and on its pages.
var (
	VaultCard         = define[VaultCardArgs]("vault.card")
	VaultOpen         = define[None]("vault.open")
	VaultLink         = define[VaultLinkArgs]("vault.link")
	VaultBringLink    = define[VaultLinkArgs]("vault.bring_link")
	VaultBring        = define[None]("vault.bring")
	VaultList         = define[VaultListArgs]("vault.list")
	VaultShut         = define[VaultShutArgs]("vault.shut")
	VaultNone         = define[CasusArgs]("vault.none")
	VaultNoPages      = define[None]("vault.no_pages")
	VaultCircle       = define[VaultCircleArgs]("vault.circle")
	VaultCircleDo     = define[None]("vault.circle_do")
	VaultCircleMoved  = define[None]("vault.circle_moved")
	VaultComing       = define[None]("vault.coming")
	VaultDownload     = define[None]("vault.download")
	VaultDownloadAsk  = define[None]("vault.download_help")
	VaultHelp         = define[None]("help.vault")
	TakeOverVaultKey  = define[None]("takeover.vault_key")
	TakeOverVaultLeft = define[None]("takeover.vault_left")
	FileVirus         = define[None]("file.virus")
	FileUnchecked     = define[None]("file.unchecked")

	vaultClosed = defineNames("vault.closed", "gone", "expired", "not_member", "rules", "link")

	VaultPage = struct {
		Title, Ready, ReadyText, Open, Loading, Unreadable, NoPDF, TooMany, Take, Leave, Left, Text, Slow Message[None]
		About, Mark, Sheet                                                                                Message[VaultPageArgs]
		Bring, BringText, BringLarge                                                                      Message[VaultUploadArgs]
		BringEmpty, BringKind, ReadBy, Full, BringFull, BringAway                                         Message[None]
		BringFile, BringSend, BringBusy, BringAgain, BringDone, BringBroken                               Message[None]
	}{
		Title: define[None]("vault.page.title"), Ready: define[None]("vault.page.ready"), ReadyText: define[None]("vault.page.ready_text"),
		Open: define[None]("vault.page.open"), Loading: define[None]("vault.page.loading"), Unreadable: define[None]("vault.page.unreadable"),
		NoPDF: define[None]("vault.page.no_pdf"), TooMany: define[None]("vault.page.too_many"), Take: define[None]("vault.page.take"),
		Leave: define[None]("vault.page.leave"), Left: define[None]("vault.page.left"), Text: define[None]("vault.page.text"), Slow: define[None]("vault.page.slow"),
		About: define[VaultPageArgs]("vault.page.about"), Mark: define[VaultPageArgs]("vault.page.mark"), Sheet: define[VaultPageArgs]("vault.page.sheet"),
		Bring: define[VaultUploadArgs]("vault.page.bring"), BringText: define[VaultUploadArgs]("vault.page.bring_text"),
		BringFile: define[None]("vault.page.bring_file"), BringSend: define[None]("vault.page.bring_send"), BringBusy: define[None]("vault.page.bring_busy"),
		BringLarge: define[VaultUploadArgs]("vault.page.bring_large"), BringEmpty: define[None]("vault.page.bring_empty"),
		BringKind: define[None]("vault.page.bring_kind"), ReadBy: define[None]("vault.page.read_by"),
		Full: define[None]("vault.page.full"), BringFull: define[None]("vault.page.bring_full"), BringAway: define[None]("vault.page.bring_away"),
		BringAgain: define[None]("vault.page.bring_again"), BringDone: define[None]("vault.page.bring_done"), BringBroken: define[None]("vault.page.bring_broken"),
	}
)

// VaultClosed is why a document in the vault cannot be opened.
func VaultClosed(reason string) string { return vaultClosed.of(reason) }
