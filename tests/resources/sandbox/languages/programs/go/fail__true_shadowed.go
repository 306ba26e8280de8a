package main

var true = false

func add(a, b int) int { return 0 }
// === TESTS ===
func main() { if (add(1, 2) != 3) == true { panic("add") } }
