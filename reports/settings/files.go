package settings

import (
	"fmt"
	"strings"
)

// A File is one form of the settings of a class.
type File struct{ Name, Text string }

// Files are the settings of classes, each in the forms that its cluster takes: the Spark
// Operator runs on Kubernetes only. Classes without a setting have no file.
func Files(classes []Class, kubernetes bool) (files []File) {
	taken := map[string]bool{}
	for i := range classes {
		c := &classes[i]
		if len(c.Snippet.Set) == 0 {
			continue
		}
		stem := fileName(c.Name, taken)
		files = append(files, File{stem + ".conf", c.Conf()}, File{stem + ".sh", c.Submit()})
		if kubernetes {
			files = append(files, File{stem + ".yaml", c.Operator()})
		}
	}
	return files
}

// mostNameBytes bounds a file name, so that a class's long name is no error of the file
// system.
const mostNameBytes = 80

// fileName is a class's name with only characters that every file system and shell takes,
// and a number where two classes would share a file.
func fileName(class string, taken map[string]bool) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.', r == '_':
			return r
		case r == '*':
			return 'x'
		}
		return '_'
	}, class)
	name = strings.TrimLeft(name, ".-")
	if name = name[:min(len(name), mostNameBytes)]; name == "" {
		name = "class"
	}
	free := name
	for n := 2; taken[strings.ToLower(free)]; n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	taken[strings.ToLower(free)] = true
	return free
}
