package eventlog

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"dynalloc/traces/eventlog/scan"
)

// oracleTask is taskEvent as the library reads it.
type oracleTask struct {
	Stage        int64                   `json:"Stage ID"`
	StageAttempt int64                   `json:"Stage Attempt ID"`
	Type         string                  `json:"Task Type"`
	Reason       struct{ Reason string } `json:"Task End Reason"`
	Info         oracleInfo              `json:"Task Info"`
	Metrics      struct {
		Run         int64 `json:"Executor Run Time"`
		Deserialize int64 `json:"Executor Deserialize Time"`
		Result      int64 `json:"Result Serialization Time"`
		Read        struct {
			Remote int64 `json:"Remote Bytes Read"`
			Local  int64 `json:"Local Bytes Read"`
		} `json:"Shuffle Read Metrics"`
		Write struct {
			Written int64 `json:"Shuffle Bytes Written"`
		} `json:"Shuffle Write Metrics"`
	} `json:"Task Metrics"`
}

type oracleInfo struct {
	ID          int64  `json:"Task ID"`
	Index       int64  `json:"Index"`
	Partition   *int64 `json:"Partition ID"`
	Launch      int64  `json:"Launch Time"`
	Finish      int64  `json:"Finish Time"`
	Getting     int64  `json:"Getting Result Time"`
	Executor    string `json:"Executor ID"`
	Host        string `json:"Host"`
	Locality    string `json:"Locality"`
	Speculative bool   `json:"Speculative"`
}

func (o *oracleTask) event() taskEvent {
	partition := int64(-1)
	if o.Info.Partition != nil {
		partition = *o.Info.Partition
	}
	return taskEvent{
		Stage: o.Stage, StageAttempt: o.StageAttempt, Type: o.Type, Reason: o.Reason.Reason,
		Info: taskInfo{
			ID: o.Info.ID, Index: o.Info.Index, Partition: partition, Launch: o.Info.Launch, Finish: o.Info.Finish,
			Getting: o.Info.Getting, Executor: o.Info.Executor, Host: o.Info.Host, Locality: o.Info.Locality,
			Speculative: o.Info.Speculative,
		},
		Metrics: taskMetrics{
			Run: o.Metrics.Run, Deserialize: o.Metrics.Deserialize, Result: o.Metrics.Result,
			RemoteRead: o.Metrics.Read.Remote, LocalRead: o.Metrics.Read.Local, Written: o.Metrics.Write.Written,
		},
	}
}

// The scanner accepts the lines that the library accepts, and reads the same values.
func FuzzScannerAgreesWithTheLibrary(f *testing.F) {
	for _, seed := range []string{
		`{"Event":"SparkListenerTaskEnd","Stage ID":3,"Task Info":{"Task ID":1,"Partition ID":7,"Speculative":true,"Host":"a\u0062\\"},"Task End Reason":{"Reason":"Success"}}`,
		`{"Stage ID":9223372036854775807}`, `{"Stage ID":9223372036854775808}`, `{"Stage ID":-9223372036854775808}`,
		`{"Stage ID":1.0}`, `{"Stage ID":1e3}`, `{"Stage ID":01}`, `{"Stage ID":-}`, `{"Stage ID":"3"}`, `{"Stage ID":null}`,
		`{"Stage ID":1,"Stage ID":2}`, `{"Stage\u0020ID":4}`, `{"Task Info":null}`, `{"Task Info":[]}`, `{"Task Info":{}}`,
		`{"Task Info":{"Host":"x"},"Task Info":{"Locality":"ANY"}}`, `{"Task Info":{"Speculative":1}}`,
		`{"x":[1,2}}`, `{"x":[1,]}`, `{"x":{"a":1,}}`, `{,}`, `{"x" 1}`, `{"x":tru}`, `{"x":true}x`, `{} `, "{}\x00", `[]`, `null`, ``,
		`{"x":"\ud800"}`, "{\"x\":\"\xff\"}", "{\"x\":\"\n\"}", `{"x":"\q"}`, `{"x":[[[[{"y":-0.5e+7}]]]]}`, `{"Stage ID":-0}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		var want oracleTask
		wantErr := json.Unmarshal(line, &want, DecodeOptions)
		if trimmed := bytes.TrimLeft(line, " \t\r\n"); wantErr == nil && trimmed[0] != '{' {
			return // the library takes null for an empty object
		}
		var got taskEvent
		gotErr := got.read(&scan.Scanner{Line: line}, interner{})
		if (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("scanner: %v; library: %v", gotErr, wantErr)
		}
		if gotErr != nil {
			return
		}
		if diff := cmp.Diff(want.event(), got); diff != "" {
			t.Fatalf("library and scanner (+) differ:\n%s", diff)
		}
	})
}

func TestScannerSaysWhatIsWrong(t *testing.T) {
	for line, want := range map[string]error{
		`{"Stage ID":3,"Task Info":{"Task`:  scan.ErrCutLine,
		`{"Stage ID":`:                      scan.ErrCutLine,
		`{"Stage ID":12`:                    scan.ErrCutLine,
		`{"x":tr`:                           scan.ErrCutLine,
		`{"x":[1,2}}`:                       scan.ErrNotJSON,
		`{"x":1 "y":2}`:                     scan.ErrNotJSON,
		`hello`:                             scan.ErrNotJSON,
		`{"Stage ID":3}{"Stage ID":4}`:      scan.ErrTrailing,
		`{"Stage ID":99999999999999999999}`: scan.ErrTooLarge,
		`{"Stage ID":"three"}`:              scan.ErrWrongType,
		`{"Stage ID":3.5}`:                  scan.ErrWrongType,
		`{"Task Info":{"Task ID":1},"Stage ID":[]}`: scan.ErrWrongType,
	} {
		var e taskEvent
		if err := e.read(&scan.Scanner{Line: []byte(line)}, interner{}); err != want {
			t.Errorf("%s: %v, want %v", line, err, want)
		}
	}
}

// taskLines returns the TaskEnd lines of a recording, repeated up to a size.
func taskLines(b *testing.B, size int) []byte {
	b.Helper()
	var tasks bytes.Buffer
	for line := range bytes.Lines([]byte(recordingText(b, "etl-ess10.zstd"))) {
		if bytes.HasPrefix(line, []byte(`{"Event":"SparkListenerTaskEnd"`)) {
			tasks.Write(line)
		}
	}
	return bytes.Repeat(tasks.Bytes(), size/tasks.Len()+1)
}

// Measures how fast TaskEnd lines, which are most of a log, become tasks.
func BenchmarkEventLog(b *testing.B) {
	b.Run("size=10MB", func(b *testing.B) {
		text := taskLines(b, 10<<20)
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			a := newAssembler(&Log{})
			for line := range bytes.Lines(text) {
				name, err := eventName(line)
				if err == nil {
					err = a.take(Event{name, line})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
