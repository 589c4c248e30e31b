package cluster

import "testing"

// The text in the margin of a picture is short, and says whether the model was
// compared with a real cluster.
func TestAClusterInFewWords(t *testing.T) {
	for text, want := range map[string]string{
		"standalone,nodes=4,cores=32,memory=64g,startup=2s": "standalone,nodes=4,cores=32,memory=64g,startup=2s",
		"yarn,nodes=4,cores=32,memory=64g,scheduler=fair":   "yarn, 4 nodes, 128 cores, fair scheduler",
		"kubernetes,nodes=4,cores=32,memory=64g":            "kubernetes, 4 nodes, 128 cores, modelled, not validated against a real cluster",
	} {
		c, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Short(); got != want {
			t.Errorf("%s in short: %q, want %q", text, got, want)
		}
	}
}
