// What the marked tests tell: checks that began and ended, and what failed. Placed in a package of its own, which tests
// of every package can name.
package MARK;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;

public final class Checks {
    private static final AtomicLong held = new AtomicLong();
    private static final AtomicLong open = new AtomicLong();
    private static volatile String failed;
    private static IntConsumer end;

    private Checks() {}

    public static void begin() {
        open.incrementAndGet();
    }

    public static void end() {
        passed();
        held.incrementAndGet();
    }

    public static void passed() {
        open.updateAndGet(n -> Math.max(0, n - 1));
    }

    public static void ran() {
        held.incrementAndGet();
    }

    public static void forgive() {
        open.set(0);
    }

    public static boolean held(boolean holds) {
        if (holds) held.incrementAndGet();
        else if (failed == null) failed = "an assertion";
        return holds;
    }

    public static <T extends Throwable> T failed(T error) {
        failed = String.valueOf(error);
        return error;
    }

    public static void told() {
        if (failed == null) failed = "the tests print a failure";
    }

    public static String told(String text) {
        told();
        return text;
    }

    public static void exit(int status) {
        end.accept(status);
    }

    public static void status(int status) {
        if (status == 0) held.incrementAndGet();
        end.accept(status);
    }

    static String problem() {
        if (failed != null) return "a check failed, and its failure was caught: " + failed;
        return open.get() > 0 ? "a check was left by an exception that was caught" : null;
    }
}
