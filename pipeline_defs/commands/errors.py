"""The errors that are a user's to mend: printed as a message, without a traceback."""

from assets.audit.questions import UnknownQuestionError
from assets.benchmarks.problem import BenchmarkError
from assets.raw_corpus.take_downs import TakeDownError
from pipeline_defs.planning import SelectionError
from pipeline_defs.recipes.model import RecipeError
from pipeline_defs.runs import RunFailedError
from pipeline_defs.settings import SettingsError
from resources.corpus_source.base import SourceError
from resources.engines.base import EngineUnavailable
from resources.parquet_store import DamagedTableError, MissingTableError
from resources.sandbox.base import SandboxUnavailable
from resources.trainer.base import TrainerUnavailable
from resources.type_checker.base import TypeCheckerUnavailable

EXPECTED = (
    BenchmarkError,
    DamagedTableError,
    EngineUnavailable,
    MissingTableError,
    RecipeError,
    RunFailedError,
    SandboxUnavailable,
    SelectionError,
    SettingsError,
    SourceError,
    TakeDownError,
    TrainerUnavailable,
    TypeCheckerUnavailable,
    UnknownQuestionError,
)
