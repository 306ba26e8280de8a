package main

func add(a, b int) int { return a - b }
// === TESTS ===
import "testing"

func TestAdd(t *testing.T) { if add(1, 2) != 3 { t.Errorf("add") } }
