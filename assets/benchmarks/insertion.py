"""Lines that are set into a benchmark's own program: what the two sides say to each other.

The answer's code names the lines; the tests, which are the benchmark's program, set them in and run them. So answer
and tests share one process, which the sandbox sees by itself: there is nothing between them that could be called.
"""

SOLUTION = "SOLUTION"


def code_of(lines: str) -> str:
    """The answer's side: a name for its text."""
    return f"{SOLUTION} = {lines!r}\n"


def calls_of(program: str) -> str:
    """The calls that end the tests' side. Raises `ValueError` where `program` has nothing to call."""
    calls = [
        f"{name}({SOLUTION})\n" for name in ("test_execution", "test_string") if f"def {name}(" in program
    ]
    if not calls:
        raise ValueError("has no function test_execution in code_context")
    return "".join(calls)
