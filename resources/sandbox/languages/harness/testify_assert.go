// Package assert stands for github.com/stretchr/testify/assert where tests use its common part: each check reports
// to the test and says whether it held.
package assert

import (
	"bytes"
	"fmt"
	"math"
	"proof"
	"reflect"
	"strings"
)

// TestingT is what a test reports to.
type TestingT interface {
	Errorf(format string, arguments ...interface{})
}

// Assertions are the checks of one test.
type Assertions struct{ t TestingT }

// New gives the checks of a test.
func New(t TestingT) *Assertions { return &Assertions{t} }

func held(t TestingT, ok bool, format string, values ...interface{}) bool {
	proof.Ran()
	if !ok {
		t.Errorf("%s", fmt.Sprintf(format, values...))
	}
	return ok
}

// ObjectsAreEqual compares bytes as bytes and all else deeply.
func ObjectsAreEqual(expected, actual interface{}) bool {
	one, isBytes := expected.([]byte)
	other, areBytes := actual.([]byte)
	if isBytes && areBytes && one != nil && other != nil {
		return bytes.Equal(one, other)
	}
	return reflect.DeepEqual(expected, actual)
}

func isNil(value interface{}) bool {
	if value == nil {
		return true
	}
	switch shown := reflect.ValueOf(value); shown.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Ptr, reflect.Slice, reflect.UnsafePointer:
		return shown.IsNil()
	}
	return false
}

func number(value interface{}) float64 {
	switch shown := reflect.ValueOf(value); shown.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return float64(shown.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return float64(shown.Uint())
	case reflect.Float32, reflect.Float64:
		return shown.Float()
	}
	return math.NaN()
}

func holds(container, element interface{}) bool {
	if text, ok := container.(string); ok {
		part, ok := element.(string)
		return ok && strings.Contains(text, part)
	}
	shown := reflect.ValueOf(container)
	switch shown.Kind() {
	case reflect.Map:
		for _, key := range shown.MapKeys() {
			if ObjectsAreEqual(key.Interface(), element) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := 0; i < shown.Len(); i++ {
			if ObjectsAreEqual(shown.Index(i).Interface(), element) {
				return true
			}
		}
	}
	return false
}

// Equal holds for equal values of one type.
func Equal(t TestingT, expected, actual interface{}, _ ...interface{}) bool {
	return held(t, ObjectsAreEqual(expected, actual), "expected %#v, got %#v", expected, actual)
}

// NotEqual is the opposite of Equal.
func NotEqual(t TestingT, expected, actual interface{}, _ ...interface{}) bool {
	return held(t, !ObjectsAreEqual(expected, actual), "did not expect %#v", actual)
}

// True holds for true.
func True(t TestingT, value bool, _ ...interface{}) bool { return held(t, value, "expected true") }

// False holds for false.
func False(t TestingT, value bool, _ ...interface{}) bool { return held(t, !value, "expected false") }

// Nil holds for nil, of whatever type.
func Nil(t TestingT, value interface{}, _ ...interface{}) bool {
	return held(t, isNil(value), "expected nil, got %#v", value)
}

// NotNil is the opposite of Nil.
func NotNil(t TestingT, value interface{}, _ ...interface{}) bool {
	return held(t, !isNil(value), "did not expect nil")
}

// InDelta holds for numbers that are at most delta apart.
func InDelta(t TestingT, expected, actual interface{}, delta float64, _ ...interface{}) bool {
	ok := math.Abs(number(expected)-number(actual)) <= delta
	return held(t, ok, "expected %v, got %v", expected, actual)
}

// Len holds for a length.
func Len(t TestingT, value interface{}, length int, _ ...interface{}) bool {
	return held(t, reflect.ValueOf(value).Len() == length, "expected length %d of %#v", length, value)
}

// Contains holds where a text, list or map has the element.
func Contains(t TestingT, container, element interface{}, _ ...interface{}) bool {
	return held(t, holds(container, element), "%#v does not contain %#v", container, element)
}

// NoError holds for no error.
func NoError(t TestingT, err error, _ ...interface{}) bool {
	return held(t, err == nil, "error: %v", err)
}

// Error holds for an error.
func Error(t TestingT, err error, _ ...interface{}) bool {
	return held(t, err != nil, "expected an error")
}

// Panics holds where the function panics.
func Panics(t TestingT, call func(), _ ...interface{}) (ok bool) {
	defer func() { ok = held(t, recover() != nil, "expected a panic") }()
	call()
	return false
}

// Equal of a test's own checks.
func (a *Assertions) Equal(expected, actual interface{}, _ ...interface{}) bool {
	return Equal(a.t, expected, actual)
}

// NotEqual of a test's own checks.
func (a *Assertions) NotEqual(expected, actual interface{}, _ ...interface{}) bool {
	return NotEqual(a.t, expected, actual)
}

// True of a test's own checks.
func (a *Assertions) True(value bool, _ ...interface{}) bool { return True(a.t, value) }

// False of a test's own checks.
func (a *Assertions) False(value bool, _ ...interface{}) bool { return False(a.t, value) }

// Nil of a test's own checks.
func (a *Assertions) Nil(value interface{}, _ ...interface{}) bool { return Nil(a.t, value) }

// NotNil of a test's own checks.
func (a *Assertions) NotNil(value interface{}, _ ...interface{}) bool { return NotNil(a.t, value) }

// InDelta of a test's own checks.
func (a *Assertions) InDelta(expected, actual interface{}, delta float64, _ ...interface{}) bool {
	return InDelta(a.t, expected, actual, delta)
}

// Len of a test's own checks.
func (a *Assertions) Len(value interface{}, length int, _ ...interface{}) bool {
	return Len(a.t, value, length)
}

// Contains of a test's own checks.
func (a *Assertions) Contains(container, element interface{}, _ ...interface{}) bool {
	return Contains(a.t, container, element)
}

// NoError of a test's own checks.
func (a *Assertions) NoError(err error, _ ...interface{}) bool { return NoError(a.t, err) }

// Error of a test's own checks.
func (a *Assertions) Error(err error, _ ...interface{}) bool { return Error(a.t, err) }

// Panics of a test's own checks.
func (a *Assertions) Panics(call func(), _ ...interface{}) bool { return Panics(a.t, call) }
