package main

import "sort"

func add(a, b int) int { s := []int{b, a}; sort.Ints(s); return s[0] + s[1] }

func main() {}
// === TESTS ===
import (
	"reflect"
	"testing"
)

func TestAdd(t *testing.T) {
	t.Run("small", func(t *testing.T) { if add(1, 2) != 3 { t.Error("add") } })
}

func TestEqual(t *testing.T) { if !reflect.DeepEqual([]int{add(2, 2)}, []int{4}) { t.Fatal("x") } }
