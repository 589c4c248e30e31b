package main

import (
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// processor names the processors of this machine; "" if the system does not say.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// load is how many processes wanted a processor in the last minute, on average; "" if
// the system does not say.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	average, _, _ := strings.Cut(string(text), " ")
	return average
}

// system names the operating system and the architecture.
func system() string { return runtime.GOOS + "/" + runtime.GOARCH }

// commit names the code of a module; a mark says that files differ from it.
func commit(module string) string {
	command := exec.Command("git", "describe", "--always", "--dirty", "--exclude=*")
	command.Dir = module
	text, err := command.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(text))
}

// firstLine is the first line that a command prints, such as its version.
func firstLine(name string, args ...string) string {
	text, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
