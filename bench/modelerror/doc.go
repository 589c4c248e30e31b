// Package modelerror says how far predicted differences between policies are from real
// ones, by the shape of the work: measured on workloads that were recorded under several
// configurations, and carried over to others by a hierarchical model.
//
//   - shape.go: [Shape], what logs say about how hard an application is to predict;
//   - hierarchy.go: [Predict], from known workloads to a new one;
//   - evidence.go: [Evidence], the known workloads.
package modelerror
