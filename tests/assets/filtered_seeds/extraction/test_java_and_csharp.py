"""Java and C#: methods, constructors, operators; annotations and attributes; Javadoc and XML documentation."""

JAVA = """
package shop;

import java.util.List;
import java.util.*;
import static java.lang.Math.max;

public class Cart<T extends Item> {
    /** Field. */
    private int size;

    /**
     * Makes one.
     */
    public Cart(int size) {
        this.size = size;
    }

    /**
     * Adds up, with a <b>tag</b>.
     *
     * @param items all of them
     * @return the sum
     */
    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public <R extends Number> R sum(final List<T> items, int... rest) throws Exception {
        return (R) items.stream().map(i -> i.price()).reduce(max(0, 1));
    }

    /** Overload. */
    public <R extends Number> R sum2() { return null; }

    /// Markdown
    /// documentation.
    void markdown() { Runnable r = () -> { return; }; }

    // no Javadoc
    int plain() { return 1; }

    /** No body. */
    abstract int nothing();

    /** Inner. */
    static class Inner {
        /** Deep. */
        int deep() {
            return new Object() {
                /** In an anonymous class. */
                public int hashCode() { return 1; }
            }.hashCode();
        }
    }
}

record Point(int x, int y) {
    /** Checks. */
    Point {
        if (x < 0) throw new IllegalArgumentException();
    }
}

interface Shape {
    /** By default. */
    default double area() { return 0; }
}
"""


def test_java(seeds_of):
    seeds = seeds_of("java", JAVA)
    assert set(seeds) == {"Cart", "sum", "sum2", "markdown", "deep", "hashCode", "Point", "area"}
    assert seeds["sum"]["docstring"] == (
        "Adds up, with a <b>tag</b>.\n\n@param items all of them\n@return the sum"
    )
    assert "\n@Override\n@SuppressWarnings" in seeds["sum"]["seed"]
    assert seeds["markdown"]["docstring"] == "Markdown\ndocumentation."
    assert seeds["markdown"]["docstring_form"] == "doc_lines"
    assert seeds["sum"]["n_arguments"] == 2
    assert {name for name, seed in seeds.items() if seed["has_return_value"]} == {
        "sum",
        "sum2",
        "deep",
        "hashCode",
        "area",
    }
    assert seeds["sum"]["imports"] == [
        "import java.util.List;",
        "import java.util.*;",
        "import static java.lang.Math.max;",
    ]
    assert all(seed["is_method"] for seed in seeds.values())
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())


CSHARP = """
using System;
using Text = System.Text;
using static System.Math;

namespace Shop
{
    public class Vector<T>
    {
        /// <summary>
        /// Makes one.
        /// </summary>
        /// <param name="x">first</param>
        public Vector(int x) : base(x) { }

        /// <summary>Adds.</summary>
        [Pure]
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<T> operator +(Vector<T> a, Vector<T> b) => a;

        /// <summary>Turns into a number.</summary>
        public static explicit operator int(Vector<T> v) { return 1; }

        /**
         * <summary>Block form.</summary>
         */
        public async Task<U> Map<U>(Func<T, U> f, params int[] rest) where U : class
        {
            /// <summary>Local.</summary>
            int Local(int z) { return z; }
            await f(x => { return x; });
            return default;
        }

        /// <summary>Says nothing.</summary>
        void Log(ref string message) => Console.Write(message);

        /// <summary>Property.</summary>
        public int Size { get { return 1; } }

        // no documentation
        void Plain() { }

        #if DEBUG
        /// <summary>Conditional.</summary>
        internal unsafe void Check() { return; }
        #endif
    }
}
"""


def test_csharp(seeds_of):
    seeds = seeds_of("csharp", CSHARP)
    assert set(seeds) == {"Vector", "+", "int", "Map", "Local", "Log", "Check"}
    assert seeds["Vector"]["docstring"] == (
        '<summary>\nMakes one.\n</summary>\n<param name="x">first</param>'
    )
    assert seeds["+"]["seed"].startswith("/// <summary>Adds.</summary>\n[Pure]\n[MethodImpl(")
    assert seeds["Map"]["docstring"] == "<summary>Block form.</summary>"
    assert seeds["Map"]["n_arguments"] == 2
    assert {name for name, seed in seeds.items() if seed["has_return_value"]} == {"+", "int", "Map", "Local"}
    assert {name for name, seed in seeds.items() if seed["is_nested"]} == {"Local"}
    assert seeds["Log"]["imports"] == ["using System;", "using static System.Math;"]
    assert not any(seed["has_error"] or seed["shares_lines"] for seed in seeds.values())
