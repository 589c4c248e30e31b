package cluster

import (
	"strings"
	"testing"
	"testing/fstest"
)

// The cluster has what its file says; an error names the line that is wrong.
func TestClusterFile(t *testing.T) {
	files := fstest.MapFS{
		"two.yaml": {Data: []byte("manager: standalone\nstartup: 2s\nlocality: inferred\nnodes:\n- {type: big, count: 1, cores: 8, memory: 16g, price: 0.8}\n- {count: 2, cores: 4, memory: 8192}\nstandalone: {spread: false, default-cores: 4}\nfaults: ['manager-away,at=1h,for=5m']\n")},
	}
	c, faults, err := Open("two.yaml", files)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.String(); got != "standalone,big,nodes=1,cores=8,memory=16g,nodes=2,cores=4,memory=8g,startup=2s,spread=false,defaultcores=4,locality=inferred" {
		t.Error(got)
	}
	if len(faults) != 1 || faults[0].String() != "manager-away,at=1h,for=5min" || c.Pools[0].Price != 0.8 {
		t.Errorf("faults %v, prices of %v", faults, c.Pools)
	}
	for text, want := range map[string]string{
		"manager: nomad\n":                             "c.yaml: manager: expected one of standalone, yarn, kubernetes, found \"nomad\"",
		"manager: standalone\nstartup: soon\n":         "c.yaml:2: expected a time such as 4s or 10min, found \"soon\"",
		"manager: standalone\nnodes: [{memory: much}]": "c.yaml:2: expected a size such as 512m or 128g, found \"much\"",
		"manager: standalone\nnodes: [{count: 1}]":     "c.yaml: cores=0: expected the cores of one node, at least 1",
		"manager: standalone\nnode: 3":                 "c.yaml:2: unknown field \"node\"",
		"manager: yarn\nkubernetes: {}":                "c.yaml: kubernetes: settings of a manager that is not the file's: manager: yarn",
		"manager: standalone\nstandalone: {workers: any}\nnodes: [{count: 1, cores: 1, memory: 1g}]": "c.yaml: standalone: workers: expected one of ",
		"manager: [": "c.yaml:1: ",
		"manager: standalone\nlocality: near\nnodes: []":                                 "c.yaml: locality: expected none or inferred, found \"near\"",
		"manager: standalone\nnodes: [{count: 1, cores: 1, memory: 1g}]\nfaults: [fire]": "c.yaml: fault \"fire\": the kind \"fire\" is not known",
	} {
		_, _, err := Open("c.yaml", fstest.MapFS{"c.yaml": {Data: []byte(text)}})
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// Any text gives a cluster or an error of one line.
func FuzzCluster(f *testing.F) {
	for _, name := range Managers() {
		f.Add([]byte(Example(name)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _, err := Open("c.yaml", fstest.MapFS{"c.yaml": {Data: text}})
		if err != nil && strings.Contains(strings.TrimSpace(err.Error()), "\n") {
			t.Errorf("more than a line: %q", err)
		}
	})
}
