package textscan

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// splice puts hidden at a place in a zip, and tells its end where the directory went.
func splice(raw []byte, at int, hidden string) []byte {
	out := append(append(bytes.Clone(raw[:at]), hidden...), raw[at:]...)
	end := bytes.LastIndex(out, []byte(markEnd))
	if directory := binary.LittleEndian.Uint32(out[end+16:]); int(directory) >= at {
		binary.LittleEndian.PutUint32(out[end+16:], directory+uint32(len(hidden)))
	}
	return out
}

// mustStore packs one file as it is, without what follows its bytes.
func mustStore(t testing.TB, name, content string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, CRC32: 0, CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content))})
	if err == nil {
		_, err = w.Write([]byte(content))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Found in an attack: between the files of a zip a whole pdf or page could stand, which
// its reader opened and we had not looked at.
func TestWhatStandsBesideTheFilesOfAnArchiveIsNotCalledClean(t *testing.T) {
	clean := mustZip(t, "a.txt", "x", "b.txt", "y")
	bare := mustStore(t, "a.txt", "")
	directory := bytes.Index(clean, []byte(markEntry))
	second := bytes.LastIndex(clean, []byte(markFile))
	pdf := string(page("BT /F1 12 Tf (nummer "+bsn+") Tj ET", "", ""))
	comment := splice(clean, len(clean), "groeten")
	comment[len(clean)-2] = byte(len("groeten"))
	renamed := bytes.Clone(mustZip(t, "123456789.txt", "x", "b.png", "\x89PNG\r\n\x1a\n"))
	copy(renamed[sizeFile:], bsn)
	twice := mustZip(t, "a.txt", "x", "b.txt", "x") // both names in the directory are for the first file
	at := bytes.LastIndex(twice, []byte(markEntry))
	binary.LittleEndian.PutUint32(twice[at+42:], 0)
	// The sum and sizes behind a file's bytes, as others write them: without a mark.
	unmarked := mustZip(t, "a.txt", "x")
	at = bytes.Index(unmarked, []byte("PK\x07\x08"))
	unmarked = append(unmarked[:at:at], unmarked[at+4:]...)
	unmarked[len(unmarked)-6] -= 4
	none := mustStore(t, "a/", "") // a folder has none
	none[6], none[bytes.Index(none, []byte(markEntry))+8] = 8, 8
	hidden := bytes.Clone(unmarked) // nine digits in their place
	copy(hidden[at:], " "+bsn+" ")
	turned := bytes.Clone(clean) // the directory has them in another order
	entries := turned[directory : directory+2*(sizeEntry+5)]
	copy(entries, append(bytes.Clone(entries[sizeEntry+5:]), entries[:sizeEntry+5]...))
	long := splice(clean, directory, strings.Repeat(" ", 25))
	for name, test := range map[string]struct {
		raw    []byte
		want   Result
		reason Reason
	}{
		"nothing":                             {clean, Clean, ""},
		"nothing, and a comment":              {comment, Clean, ""},
		"files in another order":              {turned, Clean, ""},
		"sums without a mark":                 {unmarked, Clean, ""},
		"no sums of a folder":                 {none, Clean, ""},
		"a number in the place of the sums":   {hidden, Found, ""},
		"a pdf before the directory":          {splice(clean, directory, pdf), Unknown, ReasonBroken},
		"a page between two files":            {splice(clean, second, "<html>"+bsn+"</html>"), Unknown, ReasonBroken},
		"blanks before the directory":         {long, Unknown, ReasonBroken},
		"a pdf behind it":                     {splice(clean, len(clean), pdf), Unknown, ReasonBroken},
		"a single byte behind it":             {splice(clean, len(clean), "\n"), Unknown, ReasonBroken},
		"a byte behind an empty one":          {splice(mustZip(t), sizeEnd, "\n"), Unknown, ReasonBroken},
		"a number behind a file's bytes":      {splice(bare, bytes.Index(bare, []byte(markEntry)), bsn+"1234567"), Unknown, ReasonBroken},
		"another name before its bytes":       {renamed, Found, ""},
		"a file that stands there twice":      {twice, Unknown, ReasonBroken},
		"a byte too much between the entries": {splice(clean, bytes.LastIndex(clean, []byte(markEntry)), "\n"), Unknown, ReasonBroken},
	} {
		if f := mustScan(t, "a.zip", test.raw); f.Result != test.want || f.Reason != test.reason {
			t.Errorf("%s: Scan = %s %s, want %s %s", name, f.Result, f.Reason, test.want, test.reason)
		}
	}
	if f := mustScan(t, "a.zip", splice(mustZip(t, "a.txt", bsn), 0, "")); f.Result != Found {
		t.Errorf("Scan = %s: a number in a file counts also where more is wrong", f.Result)
	}
	if f := mustScan(t, "a.zip", append(mustZip(t, "a.txt", bsn), pdf...)); f.Result != Found {
		t.Errorf("Scan = %s: a number in a file counts also where more is wrong", f.Result)
	}
}

// Found in an attack: a zip that called itself a document could have a letter in it
// that was taken for the settings of a printer, or for the name of its kind.
func TestALetterThatIsCalledASettingOfAPrinterIsRead(t *testing.T) {
	for _, name := range []string{"printerSettings.txt", "printerSettings/brief.txt", "brief printerSettings.bin", "mimetype"} {
		if f := mustScan(t, "a.zip", mustZip(t, "META-INF/manifest.xml", "<m/>", name, "nummer "+bsn)); f.Result != Found {
			t.Errorf("%s: Scan = %+v, want found", name, f)
		}
	}
	if f := mustScan(t, "a.xlsx", mustZip(t, "[Content_Types].xml", types, "xl/printerSettings/printerSettings1.bin", "\x00\x01")); f.Result != Clean {
		t.Errorf("the settings of a printer: Scan = %+v, want clean", f)
	}
}

// Found in an attack, and haste does it too: an administration hands out its numbers
// in attributes, and a pivot table keeps those of a sheet that was taken away.
func TestANumberInAnAttributeThatSaysSomethingIsFound(t *testing.T) {
	const sheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	part := func(name, xml string) []byte { return docx(t, "", name, xml) }
	for name, test := range map[string]struct {
		file string
		raw  []byte
		want Result
	}{
		"handed out by an administration":     {"a.xml", []byte(`<leerlingen><leerling bsn="` + bsn + `"/></leerlingen>`), Found},
		"one that fails the check":            {"a.xml", []byte(`<leerlingen><leerling bsn="` + wrong + `"/></leerlingen>`), Clean},
		"a place among others":                {"a.xml", []byte(`<p at="100 200 ` + bsn + `"/>`), Clean},
		"a drawing's own number":              {"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" id="` + bsn + `"/>`), Clean},
		"data that a document carries":        {"a.docx", part("customXml/item1.xml", `<x bsn="`+bsn+`"/>`), Found},
		"a mark of a document's own":          {"a.docx", part("word/x.xml", `<x val="`+bsn+`"/>`), Clean},
		"what a letter was filled in with":    {"a.docx", docx(t, `<w:docVars><w:docVar w:name="nummer" w:val="`+bsn+`"/></w:docVars>`), Found},
		"what a pivot table remembers":        {"a.xlsx", part("xl/pivotCache/r.xml", `<r `+sheet+`><s v="`+bsn+`"/></r>`), Found},
		"and as a number":                     {"a.xlsx", part("xl/pivotCache/r.xml", `<r `+sheet+`><n v="1.11222333E8"/></r>`), Found},
		"a fraction that it remembers":        {"a.xlsx", part("xl/pivotCache/r.xml", `<r `+sheet+`><n v="1.11222333"/></r>`), Clean},
		"what a list is narrowed to":          {"a.xlsx", part("xl/t.xml", `<t `+sheet+`><filter val="`+bsn+`"/><customFilter val="`+wrong+`"/></t>`), Found},
		"a sheet's name":                      {"a.xlsx", part("xl/workbook.xml", `<w `+sheet+`><sheet name="`+bsn+`" sheetId="1"/></w>`), Found},
		"a sheet's own number":                {"a.xlsx", part("xl/workbook.xml", `<w `+sheet+`><sheet name="Blad1" sheetId="`+bsn+`"/></w>`), Clean},
		"an open sheet's name":                {"a.ods", odt(t, `<table:table table:name="`+bsn+`"/>`), Found},
		"an instruction to another program":   {"a.xml", []byte(`<a><?x nummer ` + bsn + `?></a>`), Found},
		"what the type of a document defines": {"a.xml", []byte(`<!DOCTYPE a [<!ENTITY b "` + bsn + `">]><a/>`), Found},
	} {
		if f := mustScan(t, test.file, test.raw); f.Result != test.want {
			t.Errorf("%s: Scan = %+v, want %s", name, f, test.want)
		}
	}
}

// Found in an attack: signs without width that steer the direction of text or choose a
// form kept a number apart that an eye reads as one, as did other letters for digits.
func TestANumberThatAnEyeReadsAsOneIsFound(t *testing.T) {
	for _, text := range []string{
		"111\u202a222\u202c333", "111\u2066222\u2069333", "1\ufe0f11222333", "111\u2063222333", "111\u034f222\u061c333", "111\u180e222333",
		"111\u205f222\u205f333", "111\uff0d222\uff0d333", "111\ufe63222\ufe63333", "𝟏𝟏𝟏𝟐𝟐𝟐𝟑𝟑𝟑", "𝟷𝟷𝟷𝟸𝟸𝟸𝟹𝟹𝟹",
	} {
		if f := mustScan(t, "a.txt", []byte("nummer "+text)); f.Result != Found {
			t.Errorf("%+q: Scan = %+v, want found", text, f)
		}
	}
	for _, text := range []string{"111\u2028222333", "𝟏𝟏𝟏𝟐𝟐𝟐𝟑𝟑𝟒", "111\u202a222\u202c334"} {
		if f := mustScan(t, "a.txt", []byte("nummer "+text)); f.Result != Clean {
			t.Errorf("%+q: Scan = %+v, want clean", text, f)
		}
	}
}
