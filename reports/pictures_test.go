package reports

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"

	"dynalloc/bench"
	"dynalloc/bench/metrics"
	"dynalloc/bench/sla"
	"dynalloc/policies"
	"dynalloc/replay"
	"dynalloc/replay/cluster"
	"dynalloc/traces"
)

// pictures are the reports that are PNG files.
func pictures() []Report[*bench.Results] {
	var out []Report[*bench.Results]
	for _, r := range Reports {
		if strings.HasSuffix(r.File, ".png") {
			out = append(out, r)
		}
	}
	return out
}

// A picture is as wide as a slide, has ink on it in several places, keeps its
// margin white, and comes out the same every time.
func TestPicturesOfTheLectureAndOfADay(t *testing.T) {
	for name, results := range map[string]*bench.Results{"lecture": lecture(), "day": day()} {
		for _, picture := range pictures() {
			t.Run(name+"/"+picture.File, func(t *testing.T) {
				var first, second bytes.Buffer
				if err := picture.Write(&first, results); err != nil {
					t.Fatal(err)
				}
				if err := picture.Write(&second, results); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(first.Bytes(), second.Bytes()) {
					t.Error("drawn twice, two pictures")
				}
				inspect(t, &first)
			})
		}
	}
}

// inspect looks at a picture as far as a test can.
func inspect(t *testing.T, encoded *bytes.Buffer) {
	t.Helper()
	picture, err := png.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	size := picture.Bounds().Size()
	if size.X < 9*dpi || size.Y < 3*dpi || size.Y > size.X {
		t.Errorf("%d x %d pixels", size.X, size.Y)
	}
	white := func(x, y int) bool {
		r, g, b, _ := picture.At(x, y).RGBA()
		return r == 0xFFFF && g == 0xFFFF && b == 0xFFFF
	}
	const margin, every = 8, 4
	for y := range size.Y {
		for x := range size.X {
			edge := x < margin || y < margin || x >= size.X-margin || y >= size.Y-margin
			if edge && !white(x, y) {
				t.Fatalf("something reaches into the margin at %d, %d of %d x %d", x, y, size.X, size.Y)
			}
		}
	}
	inked, looked := 0, 0
	for y := 0; y < size.Y; y += every {
		for x := 0; x < size.X; x += every {
			looked++
			if !white(x, y) {
				inked++
			}
		}
	}
	if share := float64(inked) / float64(looked); share < 0.01 || share > 0.6 {
		t.Errorf("%.1f %% of the picture is inked", 100*share)
	}
}

// Nothing that a replay may give makes a report fail: no executors at all, no
// deadlines, no waits, one application, values that do not exist.
func TestReportsOfNextToNothing(t *testing.T) {
	bare := func(apps int, change func(*bench.Results)) *bench.Results {
		w := &traces.Workload{Name: "bare"}
		for range apps {
			w.Apps = append(w.Apps, &traces.Application{ID: "a", Class: "a"})
		}
		s := &bench.Suite{
			Workload: w, Config: replay.Config{Cluster: cluster.Uniform(1, 1, 1024)},
			Policies: []policies.Fleet{fleet("recorded", "recorded")},
		}
		r := build(s, make([]sla.Reference, apps), [][]got{make([]got, apps)}, func(int) *metrics.Timeline {
			return &metrics.Timeline{All: metrics.Series{Step: time.Second}, ByClass: make([]metrics.Series, 1)}
		})
		change(r)
		return r
	}
	for name, results := range map[string]*bench.Results{
		"one application, nothing happened": bare(1, func(*bench.Results) {}),
		"nothing was ever asked": bare(2, func(r *bench.Results) {
			for i := range r.Runs[0].Result.Apps {
				a := &r.Runs[0].Result.Apps[i]
				a.Asked, a.Granted, a.Registered, a.FirstTask = -1, -1, -1, -1
			}
		}),
		"no value exists": bare(1, func(r *bench.Results) {
			for i := range r.Runs[0].All.Values {
				r.Runs[0].All.Values[i] = math.NaN()
				r.Runs[0].ByClass[0].Values[i] = math.NaN()
			}
		}),
	} {
		for _, report := range Reports {
			var b bytes.Buffer
			if err := report.Write(&b, results); err != nil {
				t.Errorf("%s: %s: %v", name, report.File, err)
			}
			if strings.Contains(b.String(), "NaN") {
				t.Errorf("%s: %s says NaN", name, report.File)
			}
			if b.Len() == 0 {
				t.Errorf("%s: %s is empty", name, report.File)
			}
		}
	}
}

// Policies that come out nearly alike keep their names apart.
func TestLabelsDoNotCoverEachOther(t *testing.T) {
	box := vg.Rectangle{Max: vg.Point{X: 600, Y: 300}}
	var taken []vg.Rectangle
	points := []vg.Point{{X: 100, Y: 100}, {X: 108, Y: 100}, {X: 116, Y: 103}, {X: 108, Y: 108}, {X: 590, Y: 5}}
	for _, p := range points {
		taken = append(taken, around(p, p, 5))
	}
	for i, p := range points {
		label := place(p, vg.Point{X: 120, Y: labelSize}, i, box, taken, nil)
		for j, other := range taken {
			if overlap(label, other) > 0 {
				t.Errorf("label %d covers what is at %d", i, j)
			}
		}
		if outside(label, box) > 0 {
			t.Errorf("label %d is cut off", i)
		}
		taken = append(taken, label)
	}
}
