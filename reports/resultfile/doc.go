// Package resultfile reads the result files that package reports writes, for those who
// compare new results with old ones.
//
//   - checksum.go: the checksum at the end of each JSON form;
//   - read.go: [Read], which checks a file and returns its applications and results.
package resultfile
