// Package script reads policies written in Starlark, a small dialect of Python
// (go.starlark.net; the language is specified in
// https://github.com/bazelbuild/starlark). docs/POLICIES.md explains to users how to
// write one.
//
// A script is a policies.Sizer and, if it defines remove, a policies.Remover. It is
// as pure as any policy: Starlark has no clock, no random numbers and no files. load
// is refused, print goes to the caller of Load, and a call that takes too many steps
// fails. Each application runs the script by itself, so that variables are not
// shared.
//
// The package does not open files: Load takes a function that does.
//
//   - script.go: reads and runs scripts
//   - view.go: what a script sees
//   - usage.go: a short help text
package script
