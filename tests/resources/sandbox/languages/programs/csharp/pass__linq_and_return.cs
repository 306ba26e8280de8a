using System.Linq;
using System.Collections.Generic;
static class Solution { public static int Add(int a, int b) { return new List<int> { a, b }.Sum(); } }
// === TESTS ===
static class Program { static int Main(string[] args) { if (Solution.Add(1, 2) != 3) throw new System.Exception("add"); return 0; } }
