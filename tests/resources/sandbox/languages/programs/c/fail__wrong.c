int add(int a, int b) { return a - b; }
// === TESTS ===
#include <assert.h>
int main(void) { assert(add(1, 2) == 3); return 0; }
