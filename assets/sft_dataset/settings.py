"""Settings of the last step before training: which verified rows are taken, in what form, and kept clean of what.

Defaults are StarCoder2-Instruct's (bigcode-project/starcoder2-self-align) for selection and form, and those of
the GPT-4 technical report, appendix C, for decontamination.
"""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from assets.contamination.settings import DetectorMethod, DetectorSettings
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from resources.embedder.base import EmbedderSpec

Method = DetectorMethod | Literal["paraphrase", "embedding"]
Action = Literal["drop", "mark", "review"]


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

    embedder: EmbedderSpec = Field(description="the model that finds each row's nearest problems")
    nearest: int = Field(default=1, ge=1, description="problems a row that the model is asked about")
    similarity: float = Field(default=0.6, ge=-1, le=1, description="cosine below which it is not asked")
    ask: bool = Field(
        default=True,
        description="whether the recipe's model is asked; without, what is near counts as found by the method "
        "`embedding`, which waits for a person unless `actions` says otherwise",
    )
    max_tokens: int = Field(default=4, ge=1, description="new tokens at most; the answer is one word")


class Decontamination(DetectorSettings):
    """Decontamination: when a row counts as holding a benchmark problem, and the fate of such rows."""

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
    paraphrases: Paraphrases | None = Field(default=None, description="null: paraphrases are not looked for")
    action: Action = Field(
        default="drop",
        description="what becomes of a row that a method finds; mark: it is kept, with the evidence; review: the same, "
        "and the report lists it for a person to decide",
    )
    actions: dict[Method, Action] = Field(
        default={"embedding": "review"}, description="the same for single methods"
    )
    decisions: Path | None = Field(
        default=None,
        description="CSV with what people decided: response_id, benchmark, problem_id (* stands for all), decision "
        "(drop or keep), by, why; it is a part of the data set's version",
    )
    review_blocks: bool = Field(
        default=False, description="whether finds that nobody has decided stop what is made from the data set"
    )
    false_finds_sample: int = Field(
        default=2000,
        ge=0,
        description="seeds of the recipe on which each method's rate of finds is measured for the report; 0: none",
    )

    @field_validator("decisions")
    @classmethod
    def _beside_the_recipe(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        folder = (info.context or {}).get("folder", Path())
        return None if path is None else (folder / path.expanduser()).resolve()


def action_of(settings: Decontamination, method: str) -> Action:
    """What becomes of a row that `method` finds."""
    for name, action in settings.actions.items():
        if name == method:
            return action
    return settings.action


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
