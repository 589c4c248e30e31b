package reading

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"dynalloc/internal/stopwatch"
	"dynalloc/traces"
	"dynalloc/traces/saved"
	"dynalloc/traces/source"
)

// BenchmarkSaved measures the processor time, on one core, of reading logs for which a cache
// has what was read, the search for the logs and the hash of their content included: how many
// times longer reading them without the cache takes (x-faster), and the bytes of the cache for
// one of the compressed logs (saved-share).
func BenchmarkSaved(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, s := range sets {
		b.Run("logs="+s.name, func(b *testing.B) {
			paths := s.write(b, b.TempDir())
			dir := filepath.Join(b.TempDir(), "cache")
			load := func() {
				cache, err := saved.Open(dir, saved.Key{})
				if err == nil {
					_, err = readWith(cache, paths)
				}
				if err == nil {
					err = cache.Trouble()
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			load() // fills it
			var took [2]float64
			for b.Loop() {
				for i, t := range stopwatch.Medians(1, func() {
					if _, err := read(paths); err != nil {
						b.Fatal(err)
					}
				}, load) {
					took[i] += t.Seconds()
				}
			}
			b.ReportMetric(took[0]/took[1], "x-faster")
			list, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(sizeOf(b, list))/float64(sizeOf(b, paths)), "saved-share")
		})
	}
}

func sizeOf(b *testing.B, paths []string) (bytes int64) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		bytes += info.Size()
	}
	return bytes
}

// readWith is read with a cache.
func readWith(cache *saved.Folder, paths []string) (*traces.Workload, error) {
	logs, err := source.Open(paths...)
	if err != nil {
		return nil, err
	}
	logs.Cache = cache
	w, _, err := traces.Collect("reading", logs)
	return w, err
}
