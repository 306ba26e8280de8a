"""The table `sft_dataset`: one training row, its origin flat beside it."""

import polars as pl

from assets.corpus_dump.table import LICENSE_SOURCE
from assets.rows.table import Column, Table, integer, text
from assets.sft_dataset.decontamination import EVIDENCE

TABLE = Table(
    key="sft_id",
    columns=(
        text(
            "sft_id",
            "id of the training row: its prompt and completion",
            "verified_responses.instruction",
            "verified_responses.response",
        ),
        text("response_id", "the verified response it was made from", "verified_responses.response_id"),
        text("instruction_id", "the instruction answered", "verified_responses.instruction_id"),
        text("seed_id", "the seed the instruction grew from", "verified_responses.seed_id"),
        text("file_id", "the file of the seed", "verified_responses.file_id"),
        Column(
            "messages",
            pl.List(pl.Struct({"role": pl.String(), "content": pl.String()})),
            "chat form: user, then assistant",
            sources=(
                "verified_responses.instruction",
                "verified_responses.response",
                "verified_responses.code",
            ),
        ),
        text("prompt", "the user's turn as plain text", "verified_responses.instruction"),
        text(
            "completion",
            "the assistant's turn as plain text",
            "verified_responses.response",
            "verified_responses.code",
        ),
        text("language", "programming language of the seed", "verified_responses.language"),
        text(
            "code_language",
            "of most of the code in the completion; other: none of ours; null: no code",
            "verified_responses.response",
        ),
        text("task", "what the instruction asks for", "verified_responses.task"),
        text(
            "category",
            "subject of the instruction, by embedding; null: the recipe asks for none",
            "verified_responses.instruction",
        ),
        Column(
            "category_similarity",
            pl.Float64(),
            "cosine with the category's description",
            volatile=True,
            sources=("verified_responses.instruction",),
        ),
        text(
            "engine",
            "engine that wrote it; offline: by rule, no model; given: came ready with a data set; null: copied from "
            "the corpus",
            "verified_responses.generation",
        ),
        text("repo", "repository or package of the seed", "raw_corpus.repo"),
        text("path", "path of the file in it", "raw_corpus.path"),
        text("commit", "commit or version", "raw_corpus.commit"),
        text("license", "SPDX expression of the file's license; null: unknown", "raw_corpus.license"),
        text("license_source", f"of the file: {LICENSE_SOURCE}", "raw_corpus.license_source"),
        integer("start_line", "first line of the seed in the file, from 1", "filtered_seeds.start_line"),
        integer("end_line", "last line of the seed, inclusive", "filtered_seeds.end_line"),
        text("proof", "how the response was proven: split or in_process", "verified_responses.proof"),
        Column(
            "contamination",
            EVIDENCE,
            "benchmark problems found in the row (empty: none)",
            sources=(
                "verified_responses.instruction",
                "verified_responses.response",
                "benchmarks.problem_id",
            ),
        ),
    ),
)
