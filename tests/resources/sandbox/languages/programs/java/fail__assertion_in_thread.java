class Solution { static int add(int a, int b) { return 0; } }
// === TESTS ===
public class Main { public static void main(String[] x) throws Exception { Thread t = new Thread(() -> { assert Solution.add(1, 2) == 3; }); t.start(); t.join(); } }
