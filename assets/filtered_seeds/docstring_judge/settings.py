"""Settings of the docstring judge. Defaults: StarCoder2-Instruct (bigcode-project/starcoder2-self-align)."""

from pydantic import BaseModel, ConfigDict, Field

from assets.filtered_seeds.docstring_judge.verdict import AnswerBy


class DocstringJudge(BaseModel):
    """Seven labelled examples, then the function and its description; the first tokens of the answer decide."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(42, description="seed of the examples' order; a row adds its own id to it")
    shots: int = Field(7, ge=1, description="labelled examples in each prompt")  # published: 7, shuffled
    temperature: float = Field(0.0, ge=0, le=2, description="sampling temperature of the judge; published: 0")
    max_tokens: int = Field(
        5, ge=1, description="new tokens at most; the answer is one word, some models put marks before it"
    )  # published: 5
    answer_by: AnswerBy = Field(
        "candidates",
        description="candidates: yes and no weighed by their probability among the likeliest tokens in each place of "
        "the answer, and by the first word where the engine gives no log-probabilities; first_word: the first word; "
        "counted: both words counted in the answer's text, and more of yes keeps. The row says which it was",
    )
    candidates: int = Field(
        5, ge=1, le=20, description="likeliest tokens in each place that answer_by: candidates looks at"
    )
