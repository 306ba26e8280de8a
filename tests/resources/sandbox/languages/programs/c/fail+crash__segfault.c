int add(int a, int b) { return *(int *)0; }
// === TESTS ===
#include <assert.h>
int main(void) { assert(add(1, 2) == 3); return 0; }
