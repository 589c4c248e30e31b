package hadoop

import (
	"strings"
	"testing"

	"dynalloc/replay/cluster/yarn/scheduler"
)

// read reads a file of properties, and returns the error of the first wrong one.
func read(text string, use func(*Properties)) (err error) {
	defer Catch(&err)
	use(ReadProperties(File{Name: "site.xml", Text: strings.NewReader(text)}))
	return nil
}

// A file that is not one of properties is an error that says where, and what is expected.
func TestFilesThatAreNoProperties(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "site.xml:1: expected <configuration>, found the end of the file",
		"<queues>":                              "site.xml:1: expected <configuration>, found <queues>",
		"<configuration>\n</x>":                 "site.xml:2: expected XML: element <configuration> closed by </x>",
		"<configuration/>\n<configuration/>":    "site.xml:2: expected one <configuration>, found <configuration> after it",
		"<configuration>\n<a/></configuration>": "site.xml:2: expected <property>, found <a>: write what it stands for into this file",
		"<configuration><property><value>1</value></property></configuration>": "site.xml:1: expected <name> with the property's name",
		"<configuration><property><name>a</name></property></configuration>":   "site.xml:1: expected <value> after the name a",
		strings.Repeat("<configuration>", 1001):                                "site.xml:1: expected at most 1000 elements inside each other",
	} {
		if err := read(text, func(*Properties) {}); err == nil || err.Error() != want {
			t.Errorf("%q:\ngot  %v\nwant %s", text, err, want)
		}
	}
}

// Of two properties with one name the later counts, unless the earlier is final. An
// empty value counts as none.
func TestTheLaterPropertyCounts(t *testing.T) {
	const text = `<configuration>
<property><name>later</name><value>1</value></property>
<property><name>later</name><value>2</value></property>
<property><name>final</name><value>1</value><final>true</final></property>
<property><name>final</name><value>2</value></property>
<property><name>empty</name><value></value></property>
</configuration>`
	err := read(text, func(p *Properties) {
		for name, want := range map[string]int{"later": 2, "final": 1, "empty": 7, "missing": 7} {
			if got := p.Int(name, 7); got != want {
				t.Errorf("%s is %d, want %d", name, got, want)
			}
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// Reading stops at the first value that is wrong.
func TestValuesThatAreWrong(t *testing.T) {
	const text = "<configuration>\n<property><name>a</name><value>maybe</value></property></configuration>"
	for want, use := range map[string]func(*Properties){
		`site.xml:2: a is "maybe", expected a whole number`: func(p *Properties) { p.Int("a", 0) },
		`site.xml:2: a is "maybe", expected a number`:       func(p *Properties) { p.Float("a", 0) },
		`site.xml:2: a is "maybe", expected true or false`:  func(p *Properties) { p.Bool("a", false) },
	} {
		after := false
		err := read(text, func(p *Properties) { use(p); after = true })
		if err == nil || err.Error() != want || after {
			t.Errorf("got %v, went on: %t; want %s", err, after, want)
		}
	}
}

// The largest container must not be smaller than the smallest.
func TestContainerSizes(t *testing.T) {
	const text = `<configuration>
<property><name>yarn.scheduler.minimum-allocation-mb</name><value>512</value></property>
<property><name>yarn.resource-types.memory-mb.maximum-allocation</name><value>4096</value></property>
<property><name>yarn.scheduler.maximum-allocation-mb</name><value>2048</value></property>
</configuration>`
	if err := read(text, func(p *Properties) {
		smallest, largest := p.ContainerSizes(scheduler.Resource{})
		if smallest != scheduler.NewResource(512, 1) || largest != scheduler.NewResource(4096, 4) {
			t.Errorf("got %s and %s", smallest, largest)
		}
	}); err != nil {
		t.Error(err)
	}
	err := read(strings.Replace(text, "512", "5120", 1), func(p *Properties) { p.ContainerSizes(scheduler.Resource{}) })
	if err == nil || !strings.HasPrefix(err.Error(), "site.xml:2: expected a minimum-allocation of at least 0 MiB and 0 cores") {
		t.Error(err)
	}
}

func TestAmountsOfMemory(t *testing.T) {
	for text, want := range map[string]int64{"512": 512, "1 Gi": 1024, "2Ti": 2 << 20, "2048Ki": 2, "1G": 953, "1T": 953674} {
		if got, err := ParseMiB(text); err != nil || got != want {
			t.Errorf("%s: got %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "Gi", "-1", "1.5", "1 X", "1  Gi", "99999999999999999999"} {
		if got, err := ParseMiB(text); err == nil {
			t.Errorf("%q is read as %d", text, got)
		}
	}
}
