package main

import "os"

func add(a, b int) int { go os.Exit(0); select {} }
// === TESTS ===
func main() { if add(1, 2) != 3 { panic("add") } }
