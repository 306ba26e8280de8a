extern "C" void exit(int) noexcept { for (;;) return; }
int add(int, int) { return 0; }
// === TESTS ===
#include <cstdlib>
int main() { if (add(1, 2) != 3) exit(1); return 0; }
