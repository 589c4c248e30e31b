package yarn

// inHashOrder is the order in which YARN comes across things that it keeps in hash
// tables, given in the order in which they were put there.
func inHashOrder[T comparable](things []T, hash func(T) int32) []T {
	var order hashOrder[T]
	for _, of := range things {
		order.add(hash(of), of)
	}
	return order.values()
}
