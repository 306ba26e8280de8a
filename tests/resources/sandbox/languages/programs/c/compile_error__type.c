int add(struct none a) { return a.x; }
// === TESTS ===
#include <assert.h>
int main(void) { assert(add(1, 2) == 3); return 0; }
