"""C and Kotlin: documented functions, their values and arguments, and what their imports bind."""

C = """
#include <stdio.h>
#include "words.h"

/**
 * Adds two.
 */
static int add(int a, int b) { return a + b; }

/// Nothing to
/// give back.
void nothing(void) { puts("x"); }

/*! Words of C++ are names here. */
char *new(int class, ...) { return (char *)0 + class; }

//! A pointer to a pointer.
const char **table(unsigned n) { return 0; }

#ifdef LONG
/** In a branch. */
long long_one(long a) { return a; }
#endif

/* no documentation */
int plain(void) { return 1; }

/** Only declared. */
int declared(int a);
"""

KOTLIN = """
package shop

import kotlin.math.max
import shop.parts.Cart as Basket
import shop.words.*

/**
 * Adds.
 * @param a one
 */
fun add(a: Int, b: Int = 1): Int {
    val twice = { x: Int -> 2 * x }
    return max(a, twice(b))
}

/** One expression. */
fun one() = 1

/** Of a list. */
@Suppress("unused")
inline fun <reified T> List<T>.second(): T? = this[1]

/** Says words. */
fun say(vararg words: String) {
    val found = listOf(1).map { return@map it }
    println(words)
}

/** In words. */
fun basket(): Basket {
    fun inner() = 2
    return Basket(inner())
}

class Shop(val name: String) {
    /** Its length. */
    private suspend fun length(): Int {
        return name.length
    }
}

// no documentation
fun plain() = 1
"""


def test_c(seeds_of):
    seeds = seeds_of("c", C)
    assert set(seeds) == {"add", "nothing", "new", "table", "long_one"}
    assert {name: row["n_arguments"] for name, row in seeds.items()} == {
        "add": 2, "nothing": 0, "new": 2, "table": 1, "long_one": 1,
    }  # fmt: skip
    assert [name for name, row in seeds.items() if not row["has_return_value"]] == ["nothing"]
    assert seeds["add"]["imports"] == ["#include <stdio.h>", '#include "words.h"']
    assert seeds["nothing"]["docstring"] == "Nothing to\ngive back."
    assert seeds["add"]["docstring_form"] == "doc_block" and seeds["table"]["docstring_form"] == "doc_lines"
    assert not any(row["is_method"] or row["is_nested"] or row["has_error"] for row in seeds.values())


def test_kotlin(seeds_of):
    seeds = seeds_of("kotlin", KOTLIN)
    assert set(seeds) == {"add", "one", "second", "say", "basket", "length"}
    assert {name: row["n_arguments"] for name, row in seeds.items() if row["n_arguments"]} == {
        "add": 2, "say": 1,
    }  # fmt: skip
    assert [name for name, row in seeds.items() if not row["has_return_value"]] == ["say"]
    assert seeds["add"]["docstring"] == "Adds.\n@param a one"
    assert seeds["second"]["seed"].startswith('/** Of a list. */\n@Suppress("unused")\ninline fun')
    assert "import kotlin.math.max" in seeds["add"]["imports"]
    assert "import shop.parts.Cart as Basket" not in seeds["add"]["imports"]
    assert "import shop.parts.Cart as Basket" in seeds["basket"]["imports"]
    assert "import shop.words.*" in seeds["one"]["imports"]
    assert [name for name, row in seeds.items() if row["is_method"]] == ["length"]
