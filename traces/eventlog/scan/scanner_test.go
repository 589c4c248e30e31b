package scan_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dynalloc/traces/eventlog/scan"
	"dynalloc/traces/eventlog/scan/slow"
)

// library decodes with the options with which package eventlog uses the library.
var library slow.Decode = func(line []byte, into any) error {
	return json.Unmarshal(line, into, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// The lines of which the seeds are made: each with another of its kind, and with what is
// odd in one of its values.
var seeds = []string{
	`{"Event":"SparkListenerTaskEnd","Stage ID":3,"Task Info":{"Task ID":1,"Partition ID":7,"Speculative":true,"Host":"a\u0062\\","Accumulables":[{"ID":1,"Name":"x","Update":2,"Value":"3"},{"ID":2,"Value":[{"a":1},{"a":2}]}]},"Task End Reason":{"Reason":"Success"}}`,
	`{"Event":"SparkListenerTaskEnd","Stage ID":31,"Task Info":{"Task ID":12,"Partition ID":7,"Speculative":false,"Host":"b","Accumulables":[{"ID":1,"Name":"xy","Update":21,"Value":3},{"ID":2,"Value":[]},{"ID":3,"Metadata":"sql","Value":[{"a":1}]}]},"Task End Reason":{"Reason":"TaskKilled"}}`,
	`{"Event":"SparkListenerTaskEnd","Task Info":{"Accumulables":[]},"Task Metrics":{"Executor Run Time":-5,"Updated Blocks":[[1,2],[3]],"Shuffle Read Metrics":{"Remote Bytes Read":1,"Push":{"x":0}}}}`,
	`{"Event":"SparkListenerTaskEnd","Task Info":{"Accumulables":[[]]},"Task Metrics":{"Executor Run Time":05,"Updated Blocks":[[1],[3,4],],"Shuffle Read Metrics":{"Remote Bytes Read":1e2,"Push":{}}}}`,
	`{"Task End Reason":{"Reason":"FetchFailed","Block Manager Address":{"Executor ID":"3","Host":"h"}}}`, `{"Task End Reason":{"Block Manager Address":null}}`, `{"Task End Reason":{"Block Manager Address":[]}}`,
	`{"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":3,"Stage Attempt ID":0,"Stage Name":"a","Number of Tasks":4,"RDD Info":[{"RDD ID":5,"Name":"m","Parent IDs":[4,3],"Storage Level":{"Use Disk":false,"Use Memory":true},"Barrier":false},{"RDD ID":4,"Parent IDs":[]}],"Parent IDs":[],"Details":"x\ny","Submission Time":1,"Completion Time":2,"Failure Reason":null,"Accumulables":[{"ID":1}]}}`,
	`{"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":4,"Stage Attempt ID":1,"Stage Name":"b","Number of Tasks":14,"RDD Info":[{"RDD ID":6,"Scope":"s","Parent IDs":null,"Storage Level":{"Use Disk":true,"Use Memory":false},"Barrier":true}],"Parent IDs":[3,2],"Details":"xy","Submission Time":11,"Completion Time":12,"Failure Reason":"f","Accumulables":[]}}`,
	`{"Event":"SparkListenerJobStart","Job ID":1,"Submission Time":7,"Stage Infos":[{"Stage ID":1,"RDD Info":[{"RDD ID":1}]},{"Stage ID":2,"Parent IDs":[1]},null],"Stage IDs":[1,2],"Properties":{"spark.scheduler.pool":"p","x":"y","spark.job.tags":"t"}}`,
	`{"Event":"SparkListenerJobStart","Job ID":2,"Submission Time":8,"Stage Infos":[{"Stage ID":3,"RDD Info":[{"RDD ID":2}]}],"Stage IDs":[],"Properties":{"spark.scheduler.pool":"q","x":"","spark.job.tags":null}}`,
	`{"Event":"SparkListenerJobEnd","Job ID":1,"Completion Time":9,"Job Result":{"Result":"JobFailed","Exception":{"Message":"m","Stack Trace":[{"Line Number":1}]}}}`,
	`{"Event":"SparkListenerJobEnd","Job ID":2,"Completion Time":10,"Job Result":{"Result":"JobFailed","Exception":{"Message":"\u00e9","Stack Trace":[{"Line Number":1},{"Line Number":22}]}}}`,
	`{"Stage ID":9223372036854775807}`, `{"Stage ID":9223372036854775808}`, `{"Stage ID":-9223372036854775808}`,
	`{"Stage ID":1.0}`, `{"Stage ID":1e3}`, `{"Stage ID":01}`, `{"Stage ID":-}`, `{"Stage ID":"3"}`, `{"Stage ID":null}`,
	`{"Stage ID":1,"Stage ID":2}`, `{"Stage\u0020ID":4}`, `{"Task Info":null}`, `{"Task Info":[]}`, `{"Task Info":{}}`,
	`{"Task Info":{"Host":"x"},"Task Info":{"Locality":"ANY"}}`, `{"Task Info":{"Speculative":1}}`,
	`{"x":[1,2}}`, `{"x":[1,]}`, `{"x":[1]}`, `{"x":[1,2]}`, `{"x":[]}`, `{"x":[{}]}`, `{"x":[{},{}]}`, `{"x":[{},]}`, `{"x":{"a":1,}}`, `{"x":{"a":1}}`, `{,}`, `{"x" 1}`, `{"x":tru}`, `{"x":true}x`, `{} `, "{}\x00", `[]`, `null`, ``,
	`{"x":"\ud800"}`, "{\"x\":\"\xff\"}", "{\"x\":\"\n\"}", `{"x":"\q"}`, `{"x":[[[[{"y":-0.5e+7}]]]]}`, `{"Stage ID":-0}`, `{"Stage ID": 5 , "x" : [ 1 , 2 ] }`,
}

// However the lines before it looked, the scanner accepts a line if the library accepts it,
// and reads the same values.
func FuzzScannerAgreesWithTheLibrary(f *testing.F) {
	for i, line := range seeds {
		f.Add([]byte(line), []byte(seeds[(i+1)%len(seeds)]))
		f.Add([]byte(seeds[(i+1)%len(seeds)]), []byte(line))
	}
	f.Fuzz(func(t *testing.T, before, line []byte) {
		for _, l := range [][]byte{before, line} {
			if trimmed := bytes.TrimLeft(l, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
				return // the library takes null for an empty object
			}
		}
		d := scan.NewDecoder()
		for _, line := range [][]byte{before, line, before, line} {
			agree(t, d, scan.TaskEnds(d), library.Task, line)
			agree(t, d, scan.StagesCompleted(d), library.Stage, line)
			agree(t, d, scan.JobStarts(d), library.JobStart, line)
			agree(t, d, scan.JobEnds(d), library.JobEnd, line)
		}
	})
}

func agree[T any](t *testing.T, d *scan.Decoder, r *scan.Reader[T], oracle func([]byte) (*T, error), line []byte) {
	t.Helper()
	want, wantErr := oracle(line)
	got, gotErr := r.Read(d, line)
	if (gotErr == nil) != (wantErr == nil) {
		t.Fatalf("%T of %s: scanner: %v; library: %v", want, line, gotErr, wantErr)
	}
	if gotErr != nil {
		return
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s: library and scanner (+) differ:\n%s", line, diff)
	}
}

// A list that is longer or shorter than that of a line before is read like any other.
func TestLinesLikeOthersAreRead(t *testing.T) {
	for _, before := range seeds {
		for _, line := range seeds {
			if !strings.HasPrefix(before, "{") || !strings.HasPrefix(line, "{") {
				continue
			}
			d := scan.NewDecoder()
			for _, l := range []string{before, before, line, before, line} {
				agree(t, d, scan.TaskEnds(d), library.Task, []byte(l))
				agree(t, d, scan.StagesCompleted(d), library.Stage, []byte(l))
				agree(t, d, scan.JobStarts(d), library.JobStart, []byte(l))
				agree(t, d, scan.JobEnds(d), library.JobEnd, []byte(l))
			}
		}
	}
}

// The properties of a job differ from those of the job before it: what only that one had is
// not taken over, and what only this one has is read.
func TestTheRestOfAnObjectIsItsOwn(t *testing.T) {
	const job = `{"Event":"SparkListenerJobStart","Job ID":1,"Submission Time":7,"Stage Infos":[{"Stage ID":1,"RDD Info":[{"RDD ID":1}]}],"Stage IDs":[1],"Properties":{%s}}`
	d := scan.NewDecoder()
	for _, properties := range []string{
		`"a":"b","spark.scheduler.pool":"p","spark.job.tags":"t"`,
		`"a":"b","spark.jobGroup.id":"g"`,
		`"a":"b","spark.scheduler.pool":"q"`,
		``,
		`"a":"b","spark.scheduler.pool":"p","spark.job.tags":"u","c":{"d":[1]}`,
		`"a":"b","spark.scheduler.pool":"p","c":"d"`,
	} {
		agree(t, d, scan.JobStarts(d), library.JobStart, []byte(fmt.Sprintf(job, properties)))
	}
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
		d := scan.NewDecoder()
		if _, err := scan.TaskEnds(d).Read(d, []byte(line)); err != want {
			t.Errorf("%s: %v, want %v", line, err, want)
		}
	}
}
