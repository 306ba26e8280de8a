"""`org.javatuples` for Java's programs that ask for it: MultiPL-E writes Python's tuples so.

Written anew from the library's published interface, one class for each number of values.
"""

from functools import cache

_NAMES = ("Unit", "Pair", "Triplet", "Quartet", "Quintet", "Sextet", "Septet", "Octet", "Ennead", "Decade")
PACKAGE = "org.javatuples"

_TUPLE = """package org.javatuples;

public abstract class Tuple implements Iterable<Object>, java.io.Serializable, Comparable<Tuple> {
    private final java.util.List<Object> values;

    protected Tuple(Object... values) {
        this.values = java.util.Collections.unmodifiableList(java.util.Arrays.asList(values));
    }

    public abstract int getSize();
    public final Object getValue(int place) { return values.get(place); }
    public final java.util.Iterator<Object> iterator() { return values.iterator(); }
    public final java.util.List<Object> toList() { return values; }
    public final Object[] toArray() { return values.toArray(); }
    public final boolean contains(Object value) { return values.contains(value); }
    public final int indexOf(Object value) { return values.indexOf(value); }
    @Override public final String toString() { return values.toString(); }
    @Override public final int hashCode() { return 31 + values.hashCode(); }
    @Override public final boolean equals(Object other) {
        return other != null && getClass() == other.getClass() && values.equals(((Tuple) other).values);
    }
    @SuppressWarnings({"unchecked", "rawtypes"})
    @Override public int compareTo(Tuple other) {
        for (int place = 0; place < Math.min(getSize(), other.getSize()); place++) {
            int order = ((Comparable) getValue(place)).compareTo(other.getValue(place));
            if (order != 0) return order;
        }
        return Integer.compare(getSize(), other.getSize());
    }
}
"""


@cache
def javatuples() -> dict[str, str]:
    """File name to source of every class."""
    return {"Tuple.java": _TUPLE} | {
        f"{name}.java": _class(name, size) for size, name in enumerate(_NAMES, start=1)
    }


def _class(name: str, size: int) -> str:
    places = range(size)
    types = ", ".join(f"T{place}" for place in places)
    given = ", ".join(f"T{place} value{place}" for place in places)
    values = ", ".join(f"value{place}" for place in places)
    own = f"{name}<{types}>"
    lines = [f"public static <{types}> {own} with({given}) {{ return new {own}({values}); }}"]
    lines += [f"private final T{place} value{place};" for place in places]
    kept = " ".join(f"this.value{place} = value{place};" for place in places)
    lines.append(f"public {name}({given}) {{ super({values}); {kept} }}")
    lines.append(f"public int getSize() {{ return {size}; }}")
    for place in places:
        lines.append(f"public T{place} getValue{place}() {{ return value{place}; }}")
        changed = {other: f"T{other}" for other in places} | {place: "X"}
        as_new = f"{name}<{', '.join(changed.values())}>"
        passed = ", ".join("value" if other == place else f"value{other}" for other in places)
        lines.append(f"public <X> {as_new} setAt{place}(X value) {{ return new {as_new}({passed}); }}")
    body = "\n".join(f"    {line}" for line in lines)
    return f"package {PACKAGE};\n\npublic final class {own} extends Tuple {{\n{body}\n}}\n"
