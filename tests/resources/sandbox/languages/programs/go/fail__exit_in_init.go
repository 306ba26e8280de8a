package main

import "os"

func init() { os.Exit(0) }

func add(a, b int) int { return 0 }
// === TESTS ===
func main() { if add(1, 2) != 3 { panic("add") } }
