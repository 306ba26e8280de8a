package main

import "os"

func add(a, b int) int { return a + b }
// === TESTS ===
func main() { if add(1, 2) != 3 { panic("add") } }
