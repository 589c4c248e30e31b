package source

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// sharedTrace is the path of a recorded log beside the repository.
func sharedTrace(t testing.TB, name string) string {
	t.Helper()
	p := filepath.Join("..", "..", "..", "shared", "traces", filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		t.Skipf("the recorded logs are not beside the repository: %v", err)
	}
	return p
}

// someEvents is a text like an event log's, n lines long.
func someEvents(n int) []byte {
	var b bytes.Buffer
	b.WriteString(`{"Event":"SparkListenerLogStart","Spark Version":"3.5.1"}` + "\n")
	for i := range n - 1 {
		fmt.Fprintf(&b, `{"Event":"SparkListenerTaskEnd","Stage ID":%d,"Task Info":{"Task ID":%d}}`+"\n", i/10, i*7919)
	}
	return b.Bytes()
}

// encoders write text as each codec, in several streams joined as Spark's
// flushes join them.
var encoders = map[*codec]func(text []byte) []byte{
	plainText: bytes.Clone,
	zstdFrames: func(text []byte) []byte {
		e, _ := zstd.NewWriter(nil)
		defer e.Close()
		skippable := []byte("\x50\x2a\x4d\x18\x04\x00\x00\x00note")
		return joined(text, func(piece []byte) []byte { return append(e.EncodeAll(piece, nil), skippable...) })
	},
	lz4Blocks: func(text []byte) []byte { return joined(text, lz4Java) },
	lz4Frames: func(text []byte) []byte {
		return joined(text, func(piece []byte) []byte {
			var b bytes.Buffer
			w := lz4.NewWriter(&b)
			w.Write(piece)
			w.Close()
			return b.Bytes()
		})
	},
	snappyJava: func(text []byte) []byte {
		return joined(text, func(piece []byte) []byte {
			packed := snappy.Encode(nil, piece)
			out := []byte(snappyMagic + "\x00\x00\x00\x01\x00\x00\x00\x01")
			return append(binary.BigEndian.AppendUint32(out, uint32(len(packed))), packed...)
		})
	},
	lzfChunks: func(text []byte) []byte {
		return joined(text, func(piece []byte) []byte {
			// "aaa...": one literal, then a copy of it that reaches into itself.
			const compressed = "ZV\x01\x00\x05\x00\x0a\x00a\xe0\x00\x00"
			if string(piece) == strings.Repeat("a", 10) {
				return []byte(compressed)
			}
			return append(binary.BigEndian.AppendUint16([]byte("ZV\x00"), uint16(len(piece))), piece...)
		})
	},
	gzipped: func(text []byte) []byte {
		return joined(text, func(piece []byte) []byte {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			w.Write(piece)
			w.Close()
			return b.Bytes()
		})
	},
}

// joined encodes a text in four pieces.
func joined(text []byte, encode func([]byte) []byte) []byte {
	var out []byte
	for i := range 4 {
		out = append(out, encode(text[len(text)*i/4:len(text)*(i+1)/4])...)
	}
	return out
}

// lz4Java is what lz4-java's LZ4BlockOutputStream makes of a text of at most
// 64 KiB, with the block that ends the stream.
func lz4Java(text []byte) []byte {
	packed := make([]byte, lz4.CompressBlockBound(len(text)))
	n, _ := lz4.CompressBlock(text, packed, nil)
	method, data := byte(0x20), packed[:n]
	if n == 0 || n >= len(text) {
		method, data = 0x10, text
	}
	block := func(method byte, data []byte, size int, sum uint32) []byte {
		out := append([]byte(lz4BlockMagic), method|6)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
		out = binary.LittleEndian.AppendUint32(out, uint32(size))
		out = binary.LittleEndian.AppendUint32(out, sum)
		return append(out, data...)
	}
	return append(block(method, data, len(text), xxHash32(text, 0x9747b28c)&0x0fffffff), block(0x10, nil, 0, 0)...)
}

// readText decompresses all of a stored stream.
func readText(stored []byte, name string) ([]byte, *codec, error) {
	r, c, err := decompress(bytes.NewReader(stored), name)
	if err != nil {
		return nil, c, err
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	return text, c, err
}

func TestCodecsAreRecognizedByContentUnderAnyName(t *testing.T) {
	text := someEvents(400)
	for want, encode := range encoders {
		for _, name := range []string{"app-1", "app-1.zstd", "app-1.lz4", "app-1.snappy.inprogress", "app-1.lzf", "eventlog.gz"} {
			got, c, err := readText(encode(text), name)
			if err != nil || c != want || !bytes.Equal(got, text) {
				t.Errorf("%v named %s: read as %v, %d of %d bytes, error %v", want, name, c, len(got), len(text), err)
			}
		}
	}
}

func TestASkippableFrameIsLZ4OnlyByName(t *testing.T) {
	for first := byte(0x50); first <= 0x5f; first++ { // the sixteen magic numbers
		skippable := append([]byte{first}, "\x2a\x4d\x18\x04\x00\x00\x00note"...)
		for name, c := range map[string]*codec{"app-1.lz4": lz4Frames, "app-1.zstd": zstdFrames} {
			text := someEvents(3)
			got, found, err := readText(slices.Concat(skippable, encoders[c](text)), name)
			if found != c || err != nil || !bytes.Equal(got, text) {
				t.Errorf("%s, magic number %#x: read as %v, %q, error %v", name, first, found, got, err)
			}
		}
	}
}

func TestALogCutAnywhereReadsUpToTheCut(t *testing.T) {
	text := someEvents(16)
	for c, encode := range encoders {
		stored := encode(text)
		for cut := 24; cut < len(stored); cut++ { // past the longest head of a stream
			got, _, err := readText(stored[:cut], "app-1")
			if !bytes.HasPrefix(text, got) {
				t.Fatalf("%v cut at %d of %d: read what was never written", c, cut, len(stored))
			}
			if err != nil && err != io.ErrUnexpectedEOF {
				t.Fatalf("%v cut at %d of %d: error %v, want unexpected EOF", c, cut, len(stored), err)
			}
			if err == nil && c != plainText && len(got)%(len(text)/4) > 3 {
				t.Fatalf("%v cut at %d of %d: no error after %d bytes, in the middle of a stream", c, cut, len(stored), len(got))
			}
		}
	}
}

func TestALogThatLosesItsTailKeepsEverythingBefore(t *testing.T) {
	text := someEvents(400)
	for c, encode := range encoders {
		stored := encode(text)
		got, _, err := readText(stored[:len(stored)-15], "app-1")
		if c == plainText {
			continue // cut text is shorter text
		}
		if err != io.ErrUnexpectedEOF && c != zstdFrames || len(got) < len(text)*3/4 {
			t.Errorf("%v: %d of %d bytes, error %v", c, len(got), len(text), err)
		}
	}
}

func TestDamageIsReportedAsDamage(t *testing.T) {
	text := someEvents(200)
	for c, encode := range encoders {
		if c == plainText {
			continue
		}
		whole := encode(text)
		reported := 0
		for at := len(whole) / 2; at < len(whole); at += 1 + len(whole)/100 {
			stored := bytes.Clone(whole)
			stored[at] ^= 0x5a
			got, _, err := readText(stored, "app-1")
			if err != nil && err != io.ErrUnexpectedEOF && !errors.Is(err, errCorrupt) {
				t.Fatalf("%v damaged at %d: error %v is neither corruption nor a cut", c, at, err)
			}
			if err != nil {
				reported++
				if len(got) < len(text)/4 {
					t.Fatalf("%v damaged at %d of %d: only %d of %d bytes were saved", c, at, len(whole), len(got), len(text))
				}
			}
		}
		if reported == 0 {
			t.Errorf("%v: no damage was ever noticed", c)
		}
	}
}

func TestAFileOfZerosNamedAfterACodecIsDamaged(t *testing.T) {
	for _, ext := range []string{"zstd", "lz4", "snappy", "lzf", "gz"} {
		if text, _, err := readText(make([]byte, 100), "app-1."+ext); !errors.Is(err, errCorrupt) {
			t.Errorf(".%s: read %d bytes, error %v; want corruption", ext, len(text), err)
		}
	}
}

func TestSparksOwnCompressedLogsReadAsTheirOriginals(t *testing.T) {
	for recoded, original := range map[string]string{
		"recoded/app-20161116163331-0000.snappy":                        "spark-core-tests/spark-events/app-20161116163331-0000",
		"recoded/application_1628109047826_1317105.lz4":                 "spark-core-tests/spark-events/application_1628109047826_1317105",
		"recoded/local-1642039451826.lzf":                               "spark-core-tests/spark-events/local-1642039451826",
		"recoded/cut/app-20161116163331-0000.inprogress":                "spark-core-tests/spark-events/app-20161116163331-0000",
		"recoded/cut/application_1472176676028_407508_1.lz4.inprogress": "sparklint/application_1472176676028_407508_1",
	} {
		stored, err := os.ReadFile(sharedTrace(t, recoded))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(sharedTrace(t, original))
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := readText(stored, recoded)
		if strings.Contains(recoded, "/cut/") {
			if !bytes.HasPrefix(want, got) || len(got) < len(want)/2 || err != nil && err != io.ErrUnexpectedEOF {
				t.Errorf("%s: %d of %d bytes, error %v", recoded, len(got), len(want), err)
			}
		} else if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d of %d bytes, error %v", recoded, len(got), len(want), err)
		}
	}
}

func TestAWrongLengthInAHeaderTakesNoMemory(t *testing.T) {
	for what, stored := range map[string]string{
		"lz4 block of 32 MiB":                 lz4BlockMagic + "\x2f\x00\x00\xff\x01\x00\x00\x00\x02\x00\x00\x00\x00few",
		"lz4 block of 32 MiB made of 3 bytes": lz4BlockMagic + "\x2f\x03\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00few",
		"snappy block of 63 MiB":              snappyMagic + "\x00\x00\x00\x01\x00\x00\x00\x01\x03\xf0\x00\x00few",
		"snappy text of 256 MiB":              snappyMagic + "\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x05\x80\x80\x80\x80\x01",
		"zstd window of 2 GiB":                "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := readText([]byte(stored), "app-1")
		runtime.ReadMemStats(&after)
		if err != io.ErrUnexpectedEOF && !errors.Is(err, errCorrupt) {
			t.Errorf("%s: error %v", what, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
			t.Errorf("%s: %d MiB were allocated", what, took>>20)
		}
	}
}

func TestClosedDecodersLeaveNothingRunning(t *testing.T) {
	stored := encoders[zstdFrames](someEvents(400))
	before := runtime.NumGoroutine()
	for range 50 {
		r, _, err := decompress(bytes.NewReader(stored), "app-1.zstd")
		if err != nil {
			t.Fatal(err)
		}
		io.ReadFull(r, make([]byte, 100)) // and leave the rest
		r.Close()
		r.Close()
	}
	if after := runtime.NumGoroutine(); after > before {
		t.Errorf("%d goroutines were left behind", after-before)
	}
}

func TestAnErrorOfTheDiskIsNotReportedAsDamage(t *testing.T) {
	broken := errors.New("input/output error")
	for c, encode := range encoders {
		stored := encode(someEvents(400))
		r, _, err := decompress(io.MultiReader(bytes.NewReader(stored[:len(stored)-20]), failing{broken}), "app-1")
		if err == nil {
			_, err = io.ReadAll(r)
		}
		if !errors.Is(err, broken) {
			t.Errorf("%v: error %v, want the disk's", c, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestXXHash32AgreesWithItsReference(t *testing.T) {
	// From the sanity checks of the reference implementation and its manual.
	for text, want := range map[string]uint32{
		"":    0x02cc5d05,
		"a":   0x550d7456,
		"abc": 0x32d153ff,
		"Nobody inspects the spammish repetition": 0xe2293b2f,
	} {
		if got := xxHash32([]byte(text), 0); got != want {
			t.Errorf("%q: %#x, want %#x", text, got, want)
		}
	}
}

func FuzzDecompress(f *testing.F) {
	for _, encode := range encoders {
		stored := encode(someEvents(8))
		f.Add(stored, "app-1")
		f.Add(stored[:len(stored)-3], "app-1.lz4")
	}
	f.Add([]byte("ZV\x01\x00\x05\x00\x0a\x00a\xe0\x00\x00"), "app-1.lzf")
	f.Fuzz(func(t *testing.T, stored []byte, name string) {
		r, _, err := decompress(bytes.NewReader(stored), name)
		if err == nil {
			defer r.Close()
			_, err = io.Copy(io.Discard, io.LimitReader(r, 16<<20))
		}
		if err != nil && err != io.ErrUnexpectedEOF && !errors.Is(err, errCorrupt) {
			t.Errorf("error %v is neither corruption nor a cut", err)
		}
	})
}
