#include <stdlib.h>
int add(int a, int b) { exit(0); }
// === TESTS ===
#include <assert.h>
int main(void) { assert(add(1, 2) == 3); return 0; }
