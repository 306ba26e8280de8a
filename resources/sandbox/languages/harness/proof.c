/* Linked with --wrap=main: reads the first half of the token before any constructor of the answer, calls the tests'
   main, and only when that has returned reads the second half and writes both with the count. */
#include <stdio.h>
#include <unistd.h>

int __real_main(int, char **, char **);

static char token[32];
static unsigned long held = 0;

static int half(char *to) {
    for (int got = 0; got < 16;) {
        ssize_t n = read(4, to + got, 16 - got);
        if (n <= 0) return 0;
        got += (int)n;
    }
    return 1;
}

__attribute__((constructor(101))) static void first(void) { half(token); }

void seedline_held(void) { ++held; }

void seedline_failed(const char *expression, const char *file, int line) {
    fflush(NULL);
    fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expression);
    fflush(NULL);
    _exit(1);
}

int __wrap_main(int count, char **arguments, char **environment) {
    int status = __real_main(count, arguments, environment);
    fflush(NULL);
    if (status != 0) {
        fprintf(stderr, "main returned %d\n", status);
        fflush(NULL);
        _exit(status & 255 ? status : 1);
    }
    if (!half(token + 16)) _exit(3);
    char proof[64];
    int length = snprintf(proof, sizeof proof, "%.32s%lu", token, held);
    if (write(3, proof, length) != length) _exit(3);
    _exit(0);
}
