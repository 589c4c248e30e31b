package replay

import "time"

// Times is what a recorded task time does not carry over to another run: how
// long executors take to come and to go, and what the first tasks on a new one
// cost.
type Times struct {
	// Startup is the time from grant to registration of an executor that starts
	// alone on its node: one of these is drawn for each executor.
	Startup []time.Duration
	// Processors is how many processors of a node its starting executors share;
	// 0: they do not slow each other down.
	Processors float64
	Usable     time.Duration // registration to the first task offer
	Cold       time.Duration // added to the first task in each slot of a new executor
	Overhead   time.Duration // added to every task: launch, status update, the driver's turn
	RemovalLag time.Duration // kill until the driver sees ExecutorRemoved
	GC         time.Duration // between the driver's garbage collections; 0: there are none
}
