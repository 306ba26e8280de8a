bool compare(int, int) { return true; }
int add(int, int) { return 0; }
// === TESTS ===
#include <stdexcept>
template <typename T> bool compare(T a, T b) { return a == b; }
int main() { if (!compare(add(1, 2), 3)) throw std::runtime_error("add"); }
