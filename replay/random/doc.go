// Package random makes random numbers that are looked up by name: by the seed, what the
// number is for, the application, and an ordinal.
//
//   - random.go: the names, the generator for a name, and what is made of its numbers
package random
