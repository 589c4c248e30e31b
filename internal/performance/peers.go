package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// Versions of the peers.
const (
	simpyVersion    = "4.1.2"
	cloudsimVersion = "8.5.7"
)

// A peer is another simulator, ready to run.
type peer struct {
	name    string
	command []string // before the numbers of tasks and slots
	works   []work   // that it can run within the limit
}

// A work is tasks that wait in one queue for slots.
type work struct{ tasks, slots string }

var (
	smallWork = work{"10000", "100"}
	largeWork = work{"1000000", "1000"}
)

// installPeers installs what can be had into a folder.
func installPeers(module, into string, r *results) (peers []peer) {
	sources := filepath.Join(module, "internal", "performance", "peers")
	for _, p := range []struct {
		name    string
		install func(sources, into string) ([]string, error)
		works   []work
	}{
		{"SimPy", installSimPy, []work{smallWork, largeWork}},
		{"CloudSimPlus", installCloudSim, []work{smallWork}},
	} {
		command, err := p.install(sources, into)
		if err != nil {
			r.leaveOut(p.name, err.Error())
			continue
		}
		if !slices.Contains(p.works, largeWork) {
			r.leaveOut(p.name+" with "+thousandsOf(largeWork.tasks)+" tasks", "left out: at the speed of its smaller work it would take minutes or more")
		}
		peers = append(peers, peer{p.name, command, p.works})
	}
	return peers
}

func installSimPy(sources, into string) ([]string, error) {
	venv := filepath.Join(into, "simpy")
	python := filepath.Join(venv, "bin", "python")
	if err := run(exec.Command("python3", "-m", "venv", venv)); err != nil {
		return nil, err
	}
	err := run(exec.Command(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "simpy=="+simpyVersion))
	return []string{python, filepath.Join(sources, "queue.py")}, err
}

const cloudsimPOM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>dynalloc</groupId>
  <artifactId>peers</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.cloudsimplus</groupId>
      <artifactId>cloudsimplus</artifactId>
      <version>` + cloudsimVersion + `</version>
    </dependency>
  </dependencies>
</project>
`

func installCloudSim(sources, into string) ([]string, error) {
	folder := filepath.Join(into, "cloudsim")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	pom := filepath.Join(folder, "pom.xml")
	if err := os.WriteFile(pom, []byte(cloudsimPOM), 0o644); err != nil {
		return nil, err
	}
	jars := filepath.Join(folder, "*")
	for _, command := range [][]string{
		{"mvn", "-q", "-B", "-f", pom, "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=" + folder},
		{"javac", "-nowarn", "-d", folder, "-cp", jars, filepath.Join(sources, "Queue.java")},
	} {
		if err := run(exec.Command(command[0], command[1:]...)); err != nil {
			return nil, err
		}
	}
	return []string{"java", "-cp", folder + string(os.PathListSeparator) + jars, "Queue"}, nil
}

// run adds what a peer measures to the results.
func (p *peer) run(r *results, limit time.Duration) {
	for _, w := range p.works {
		if err := capture(r, limit, "", append(p.command, w.tasks, w.slots)...); err != nil {
			r.leaveOut(p.name+" with "+w.tasks+" tasks", err.Error())
		}
	}
}
