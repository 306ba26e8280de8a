static class Solution { public static int Add(int a, int b) { return "x"; } }
// === TESTS ===
static class Program { static void Main() { if (Solution.Add(1, 2) != 3) throw new System.Exception("add"); } }
