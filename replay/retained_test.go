package replay

import (
	"runtime"
	"testing"
	"weak"

	"dynalloc/replay/cluster"
)

// A result outlives its replay: what is kept of many replays is their results, without
// the engines that made them.
func TestAResultDoesNotKeepTheEngine(t *testing.T) {
	e, err := New(crowd(t, 3), fleet(t, "spark,idle=10s"), Config{Cluster: cluster.Uniform(2, 4, 8<<10)})
	if err != nil {
		t.Fatal(err)
	}
	for e.Step() {
	}
	result, err := e.Result()
	if err != nil {
		t.Fatal(err)
	}
	engine := weak.Make(e)
	e = nil
	runtime.GC()
	if engine.Value() != nil {
		t.Error("the engine is still there")
	}
	runtime.KeepAlive(result)
}
