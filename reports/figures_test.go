package reports

import (
	"bytes"
	"image/png"
	"testing"
)

// A picture is as wide as a slide, has ink on it in several places, keeps its
// margin white, and comes out the same every time.
func TestPictures(t *testing.T) {
	empty := tuned(t)
	empty.Front, empty.Hindsight, empty.Others, empty.Advised.MeetsGoal = nil, nil, nil, false
	all := documents(t)
	all["empty search"] = Search(empty)
	for name, d := range all {
		for _, figure := range d.Figures {
			t.Run(name+"/"+figure.File, func(t *testing.T) {
				var first, second bytes.Buffer
				if err := figure.Draw(&first); err != nil {
					t.Fatal(err)
				}
				if err := figure.Draw(&second); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(first.Bytes(), second.Bytes()) {
					t.Error("drawn twice, two pictures")
				}
				inspectPicture(t, &first)
			})
		}
	}
}

// inspectPicture looks at a picture as far as a test can.
func inspectPicture(t *testing.T, encoded *bytes.Buffer) {
	t.Helper()
	picture, err := png.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	const dpi = 192
	size := picture.Bounds().Size()
	if size.X < 9*dpi || size.Y < 2*dpi || size.Y > size.X {
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
	if share := float64(inked) / float64(looked); share < 0.005 || share > 0.6 {
		t.Errorf("%.1f %% of the picture is inked", 100*share)
	}
}
