#define main hidden(void); int main(void) { return 0; } int hidden
int add(int a, int b) { return 0; }
// === TESTS ===
#include <assert.h>
int main(void) { assert(add(1, 2) == 3); return 0; }
