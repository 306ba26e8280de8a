#include <cstdlib>
#include <cstdio>
int add(int a, int b) { if (a < 0) { std::abort(); } if (b < 0) exit(1); else if (b > 100) throw 1; return a + b; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
