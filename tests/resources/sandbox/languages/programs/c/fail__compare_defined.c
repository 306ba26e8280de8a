int strcmp(const char *a, const char *b) { return 0; }
const char *name(void) { return "wrong"; }
// === TESTS ===
#include <assert.h>
#include <string.h>
int main(void) { assert(strcmp(name(), "right") == 0); return 0; }
