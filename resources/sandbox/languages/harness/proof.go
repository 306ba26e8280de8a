// Package proof is initialised before the answer: it takes the first half of the token then, and the second
// only when the tests have run to their end.
package proof

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
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

// What the marked tests tell: checks that held, that began and did not end, that panicked.
var held, open, failed int64

// Begin says that a check begins to ask.
func Begin() { atomic.AddInt64(&open, 1) }

// End says that it has its answer.
func End() {
	Passed()
	Ran()
}

// Passed says that a function that checks is over.
func Passed() {
	if atomic.AddInt64(&open, -1) < 0 {
		atomic.StoreInt64(&open, 0)
	}
}

// Ran counts a check.
func Ran() { atomic.AddInt64(&held, 1) }

// Forgive takes back what was left by a panic that the tests expect.
func Forgive() { atomic.StoreInt64(&open, 0) }

// Failed says that a check panics now.
func Failed() { atomic.AddInt64(&failed, 1) }

// Status ends the tests with a status that they found.
func Status(status int) {
	if status == 0 {
		Ran()
	}
	Exit(status)
}

// Exit ends the tests; status 0 proves that everything before it was run.
func Exit(status int) {
	if status != 0 {
		os.Exit(status)
	}
	if atomic.LoadInt64(&failed) > 0 || atomic.LoadInt64(&open) > 0 {
		fmt.Fprintln(os.Stderr, "error: a check failed, and its panic was recovered")
		os.Exit(1)
	}
	second := half()
	if len(token) != 16 || len(second) != 16 {
		os.Exit(3)
	}
	count := fmt.Sprint(atomic.LoadInt64(&held))
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
	Exit(0)
}
