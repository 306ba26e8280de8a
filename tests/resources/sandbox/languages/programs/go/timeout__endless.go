package main

func add(a, b int) int { for { a++ } }
// === TESTS ===
func main() { if add(1, 2) != 3 { panic("add") } }
