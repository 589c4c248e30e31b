package traces

import (
	"bytes"
	"dynalloc/internal/note"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// writeAndRead is a workload after it was written as text and read again.
func writeAndRead(t testing.TB, w *Workload) (*Workload, string) {
	t.Helper()
	var text bytes.Buffer
	if err := WriteText(&text, w, note.Note.String); err != nil {
		t.Fatal(err)
	}
	again, err := ReadText(bytes.NewReader(text.Bytes()), w.Name)
	if err != nil {
		t.Fatalf("%v in\n%.3000s", err, text.String())
	}
	return again, text.String()
}

// everything is a workload that uses all of the text form.
const everything = `
# A comment, and what every report must say.
epoch 2026-03-31T08:00:00Z
note "Arrivals of one, applications of another: 10% of \"all\"."
app etl cores=2 memory=4g overhead=400m submit=30s setup=1500ms user="ada l" queue=prod mode=FAIR class=loads
  set spark.executor.cores 2
  set spark.app.args "a=b #c"
  profile id=3 cores=4 memory=2g cpus=2 slots=1
  hosts node-a "node b"
  job pool=fast group=g execution=7 description="a query"
    stage as=left tasks=12x10s cache=3 delay=1500ms launch=200ms copies=2:5s:3s,7:4970ms:17s retries=1500ms:4s,0s:200ms
    stage as=right reads=none tasks=2x5s/d200/r1,1x60s/cold/b2/in1024/out99@1,1x3s@0:any,1x1s@-1:rack fails=2:3s,1:4s@2
    stage barrier=true reads=left,right name="a join" profile=1 tasks=1x1ms/first/firstread/again/o1500/s3/g4
  job gap=90s after=-1 failed=true barrier=16 lists=right at=10m stream=clicks batch=7 tail=3s
    stage reads=none tasks=4x1s id=77 map=true cache=3:both,4:disk,5:none
    stage tasks=5000x1s
  lost executor=2 after=3s
  lost stage=left after=490ms host=true
  excluded executors=2 hosts=1 time=12m
  unpersist rdd=3 after=0 gap=1s at=2s
  end gap=2s at=1h
app "a report" name=report=1 mode=unset speculation=unset spark=3.5.1 master=yarn attempt=2 earlier=4s beside=1.5
app notebook local=4 barriers=true
`

// A workload that uses all of the text form is the same after it is written and
// read again, to the last field.
func TestTextIsWrittenAndReadUnchanged(t *testing.T) {
	w, err := ReadText(strings.NewReader(everything), "story")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Check(); err != nil {
		t.Fatal(err)
	}
	again, text := writeAndRead(t, w)
	if diff := cmp.Diff(w, again, packed); diff != "" {
		t.Errorf("changed (-before +after):\n%s\nby way of\n%s", diff, text)
	}
	if _, twice := writeAndRead(t, again); twice != text {
		t.Errorf("written again it is\n%s\nnot\n%s", twice, text)
	}
}

// A fault is explained by its line and what was expected.
func TestFaultsOfTheTextFormAreExplained(t *testing.T) {
	for text, want := range map[string]string{
		"app a\n note x y":                             `t:2: expected: note "TEXT"`,
		"epoch yesterday":                              "t:1: epoch yesterday: expected a time",
		"set a b":                                      "t:1: expected, after an app: set PROPERTY VALUE",
		"app a name=\"b":                               `t:1: expected a quote at the end of "b`,
		"app a\n job lists=x":                          "t:2: lists=x: no stage before this line says as=x",
		"app a\n job\n  stage tasks=1x30d":             "t:3: tasks=1x30d: expected COUNTxDURATION",
		"app a\n job\n  stage tasks=1x3s/x4":           `t:3: tasks=1x3s/x4: expected a part of a task after /, such as /d200 or /cold, found "x4"`,
		"app a\n job\n  stage tasks=1x3s profile=1":    "t:3: profile=1: the app has 1 profiles before this line",
		"app a\n job\n  stage tasks=1x3s cache=3:tape": "t:3: cache=3:tape: expected RDD",
		"app a\n job\n  stage tasks=1x3s@0:moon":       "t:3: tasks=1x3s@0:moon: expected the number of a host",
	} {
		if _, err := ReadText(strings.NewReader(text), "t"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q\n\tgives %v\n\twant  %s", text, err, want)
		}
	}
}

// Any workload that can be read is the same after it is written and read again.
func FuzzText(f *testing.F) {
	f.Add("app a cores=2 submit=3s\n job\n  stage as=x tasks=2x3s/cold@1\n job after=-1 lists=x\n  stage reads=none tasks=1x1ms\n end gap=4s")
	f.Add("epoch 2026-03-31T08:00:00Z\nnote \"x\"\napp \"a b\" mode=unset\n set k \"v=\\n\"\n hosts h\n")
	f.Fuzz(func(t *testing.T, text string) {
		w, err := ReadText(strings.NewReader(text), "w")
		if err != nil || w.Check() != nil {
			return
		}
		again, written := writeAndRead(t, w)
		if diff := cmp.Diff(w, again, packed, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("changed (-before +after):\n%s\nby way of\n%s", diff, written)
		}
	})
}

// An executor that is written without its overhead has what Spark asks for beside the
// heap: a tenth and at least 384 MiB, two fifths for Python on Kubernetes, or what the
// properties say. An overhead that is written stays, also one of nothing.
func TestOverheadThatIsNotWrittenIsSparks(t *testing.T) {
	w, err := ReadText(strings.NewReader(`
app small
app tenth memory=10g
  profile id=1 memory=20g
app python memory=10g
  set spark.kubernetes.resource.type python
app set memory=10g
  set spark.executor.memoryOverhead 2g
app heap memory=10g overhead=0m
`), "story")
	if err != nil {
		t.Fatal(err)
	}
	var got []int64
	for _, a := range w.Apps {
		for i := range a.Profiles {
			got = append(got, a.Profiles[i].OverheadMB)
		}
	}
	if diff := cmp.Diff([]int64{384, 1024, 2048, 4096, 2048, 0}, got); diff != "" {
		t.Errorf("overheads in MiB (-want +got):\n%s", diff)
	}
	again, text := writeAndRead(t, w)
	if diff := cmp.Diff(w, again, packed); diff != "" {
		t.Errorf("changed (-before +after):\n%s\nby way of\n%s", diff, text)
	}
}
