// Linked with --wrap=main: reads the first half of the token before any constructor of the answer, calls the
// tests' main, and only when that has returned reads the second half and writes both with the count.
#include <atomic>
#include <cstdio>
#include <exception>
#include <unistd.h>

extern "C" int __real_main(int, char **, char **);

static char token[32];
static std::atomic<long> held{0}, open_checks{0};
static std::atomic<bool> threw{false};

static bool half(char *to) {
    for (int got = 0; got < 16;) {
        ssize_t n = read(4, to + got, 16 - got);
        if (n <= 0) return false;
        got += static_cast<int>(n);
    }
    return true;
}

__attribute__((constructor(101))) static void first() { half(token); }

extern "C" void seedline_begin(void) { ++open_checks; }

extern "C" void seedline_passed(void) {
    if (--open_checks < 0) open_checks = 0;
}

extern "C" void seedline_ran(void) { ++held; }

extern "C" void seedline_end(void) {
    seedline_passed();
    ++held;
}

extern "C" void seedline_forgive(void) { open_checks = 0; }

extern "C" void seedline_threw(void) { threw = true; }

extern "C" int seedline_returned(int status) {
    if (status == 0) ++held;
    return status;
}

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

extern "C" void seedline_exit(int status) {
    std::fflush(nullptr);
    if (status != 0) {
        std::fprintf(stderr, "the tests ended with status %d\n", status);
        std::fflush(nullptr);
        _exit(status & 255 ? status : 1);
    }
    if (threw || open_checks > 0) {
        std::fprintf(stderr, threw ? "error: a check failed, and its failure was caught\n"
                                   : "error: a check was left by an exception that was caught\n");
        std::fflush(nullptr);
        _exit(1);
    }
    if (!half(token + 16)) _exit(3);
    char proof[64];
    int length = std::snprintf(proof, sizeof proof, "%.32s%ld", token, held.load());
    if (write(3, proof, length) != length) _exit(3);
    _exit(0);
}

extern "C" void seedline_status(int status) { seedline_exit(seedline_returned(status)); }

extern "C" int __wrap_main(int count, char **arguments, char **environment) {
    int status;
    try {
        status = __real_main(count, arguments, environment);
    } catch (...) {
        why();
    }
    seedline_exit(status);
}
