#include <thread>
#include <atomic>
int add(int a, int b) { std::atomic<int> s{0}; std::thread t([&] { s += a; }); std::thread u([&] { s += b; }); t.join(); u.join(); return s; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
