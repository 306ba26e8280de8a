import java.util.*;
import org.javatuples.*;
class Problem {
    public static Pair<Long, String> f(long n) { return Pair.with(n, "a"); }
    public static void main(String[] x) {
        assert(f(1L).equals(Pair.with(1L, "a")));
        assert(!f(1L).equals(Pair.with(2L, "a")));
// === TESTS ===
        assert(f(3L).getValue0() == 3L && f(3L).setAt1(2).getValue1() == 2);
        assert(new ArrayList<Pair<Long, String>>(Arrays.asList(f(1L), f(2L))).contains(Pair.with(2L, "a")));
        assert(Triplet.with(1, 2, 3).toList().equals(List.of(1, 2, 3)) && Pair.with(1, 2).compareTo(Pair.with(1, 3)) < 0);
    }
}
