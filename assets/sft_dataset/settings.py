"""Settings of the last step before training: which verified rows are taken, in what form, and kept clean of what.

Defaults are StarCoder2-Instruct's (bigcode-project/starcoder2-self-align) for selection and form, and those of
the GPT-4 technical report, appendix C, for decontamination.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assets.benchmarks.passages import Verbatim
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from resources.embedder.base import EmbedderSpec

DecontaminationMethod = Literal[
    "verbatim", "openai_substrings", "ngram_overlap", "code_normalised", "reworded"
]


class Selection(BaseModel):
    """One response an instruction, and no row twice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    choose: Literal["random", "shortest", "judge"] = Field(
        default="random",
        description="which passing response stays; judge: the one that the discriminator of the verification held "
        "to break the fewest rules",
    )  # published: random
    unique_instructions: bool = Field(
        default=True, description="of one instruction, compared without white space, at most one row is kept"
    )
    unique_responses: bool = Field(default=True, description="compared without white space")  # published
    unique_function_names: bool = Field(
        default=True,
        description="the names, in order, of the functions that a response's first code block defines",
    )  # published
    nameless_once: bool = Field(
        default=False,
        description="of all responses whose first code block defines no function at most one is kept: no names are "
        "names too (StarCoder2-Instruct's script)",
    )
    placeholders: tuple[str, ...] = Field(
        default=(
            "todo",
            "fixme",
            "notimplemented",
            "write your code here",
            "your code here",
            "your code goes here",
        ),
        description="a chosen response with one of these goes, and its instruction with it",
    )  # published: six phrases


class SmartForm(BaseModel):
    """StarCoder2-Instruct's final form of instruction and response."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal["smart"] = Field(
        default="smart",
        description="smart: sections and checks are kept or dropped at random (StarCoder2-Instruct)",
    )
    drop_explanation: float = Field(default=0.5, ge=0, le=1, description="probability")  # published
    drop_reasoning: float = Field(default=0.5, ge=0, le=1, description="probability")  # published
    remove_comments: Literal["lines", "all", "none"] = Field(
        default="lines",
        description="from every code block; lines: those lines that are comments; all: comments after code too",
    )  # published: lines
    examples_in_instruction: float = Field(
        default=0.5, ge=0, le=1, description="probability that checks are shown with the instruction"
    )  # published
    most_examples: int = Field(
        default=5,
        ge=1,
        description="lines of tests that are shown whole; of more, where they are asserts alone, one to so many are",
    )  # published

    whole_words: bool = Field(
        default=False,
        description="an instruction speaks of a test, an assert or an example by whole words alone, which spares "
        "`latest` and `counterexample` (the published rule does not)",
    )

    @field_validator("remove_comments", mode="before")
    @classmethod
    def _as_once_written(cls, value: object) -> object:
        return {True: "all", False: "none"}.get(value, value) if isinstance(value, bool) else value


class PlainForm(BaseModel):
    """Instruction and response as they were written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    form: Literal["plain"] = Field(default="plain", description="plain: instruction and response as they are")
    lead: str | None = Field(
        default=None,
        description="a line above every instruction that a model or a rule wrote (Magicoder's `Write a solution to the "
        "following coding problem:`); null: none. Rows that came ready have their own words",
    )


class Paraphrases(BaseModel):
    """Rephrased problems, by embedding and the recipe's model (LLM decontaminator, lm-sys)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedder: EmbedderSpec = Field(description="the model that finds each problem's nearest rows")
    nearest: int = Field(default=1, ge=1, description="rows a problem that the model is asked about")
    similarity: float = Field(default=0.0, ge=-1, le=1, description="cosine below which it is not asked")
    max_tokens: int = Field(default=4, ge=1, description="new tokens at most; the answer is one word")


class Decontamination(BaseModel):
    """What counts as having seen a benchmark, and what becomes of such rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    methods: tuple[DecontaminationMethod, ...] = Field(
        default=("verbatim", "openai_substrings", "ngram_overlap", "code_normalised", "reworded"),
        description="verbatim, openai_substrings (3 substrings of 50 characters) and ngram_overlap find text as it is; "
        "code_normalised finds solutions with other names, formatting or order; reworded finds problems told in other "
        "words",
    )
    benchmarks: tuple[str, ...] | None = Field(
        default=None, description="names; null: every registered benchmark"
    )
    required: tuple[str, ...] = Field(
        default=(),
        description="names that must be registered, pinned (`seedline benchmarks --pin`) and what they were then: one "
        "that is missing, changed or shortened stops the plan, and the data set's check",
    )
    leave_out: tuple[str, ...] = Field(
        default=(),
        description="patterns of names (`multipl_e*`) that are not looked for where `benchmarks` names none; "
        "MultiPL-E's problems are known as multipl-e too, whatever their file is called",
    )
    verbatim: Verbatim = Field(default=Verbatim(), description="of the method verbatim")
    substrings: int = Field(default=3, ge=1, description="random substrings a problem")  # GPT-4 report: 3
    substring_length: int = Field(
        default=50, ge=1, description="characters after normalisation"
    )  # GPT-4 report: 50
    ngram: int = Field(default=13, ge=5, description="words in a row, for ngram_overlap")  # GPT-3 report: 13
    paraphrases: Paraphrases | None = Field(default=None, description="null: paraphrases are not looked for")
    action: Literal["drop", "mark"] = Field(
        default="drop", description="mark: keep the rows, with their evidence"
    )
    review: tuple[DecontaminationMethod | Literal["paraphrase"], ...] = Field(
        default=(), description="methods whose finds keep the row, with the evidence, for a person to look at"
    )


class Categories(BaseModel):
    """Ten categories of tasks, told apart by embedding (Magicoder, there with hkunlp/instructor)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedder: EmbedderSpec = Field(
        description="the model that compares rows with the descriptions of categories"
    )


class SftSettings(BaseModel):
    """From verified responses to training rows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(default=3407, description="seed of every draw; a row adds its own id to it")
    selection: Selection = Field(
        default_factory=Selection, description="which of the verified responses become training rows"
    )
    form: SmartForm | PlainForm = Field(
        default=SmartForm(),
        discriminator="form",
        description="how instruction and response become prompt and completion",
    )
    near_duplicates: NearDuplicateSettings | None = Field(
        default=None, description="over prompt and completion (Magicoder: 5-grams, 256 permutations, 0.7)"
    )
    decontamination: Decontamination = Field(
        default_factory=Decontamination, description="how rows that hold benchmark problems are found"
    )
    categories: Categories | None = Field(
        default=None, description="null: no categories, and no embedding model is needed"
    )
