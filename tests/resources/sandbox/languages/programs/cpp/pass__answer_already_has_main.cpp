int add(int a, int b) { return a + b; }
int main() { return 0; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
