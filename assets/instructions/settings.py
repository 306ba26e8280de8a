"""Settings of the methods that write instructions, one model a method, told apart by `method`.

Defaults are the published values; each names where it was published. What the methods do is in the
modules of the same names.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from assets.asking.judging.settings import Discriminator
from assets.instructions.door import INSTRUCTION_METHODS
from resources.doors import Chosen
from resources.languages import LANGUAGES

Difficulty = Literal["easy", "medium", "hard"]


class SelfOssInstruct(BaseModel):
    """Concepts then instruction. Defaults: StarCoder2-Instruct (bigcode-project/starcoder2-self-align)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["self_oss_instruct"] = Field(
        default="self_oss_instruct",
        description="self_oss_instruct: function to concepts, concepts to instruction (StarCoder2-Instruct)",
    )
    seed: int = Field(3407, description="seed of every draw; a row adds its own id to it")  # published: 3407
    shots: int = Field(
        8,
        ge=0,
        description="few-shot examples in each prompt, as far as the language has them; 0: the bare form",
    )  # published: 8 of 16
    temperature: float = Field(
        0.7, ge=0, le=2, description="sampling temperature of both questions; published: 0.7"
    )
    top_p: float = Field(1.0, gt=0, le=1, description="nucleus of the sampling; 1: all tokens")
    max_tokens: int = Field(1536, ge=1, description="new tokens at most")  # published: 1,536
    difficulties: tuple[Difficulty, ...] = Field(
        ("easy", "medium", "hard"), min_length=1, description="one is drawn for each row"
    )  # published: easy, medium, hard
    category: str = Field(
        "function implementation", min_length=1, description="what kind of task the property names"
    )  # published: code generation by function; our wording


class FromDocstring(BaseModel):
    """Comment-function pairs as they are in the corpus, no model: the baseline of Magicoder's ablation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["from_docstring"] = Field(
        default="from_docstring",
        description="from_docstring: the function's own documentation becomes the instruction, without a model",
    )
    form: Literal["worded", "raw"] = Field(
        default="worded",
        description="worded: an instruction in words, the whole function as its solution; raw: the code up to the end "
        "of the documentation, and the lines after it (Magicoder's ablation); raw needs seeds of the kind function",
    )


class OssInstruct(BaseModel):
    """Problem and solution at once. Defaults: Magicoder (ise-uiuc/magicoder)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["oss_instruct"] = Field(
        default="oss_instruct", description="oss_instruct: problem and solution in one call (Magicoder)"
    )
    seed: int = Field(
        666, description="seed of the order in which repeats are told apart, and of the sampling"
    )  # published: shuffled with 666
    temperature: float = Field(0.0, ge=0, le=2, description="sampling temperature; published: 0")
    top_p: float = Field(1.0, gt=0, le=1, description="nucleus of the sampling; 1: all tokens")
    max_tokens: int = Field(2500, ge=1, description="new tokens at most")  # published: 2,500, of 8,192 in all
    drop_copied_code: bool = Field(
        default=False, description="drop rows whose solution copies a code block of the problem"
    )  # published: exists, off


Heuristic = Literal["constraints", "rarer_requirement", "deepen", "misleading_code", "complexity"]

StartSettings = Annotated[Any, Chosen(INSTRUCTION_METHODS, "method")]
"""What evolution can start from: any method but evolution itself."""


class EvolInstruct(BaseModel):
    """Instructions rewritten over rounds. Defaults: WizardCoder's heuristics, WizardLM's sampling and eliminations.

    Both are quoted from the papers at second hand: confirm them before you compare scores.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["evol_instruct"] = Field(
        default="evol_instruct",
        description="evol_instruct: instructions rewritten round by round (WizardCoder)",
    )
    start: StartSettings = Field(
        description="the method that writes round 0; one without solutions needs a response method that asks"
    )
    seed: int = Field(3407, description="seed of every draw; a row adds its own id and the round to it")
    rounds: int = Field(
        3, ge=1, le=4, description="evolutions of every row, all kept"
    )  # published: 3, first report: 4
    heuristics: tuple[Heuristic, ...] = Field(
        ("constraints", "rarer_requirement", "deepen", "misleading_code", "complexity"),
        min_length=1,
        description="one is drawn for each row and round",
    )  # published: these five
    more_words: int = Field(10, ge=1, description="about so many more in an evolved prompt")  # published: 10
    temperature: float = Field(1.0, ge=0, le=2, description="of rewriting and answering")  # WizardLM: 1
    top_p: float = Field(0.95, gt=0, le=1, description="of rewriting and answering")  # the authors' code
    max_tokens: int = Field(2048, ge=1, description="new tokens at most")  # WizardLM: 2,048
    judge: bool = Field(default=True, description="ask whether an evolution adds anything")  # published
    judge_max_tokens: int = Field(16, ge=1, description="of the judge's one word, which is drawn greedily")
    prompt_words: tuple[str, ...] = Field(
        ("given prompt", "rewritten prompt"), description="an evolution that says one of these goes"
    )  # published: these and their like
    refusal_words: tuple[str, ...] = Field(
        ("sorry",), description="a short answer that says one of these outside its code refuses"
    )  # WizardLM: sorry
    refusal_most_words: int = Field(80, ge=1, description="a longer answer is none")  # WizardLM: 80

    @field_validator("start")
    @classmethod
    def _starts_somewhere(cls, start: Any) -> Any:
        if start.method == "evol_instruct":
            raise ValueError("evolution cannot start from itself: raise rounds")
        return start


CodeOceanTask = Literal["generation", "summarisation", "translation", "repair"]


class CodeOcean(BaseModel):
    """Generator over four tasks, with a judge whose word feeds the few-shot bank. Defaults: WaveCoder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["code_ocean"] = Field(
        default="code_ocean",
        description="code_ocean: generator and discriminator over four tasks (WaveCoder)",
    )
    seed: int = Field(42, description="seed of every draw; a row adds its own id to it")  # published: 42
    shares: dict[CodeOceanTask, float] = Field(
        default={"generation": 0.571, "summarisation": 0.159, "translation": 0.112, "repair": 0.158},
        description="how often a seed becomes each task; they add up to 1",
    )  # published: 20 k rows, generation more than half (the shares at second hand)
    target_languages: tuple[str, ...] = Field(
        ("python", "php", "go", "java", "javascript", "ruby"),
        min_length=1,
        description="target languages of translations; a seed's own language is skipped",
    )  # the languages of CodeSearchNet, which WaveCoder's raw code is from
    good_cases: int = Field(1, ge=0, description="good cases in each prompt")  # published: 1
    bad_cases: int = Field(1, ge=0, description="bad cases in each prompt")  # published: 1
    wave: int = Field(
        1000, ge=1, description="rows of one batch; the bank of cases changes between batches"
    )  # published: row by row
    bank_size: int = Field(
        100, ge=0, description="grown cases of each task and quality, the earliest; beside the start bank"
    )  # published: no bound
    temperature: float = Field(1.0, ge=0, le=2, description="sampling temperature of the generator")
    top_p: float = Field(1.0, gt=0, le=1, description="nucleus of the generator's sampling; 1: all tokens")
    max_tokens: int = Field(800, ge=1, description="new tokens at most")  # published: 800
    judge: Discriminator = Field(
        default_factory=lambda: Discriminator.model_validate({}),
        description="the discriminator, whose good and bad cases become examples of the generator",
    )

    @field_validator("target_languages")
    @classmethod
    def _known_languages(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [language for language in languages if language not in LANGUAGES]
        if unknown:
            raise ValueError(f"unknown language {', '.join(unknown)}; known are {', '.join(LANGUAGES)}")
        return languages

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        if min(self.shares.values(), default=0) < 0 or abs(sum(self.shares.values()) - 1) > 1e-6:
            raise ValueError(
                f"shares must not be negative and add up to 1, not {sum(self.shares.values()):g}"
            )
        return self


InstructionSettings = Annotated[Any, Chosen(INSTRUCTION_METHODS, "method")]
"""The settings of any method, the project's or another's; `method` names it."""
