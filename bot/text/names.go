package text

// names is a family of messages, one for each value of an enumeration.
type names map[string]Message[None]

func defineNames(prefix string, values ...string) names {
	n := names{}
	for _, v := range values {
		n[v] = define[None](prefix + "." + v)
	}
	return n
}

// of returns the name of a value in every language, for For; an unknown value is
// its own name.
func (n names) of(value string) string {
	if m, ok := n[value]; ok {
		return m.Say(None{})
	}
	return value
}

var (
	kindNames = defineNames("kind", "mdo", "zat", "zorgplatform", "tom_tafel_po", "tom_tafel_vo", "tom_po_vo", "tom_beleidstafel",
		"alle_kinderen_in_beeld", "sluitende_registratie", "thuiszittersoverleg", "verzuimoverleg", "bilateraal", "ot")
	phaseNames    = defineNames("phase", "F0", "F1", "F2", "F3", "F4", "F5", "F6", "F7")
	statusNames   = defineNames("status", "open", "closed", "archived", "erased")
	dataKindNames = defineNames("data", "ordinary", "sensitive", "health", "criminal", "bsn")
	checkedNames  = defineNames("checked", "register", "ruling", "stated")
	howNames      = defineNames("how", "conversation", "phone", "letter", "form", "card")
	capacityNames = defineNames("capacity", "authority", "young_person", "guardian", "curator")
	remainNames   = defineNames("remain", "archived_shell", "member_history", "platform_backups", "not_verified", "direct_messages", "others_messages", "own_messages", "given_files", "workspace_exports")
	outsiderNames = defineNames("outsider", "guest", "elsewhere", "program")
)

// KindName is what people call a kind of casusoverleg.
func KindName(v string) string { return kindNames.of(v) }

// PhaseName is what people call a phase.
func PhaseName(v string) string { return phaseNames.of(v) }

// StatusName is what people call a status of a casus.
func StatusName(v string) string { return statusNames.of(v) }

// DataKindName is what people call a kind of data.
func DataKindName(v string) string { return dataKindNames.of(v) }

// CheckedName is what people call a way to check authority.
func CheckedName(v string) string { return checkedNames.of(v) }

// HowName is what people call a way in which a yes or no was given.
func HowName(v string) string { return howNames.of(v) }

// CapacityName is what people call the capacity of a giver.
func CapacityName(v string) string { return capacityNames.of(v) }

// OutsiderName says to whoever chose an account why it may be in no room.
func OutsiderName(v string) string { return outsiderNames.of(v) }

// RemainNames are sentences on what is known to stay after erasing.
func RemainNames(codes []string) []string {
	var all []string
	for _, c := range codes {
		all = append(all, remainNames.of(c))
	}
	return all
}
