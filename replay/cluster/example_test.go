package cluster_test

import (
	"fmt"

	"dynalloc/replay/cluster"
)

// A cluster in one line.
func ExampleParse() {
	c, err := cluster.Parse("yarn,nodes=4,cores=32,memory=64g,scheduler=fair")
	if err != nil {
		panic(err)
	}
	fmt.Println(c.Short())
	fmt.Println("an application of a standalone cluster gets the master", c.Traits().MasterOf("spark://host:7077"))
	// Output:
	// yarn, 4 nodes, 128 cores, fair scheduler
	// an application of a standalone cluster gets the master yarn
}

// The documented example of each manager.
func ExampleOpen() {
	for _, name := range cluster.Examples() {
		c, _, err := cluster.Open(name, nil)
		if err != nil {
			panic(err)
		}
		fmt.Println(name, c.Capacity(), "cores")
	}
	// Output:
	// example:kubernetes 288 cores
	// example:standalone 128 cores
	// example:yarn 320 cores
}
