int new(int class, int delete) { return class + delete; }
// === TESTS ===
#include <assert.h>
int main() { assert(new(1, 2) == 3); }
