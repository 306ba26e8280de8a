"""Near-duplicates against datasketch: speed of signatures and of the whole, recall and precision, memory at scale.

    python tests/benchmarks/bench_near_duplicates.py [--rows 100000] [--rounds 3] [--sample 5000]
    python tests/benchmarks/bench_near_duplicates.py --scale 250000 500000 1000000
    python tests/benchmarks/bench_near_duplicates.py --corpus-gb 6 --limit-gb 2

Rows are real Python functions. Datasketch and rensa get their token sets ready-made; ours starts from the text.
Rounds are interleaved; a line gives the median with minimum and maximum, and the ratio of the medians. `--scale`
runs `seedline dedup` in a process of its own over edited copies of the functions. `--corpus-gb` does so over a
corpus of that size, and fails where the process's resident memory went over `--limit-gb`.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, islice
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
from real_functions import real_functions

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from assets.texts.near_duplicates.bands import band_hashes, choose_band_size  # noqa: E402
from assets.texts.near_duplicates.families import estimated_similarity  # noqa: E402
from assets.texts.near_duplicates.find import near_duplicates_of  # noqa: E402
from assets.texts.near_duplicates.settings import NearDuplicateSettings  # noqa: E402
from assets.texts.near_duplicates.signatures import signature_matrix, signatures  # noqa: E402

TOKEN = re.compile("[A-Za-z_0-9]+")
SETS_AT_ONCE = 10_000
ROWS_WRITTEN_AT_ONCE = 5000
Pairs = set[tuple[int, int]]


def batched(items: Iterable, size: int) -> Iterator[list]:
    """The items in lists of `size`."""
    waiting = iter(items)
    while part := list(islice(waiting, size)):
        yield part


def shingle_sets(texts: list[str], ngram: int) -> list[set[str]]:
    """The shingles of each text as strings."""
    sets = []
    for text in texts:
        tokens = TOKEN.findall(text)
        starts = range(max(1, len(tokens) - ngram + 1)) if tokens else ()
        sets.append({" ".join(tokens[start : start + ngram]) for start in starts})
    return sets


def sketches(sets: list[set[str]], permutations: int) -> list:
    """Datasketch's signatures, as its documentation makes many of them."""
    from datasketch import MinHash

    return MinHash.bulk([[shingle.encode() for shingle in found] for found in sets], num_perm=permutations)


def datasketch_pairs(minhashes: list, threshold: float, permutations: int) -> Pairs:
    """Pairs (earlier row, later row) that datasketch's index returns: insert and query, row by row."""
    from datasketch import MinHashLSH

    index = MinHashLSH(threshold=threshold, num_perm=permutations)
    pairs: Pairs = set()
    for row, minhash in enumerate(minhashes):
        pairs.update((other, row) for other in index.query(minhash))
        index.insert(row, minhash)
    return pairs


def our_pairs(texts: pl.DataFrame, settings: NearDuplicateSettings) -> Pairs:
    """All pairs that share a band and whose estimate reaches the threshold: the links of the families."""
    signed = signatures(texts, settings, key="id")["signature"]
    matrix = signature_matrix(signed.fill_null(b"\xff" * 4 * settings.permutations), settings)
    candidates: Pairs = set()
    for hashes in band_hashes(matrix, choose_band_size(settings.threshold, settings.permutations)):
        buckets = pl.DataFrame({"hash": hashes}).with_row_index("row").group_by("hash").agg("row")
        for rows in buckets.filter(pl.col("row").list.len() > 1)["row"]:
            candidates.update(combinations(sorted(rows.to_list()), 2))
    one, other = np.array(sorted(candidates)).reshape(-1, 2).T
    linked = estimated_similarity(matrix, one, other) >= settings.threshold
    return set(zip(one[linked].tolist(), other[linked].tolist(), strict=True))


def exact_pairs(sets: list[set[str]], threshold: float) -> Pairs:
    """Pairs whose exact Jaccard similarity reaches the threshold."""
    from scipy import sparse

    words: dict[str, int] = {}
    cells = [
        (row, words.setdefault(shingle, len(words))) for row, found in enumerate(sets) for shingle in found
    ]
    rows, columns = np.array(cells).T
    table = sparse.csr_matrix((np.ones(len(rows), np.int64), (rows, columns)))
    shared = sparse.triu(table @ table.T, 1).tocoo()
    sizes = np.array([len(found) for found in sets])
    jaccard = shared.data / (sizes[shared.row] + sizes[shared.col] - shared.data)
    near = jaccard >= threshold
    return set(zip(shared.row[near].tolist(), shared.col[near].tolist(), strict=True))


def paired(tasks: dict[str, Callable[[], object]], rounds: int, rows: int) -> None:
    """Run the tasks in turn, `rounds` times; print rows a second, and each against the first."""
    wall: dict[str, list[float]] = {name: [] for name in tasks}
    cpu: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name, task in tasks.items():
            started, started_cpu = time.perf_counter(), time.process_time()
            task()
            wall[name].append(time.perf_counter() - started)
            cpu[name].append(time.process_time() - started_cpu)
    first = next(iter(tasks))
    for name in tasks:
        rates = [rows / seconds for seconds in wall[name]]
        ratio = statistics.median(wall[first]) / statistics.median(wall[name])
        cpu_ratio = statistics.median(cpu[first]) / statistics.median(cpu[name])
        print(
            f"  {name:32} {statistics.median(rates):>10,.0f} rows/s ({min(rates):,.0f} to {max(rates):,.0f})"
            f"  {ratio:6.1f} x {first} by the clock, {cpu_ratio:6.1f} x in CPU time"
        )


def speed(rows: int, rounds: int, settings: NearDuplicateSettings) -> None:
    """Signatures alone, then the whole from text to dropped rows."""
    functions = real_functions(rows)
    sets = shingle_sets(functions["text"].to_list(), settings.ngram)
    count = settings.permutations

    def bulk() -> list:
        return [sketch for part in batched(sets, SETS_AT_ONCE) for sketch in sketches(part, count)]

    def rensa_signatures() -> None:
        from rensa import RMinHash

        for part in batched(sets, SETS_AT_ONCE):
            digests = RMinHash.digests_from_token_sets([list(found) for found in part], count, 1)
            np.array(digests, np.uint32)

    def ours() -> pl.DataFrame:
        return signatures(functions, settings, key="id")

    print(f"signatures, {rows:,} functions, {count} permutations, {settings.ngram}-grams")
    paired({"datasketch": bulk, "rensa": rensa_signatures, "ours, from text": ours}, rounds, rows)

    def datasketch_whole() -> None:
        prepared = shingle_sets(functions["text"].to_list(), settings.ngram)
        minhashes = [sketch for part in batched(prepared, SETS_AT_ONCE) for sketch in sketches(part, count)]
        datasketch_pairs(minhashes, settings.threshold, count)

    def ours_whole() -> None:
        near_duplicates_of(ours(), settings, prefer=[], id_column="id")

    print(f"text to near-duplicates, {rows:,} functions, threshold {settings.threshold}")
    paired({"datasketch": datasketch_whole, "ours": ours_whole}, rounds, rows)


def quality(sample: int, settings: NearDuplicateSettings) -> None:
    """Recall and precision of the pairs, on functions of which several share a name (so that many are alike)."""
    named = real_functions().with_columns(pl.col("text").str.extract(r"def\s+(\w+)").alias("name"))
    groups = (
        named.group_by("name", maintain_order=True).agg(pl.all().head(5)).filter(pl.col("id").list.len() == 5)
    )
    chosen = groups.sample(sample // 5, seed=0).explode("id", "text").select("id", "text")
    sets = shingle_sets(chosen["text"].to_list(), settings.ngram)
    print(
        f"against exact Jaccard, {chosen.height:,} functions of {sample // 5:,} names, 3 draws of the permutations"
    )
    for threshold in (0.5, 0.7):
        exact = exact_pairs(sets, threshold)
        for permutations in (128, 256):
            scores: dict[str, list[tuple[float, float]]] = {"datasketch": [], "ours": []}
            for seed in (1, 2, 3):
                from datasketch import MinHash

                prepared = [[shingle.encode() for shingle in found] for found in sets]
                minhashes = MinHash.bulk(prepared, num_perm=permutations, seed=seed)
                chosen_settings = NearDuplicateSettings(
                    threshold=threshold, ngram=settings.ngram, permutations=permutations, seed=seed
                )
                found = {
                    "datasketch": datasketch_pairs(minhashes, threshold, permutations),
                    "ours": our_pairs(chosen, chosen_settings),
                }
                for name, pairs in found.items():
                    hits = len(pairs & exact)
                    scores[name].append((hits / len(exact), hits / max(1, len(pairs))))
            for name, values in scores.items():
                recalls, precisions = zip(*values, strict=True)
                print(
                    f"  threshold {threshold}, {permutations} permutations, {len(exact):,} true pairs, {name:10}"
                    f"  recall {statistics.median(recalls):.3f} ({min(recalls):.3f} to {max(recalls):.3f})"
                    f"  precision {statistics.median(precisions):.3f} ({min(precisions):.3f} to {max(precisions):.3f})"
                )


def edited_copies(rows: int, functions_a_row: int, path: Path) -> None:
    """Write `rows` rows of `functions_a_row` functions each; every row has another name and some more tokens."""
    texts = real_functions()["text"]
    draw = np.random.default_rng(0)
    writer: pq.ParquetWriter | None = None
    for start in range(0, rows, ROWS_WRITTEN_AT_ONCE):
        count = min(ROWS_WRITTEN_AT_ONCE, rows - start)
        parts = [texts.gather(draw.integers(0, len(texts), count)) for _ in range(functions_a_row)]
        number = pl.int_range(start, start + count).cast(pl.String)
        words = [pl.Series(draw.integers(0, 1000, count)).cast(pl.String) for _ in range(3)]
        block = pl.DataFrame({f"part_{place}": part for place, part in enumerate(parts)}).select(
            number.str.zfill(9).alias("id"),
            pl.concat_str(
                pl.lit("def edited_") + number + "(): pass\n",
                *[f"part_{place}" for place in range(functions_a_row)],
                *[pl.lit("\nedited_") + word for word in words],
            ).alias("text"),
        )
        table = block.to_arrow()
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer:
        writer.close()


def dedup_in_a_process(path: Path, permutations: int) -> tuple[float, float, float, str]:
    """Seconds, CPU seconds and peak memory in GB of `seedline dedup` over `path`; what it said last."""
    out = path.with_name("out.parquet")
    program = (
        "import typer; from pipeline_defs.commands.dedup import dedup; "
        "app = typer.Typer(); app.command()(dedup); app()"
    )
    arguments = [str(path), str(out), "--id", "id", "--permutations", str(permutations)]
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"dedup failed:\n{said[-2000:]}")
    last = [line.strip() for line in said.splitlines() if line.strip()]
    seconds, cpu = time.perf_counter() - started, usage.ru_utime + usage.ru_stime
    return seconds, cpu, usage.ru_maxrss / 2**20, "; ".join(last[-3:])


def scale(sizes: list[int], permutations: int) -> None:
    """Time and memory of the command as the rows double."""
    print(f"seedline dedup over edited copies of real functions, {permutations} permutations")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.parquet"
            edited_copies(rows, 1, path)
            seconds, cpu, peak, said = dedup_in_a_process(path, permutations)
        print(
            f"  {rows:>9,} rows  {seconds:6.1f} s  {cpu:6.1f} s CPU  {cpu / rows * 1e6:5.1f} us CPU a row  "
            f"peak {peak:.2f} GB  ({said})"
        )


def larger_than_memory(corpus_gb: float, limit_gb: float, permutations: int) -> None:
    """The command over a corpus larger than the memory that its process may hold."""
    mean = float(real_functions()["text"].str.len_bytes().mean() or 1)  # pyright: ignore[reportArgumentType]
    rows = int(corpus_gb * 2**30 / (10 * mean))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        edited_copies(rows, 10, path)
        size = (
            pl.scan_parquet(path).select(pl.col("text").str.len_bytes().cast(pl.Int64).sum()).collect().item()
        )
        seconds, cpu, peak, said = dedup_in_a_process(path, permutations)
    print(
        f"seedline dedup, {size / 2**30:.1f} GB of text in {rows:,} rows, limit {limit_gb} GB: "
        f"peak {peak:.2f} GB, {seconds:.0f} s, {cpu:.0f} s CPU ({said})"
    )
    if peak > limit_gb:
        raise SystemExit(f"peak of {peak:.2f} GB is over the limit of {limit_gb} GB")


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=5000)
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--ngram", type=int, default=5)
    parser.add_argument("--permutations", type=int, default=128)
    parser.add_argument("--scale", type=int, nargs="+")
    parser.add_argument("--corpus-gb", type=float)
    parser.add_argument("--limit-gb", type=float, default=2)
    asked = parser.parse_args()
    settings = NearDuplicateSettings(
        threshold=asked.threshold, ngram=asked.ngram, permutations=asked.permutations
    )
    if asked.scale:
        scale(asked.scale, asked.permutations)
    elif asked.corpus_gb:
        larger_than_memory(asked.corpus_gb, asked.limit_gb, asked.permutations)
    else:
        speed(asked.rows, asked.rounds, settings)
        quality(asked.sample, settings)


if __name__ == "__main__":
    main()
