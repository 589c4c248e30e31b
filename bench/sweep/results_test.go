package sweep

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dynalloc/bench"
	"dynalloc/bench/sweep/store"
)

// lecturePlan has 48 cells.
const lecturePlan = "policy recorded\npolicy static,n=1|3\npolicy spark,idle=10s|60s,max=2\npolicy spark,shuffle=tracking\nreplica 0..1\nload 1 2\nwindow whole from=0s,until=1h\n"

// swept runs a shard of the plan into a folder and returns the store, closed, with the
// results of the whole plan if the shard is all of it.
func swept(t *testing.T, r *Runner, folder string, part Shard, parallel int) (failed []error) {
	t.Helper()
	s, err := store.Create(filepath.Join(folder, part.StoreFile()))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	missing, err := r.Missing(part, s)
	if err != nil {
		t.Fatal(err)
	}
	if failed, err = r.RunAll(t.Context(), missing, s, bench.Options{Parallel: parallel}); err != nil {
		t.Fatal(err)
	}
	if part.Of == 1 {
		if missing, err := r.Write(t.Context(), folder, s); err != nil || len(missing) != len(failed) {
			t.Fatalf("%v are missing, %v", missing, err)
		}
	}
	return failed
}

func written(t *testing.T, folder string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(folder, ResultsFile))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// The same sweep by one worker, by two, and by three shards that are put together gives the
// same bytes, in the order of the cells.
func TestEqualBytesWhateverTheParallelism(t *testing.T) {
	one, two, shards := t.TempDir(), t.TempDir(), t.TempDir()
	swept(t, newRunner(t, lecture, lecturePlan), one, Shard{Of: 1}, 1)
	swept(t, newRunner(t, lecture, lecturePlan), two, Shard{Of: 1}, 8)
	var stores []*store.Store
	for i := range 3 {
		part := Shard{i, 3}
		swept(t, newRunner(t, lecture, lecturePlan), shards, part, 2)
		s, err := store.Open(filepath.Join(shards, part.StoreFile()))
		if err != nil || s.Len() != part.Size(48) {
			t.Fatalf("shard %d has %d results, %v", i, s.Len(), err)
		}
		defer s.Close()
		stores = append(stores, s)
	}
	keys, err := KeysOf(mustRead(t, lecturePlan), stores...)
	if err != nil {
		t.Fatal(err)
	}
	if missing, err := keys.Write(t.Context(), shards, stores...); err != nil || len(missing) > 0 {
		t.Fatalf("%v are missing, %v", missing, err)
	}
	want := written(t, one)
	if !bytes.Equal(written(t, two), want) || !bytes.Equal(written(t, shards), want) {
		t.Error("the files differ")
	}
	lines := bytes.Split(bytes.TrimSuffix(want, []byte("\n")), []byte("\n"))
	for i, line := range lines {
		c := keys.Plan.Cell(i)
		if r, err := Parse(line); err != nil || r.Seed != c.Seed || r.Replica != c.Replica || r.Load != float64(c.Load) || r.Window != c.Window.String() || !strings.HasPrefix(c.Policy, strings.SplitN(r.Policy, ",", 2)[0]) {
			t.Errorf("line %d, %v: %+v, %v", i+1, c, r, err)
		}
	}
	var m Manifest
	text, err := os.ReadFile(filepath.Join(one, ManifestFile))
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil || m.Cells != 48 || m.Results != 48 || len(lines) != 48 || m.Bytes != int64(len(want)) {
		t.Errorf("%d lines, manifest %+v, %v", len(lines), m, err)
	}
	if _, err := OpenFolder(shards); err != nil {
		t.Error(err)
	}
}

// A store that was cut, and one with changed bytes, are completed to the same bytes.
func TestDamagedStoresGiveTheSameBytes(t *testing.T) {
	folder := t.TempDir()
	r := newRunner(t, lecture, lecturePlan)
	swept(t, r, folder, Shard{Of: 1}, 2)
	want := written(t, folder)
	path := filepath.Join(folder, "store.jsonl")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 12 {
		text := bytes.Clone(whole)
		for range random.IntN(3) {
			text[20+random.IntN(len(text)-20)] ^= 1 << random.IntN(8)
		}
		text = text[:random.IntN(len(text))]
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		os.Remove(filepath.Join(folder, ResultsFile))
		swept(t, r, folder, Shard{Of: 1}, 2)
		if !bytes.Equal(written(t, folder), want) {
			t.Fatalf("after a cut at %d the results differ", len(text))
		}
	}
}

// A cell that fails is named; the others are kept, and it is tried again the next time.
func TestCellsThatFail(t *testing.T) {
	folder := t.TempDir()
	const plan = "policy static,n=1\npolicy static,n=1,cores=64\npolicy static,n=2\nwindow whole from=100h,until=101h\n"
	for range 2 {
		failed := swept(t, newRunner(t, lecture, plan), folder, Shard{Of: 1}, 2)
		var text []string
		for _, err := range failed {
			text = append(text, err.Error())
		}
		if len(failed) != 4 || !strings.HasPrefix(text[0], "cell 1 (static,n=1,cores=64, ") || !strings.Contains(text[1], "cell 3 (static,n=1, replica 0, load 1, seed 1, window from=360000s,until=363600s): none of the 3 applications is submitted") {
			t.Errorf("failures:\n%s", strings.Join(text, "\n"))
		}
		if n := bytes.Count(written(t, folder), []byte("\n")); n != 2 {
			t.Errorf("%d results, want 2", n)
		}
		if _, err := OpenFolder(folder); err != nil {
			t.Error(err)
		}
	}
}

// More policies and seeds in a plan keep the results that are there.
func TestALargerPlanKeepsResults(t *testing.T) {
	folder := t.TempDir()
	swept(t, newRunner(t, lecture, "policy static,n=2\nseed 1 2\n"), folder, Shard{Of: 1}, 2)
	s, err := store.Open(filepath.Join(folder, "store.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	missing, err := newRunner(t, lecture, "policy static,n=3|2\nseed 3 1 2\n").Missing(Shard{Of: 1}, s)
	if err != nil || fmt.Sprint(missing) != "[0 1 2 4]" {
		t.Errorf("missing are %v, %v", missing, err)
	}
	// Another workload has no results yet.
	if missing, err := newRunner(t, strings.Replace(lecture, "12x10s", "12x11s", 1), "policy static,n=2\nseed 1 2\n").Missing(Shard{Of: 1}, s); err != nil || len(missing) != 2 {
		t.Errorf("missing are %v, %v", missing, err)
	}
}

// Results of different workloads, and different results of one cell, are not put together.
func TestStoresThatDoNotBelongTogether(t *testing.T) {
	const plan = "policy static,n=2\nseed 1 2\n"
	var stores []*store.Store
	for i, workload := range []string{lecture, strings.Replace(lecture, "12x10s", "12x11s", 1)} {
		folder := t.TempDir()
		swept(t, newRunner(t, workload, plan), folder, Shard{i, 2}, 1)
		s, err := store.Open(filepath.Join(folder, Shard{i, 2}.StoreFile()))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		stores = append(stores, s)
	}
	if _, err := KeysOf(mustRead(t, plan), stores...); err == nil || !strings.Contains(err.Error(), "have results of different workloads") {
		t.Errorf("%v", err)
	}
	line, err := stores[0].Get(stores[0].Keys()[0])
	if err != nil {
		t.Fatal(err)
	}
	cut := bytes.LastIndex(line, []byte(`,"sum":`))
	other := store.Seal(bytes.Replace(bytes.Clone(line[:cut]), []byte(`"misses":`), []byte(`"misses":1`), 1))
	path := filepath.Join(t.TempDir(), "other.jsonl")
	if err := os.WriteFile(path, append(other, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := KeysOf(mustRead(t, plan), stores[0], s); !errors.Is(err, store.ErrConflict) {
		t.Errorf("%v, want %v", err, store.ErrConflict)
	}
}

// A plan of 100,000 cells of which all but 100 have results replays these 100.
func TestAPlanOfAHundredThousandCells(t *testing.T) {
	folder := t.TempDir()
	r := newRunner(t, "app small cores=2\n  job\n    stage tasks=2x1s\n", "policy static,n=1|2\nseed 1..50000\n")
	s, err := store.Create(filepath.Join(folder, "store.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for i := r.Plan.Size() - 1; i >= 0; i-- {
		c := r.Plan.Cell(i)
		key, err := r.Of(&c)
		if err == nil && i%1000 != 7 {
			err = s.Append(store.Seal(fmt.Appendf(nil, `{"schema":1,"key":"%s","seed":%d`, key, c.Seed)))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	swept(t, r, folder, Shard{Of: 1}, 2)
	results, err := OpenFolder(folder)
	if err != nil || results.Manifest.Results != 100_000 {
		t.Fatalf("%+v, %v", results, err)
	}
	number, replayed := 0, 0
	if err := results.Each(func(result *Result) error {
		if want := r.Plan.Cell(number).Seed; result.Seed != want {
			return fmt.Errorf("seed %d, want %d", result.Seed, want)
		}
		if result.Events > 0 {
			replayed++
		}
		number++
		return nil
	}); err != nil || number != 100_000 || replayed != 100 {
		t.Errorf("%d lines, %d replayed, %v", number, replayed, err)
	}
}

func mustWrite(t *testing.T, folder, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

func expectIncomplete(t *testing.T, folder string) {
	t.Helper()
	if _, err := OpenFolder(folder); !errors.Is(err, ErrIncomplete) {
		t.Errorf("%v, want %v", err, ErrIncomplete)
	}
}

// The results of version 1 of the engine are pinned, on every platform on which this test
// runs (make platforms). If they change on purpose, raise Engine, so that results of before
// are not mixed with later ones.
func TestResultsOfTheEngineArePinned(t *testing.T) {
	folder := t.TempDir()
	swept(t, newRunner(t, lecture, lecturePlan), folder, Shard{Of: 1}, 1)
	f, err := OpenFolder(folder)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.New()
	if err := f.Each(func(r *Result) error {
		return json.NewEncoder(hash).Encode([]any{r.Digest, r.Events, r.Sums, r.All, r.Classes})
	}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("engine %d: %s", Engine, sum(hash)[:16]); got != "engine 1: d1a0919a7ff85f16" {
		t.Errorf("%s: if the results changed on purpose, raise Engine and write this here", got)
	}
}
