#define main other_main
int add(int, int) { return 0; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
