// Package answer writes a decision on one screen: what to set for each class, how sure that
// is, when not to use dynamic allocation, and what all of it gives together.
//
//   - screen.go: [Screen], at most 24 lines of 80 columns for up to ten classes;
//   - sentences.go: the sentence for each class;
//   - files.go: [Files], the screen, and the settings in the forms in which people set them.
package answer
