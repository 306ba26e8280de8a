# ruff: noqa: E501
"""Everyday shapes of answers that are not one clean block: each holds an `add` that adds, and any reader sees which."""

import json

RIGHT = "def add(a, b):\n    return a + b"
WRONG = "def add(a, b):\n    return a - b"
BODY = "    return a + b"


def block(code: str, info: str = "python", fence: str = "```") -> str:
    return f"{fence}{info}\n{code}\n{fence}"


def indented(text: str, by: str) -> str:
    return "\n".join(by + line if line else line for line in text.split("\n"))


def numbered(text: str, form: str) -> str:
    return "\n".join(form.format(number, line) for number, line in enumerate(text.split("\n"), 1))


SESSION = ">>> def add(a, b):\n...     return a + b\n...\n>>> add(1, 2)\n3"

INDENTED = {
    "indented by four": f"Here is the function:\n\n{indented(RIGHT, '    ')}\n\nIt adds.",
    "indented by a tab": f"Here is the function:\n\n{indented(RIGHT, chr(9))}\n\nIt adds.",
    "indented, with an empty line": f"Solution:\n\n{indented('import operator' + chr(10) * 2 + 'def add(a, b):' + chr(10) * 2 + '    return operator.add(a, b)', '    ')}\n\nDone.",
    "indented, in a list": f"1. Write it:\n\n{indented(RIGHT, '        ')}\n\n2. Done.",
    "indented, two blocks": f"A helper:\n\n{indented('def plus(a, b):' + chr(10) + '    return a + b', '    ')}\n\nand the function\n\n{indented('def add(a, b):' + chr(10) + '    return plus(a, b)', '    ')}\n",
    "indented by two": f"Here:\n{indented(RIGHT, '  ')}\nand that is it.",
}

SESSIONS = {
    "a session": f"In the interpreter:\n\n{SESSION}\n\nAs you see, it works.",
    "a session in a block": block(SESSION),
    "a session in its own block": block(SESSION, "pycon"),
    "a session in a console block": block(SESSION, "console"),
    "a session with an indented prompt": f"Try:\n\n{indented(SESSION, '    ')}\n",
    "a session, imports first": block(
        ">>> import operator\n>>> def add(a, b):\n...     return operator.add(a, b)\n... \n>>> add(2, 2)\n4"
    ),
    "ipython": block(
        "In [1]: def add(a, b):\n   ...:     return a + b\n   ...: \n\nIn [2]: add(1, 2)\nOut[2]: 3"
    ),
    "ipython without a block": "In [1]: def add(a, b):\n   ...:     return a + b\n   ...:\n\nIn [2]: add(1, 2)\nOut[2]: 3",
    "notebook cells": f"In [1]:\n{RIGHT}\n\nIn [2]:\nadd(1, 2)\n\nOut[2]:\n3",
    "a doctest after the function": f"{block(RIGHT)}\nTry it:\n\n>>> add(1, 2)\n3",
    "cell magics": block(f"%%time\n{RIGHT}\n\n%timeit add(1, 2)"),
    "pip in a cell": block(f"!pip install numpy\n%matplotlib inline\n\n{RIGHT}"),
}

WRAPPED = {
    "a JSON object": json.dumps({"code": RIGHT}),
    "a JSON object with more": json.dumps(
        {"explanation": "It adds.", "solution": RIGHT, "tests": ["add(1, 2) == 3"]}, indent=2
    ),
    "a JSON object in a block": block(json.dumps({"language": "python", "code": RIGHT}, indent=1), "json"),
    "a JSON object after prose": f"Here is the result:\n\n{json.dumps({'code': RIGHT + chr(10)})}\n\nDone.",
    "a JSON string": json.dumps(RIGHT),
    "JSON of a tool call": json.dumps({"name": "submit", "arguments": {"code": RIGHT}}),
    "JSON with a fenced value": json.dumps({"answer": block(RIGHT)}),
    "a list of files": json.dumps(
        {"files": [{"path": "README.md", "content": "# add"}, {"path": "add.py", "content": RIGHT}]}
    ),
    "JSON with real line ends": '{"code": "' + RIGHT + '"}',
    "escaped line ends": RIGHT.replace("\n", "\\n"),
    "escaped line ends in a block": block(RIGHT.replace("\n", "\\n")),
    "XML": f"<solution>\n{RIGHT}\n</solution>",
    "XML with CDATA": f"<code><![CDATA[\n{RIGHT}\n]]></code>",
    "pre and code": f'<p>Here:</p>\n<pre><code class="language-python">{RIGHT}\n</code></pre>\n<p>Done.</p>',
    "pre with entities": "<pre><code>def add(a, b):\n    if a &lt; b &amp;&amp; False:\n        pass\n    return a + b</code></pre>".replace(
        " &amp;&amp; False", " and False"
    ),
    "code tag on its line": f"The answer is <code>\n{RIGHT}\n</code>",
    "code tag around": f"<code>{RIGHT}</code>",
    "details": f"<details><summary>Solution</summary>\n\n{block(RIGHT)}\n\n</details>",
    "python tags": f"[PYTHON]\n{RIGHT}\n[/PYTHON]\n[TESTS]\nassert add(1, 2) == 4\n[/TESTS]",
    "answer tags": f"[ANSWER]\n{RIGHT}\n[/ANSWER]",
    "code tags in brackets": f"[CODE]{RIGHT}[/CODE]",
    "bb code": f"[code=python]\n{RIGHT}\n[/code]",
    "begin of solution": f"<|begin_of_thought|>\n{block(WRONG)}\nno\n<|end_of_thought|>\n\n<|begin_of_solution|>\n{block(RIGHT)}\n<|end_of_solution|>",
    "begin of solution, no block": f"<|begin_of_solution|>\n{RIGHT}\n<|end_of_solution|>",
    "execute tag": f"<execute>\n{RIGHT}\n</execute>",
    "python tag of llama": f"<|python_tag|>{RIGHT}<|eom_id|>",
    "boxed": f"The answer: \\boxed{{\n{block(RIGHT)}\n}}",
    "boxed without a block": f"$$\\boxed{{\\text{{see}}}}$$\n\n{RIGHT}",
    "lstlisting": f"\\begin{{lstlisting}}[language=Python]\n{RIGHT}\n\\end{{lstlisting}}",
    "verbatim": f"Code:\n\\begin{{verbatim}}\n{RIGHT}\n\\end{{verbatim}}\nEnd.",
    "minted": f"\\begin{{minted}}{{python}}\n{RIGHT}\n\\end{{minted}}",
    "reST": f"Do::\n\n{indented(RIGHT, '    ')}\n\nDone",
    "reST code block": f".. code-block:: python\n\n{indented(RIGHT, '   ')}\n\nDone.",
    "org mode": f"#+BEGIN_SRC python\n{RIGHT}\n#+END_SRC",
    "triple quotes around": f"'''python\n{RIGHT}\n'''",
    "triple double quotes around": f'"""\n{RIGHT}\n"""',
    "heredoc": block(f"cat > add.py <<'EOF'\n{RIGHT}\nEOF\npython add.py", "bash"),
    "single backticks on their own lines": f"`\n{RIGHT}\n`",
    "two backticks": f"``python\n{RIGHT}\n``",
    "three quotes of typing programs": f"´´´python\n{RIGHT}\n´´´",
}

LINES = {
    "line numbers with a bar": block(numbered(RIGHT, "{} | {}")),
    "line numbers with a colon": block(numbered(RIGHT, "{}: {}")),
    "line numbers alone": block(numbered(RIGHT, "{:>3} {}")),
    "line numbers with a dot": block(numbered(RIGHT, "{}. {}")),
    "line numbers with a tab": block(numbered(RIGHT, "{:>6}\t{}")),
    "a diff that adds all": block(
        "--- /dev/null\n+++ b/add.py\n@@ -0,0 +1,2 @@\n" + indented(RIGHT, "+"), "diff"
    ),
    "a diff of the draft": f"{block(WRONG)}\nThe fix:\n{block('--- a/add.py' + chr(10) + '+++ b/add.py' + chr(10) + '@@ -1,2 +1,2 @@' + chr(10) + ' def add(a, b):' + chr(10) + '-    return a - b' + chr(10) + '+    return a + b', 'diff')}",
    "a diff without a head": block(" def add(a, b):\n-    return a - b\n+    return a + b", "diff"),
    "search and replace": block(f"<<<<<<< SEARCH\n{WRONG}\n=======\n{RIGHT}\n>>>>>>> REPLACE"),
    "apply patch": "*** Begin Patch\n*** Add File: add.py\n+def add(a, b):\n+    return a + b\n*** End Patch",
    "tabs": block("def add(a, b):\n\treturn a + b"),
    "tabs and spaces": block("def add(a, b):\n\tif a:\n\t\tpass\n\treturn a + b\n"),
    "carriage returns alone": block(RIGHT).replace("\n", "\r"),
    "zero width amid": block("def add(a,\u200b b):\n    return a\u200b + b"),
    "hard spaces amid": block("def\u00a0add(a, b):\n\u00a0\u00a0\u00a0 return\u00a0a + b"),
    "ideographic spaces": block("def add(a, b):\n\u3000\u3000return a + b"),
    "smart quotes in prose": f"It\u2019s \u201csimple\u201d:\n\n{RIGHT}\n\nIsn\u2019t it?",
    "escaped underscores": "def add(a, b):\n    first\\_one = a\n    return first\\_one + b",
    "quoted by mail": "> def add(a, b):\n>     return a + b\n\nThat is it.",
    "html line ends": "def add(a, b):<br>&nbsp;&nbsp;&nbsp;&nbsp;return a + b",
}

CHOICES = {
    "don't do this": f"{block(RIGHT)}\n\nDon't do this:\n\n{block(WRONG)}",
    "this is wrong": f"{block(RIGHT)}\n\nThe following is wrong, because it subtracts:\n\n{block(WRONG)}",
    "incorrect version": f"{block(RIGHT)}\n\n**Incorrect version:**\n\n{block(WRONG)}",
    "bad and good": f"Good:\n{block(RIGHT)}\nBad:\n{block(WRONG)}",
    "said in a comment": f"{block(RIGHT)}\n\n{block('# WRONG: subtracts' + chr(10) + WRONG)}",
    "a cross": f"\u2705\n{block(RIGHT)}\n\u274c\n{block(WRONG)}",
    "a common mistake": f"{block(RIGHT)}\n\nA common mistake is to write\n\n{block(WRONG)}\n\nwhich subtracts.",
    "the original": f"{block(RIGHT)}\n\nFor reference, your original code was:\n\n{block(WRONG)}",
    "buggy code last": f"### Fixed code\n{block(RIGHT)}\n### Buggy code\n{block(WRONG)}",
    "before and after": f"After:\n{block(RIGHT)}\nBefore:\n{block(WRONG)}",
    "a naive way that fails": f"{block(RIGHT)}\n\nAvoid the naive approach, which gives wrong results:\n\n{block(WRONG)}",
    "the wrong one first": f"This is wrong:\n{block(WRONG)}\nThis is right:\n{block(RIGHT)}",
    "wrong, then fixed in one section": f"My first version was incorrect. Here's the corrected version:\n{block(RIGHT)}",
    "not wrong": f"{block(WRONG)}\nThat is wrong. The version below is not wrong:\n{block(RIGHT)}",
    "fixes the bug": f"{block(WRONG)}\nThis version fixes the incorrect result:\n{block(RIGHT)}",
    "usage with an import": f"{block(RIGHT)}\n\nUsage:\n\n{block('from solution import add' + chr(10) + chr(10) + 'assert add(1, 2) == 3')}",
    "a test file": f"`add.py`\n{block(RIGHT)}\n`test_add.py`\n{block('import unittest' + chr(10) + 'from add import add' + chr(10) * 2 + 'class T(unittest.TestCase):' + chr(10) + '    def test(self):' + chr(10) + '        self.assertEqual(add(1, 2), 3)')}",
    "tests that define a stand-in": f"{block(RIGHT)}\nTests:\n{block('def test_add():' + chr(10) + '    assert add(1, 2) == 3' + chr(10) * 2 + 'test_add()')}",
    "class Solution": block(
        "class Solution:\n    def add(self, a: int, b: int) -> int:\n        return self.plus(a, b)\n\n    def plus(self, a, b):\n        return a + b"
    ),
    "class Solution, static": block(
        "class Solution:\n    @staticmethod\n    def add(a, b):\n        return a + b"
    ),
    "class Solution with List": block(
        "class Solution:\n    def add(self, a: List[int], b: Optional[int]) -> int:\n        return a + b"
    ),
    "alternatives, the last is a stub": f"{block(RIGHT)}\nOr, left to you:\n{block('def add(a, b):' + chr(10) + '    # your code here' + chr(10) + '    pass')}",
    "a recursive wrong sketch": f"Idea:\n{block('def add(a, b):' + chr(10) + '    ...', 'py')}\nCode:\n{block(RIGHT)}",
    "upper case": block(RIGHT, "PY"),
    "four backticks around three": f"````markdown\nHere is the code:\n{block(RIGHT)}\n````",
    "a markdown block around": f"```markdown\n# Solution\n```python\n{RIGHT}\n```\n```",
    "a fence with its word on the next line": f"```\npython\n{RIGHT}\n```",
    "a fence with a space": f"``` python\n{RIGHT}\n```",
    "a file name in the block": block(f"# add.py\n{RIGHT}"),
    "a file name before the code": f"```python\nadd.py\n{RIGHT}\n```",
    "imports inside a main": block(
        f"#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n{RIGHT}\n\nif __name__ == '__main__':\n    print(add(1, 2))"
    ),
    "async text after": f"{block(RIGHT)}\nTime complexity: O(1)\n\n```\nTime: O(1)\n```",
    "python 2 prints": block(f"{RIGHT}\n\nprint add(1, 2)"),
    "pseudo first": f"```\nfunction add(a, b):\n  return a plus b\n```\n{block(RIGHT)}",
    "a dots line": block(f"# ...\n{RIGHT}\n..."),
    "two functions, prose between without fences": "def plus(a, b):\n    return a + b\n\nNow the main function:\n\ndef add(a, b):\n    return plus(a, b)\n\nThat's it.",
    "headings between": f"## Approach\nUse plus.\n\n## Code\n{RIGHT}\n\n## Complexity\nO(1)",
}

SHAPES = {**INDENTED, **SESSIONS, **WRAPPED, **LINES, **CHOICES}
