"""Presets of an evaluation: how the published scores were taken, so that a score can be put beside them.

A preset is a prompt, the beginning of the answer that is written for the model, its tokens, the way in which code is
taken out of the answer, and the problems of MBPP. It shapes functions that are to be completed in chat (HumanEval, MBPP
and their like); other problems, fixing and explaining are asked as `seedline` asks them. The form is the
scripts', the wording ours: `tests/benchmarks/faithful.md` has the two side by side.
"""

from typing import Literal

Preset = Literal["seedline", "evalplus", "starcoder2_instruct", "magicoder", "wavecoder"]

PRESETS: dict[Preset, dict[str, object]] = {
    "seedline": {},
    # EvalPlus's chat evaluation: 768 new tokens, its own tasks and sanitizer
    "evalplus": {"begin_answer": True, "max_tokens": 768, "extraction": "evalplus", "mbpp_split": "evalplus"},
    # the training prompt around the problem, and the answer begun with the problem's own text: 512 new tokens
    "starcoder2_instruct": {
        "begin_answer": True,
        "max_tokens": 512,
        "extraction": "evalplus",
        "mbpp_split": "evalplus",
    },
    "magicoder": {
        "begin_answer": True,
        "max_tokens": 512,
        "extraction": "evalplus",
        "mbpp_split": "evalplus",
    },
    # Alpaca's prompt is the checkpoint's; MBPP's 500 tasks of the test part, all assertions shown
    "wavecoder": {"begin_answer": False, "max_tokens": 512, "mbpp_split": "test"},
}
"""What a preset sets where the recipe says nothing itself."""
