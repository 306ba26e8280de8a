#include <cstdio>
int add(int a, int b) { for (;;) std::puts("0123456789012345678901234567890123456789"); }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
