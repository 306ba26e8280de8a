void seedline_failed(const char *e, const char *f, int l) { }
int add(int a, int b) { return 0; }
// === TESTS ===
#include <assert.h>
int main(void) { assert(add(1, 2) == 3); return 0; }
