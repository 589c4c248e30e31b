package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// An entryOf is a name and a content in an archive.
type entryOf struct{ name, content string }

// shuffled are the entries of a rolling log and two single logs, out of order and with
// other files that archives contain.
func shuffled() []entryOf {
	return []entryOf{
		{"out/eventlog_v2_a/events_10_a", aLog("10")},
		{"out/eventlog_v2_a/appstatus_a", ""},
		{"out/app-2.zstd", string(encoders[zstdFrames]([]byte(aLog("two"))))},
		{"__MACOSX/._app-1", "resource fork"},
		{"out/eventlog_v2_a/events_9_a.lz4", string(encoders[lz4Blocks]([]byte(aLog("9"))))},
		{"out/README", "read me"},
		{"./app-1", aLog("one")},
		{"out/eventlog_v2_a/events_8_a.compact", aLog("8")},
	}
}

const shuffledFound = `
	log logs/ARCHIVE!app-1: app-1
	log logs/ARCHIVE!out/app-2.zstd: app-2.zstd
	log logs/ARCHIVE!out/eventlog_v2_a, compacted: events_8_a.compact events_9_a.lz4 events_10_a
	skipped logs/ARCHIVE!__MACOSX/._app-1: skipped-hidden
	skipped logs/ARCHIVE!out/README: skipped-no-events
`

func zipOf(entries []entryOf) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, e := range entries {
		method := []uint16{zip.Deflate, zip.Store}[i%2]
		w, _ := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		io.WriteString(w, e.content)
	}
	z.Close()
	return b.String()
}

func tarOf(entries []entryOf) string {
	var b bytes.Buffer
	t := tar.NewWriter(&b)
	t.WriteHeader(&tar.Header{Name: "out/", Typeflag: tar.TypeDir, Mode: 0o755})
	for _, e := range entries {
		t.WriteHeader(&tar.Header{Name: e.name, Size: int64(len(e.content)), Mode: 0o644})
		io.WriteString(t, e.content)
	}
	t.Close()
	return b.String()
}

func gzipOf(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.String()
}

func zstdOf(s string) string {
	e, _ := zstd.NewWriter(nil)
	defer e.Close()
	return string(e.EncodeAll([]byte(s), nil))
}

func TestArchivesAreReadAsFolders(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for name, content := range map[string]string{
		"logs.zip":     zipOf(shuffled()),
		"logs.tar":     tarOf(shuffled()),
		"logs.tar.gz":  gzipOf(tarOf(shuffled())),
		"logs.tgz":     gzipOf(tarOf(shuffled())),
		"logs.tar.zst": zstdOf(tarOf(shuffled())),
		"logs.tzst":    zstdOf(tarOf(shuffled())),
		"logs":         gzipOf(tarOf(shuffled())),
		"really.tgz":   zipOf(shuffled()),
		"plain.tgz":    tarOf(shuffled()),
	} {
		t.Run(name, func(t *testing.T) {
			f := find(tree(map[string]string{name: content}), ".", "logs")
			expect(t, f, strings.ReplaceAll(shuffledFound, "ARCHIVE", name))
			if got := textOf(t, f.Logs[2]); got != aLog("8")+aLog("9")+aLog("10") {
				t.Errorf("the rolling log reads %q", got)
			}
			if got := textOf(t, f.Logs[1]); got != aLog("two") {
				t.Errorf("the zstd log reads %q", got)
			}
		})
	}
}

func TestArchivesOfTheOperatingSystemAreReadInPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "logs.zip", zipOf(shuffled()))
	write(t, "logs.tar", tarOf(shuffled()))
	f := new(search).paths([]string{"logs.zip", "logs.tar"})
	defer f.close()
	if len(f.Logs) != 6 {
		t.Fatalf("found\n%s", lines(f))
	}
	for _, l := range f.Logs {
		if text := textOf(t, l); !strings.HasPrefix(text, `{"Event":"SparkListenerApplicationStart"`) {
			t.Errorf("%s reads %q", l.Path, text)
		}
	}
}

func TestARollingLogAtTheTopOfAnArchive(t *testing.T) {
	expect(t, find(tree(map[string]string{"a.zip": zipOf([]entryOf{
		{"events_2_a", aLog("2")}, {"appstatus_a", ""}, {"events_1_a", aLog("1")},
	})}), ".", "logs"), `
		log logs/a.zip: events_1_a events_2_a
	`)
}

func TestTheSpoolKeepsOnlyLogsAndIsRemoved(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	big := strings.Repeat("not a log at all\n", 1<<16)
	f := find(tree(map[string]string{"a.tar.gz": gzipOf(tarOf([]entryOf{
		{"app-1", string(someEvents(20000))}, {"stdout", big},
	}))}), ".", "logs")
	stored := int64(0)
	fs.WalkDir(os.DirFS(temporary), ".", func(_ string, e fs.DirEntry, _ error) error {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			stored += info.Size()
		}
		return nil
	})
	if runtime.GOOS != "windows" && (stored == 0 || stored > int64(len(someEvents(20000))/4)) {
		t.Errorf("the spool takes %d bytes for a log of %d", stored, len(someEvents(20000)))
	}
	if got := textOf(t, f.Logs[0]); got != string(someEvents(20000)) {
		t.Errorf("the log reads as %d bytes", len(got))
	}
	if err := f.close(); err != nil {
		t.Error(err)
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("%s was left behind", left[0].Name())
	}
}

func TestAnArchiveCutShortIsReadUpToTheCut(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	long := string(someEvents(2000))
	whole := tarOf([]entryOf{{"app-1", aLog("one")}, {"app-2", long}})
	cut := whole[:len(whole)-len(long)/2]
	for name, content := range map[string]string{"a.tar": cut, "a.tar.gz": gzipOf(cut), "a.tar.zst": zstdOf(cut)} {
		t.Run(name, func(t *testing.T) {
			f := find(tree(map[string]string{name: content}), ".", "logs")
			expect(t, f, strings.ReplaceAll(`
				log logs/ARCHIVE!app-1: app-1
				log logs/ARCHIVE!app-2: app-2
				failed logs/ARCHIVE: skipped-damaged-archive error="unexpected EOF"
			`, "ARCHIVE", name))
			r, err := f.Logs[1].Parts[0].Open()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			text, err := io.ReadAll(r)
			if err != io.ErrUnexpectedEOF || len(text) < len(long)/4 || !strings.HasPrefix(long, string(text)) {
				t.Errorf("app-2 reads as %d of %d bytes, error %v", len(text), len(long), err)
			}
		})
	}
}

func TestDamagedAndForeignArchives(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	whole := zipOf(shuffled())
	encrypted := bytes.Replace([]byte(zipOf([]entryOf{{"app-1", aLog("one")}})),
		[]byte("PK\x01\x02\x14\x00\x14\x00\x08"), []byte("PK\x01\x02\x14\x00\x14\x00\x09"), 1)
	expect(t, find(tree(map[string]string{
		"cut.zip":        whole[:len(whole)-30],
		"empty.zip":      zipOf(nil),
		"encrypted.zip":  string(encrypted),
		"zip-in-tar.tar": tarOf([]entryOf{{"inner.zip", whole}}),
		"tar-in-zip.zip": zipOf([]entryOf{{"inner.tgz", gzipOf(tarOf(shuffled()))}}),
		"packed.zip.gz":  gzipOf(whole),
		"climbs.tar":     tarOf([]entryOf{{"../../etc/app-1", aLog("one")}, {`windows\app-2`, aLog("two")}}),
	}), ".", "d"), `
		log d/climbs.tar!etc/app-1: app-1
		log d/climbs.tar!windows/app-2: app-2
		failed d/cut.zip: skipped-damaged-archive error="zip: not a valid zip file"
		failed d/encrypted.zip!app-1: skipped-encrypted
		failed d/packed.zip.gz: skipped-compressed-zip
		failed d/tar-in-zip.zip!inner.tgz: skipped-nested-archive
		failed d/zip-in-tar.tar!inner.zip: skipped-nested-archive
	`)
}

func TestDamageInAZipEntryIsReportedAsDamage(t *testing.T) {
	content := string(someEvents(50000))
	stored := []byte(zipOf([]entryOf{{"first", ""}, {"app-1", content}})) // the second entry is not compressed
	stored[bytes.LastIndex(stored, []byte("TaskEnd"))] = 'X'
	deflated := []byte(zipOf([]entryOf{{"app-1", content}}))
	copy(deflated[len(deflated)/2:], strings.Repeat("\xff", 100)) // which may also swallow the end
	for name, archive := range map[string][]byte{"stored": stored, "deflated": deflated} {
		f := find(tree(map[string]string{"a.zip": string(archive)}), ".", "d")
		r, err := f.Logs[0].Parts[0].Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if !errors.Is(err, errCorrupt) && err != io.ErrUnexpectedEOF || len(text) < len(content)/4 {
			t.Errorf("%s: %d of %d bytes, error %v", name, len(text), len(content), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// counting counts the files that are open.
type counting struct {
	fstest.MapFS
	open *int
}

type countingFile struct {
	fs.File
	open *int
}

func (c counting) Open(name string) (fs.File, error) {
	f, err := c.MapFS.Open(name)
	if err != nil {
		return nil, err
	}
	*c.open++
	return countingFile{f, c.open}, nil
}

func (f countingFile) ReadAt(p []byte, off int64) (int, error) {
	return f.File.(io.ReaderAt).ReadAt(p, off)
}

func (f countingFile) Close() error {
	*f.open--
	return f.File.Close()
}

func TestNoArchiveStaysOpen(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	open := 0
	f := find(counting{tree(map[string]string{
		"a.zip": zipOf(shuffled()), "b.tar": tarOf(shuffled()), "c.tgz": gzipOf(tarOf(shuffled())), "d.zip": "PK\x03\x04 but no more",
	}), &open}, ".", "logs")
	defer f.close()
	if open != 0 {
		t.Errorf("%d files are open after the search", open)
	}
	var readers []io.Closer
	for _, l := range f.Logs {
		for _, p := range l.Parts {
			r, err := p.Open()
			if err != nil {
				t.Fatal(err)
			}
			readers = append(readers, r)
		}
	}
	if open != 2 {
		t.Errorf("%d files are open while entries of two archives are read in place", open)
	}
	for _, r := range readers {
		r.Close()
	}
	if open != 0 {
		t.Errorf("%d files are open after reading", open)
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte(zipOf(shuffled())))
	f.Add([]byte(tarOf(shuffled())))
	f.Add([]byte(gzipOf(tarOf(shuffled()))))
	f.Add([]byte(zstdOf(tarOf(shuffled()))))
	f.Fuzz(func(t *testing.T, stored []byte) {
		f := find(fstest.MapFS{"a": {Data: stored}}, "a", "a")
		defer f.close()
		if len(f.Logs) == 0 && len(f.Skipped) == 0 && !isZip(stored) && !bytes.Contains(stored, []byte("ustar")) && codecOf(stored, "a") == plainText {
			t.Error("a file that is no archive was neither read nor skipped")
		}
		for _, l := range f.Logs {
			for _, p := range l.Parts {
				r, err := p.Open()
				if err != nil {
					continue
				}
				_, err = io.Copy(io.Discard, io.LimitReader(r, 1<<20))
				if err != nil && err != io.ErrUnexpectedEOF && !errors.Is(err, errCorrupt) {
					t.Errorf("%s: error %v is neither corruption nor a cut", p.Name, err)
				}
				r.Close()
			}
		}
	})
}
