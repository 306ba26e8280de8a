int add(int a, int b) { volatile int x = 0; for (;;) x = x + 1; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
