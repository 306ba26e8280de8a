#include <stdlib.h>
#include <string.h>
static int *grown(const int *from, int n) { int *to = malloc((n + 1) * sizeof *to); memcpy(to, from, n * sizeof *to); to[n] = n; return to; }
int sum(const int *values, int n) { int s = 0; for (int i = 0; i < n; i++) s += values[i]; return s; }
char *shout(const char *word) { char *out = malloc(strlen(word) + 2); strcpy(out, word); return strcat(out, "!"); }
// === TESTS ===
#include <assert.h>
#include <string.h>
int main(void) {
    int three[] = {1, 2, 3};
    assert(sum(three, 3) == 6);
    int *four = grown(three, 3);
    assert(sum(four, 4) == 9);
    assert(strcmp(shout("hey"), "hey!") == 0);
}
