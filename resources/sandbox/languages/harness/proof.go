// Package proof is initialised before the answer: it takes the first half of the token then, and the second
// only when the tests have run to their end.
package proof

import (
	"fmt"
	"io"
	"os"
	"testing"
	"testing/internal/testdeps"
)

var in = os.NewFile(4, "token")
var token = half()

func half() []byte {
	bytes := make([]byte, 16)
	if _, err := io.ReadFull(in, bytes); err != nil {
		return nil
	}
	return bytes
}

// Done proves that everything before it was run.
func Done(count string) {
	second := half()
	if len(token) != 16 || len(second) != 16 {
		os.Exit(3)
	}
	os.NewFile(3, "proof").Write(append(append(append([]byte{}, token...), second...), count...))
	os.Exit(0)
}

// Run runs test functions as `go test` would; at least one must have run and none may have failed.
func Run(tests []testing.InternalTest) {
	ran := 0
	for i := range tests {
		body := tests[i].F
		tests[i].F = func(t *testing.T) {
			defer func() {
				if !t.Skipped() {
					ran++
				}
			}()
			body(t)
		}
	}
	status := testing.MainStart(testdeps.TestDeps{}, tests, nil, nil, nil).Run()
	if status != 0 || ran == 0 {
		fmt.Fprintln(os.Stderr, "FAIL: a test failed or none was run")
		os.Exit(1)
	}
	Done("")
}
