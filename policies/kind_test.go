package policies

import (
	"strings"
	"testing"
)

// Every named policy explains itself and can be made from its bare name, a script
// from its file.
func TestKindsExplainThemselves(t *testing.T) {
	for _, named := range Kinds() {
		text, want := named.Name, named.spec()
		if named.unread {
			text, want.Own = text+",file=my.star", ",file=my.star"
		}
		if s, err := Parse(text); err != nil || s != want {
			t.Errorf("%s is %#v, %v; want the defaults", text, s, err)
		}
		if !strings.HasSuffix(named.Doc, ".") {
			t.Errorf("%s: %q is no sentence", named.Name, named.Doc)
		}
		for _, set := range named.Settings {
			if !strings.Contains(set.Doc, "default") { // or that there is none
				t.Errorf("%s: %s does not name its default: %q", named.Name, set.Key, set.Doc)
			}
		}
	}
}

// register adds a kind for the time of a test.
func register(t *testing.T, k *Kind) {
	t.Helper()
	before := kinds
	t.Cleanup(func() { kinds = before })
	Register(k)
}

// A registered policy has no search of its own: advise and tune try its defaults,
// with the protection of shuffle files that the class can have.
func TestRegisteredPolicyIsSearched(t *testing.T) {
	register(t, &Kind{
		Name: "double", Doc: "Twice what is needed.", Settings: DynamicSettings(), Defaults: DynamicDefaults(),
		New: func(s Spec, env Env) Policy { return NewSized(s, env, twice{}) },
	})
	tracking := protectionOf("tracking")
	space := Space{Sizes: []int{1, 2}, Protections: []Protection{tracking}}
	texts := func(specs []Spec) string {
		var list []string
		for _, s := range specs {
			list = append(list, s.String())
		}
		return strings.Join(list, " ")
	}
	for what, lists := range map[string][2]string{
		"its neighbors": {texts(mustParse(t, "double").Neighbors(space)), ""},
		"static's":      {texts(mustParse(t, "static,n=1").Neighbors(space)), "static,n=2 spark,idle=10s,max=1,initial=1,shuffle=tracking"},
	} {
		if lists[0] != lists[1] {
			t.Errorf("%s: %s\nwant %s", what, lists[0], lists[1])
		}
	}
	if all := texts(Start(space)); !strings.HasPrefix(all, "recorded spark,shuffle=tracking spark,idle=10s,shuffle=tracking double,shuffle=tracking static,n=1 static,n=2 ") {
		t.Errorf("a search begins with %s", all)
	}
}

func mustParse(t *testing.T, text string) Spec {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

type twice struct{}

func (twice) Size(v *View) int { return 2 * v.Needed }

// Settings of a policy's own are read, written and changed like those of Spark.
func TestOwnSettings(t *testing.T) {
	register(t, &Kind{
		Name: "tuned", Doc: "Has a setting of each type.",
		Settings: []Setting{
			{Key: "n", Default: 2}, {Key: "share", Default: 0.5}, {Key: "on", Default: false},
			{Key: "wait", Default: Interval}, {Key: "name", Default: "x"}, maximum,
		},
		Defaults: DynamicDefaults(),
	})
	s := mustParse(t, "tuned,max=4,name=y,n=2,share=0.25,on=true,wait=1s")
	if got := s.String(); got != "tuned,share=0.25,on=true,wait=1s,name=y,max=4" {
		t.Errorf("it is written %s", got)
	}
	if Value[int](s, "n") != 2 || Value[float64](s, "share") != 0.25 || !Value[bool](s, "on") || Value[string](s, "name") != "y" {
		t.Errorf("its own settings are %q", s.Own)
	}
	back, err := s.Set("share", "0.5")
	if err != nil || back == s || back.String() != "tuned,on=true,wait=1s,name=y,max=4" {
		t.Errorf("at its default the share is written: %s, %v", back, err)
	}
	if again, err := back.Set("share", "0.25"); err != nil || again != s {
		t.Errorf("the same settings are another spec: %+v, %v", again, err)
	}
	if _, err := s.Set("n", "many"); err == nil || err.Error() != "policy tuned: n=many: expected a whole number" {
		t.Errorf("a value that is none: %v", err)
	}
}

// A name that is taken, or that could not be written in a fleet, is an error in the
// program.
func TestRegisterRefuses(t *testing.T) {
	for _, name := range []string{"", "spark", "a,b", "a=b", "a b"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a policy is registered as %q", name)
				}
			}()
			register(t, &Kind{Name: name})
		}()
	}
}
