int add(int a, int b) { return a - b; }
// === TESTS ===
#include <cassert>
void test_add() { assert(add(1, 2) == 3); }
int main() { return 0; }
