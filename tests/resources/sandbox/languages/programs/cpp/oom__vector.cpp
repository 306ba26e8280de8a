#include <vector>
int add(int a, int b) { std::vector<long> v; for (;;) v.resize(v.size() + (1 << 24), 7); }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
