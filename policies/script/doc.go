// Package script reads policies that a user has written in Starlark, a small
// dialect of Python (go.starlark.net; the language is specified in
// https://github.com/bazelbuild/starlark). docs/POLICIES.md is the user's side of
// it.
//
// A script is a policies.Sizer: it is asked for a number of executors, and
// policies.Sized does the rest. It is as pure as any policy. Starlark has no
// clock, no randomness and no files; load is refused, print goes to whoever
// reads the script, and a call that takes too many steps fails. Each application
// runs the script anew, so that what it remembers is its own.
//
// Reading a file is not done here: Load takes the function that does it.
package script
