#include <cstdlib>
int add(int, int) { std::abort(); }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
