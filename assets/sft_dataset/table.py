"""The table `sft_dataset`: one training row, its origin flat beside it."""

import polars as pl

from assets.rows.table import Column, Table, integer, text
from assets.sft_dataset.decontamination import EVIDENCE

TABLE = Table(
    key="sft_id",
    columns=(
        text("sft_id", "id of the training row: its prompt and completion"),
        text("response_id", "the verified response it was made from"),
        text("instruction_id", "the instruction answered"),
        text("seed_id", "the seed the instruction grew from"),
        text("file_id", "the file of the seed"),
        Column(
            "messages",
            pl.List(pl.Struct({"role": pl.String(), "content": pl.String()})),
            "chat form: user, then assistant",
        ),
        text("prompt", "the user's turn as plain text"),
        text("completion", "the assistant's turn as plain text"),
        text("language", "programming language of the seed"),
        text("code_language", "of most of the code in the completion; other: none of ours; null: no code"),
        text("task", "what the instruction asks for"),
        text("category", "subject of the instruction, by embedding; null: the recipe asks for none"),
        Column("category_similarity", pl.Float64(), "cosine with the category's description", volatile=True),
        text("engine", "engine that wrote it; offline: by rule, no model; null: copied from the corpus"),
        text("repo", "repository or package of the seed"),
        text("path", "path of the file in it"),
        text("commit", "commit or version"),
        text("license", "SPDX expression of the file's license; null: unknown"),
        integer("start_line", "first line of the seed in the file, from 1"),
        integer("end_line", "last line of the seed, inclusive"),
        text("proof", "how the response was proven: split or in_process"),
        Column("contamination", EVIDENCE, "benchmark problems found in the row (empty: none)"),
    ),
)
