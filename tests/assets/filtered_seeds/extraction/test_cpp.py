"""C++: templates, operators, pointers and references returned, members out of their class, Doxygen in all its forms."""

CPP = """
#include <vector>
#include "shop.h"
using namespace std;
using std::string;

/**
 * Adds up.
 * @tparam T a number
 */
template <typename T, typename = enable_if_t<is_arithmetic_v<T>>>
template <class U>
[[nodiscard]] constexpr T add(T a, U b = 1) noexcept {
    return a + b;
}

/*!
 * Qt style.
 */
string& Shop::name(void) {
    auto twice = [](int x) { return 2 * x; };
    twice(1);
}

/// Line
/// form.
const char **table(int n, ...) { return nullptr; }

//! Exclaimed.
static int *pointer() { return 0; }

/// Out of class.
std::ostream& operator<<(std::ostream& out, const Shop& shop) {
    return out << shop.name();
}

//////////////////////////////
// no documentation
//////////////////////////////
int plain() { return 1; }

/// Only declared.
int declared(int a);

namespace shop {
class Cart final : public Base {
public:
    int size; ///< after a member
    int after() { return 1; }

    /** Makes one. */
    explicit Cart(int size) : size(size), items{} {}

    /** Ends it. */
    virtual ~Cart() { items.clear(); }

    /** Compares. */
    template <class U>
    friend bool operator==(const Cart& a, const U& b) { return true; }

    /** Turns into a truth. */
    explicit operator bool() const { return size > 0; }

    /** Default. */
    Cart() = default;

    /** Calls. */
    auto operator()(int i) const -> int { return i; }
};
}

#ifdef DEBUG
/// Conditional.
void check() { return; }
#endif

extern "C" {
/// For C.
int exported(int (*callback)(int), void *data) { return callback(1); }
}
"""


def test_cpp(seeds_of):
    seeds = seeds_of("cpp", CPP)
    assert set(seeds) == {
        "add",
        "Shop::name",
        "table",
        "pointer",
        "operator<<",
        "Cart",
        "~Cart",
        "operator==",
        "operator bool() const",
        "operator()",
        "check",
        "exported",
    }
    assert seeds["add"]["seed"].startswith(
        "/**\n * Adds up.\n * @tparam T a number\n */\ntemplate <typename T"
    )
    assert seeds["Shop::name"]["docstring"] == "Qt style."
    assert seeds["table"]["docstring"] == "Line\nform."
    assert seeds["pointer"]["docstring"] == "Exclaimed."
    assert seeds["operator=="]["seed"].startswith("/** Compares. */\ntemplate <class U>\nfriend bool")
    assert {name: seeds[name]["n_arguments"] for name in ("add", "Shop::name", "table", "exported")} == {
        "add": 2,
        "Shop::name": 0,
        "table": 1,
        "exported": 2,
    }
    without = {name for name, seed in seeds.items() if not seed["has_return_value"]}
    assert without == {"Shop::name", "Cart", "~Cart", "check"}
    assert {name for name, seed in seeds.items() if seed["is_method"]} == {
        "Cart",
        "~Cart",
        "operator==",
        "operator bool() const",
        "operator()",
    }
    assert seeds["Shop::name"]["imports"] == [
        "#include <vector>",
        '#include "shop.h"',
        "using namespace std;",
        "using std::string;",
    ]
    assert "using std::string;" not in seeds["check"]["imports"]
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())
