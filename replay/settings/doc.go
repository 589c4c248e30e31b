// Package settings says which policy and which properties of Spark an application has in a
// replay: those of its log, changed as the fleet and the cluster want it.
//
//   - settings.go: the spec of an application, and the properties that its manager reads
//   - app.go: what they set for it
//   - misfit.go: applications that cannot be replayed
package settings
