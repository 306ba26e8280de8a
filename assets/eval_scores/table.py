"""The table `eval_scores`, a row a checkpoint, benchmark, task, language and k, and its sibling of judged samples."""

import polars as pl

from assets.rows.table import Column, Table, integer, text

SAMPLES = Table(
    key="sample_id",
    columns=(
        text("sample_id", "id of the sample: checkpoint, problem, task, sample number and program"),
        text("checkpoint_id", "the checkpoint that answered; canonical: the benchmark's own solutions"),
        text("benchmark", "name of the benchmark"),
        text("problem_id", "the problem's id in its benchmark"),
        text("task", "what was asked: complete, fix or explain"),
        text("language", "programming language"),
        Column("released", pl.Date(), "the day on which the problem became public"),
        Column("sample", pl.Int32(), "sample number, from 0"),
        text("completion", "what the model wrote"),
        text("finish_reason", "why it ended; null: no model was asked"),
        text("begun", "the beginning of the answer that was written for the model"),
        integer("max_tokens", "new tokens that the answer might have"),
        Column("has_code", pl.Boolean(), "whether there was code in the answer"),
        text("code", "the program's answer part, as it was run"),
        text("verdict", "what running the tests showed"),
        Column("passed", pl.Boolean(), "whether the verdict is a pass"),
        Column("unverified", pl.Boolean(), "whether the machine could not judge it"),
        text("detail", "the failed assertion or error"),
        text(
            "reason",
            "why the pass says nothing: the problem's tests hold for an answer that does nothing too; null: not so",
        ),
        Column("contaminated", pl.Boolean(), "whether the training data was found to hold the problem"),
    ),
)

TABLE = Table(
    key="score_id",
    columns=(
        text("score_id", "id of the score: checkpoint, benchmark, task, language, preset and k"),
        text("checkpoint_id", "the checkpoint", "checkpoint.checkpoint_id"),
        text("benchmark", "name of the benchmark", "benchmarks.benchmark"),
        text("task", "what was asked: complete, fix or explain"),
        text("language", "programming language", "benchmarks.language"),
        text("preset", "whose way of asking it was; scores of different presets are not comparable"),
        integer("k", "answers a problem may have"),
        Column(
            "pass_at_k",
            pl.Float64(),
            "share of problems solved, unbiased, over all problems",
            sources=("checkpoint.weights", "benchmarks.prompt", "benchmarks.test"),
        ),
        Column("low", pl.Float64(), "of its 95 % interval"),
        Column("high", pl.Float64(), "of its 95 % interval"),
        integer("problems", "problems scored", "benchmarks.problem_id"),
        integer("samples", "their samples"),
        Column(
            "clean_pass_at_k",
            pl.Float64(),
            "the same without contaminated problems",
            sources=(
                "checkpoint.weights",
                "benchmarks.prompt",
                "benchmarks.test",
                "sft_dataset.contamination",
            ),
        ),
        Column("clean_low", pl.Float64(), "of its 95 % interval"),
        Column("clean_high", pl.Float64(), "of its 95 % interval"),
        integer(
            "clean_problems",
            "problems scored and not contaminated",
            "benchmarks.problem_id",
            "sft_dataset.contamination",
        ),
        integer("clean_samples", "their samples"),
        Column("cut_off", pl.Float64(), "share of the answers that were cut at max_tokens"),
        Column("without_code", pl.Float64(), "share of the answers in which no code was found"),
        Column(
            "refused",
            pl.Float64(),
            "share of the answers without code that refuse, or that a filter held back",
        ),
        integer("unverified_problems", "problems left out because the machine could not judge an answer"),
    ),
)
