package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Schema is the version of the result lines, and Engine that of what makes them: replays,
// variants of workloads, references and metrics. Raise Engine with every change after which
// some cell has other figures, so that results of before are not mixed with later ones.
const (
	Schema = 1
	Engine = 1
)

// Keys are the keys of the cells of a plan over some inputs.
type Keys struct {
	Plan   *Plan
	Inputs string // the hash of the workload, the cluster and the rest of the suite
}

// Of is the key of a cell.
func (k Keys) Of(c *Cell) (string, error) {
	p, err := k.Plan.policy(c.policy)
	return k.key(c, &p), err
}

// key identifies a result by all that decides it: the hash of a text that anyone can write
// from a result line.
func (k Keys) key(c *Cell, p *Policy) string {
	text := fmt.Sprintf("dynalloc sweep %d\nengine %d\ninputs %s\npolicy %s\nrules %s\nfiles %s\nreplica %d\nload %s\nseed %d\nwindow %s\n",
		Schema, Engine, k.Inputs, p.Fleet.Name, p.Fleet, p.Files, c.Replica, c.Load, c.Seed, c.Window)
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
