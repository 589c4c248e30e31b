package main

import (
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dynalloc/replay"
	"dynalloc/replay/cluster"
)

// clusterFlags are the flags for the cluster of a replay, and for its faults.
type clusterFlags struct {
	text   string
	faults []string
}

func (c *clusterFlags) addFlags(cmd *cobra.Command) {
	c.addCluster(cmd.Flags(), "the `cluster`: standalone,nodes=4,cores=32,memory=128g, a YAML file, or example:standalone; see \"dynalloc help clusters\"")
	c.addFaults(cmd.Flags())
	complete(cmd, "cluster", slices.Concat([]string{"standalone,nodes="}, cluster.Examples())...)
}

func (c *clusterFlags) addFaults(f *pflag.FlagSet) {
	f.StringArrayVar(&c.faults, "fault", nil, "a `fault` to inject, such as node-loss,at=1h,node=3,for=10m; repeatable; see \"dynalloc help faults\"")
}

func (c *clusterFlags) addCluster(f *pflag.FlagSet, usage string) {
	f.StringVar(&c.text, "cluster", "", usage)
}

// check reports wrong usage before anything is read.
func (c *clusterFlags) check() error {
	if c.text != "" {
		if _, _, err := cluster.Open(c.text, files{}); err != nil {
			return usageError{err}
		}
	}
	for _, text := range c.faults {
		if _, err := cluster.ParseFault(text); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// open reads the cluster, unless none is given, and adds what goes wrong to the
// configuration.
func (c *clusterFlags) open(config *replay.Config) error {
	if c.text != "" {
		cluster, faults, err := cluster.Open(c.text, files{})
		if err != nil {
			return usageError{err}
		}
		config.Cluster, config.Faults = cluster, faults
	}
	for _, text := range c.faults {
		fault, err := cluster.ParseFault(text)
		if err != nil {
			return usageError{err}
		}
		config.Faults = append(config.Faults, fault)
	}
	return nil
}

// files is the file system of the machine, with any path.
type files struct{}

// Open opens a file.
func (files) Open(name string) (fs.File, error) { return os.Open(name) }
