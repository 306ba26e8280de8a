int add(int a, int b) { return *(volatile int *)0; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
