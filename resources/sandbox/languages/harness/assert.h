/* Stands before the system's <assert.h>. In the answer it is an ordinary assert; in the tests (SEEDLINE_COUNTS) it
   cannot be switched off and counts what held. */
#undef assert
#ifdef __cplusplus
extern "C" {
#endif
void seedline_begin(void);
void seedline_end(void);
void seedline_passed(void);
void seedline_ran(void);
void seedline_forgive(void);
void seedline_threw(void);
int seedline_returned(int status);
void seedline_exit(int status) __attribute__((noreturn));
void seedline_status(int status) __attribute__((noreturn));
void seedline_broken(const char *expression, const char *file, int line) __attribute__((noreturn));
void seedline_failed(const char *expression, const char *file, int line) __attribute__((noreturn));
#ifdef __cplusplus
}
#endif
#if defined(SEEDLINE_COUNTS)
#define assert(...) \
    (seedline_begin(), (__VA_ARGS__) ? seedline_end() : seedline_failed(#__VA_ARGS__, __FILE__, __LINE__))
#ifdef __cplusplus
#ifndef SEEDLINE_THROWN /* before what a check throws: `throw seedline_thrown()->*error` */
#define SEEDLINE_THROWN
struct seedline_thrown {};
template <class T> T operator->*(seedline_thrown, T error) {
    seedline_threw();
    return error;
}
#endif
#else /* for a check that is left by a jump */
#define seedline_longjmp(...) (seedline_threw(), longjmp(__VA_ARGS__))
#define seedline__longjmp(...) (seedline_threw(), _longjmp(__VA_ARGS__))
#define seedline_siglongjmp(...) (seedline_threw(), siglongjmp(__VA_ARGS__))
#endif
#elif defined(NDEBUG)
#define assert(...) ((void)0)
#else
#define assert(...) ((__VA_ARGS__) ? (void)0 : seedline_broken(#__VA_ARGS__, __FILE__, __LINE__))
#endif
#if !defined(__cplusplus) && !defined(static_assert)
#define static_assert _Static_assert
#endif
