package main

import (
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"dynalloc/replay"
	"dynalloc/replay/cluster"
)

// clusterFlags are the flags for the cluster of a replay, and for its faults.
type clusterFlags struct {
	cluster  *parsed[clusterText]
	faults   []cluster.Fault
	recorded bool // lose executors again as recorded
}

// A clusterText is what the value of --cluster describes: a cluster, and the faults
// in its file.
type clusterText struct {
	cluster cluster.Cluster
	faults  []cluster.Fault
}

// addFlags adds --cluster, --fault and --faults.
func (c *clusterFlags) addFlags(cmd *cobra.Command, usage string) {
	c.addCluster(cmd, usage)
	addParsed(cmd, "fault", "", "a `fault` to inject, such as node-loss,at=1h,node=3,for=10m; repeatable; see \"dynalloc help faults\"", "",
		func(text string) (cluster.Fault, error) {
			fault, err := cluster.ParseFault(text)
			c.faults = append(c.faults, fault)
			return fault, err
		})
	addParsed(cmd, "faults", "", "recorded: lose executors again as the logs show it", "", func(text string) (string, error) {
		if !slices.Contains(faultsOf, text) {
			return "", fmt.Errorf("%q: expected recorded, to lose executors as the logs show it; one fault is --fault KIND,at=TIME", text)
		}
		c.recorded = true
		return text, nil
	})
	complete(cmd, "faults", faultsOf...)
}

// faultsOf are the values of --faults.
var faultsOf = []string{"recorded"}

// addCluster adds --cluster.
func (c *clusterFlags) addCluster(cmd *cobra.Command, usage string) {
	c.cluster = addParsed(cmd, "cluster", "", usage, "", func(text string) (clusterText, error) {
		described, faults, err := cluster.Open(text, files{})
		return clusterText{described, faults}, err
	})
	complete(cmd, "cluster", slices.Concat([]string{"standalone,nodes="}, cluster.Examples())...)
}

// configure sets the cluster of a configuration, if one is given, and adds the faults.
func (c *clusterFlags) configure(config *replay.Config) {
	if c.cluster.given() {
		config.Cluster, config.Faults = c.cluster.value.cluster, slices.Clone(c.cluster.value.faults)
	}
	config.Faults = append(config.Faults, c.faults...)
	config.RecordedLosses = c.recorded
}

// files is the file system of the machine, with any path.
type files struct{}

// Open opens a file.
func (files) Open(name string) (fs.File, error) { return os.Open(sentFiles.place(name)) }
