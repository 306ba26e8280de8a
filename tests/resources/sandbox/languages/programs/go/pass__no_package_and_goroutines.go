import "sync"

func add(a, b int) int { var w sync.WaitGroup; w.Add(1); go func() { defer w.Done(); a += b }(); w.Wait(); return a }
// === TESTS ===
func main() { if add(1, 2) != 3 { panic("add") } }
