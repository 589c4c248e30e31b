// Package hadoop reads Hadoop's configuration files: the properties of a
// yarn-site.xml or capacity-scheduler.xml, and the XML elements of a
// fair-scheduler.xml. Errors name file and line; settings that are not modeled
// become notes.
//
// Files in reading order:
//
//	reader.go      files, errors, notes and XML elements
//	properties.go  files of properties, and typed access to them
//	site.go        properties that all schedulers have, and amounts with units
package hadoop
