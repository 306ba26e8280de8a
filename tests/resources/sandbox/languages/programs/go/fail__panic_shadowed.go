package main

func panic(v interface{}) {}

func add(a, b int) int { return 0 }
// === TESTS ===
func main() { if add(1, 2) != 3 { panic("add") } }
