package scan

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// oracleTask is TaskEvent as the library reads it.
type oracleTask struct {
	Stage        int64  `json:"Stage ID"`
	StageAttempt int64  `json:"Stage Attempt ID"`
	Type         string `json:"Task Type"`
	Reason       struct {
		Reason  string
		Address struct {
			Executor string `json:"Executor ID"`
		} `json:"Block Manager Address"`
	} `json:"Task End Reason"`
	Info    oracleInfo `json:"Task Info"`
	Metrics struct {
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

func (o *oracleTask) event() TaskEvent {
	partition := int64(-1)
	if o.Info.Partition != nil {
		partition = *o.Info.Partition
	}
	return TaskEvent{
		Stage: o.Stage, StageAttempt: o.StageAttempt, Type: o.Type, Reason: o.Reason.Reason, Blamed: o.Reason.Address.Executor,
		Info: TaskInfo{
			ID: o.Info.ID, Index: o.Info.Index, Partition: partition, Launch: o.Info.Launch, Finish: o.Info.Finish,
			Getting: o.Info.Getting, Executor: o.Info.Executor, Host: o.Info.Host, Locality: o.Info.Locality,
			Speculative: o.Info.Speculative,
		},
		Metrics: TaskMetrics{
			Run: o.Metrics.Run, Deserialize: o.Metrics.Deserialize, Result: o.Metrics.Result,
			RemoteRead: o.Metrics.Read.Remote, LocalRead: o.Metrics.Read.Local, Written: o.Metrics.Write.Written,
		},
	}
}

// lenient are the options with which package eventlog uses the library.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// The scanner accepts the lines that the library accepts, and reads the same values.
func FuzzScannerAgreesWithTheLibrary(f *testing.F) {
	for _, seed := range []string{
		`{"Event":"SparkListenerTaskEnd","Stage ID":3,"Task Info":{"Task ID":1,"Partition ID":7,"Speculative":true,"Host":"a\u0062\\"},"Task End Reason":{"Reason":"Success"}}`,
		`{"Task End Reason":{"Reason":"FetchFailed","Block Manager Address":{"Executor ID":"3","Host":"h"}}}`, `{"Task End Reason":{"Block Manager Address":null}}`, `{"Task End Reason":{"Block Manager Address":[]}}`,
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
		wantErr := json.Unmarshal(line, &want, lenient)
		if trimmed := bytes.TrimLeft(line, " \t\r\n"); wantErr == nil && trimmed[0] != '{' {
			return // the library takes null for an empty object
		}
		var got TaskEvent
		gotErr := got.Read(&Scanner{Line: line}, Interner{})
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
		`{"Stage ID":3,"Task Info":{"Task`:  ErrCutLine,
		`{"Stage ID":`:                      ErrCutLine,
		`{"Stage ID":12`:                    ErrCutLine,
		`{"x":tr`:                           ErrCutLine,
		`{"x":[1,2}}`:                       ErrNotJSON,
		`{"x":1 "y":2}`:                     ErrNotJSON,
		`hello`:                             ErrNotJSON,
		`{"Stage ID":3}{"Stage ID":4}`:      ErrTrailing,
		`{"Stage ID":99999999999999999999}`: ErrTooLarge,
		`{"Stage ID":"three"}`:              ErrWrongType,
		`{"Stage ID":3.5}`:                  ErrWrongType,
		`{"Task Info":{"Task ID":1},"Stage ID":[]}`: ErrWrongType,
	} {
		var e TaskEvent
		if err := e.Read(&Scanner{Line: []byte(line)}, Interner{}); err != want {
			t.Errorf("%s: %v, want %v", line, err, want)
		}
	}
}
