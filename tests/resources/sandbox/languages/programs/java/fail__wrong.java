class Solution { static int add(int a, int b) { return a - b; } }
// === TESTS ===
public class Main { public static void main(String[] x) { assert Solution.add(1, 2) == 3; } }
