class Solution { static int add(int a, int b) { return 0; } }
// === TESTS ===
public class Main { static void testAdd() { assert Solution.add(1, 2) == 3; }
 public static void main(String[] x) { } }
