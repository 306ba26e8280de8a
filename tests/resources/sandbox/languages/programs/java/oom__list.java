import java.util.*;
class Solution { static int add(int a, int b) { List<long[]> l = new ArrayList<>(); while (true) l.add(new long[1 << 22]); } }
// === TESTS ===
class Main { public static void main(String[] x) { if (Solution.add(1, 2) != 3) throw new AssertionError(); } }
