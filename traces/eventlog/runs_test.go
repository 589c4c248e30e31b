package eventlog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dynalloc/traces"
)

// A log of very many tasks has the same application as if its runs had not been packed.
func TestPackedRunsAreTheSame(t *testing.T) {
	for _, name := range []string{"cache-static4.zstd", "concurrent-essfair.zstd", "etl-ess10.zstd"} {
		read := func(plainBefore int) *traces.Application {
			a := newAssembler(recordingLog(t, name))
			a.runMemory.plain = plainBefore
			app, err := a.read()
			if err != nil {
				t.Fatal(err)
			}
			if packed := a.runMemory.spare != nil; packed != (plainBefore > 0) {
				t.Errorf("%s: packed: %v", name, packed)
			}
			return app
		}
		if diff := cmp.Diff(read(0), read(1<<40)); diff != "" {
			t.Errorf("%s: packed (+) it differs:\n%s", name, diff)
		}
	}
}
