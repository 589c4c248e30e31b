package scan

import "testing"

// A number ends at the first byte that is no digit, whatever the byte is: also at one that
// UTF-8 has only inside of a letter.
func TestANumberEndsAtTheFirstByteThatIsNoDigit(t *testing.T) {
	for at := range 8 {
		for c := range 256 {
			text := []byte("123456789")
			text[at] = byte(c)
			want := at
			if c >= '0' && c <= '9' {
				want = len(text)
			}
			if got := wholeNumber(append(text, ','), 0); at > 0 && !continuesNumber(byte(c)) && got != want {
				t.Errorf("%q: a number of %d bytes, want %d", text, got, want)
			}
		}
	}
}
