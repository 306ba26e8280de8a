import java.util.List;
public class Solution { static int add(int a, int b) { return List.of(a, b).stream().mapToInt(i -> i).sum(); } }
// === TESTS ===
import java.util.*;
public class Main { public static void main(String[] x) throws Exception { assert Solution.add(1, 2) == 3; List<Integer> l = new ArrayList<>(); if (!l.isEmpty()) throw new Exception("x"); System.exit(0); } }
