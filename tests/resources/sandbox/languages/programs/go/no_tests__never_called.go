package main

func add(a, b int) int { return 0 }
// === TESTS ===
func check() { if add(1, 2) != 3 { panic("add") } }

func main() {}
