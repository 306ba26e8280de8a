int add(int a, int b) { return a - b; }
// === TESTS ===
#include <assert.h>
void test_add(void) { assert(add(1, 2) == 3); }
int main(void) { return 0; }
