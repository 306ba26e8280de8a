int add(int a, int b) { return "x" * a; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
