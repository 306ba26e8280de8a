// Linked with --wrap=main: reads the first half of the token before any constructor of the answer, calls the
// tests' main, and only when that has returned reads the second half and writes both with the count.
#include <cstdio>
#include <exception>
#include <unistd.h>

extern "C" int __real_main(int, char **, char **);

static char token[32];
static unsigned long held = 0;

static bool half(char *to) {
    for (int got = 0; got < 16;) {
        ssize_t n = read(4, to + got, 16 - got);
        if (n <= 0) return false;
        got += static_cast<int>(n);
    }
    return true;
}

__attribute__((constructor(101))) static void first() { half(token); }

extern "C" void seedline_held(void) { ++held; }

extern "C" void seedline_failed(const char *expression, const char *file, int line) {
    std::fflush(nullptr);
    std::fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, expression);
    std::fflush(nullptr);
    _exit(1);
}

static void why() {
    std::fflush(nullptr);
    if (std::exception_ptr error = std::current_exception()) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception &e) {
            std::fprintf(stderr, "uncaught exception: %s\n", e.what());
        } catch (...) {
            std::fprintf(stderr, "uncaught exception\n");
        }
    }
    std::fflush(nullptr);
    _exit(1);
}

extern "C" int __wrap_main(int count, char **arguments, char **environment) {
    int status;
    try {
        status = __real_main(count, arguments, environment);
    } catch (...) {
        why();
    }
    std::fflush(nullptr);
    if (status != 0) {
        std::fprintf(stderr, "main returned %d\n", status);
        std::fflush(nullptr);
        _exit(status & 255 ? status : 1);
    }
    if (!half(token + 16)) _exit(3);
    char proof[64];
    int length = std::snprintf(proof, sizeof proof, "%.32s%lu", token, held);
    if (write(3, proof, length) != length) _exit(3);
    _exit(0);
}
