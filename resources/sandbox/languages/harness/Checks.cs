// What the marked tests tell: checks that began and ended, and what failed. Compiled with the program.
static class MARK {
    internal static long held = 0, open = 0;
    internal static string failed = null;
    internal static System.Action<int> end = null;

    internal static void Begin() { System.Threading.Interlocked.Increment(ref open); }
    internal static void End() { Passed(); Ran(); }
    internal static void Passed() { if (System.Threading.Interlocked.Decrement(ref open) < 0) open = 0; }
    internal static void Ran() { System.Threading.Interlocked.Increment(ref held); }
    internal static void Forgive() { open = 0; }
    internal static T Failed<T>(T error) where T : System.Exception { failed = error == null ? "null" : error.Message; return error; }
    internal static void Told() { failed = failed ?? "the tests print a failure"; }
    internal static string Told(string text) { Told(); return text; }
    internal static int Returned(int status) { if (status == 0) Ran(); return status; }
    internal static void Exit(int status) { end(status); }
    internal static void Status(int status) { end(Returned(status)); }
}
