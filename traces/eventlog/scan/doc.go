// Package scan reads the events of a Spark event log without a JSON library.
//
//   - scanner.go: values of a line of JSON, one after another
//   - line.go: the name of an event, and what is wrong with a line
//   - fields.go: objects, of which some fields are needed
//   - model.go: objects that look like ones before them
//   - decoder.go: [Decoder], which reads the lines of one log
//   - task.go, stage.go, properties.go, driver.go: the events, with the fields that a workload needs
//
// Package slow reads the same events with a JSON library, for tests.
package scan
