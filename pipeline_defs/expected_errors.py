"""The errors that are a user's to mend: printed as a message, without a traceback.

By name, so that whoever asks imports none of them: an error that was raised has its module loaded already.
"""

EXPECTED = frozenset(
    {
        "assets.asking.own_prompts.PromptError",
        "assets.audit.door.QuestionError",
        "assets.audit.questions.UnknownQuestionError",
        "assets.benchmarks.problem.BenchmarkError",
        "assets.exports.settings.ExportError",
        "assets.raw_corpus.take_down_rules.TakeDownError",
        "assets.sft_dataset.decisions.DecisionError",
        "pipeline_defs.pilot.pilot.PilotError",
        "pipeline_defs.planning.plan.SelectionError",
        "pipeline_defs.recipes.files.RecipeError",
        "pipeline_defs.running.runs.RunFailedError",
        "pipeline_defs.configuration.settings.SettingsError",
        "resources.alerts.sending.AlertError",
        "resources.corpus_source.base.SourceError",
        "resources.engines.base.EngineUnavailable",
        "resources.parquet_store.damage.DamagedTableError",
        "resources.parquet_store.store.MissingTableError",
        "resources.sandbox.base.SandboxUnavailable",
        "resources.trainer.base.TrainerUnavailable",
        "resources.type_checker.base.TypeCheckerUnavailable",
    }
)


def is_expected(error: BaseException | None) -> bool:
    """Whether `error`, or what it is a kind of, is one of these."""
    return any(f"{kind.__module__}.{kind.__qualname__}" in EXPECTED for kind in type(error).__mro__)
