/* Stands before the system's <assert.h>. In the answer it is an ordinary assert; in the tests (SEEDLINE_COUNTS) it
   cannot be switched off and counts what held. */
#undef assert
void seedline_held(void);
void seedline_failed(const char *expression, const char *file, int line) __attribute__((noreturn));
#if defined(SEEDLINE_COUNTS)
#define assert(...) ((__VA_ARGS__) ? seedline_held() : seedline_failed(#__VA_ARGS__, __FILE__, __LINE__))
#elif defined(NDEBUG)
#define assert(...) ((void)0)
#else
#define assert(...) ((__VA_ARGS__) ? (void)0 : seedline_failed(#__VA_ARGS__, __FILE__, __LINE__))
#endif
#if !defined(static_assert)
#define static_assert _Static_assert
#endif
