// Package supply holds what is linked into a release besides the project's own code:
// licences.tsv lists the licence of each module. The tests compare it with go.mod.
// The targets vulncheck and release of the Makefile check known vulnerabilities, and
// build the releases twice.
package supply
