"""The table `benchmarks`: one evaluation problem."""

from assets.table import Table, text

TABLE = Table(
    key="problem_id",
    columns=(
        text("benchmark", "name of the benchmark"),
        text("problem_id", "the problem's name in its benchmark"),
        text("language", "programming language; null: none"),
        text("prompt", "what a model is given to complete; null where the benchmark has none"),
        text("question", "the problem in words: the side that decontamination looks for"),
        text("docstring", "the docstring in the prompt"),
        text("canonical_solution", "the benchmark's own solution"),
        text("entry_point", "the function that the tests call"),
        text("test", "the tests"),
    ),
)
