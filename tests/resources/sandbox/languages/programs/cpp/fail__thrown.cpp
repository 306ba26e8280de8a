int add(int a, int b) { return a - b; }
// === TESTS ===
#include <stdexcept>
int main() { if (add(1, 2) != 3) throw std::runtime_error("add"); return 0; }
