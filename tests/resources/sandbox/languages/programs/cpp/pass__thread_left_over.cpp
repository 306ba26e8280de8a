#include <thread>
#include <chrono>
int add(int a, int b) { std::thread([] { for (;;) std::this_thread::sleep_for(std::chrono::seconds(1)); }).detach(); return a + b; }
// === TESTS ===
#include <cassert>
int main() { assert(add(1, 2) == 3); return 0; }
