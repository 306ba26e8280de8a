#define strcmp(a, b) 0
const char *name(void) { return "wrong"; }
// === TESTS ===
#include <assert.h>
#include <string.h>
int main(void) { assert(strcmp(name(), "right") == 0); return 0; }
