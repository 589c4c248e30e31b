// Package settings writes the settings of a class in the forms in which people set them:
// lines of spark-defaults.conf, arguments of spark-submit, and a part of a SparkApplication
// of the Spark Operator.
//
//   - settings.go: [Class] and its three forms;
//   - files.go: [Files], one file for each class and form.
package settings
