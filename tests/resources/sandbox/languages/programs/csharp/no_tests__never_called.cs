static class Solution { public static int Add(int a, int b) { return 0; } }
// === TESTS ===
static class Program { static void Check() { if (Solution.Add(1, 2) != 3) throw new System.Exception("add"); }
 static void Main() { } }
