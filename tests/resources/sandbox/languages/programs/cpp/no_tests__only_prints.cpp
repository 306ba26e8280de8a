int add(int a, int b) { return a - b; }
// === TESTS ===
#include <iostream>
int main() { std::cout << add(1, 2); }
