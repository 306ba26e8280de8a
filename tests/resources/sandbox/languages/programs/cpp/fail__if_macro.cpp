#define if(x) if (false)
int add(int, int) { return 0; }
// === TESTS ===
#include <stdexcept>
int main() { if (add(1, 2) != 3) throw std::runtime_error("add"); return 0; }
