"""BigCodeBench (Zhuo et al. 2024): functions over many libraries, with tests of `unittest`.

`complete_prompt` is continued, `instruct_prompt` asks in words. To score it, `sandbox.python` must have its libraries.
"""

from collections.abc import Mapping
from typing import Any

from assets.benchmarks.forms.fields import docstring, text
from assets.benchmarks.problem import Form

FIELDS = ("task_id", "complete_prompt", "instruct_prompt", "canonical_solution", "test", "entry_point")

_CALL = """

_seedline_result = unittest.TextTestRunner(stream=__import__("io").StringIO()).run(
    unittest.defaultTestLoader.loadTestsFromTestCase(TestCases)
)
assert _seedline_result.testsRun > 0
assert _seedline_result.wasSuccessful(), (_seedline_result.failures + _seedline_result.errors)[0][1]
"""


def problem(record: Mapping[str, Any]) -> dict[str, Any]:
    """The problem; its tests are the cases of the record's class `TestCases`, run one and all."""
    prompt, entry_point = text(record, "complete_prompt"), text(record, "entry_point")
    words = text(record, "instruct_prompt")
    return {
        "problem_id": text(record, "task_id"),
        "language": "python",
        "form": Form.FUNCTION.value,
        "prompt": prompt,
        "question": words,
        "docstring": docstring(prompt, entry_point) or words,
        "canonical_solution": text(record, "canonical_solution"),
        "entry_point": entry_point,
        "test": text(record, "test").rstrip() + _CALL,
    }
