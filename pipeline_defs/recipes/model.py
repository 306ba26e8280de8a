"""The typed recipe: for each stage a method and its settings, read from one YAML file.

The settings of a stage are declared beside its code; this file only puts them together and turns what is
wrong into a message that names file, field and remedy. Shipped recipes are beside this file.
"""

from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from assets.asking.own_prompts import OwnPrompts
from assets.audit.door import questions
from assets.candidate_responses.settings import ResponseSettings
from assets.checkpoint.settings import CheckpointSettings
from assets.eval_scores.settings import EvaluationSettings
from assets.filtered_seeds.docstring_judge.judge import judged_languages
from assets.filtered_seeds.extraction.settings import READY_ROW
from assets.filtered_seeds.settings import SeedSettings
from assets.instructions.door import INSTRUCTION_METHODS
from assets.instructions.settings import InstructionSettings
from assets.sft_dataset.settings import SftSettings
from assets.verified_responses.door import VERIFICATION_METHODS
from assets.verified_responses.settings import VerificationSettings
from pipeline_defs.configuration.validation_messages import problems
from pipeline_defs.recipes.files import RecipeError, read_recipe
from resources.doors import FOLDER
from resources.engines.door import ENGINES
from resources.engines.spec import EngineSpec
from resources.languages import LANGUAGES

RESERVED = ("audit", "benchmarks", "corpus", "corpus_dump", "operations", "pilot", "raw_corpus")
"""Folders and groups of what all recipes share: a recipe of that name would be mixed up with it."""


def _beside_the_recipe(folder: Path, info: ValidationInfo) -> Path:
    """A relative path begins at the folder of the recipe's file, where there is one."""
    return ((info.context or {}).get(FOLDER, Path()) / folder.expanduser()).resolve()


OwnFolder = Annotated[Path, AfterValidator(_beside_the_recipe)]


WITHOUT_EVOLUTION = ("self_oss_instruct", "oss_instruct", "from_docstring", "code_ocean")
"""Methods of instructions whose rows are all written alike."""


class Recipe(BaseModel):
    """One way from source code to scores. Every stage's settings are explicit or the published defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$", description="folder, asset prefix and group of the recipe"
    )
    description: str = Field(min_length=1, description="one paragraph: what it does and where it comes from")
    links: dict[str, Annotated[str, Field(pattern=r"^https?://\S+$")]] = Field(
        default_factory=dict,
        description="where its methods are described: name to address, shown on the pages",
    )
    languages: tuple[str, ...] = Field(min_length=1, description="programming languages, one partition each")
    engine: EngineSpec = Field(description="the model that writes instructions and responses")
    seeds: SeedSettings = Field(description="from files to seeds")
    instructions: InstructionSettings = Field(description="from seeds to instructions")
    responses: ResponseSettings = Field(description="from instructions to candidate responses")
    verification: VerificationSettings = Field(description="which responses hold")
    sft: SftSettings = Field(description="from verified responses to training rows")
    checkpoint: CheckpointSettings = Field(description="which model learns from the rows, and how")
    evaluation: EvaluationSettings = Field(
        description="which benchmarks the checkpoint is scored on, and how"
    )
    prompts: OwnFolder | None = Field(
        default=None,
        description="folder of prompt templates that are sent in place of the project's of the same names; a "
        "relative path is looked for beside the recipe's file",
    )
    questions: OwnFolder | None = Field(
        default=None,
        description="folder of audit questions that are asked of this recipe alone, one a file: <name>.sql; a "
        "relative path is looked for beside the recipe's file",
    )

    @field_validator("name")
    @classmethod
    def _name_of_its_own(cls, name: str) -> str:
        if name.split("__")[0] in RESERVED:
            raise ValueError(
                f"{', '.join(RESERVED)} are names of what recipes share; give the recipe another"
            )
        return name

    @field_validator("prompts")
    @classmethod
    def _prompts_of_stages(cls, folder: Path | None) -> Path | None:
        OwnPrompts.read(folder)
        return folder

    @field_validator("questions")
    @classmethod
    def _questions_of_its_own(cls, folder: Path | None) -> Path | None:
        questions(folder)
        return folder

    @field_validator("languages")
    @classmethod
    def _known_languages(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [language for language in languages if language not in LANGUAGES]
        if unknown:
            raise ValueError(f"unknown language {', '.join(unknown)}; known are {', '.join(LANGUAGES)}")
        if len(set(languages)) != len(languages):
            raise ValueError("a language is named twice")
        return languages

    @field_validator("seeds")
    @classmethod
    def _judged_by_examples(cls, seeds: SeedSettings, info: ValidationInfo) -> SeedSettings:
        if seeds.docstring_judge is None:
            return seeds
        _refuse_offline(info, "docstring_judge asks")
        unknown = sorted(set(info.data.get("languages", ())) - set(judged_languages()))
        if unknown:
            raise ValueError(
                f"docstring_judge has labelled examples in {', '.join(judged_languages())} only, not in "
                f"{', '.join(unknown)}; leave it out, or take those languages to a recipe of their own"
            )
        return seeds

    @field_validator("instructions")
    @classmethod
    def _instructions_of_a_model(cls, settings: Any, info: ValidationInfo) -> Any:
        if INSTRUCTION_METHODS.open(settings.method).needs_model:
            _refuse_offline(info, f"method {settings.method} asks")
        return settings

    @field_validator("verification")
    @classmethod
    def _judged_by_a_model(cls, settings: Any, info: ValidationInfo) -> Any:
        if VERIFICATION_METHODS.open(settings.method).judges:
            _refuse_offline(info, f"method {settings.method} asks")
        return settings

    @field_validator("sft")
    @classmethod
    def _chosen_by_a_judge(cls, sft: SftSettings, info: ValidationInfo) -> SftSettings:
        method = getattr(info.data.get("verification"), "method", None)  # absent where it is wrong itself
        if sft.selection.choose != "judge" or method is None or VERIFICATION_METHODS.open(method).judges:
            return sft
        judging = [name for name in VERIFICATION_METHODS.names() if VERIFICATION_METHODS.open(name).judges]
        raise ValueError(
            f"selection by judge needs a judge, and verification is by {method}: set verification.method to "
            f"{' or '.join(judging)}, or choose to random or shortest"
        )

    @field_validator("checkpoint")
    @classmethod
    def _two_kinds_of_rows(cls, checkpoint: CheckpointSettings, info: ValidationInfo) -> CheckpointSettings:
        seeds, method = info.data.get("seeds"), getattr(info.data.get("instructions"), "method", None)
        if checkpoint.first_stage is None or seeds is None or method not in WITHOUT_EVOLUTION:
            return checkpoint
        if seeds.extraction.ready_rows or seeds.extraction.kind == READY_ROW:
            return checkpoint
        raise ValueError(
            "first_stage is for recipes with rows of two kinds, and all of this one's are written alike: set "
            "seeds.extraction.ready_rows to true, instructions.method to evol_instruct, or leave first_stage out"
        )


def _refuse_offline(info: ValidationInfo, who: str) -> None:
    engine = info.data.get("engine")  # absent where it is wrong itself
    if engine is not None and not ENGINES.open(engine.backend).is_model:
        raise ValueError(
            f"{who} a model, and the engine is offline: the rules that stand in for a model cannot answer it. "
            "Set engine to a backend with a model, or leave this out"
        )


def load_recipe(name_or_path: str) -> Recipe:
    """The recipe of that name, or in that file. Raises `RecipeError`."""
    path, content = read_recipe(name_or_path)
    try:
        return Recipe.model_validate(content, context={FOLDER: path.parent})
    except ValidationError as error:
        raise RecipeError(
            f"{path}: the recipe is wrong\n" + "\n".join(problems(error, Recipe, content))
        ) from error
