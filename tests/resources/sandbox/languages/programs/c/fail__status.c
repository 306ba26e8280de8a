int add(int a, int b) { return a - b; }
// === TESTS ===
int main(void) { return add(1, 2) == 3 ? 0 : 7; }
