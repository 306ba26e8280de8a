package main

import ("os"; "runtime")

func add(a, b int) int { go func() { defer os.Exit(0); runtime.Goexit() }(); select {} }
// === TESTS ===
func main() { if add(1, 2) != 3 { panic("add") } }
