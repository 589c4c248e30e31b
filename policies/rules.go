package policies

// Rules are Spark's allocation rules that changed between versions; section 9
// of the behavioural specification lists the changes.
type Rules struct {
	// MaxTimeout: an idle executor's timeout is the largest of idle, cached and
	// shuffle timeout (3.5 and later; SPARK-43398). Before, the cached and shuffle
	// timeouts replaced the idle timeout, the smaller of the two.
	MaxTimeout bool
}

// Newest is the newest known rule set, that of Spark 4.1.
var Newest = Rules{MaxTimeout: true}
