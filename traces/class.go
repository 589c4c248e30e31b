package traces

import (
	"regexp"
	"strings"
)

// Class is the class of an application by its name: the name with dates, numbers and ids
// replaced by "*", so that the runs of one program have the same class. Neighboring stars
// and the separators between them become one star: "report-2024-01-31" has the class
// "report-*". Numbers inside a word ("log4j") and versions ("v2") belong to the word.
func Class(name string) string {
	name = uuids.ReplaceAllString(strings.TrimSpace(name), "*")
	name = words.ReplaceAllStringFunc(name, classOfWord)
	return stars.ReplaceAllString(name, "*")
}

var (
	uuids = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	words = regexp.MustCompile(`[\pL\pN]+`)
	stars = regexp.MustCompile(`\*(?:[^\pL\pN()\[\]{}]*\*)+`)

	wholeNumber  = regexp.MustCompile(`^\pN+$`)
	timestamp    = regexp.MustCompile(`(?i)^(\pL*?)\d+t\d+z?$|^\d+z$`)
	endingNumber = regexp.MustCompile(`^(.*?\PN)\pN+$`)
	version      = regexp.MustCompile(`(?i)^(v\d{1,3}|s3)$`) // of a program, or the object store
	hexadecimal  = regexp.MustCompile(`(?i)^[0-9a-f]{7,}$`)
	twoDigits    = regexp.MustCompile(`\d.*\d`)
)

func classOfWord(word string) string {
	switch {
	case wholeNumber.MatchString(word):
		return "*"
	case version.MatchString(word):
		return word
	case hexadecimal.MatchString(word) && twoDigits.MatchString(word):
		return "*"
	case timestamp.MatchString(word):
		return timestamp.FindStringSubmatch(word)[1] + "*"
	case endingNumber.MatchString(word):
		return endingNumber.FindStringSubmatch(word)[1] + "*"
	}
	return word
}
