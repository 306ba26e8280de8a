class Solution { static int add(int a, int b) { if (a < 0) System.exit(2); return a + b; } }
// === TESTS ===
public class Main { public static void main(String[] x) { if (Solution.add(1, 2) != 3) throw new AssertionError(); } }
