int add(int a, int b) { return a + b; }
// === TESTS ===
#include <stdio.h>
int main(void) { printf("%d\n", add(1, 2)); return 0; }
