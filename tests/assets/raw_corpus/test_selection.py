"""Which files of all dumps make the corpus: newest dump, take-downs, licenses, one file per content."""

import hashlib
from collections import Counter

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.corpus_dump.source_files import FILE_SCHEMA
from assets.raw_corpus.license_policy import Policy, license_verdict
from assets.raw_corpus.selection import Selection, select_files
from assets.raw_corpus.take_down_rules import TakeDowns, parse_take_downs
from assets.rows.outcome import REJECTION_SCHEMA
from resources.ids import text_id


def file(
    repo: str, path: str, content: str, dump: str = "d1", license: str | None = "MIT", commit: str = "c"
) -> dict[str, object]:
    sha = hashlib.sha256(content.encode()).hexdigest()
    return {
        "file_id": text_id(repo, path, sha),
        "content": content,
        "language": "python",
        "repo": repo,
        "path": path,
        "commit": commit,
        "license": license,
        "dump": dump,
        "size": len(content),
        "sha256": sha,
    }


def select(
    *rows: dict[str, object], allow: Policy = "permissive", rules: str = "", order: tuple[str, ...] = ()
) -> Selection:
    frame = pl.LazyFrame(list(rows), schema=FILE_SCHEMA)
    return select_files(frame, dump_order=order, allow=allow, take_downs=parse_take_downs(rules, "t"))


def kept(selection: Selection) -> set[tuple[str, str, str]]:
    return set(selection.kept.select("repo", "content", "dump").collect().iter_rows())


def reasons(selection: Selection) -> dict[str, int]:
    return dict(Counter(selection.rejected.collect()["reason"]))


def test_the_newest_dump_wins() -> None:
    old, new = file("r", "a.py", "1", "2024-01"), file("r", "a.py", "2", "2025-01")
    selection = select(new, old)
    assert kept(selection) == {("r", "2", "2025-01")}
    rejected = selection.rejected.collect()
    assert rejected.schema == REJECTION_SCHEMA
    assert rejected.rows() == [
        (
            old["file_id"],
            "raw_corpus",
            "superseded",
            f"{new['file_id']} of dump 2025-01",
            old["file_id"],
            "r",
            "a.py",
        )
    ]
    assert selection.counts == {"read": 2, "kept": 1, "superseded": 1}


def test_the_order_of_dumps_can_be_said() -> None:
    a, b, c = (file("r", "a.py", text, dump) for text, dump in (("1", "zeta"), ("2", "alpha"), ("3", "beta")))
    assert kept(select(a, b, order=("zeta", "alpha"))) == {("r", "2", "alpha")}
    assert kept(select(a, b, c, order=("zeta", "alpha"))) == {("r", "3", "beta")}


def test_an_unchanged_file_takes_the_newest_commit() -> None:
    selection = select(file("r", "a.py", "1", "d1", commit="old"), file("r", "a.py", "1", "d2", commit="new"))
    assert selection.kept.collect()["commit"].to_list() == ["new"]
    assert reasons(selection) == {"superseded": 1}


def test_a_rejected_newest_state_does_not_bring_the_old_one_back() -> None:
    old, new = file("r", "a.py", "1", "d1"), file("r", "a.py", "2", "d2", license="GPL-3.0-only")
    assert kept(select(old, new)) == set()
    assert reasons(select(old, new)) == {"superseded": 1, "license": 1}
    new = file("r", "a.py", "2", "d2")
    assert reasons(select(old, new, rules=f"sha256 {new['sha256']}")) == {"superseded": 1, "taken_down": 1}


def test_one_file_per_content_the_permissive_one_then_the_oldest() -> None:
    gpl = file("a", "a.py", "same", "d1", license="GPL-3.0-only")
    late = file("b", "a.py", "same", "d2")
    early = file("c", "a.py", "same", "d1")
    assert kept(select(gpl, late, early, allow="any")) == {("c", "same", "d1")}
    assert kept(select(gpl, late, allow="any")) == {("b", "same", "d2")}
    rejected = select(gpl, late, allow="any").rejected.collect()
    assert rejected.select("reason", "detail").rows() == [
        ("exact_duplicate", f"same content as {late['file_id']}")
    ]


def test_a_copy_that_is_not_allowed_is_no_reason_to_drop_the_other() -> None:
    gpl, mit = file("a", "a.py", "same", license="GPL-3.0-only"), file("b", "a.py", "same")
    assert kept(select(gpl, mit)) == {("b", "same", "d1")}
    assert kept(select(file("a", "a.py", "same"), mit, rules="repo a")) == {("b", "same", "d1")}


def test_a_later_dump_does_not_move_the_choice_between_equal_contents() -> None:
    """Else every row that grew from the file would get new parents for nothing."""
    first, second = sorted(
        (file("a", "x.py", "same"), file("b", "x.py", "same")), key=lambda row: str(row["file_id"])
    )
    again = {**first, "dump": "d2", "commit": "new"}
    assert kept(select(first, second)) == {(first["repo"], "same", "d1")}
    assert kept(select(first, second, again)) == {(first["repo"], "same", "d2")}


def test_a_file_twice_in_one_dump() -> None:
    row = file("r", "a.py", "1")
    assert reasons(select(row, row, {**row, "commit": "other"})) == {"exact_duplicate": 2}
    assert reasons(select(row, file("r", "a.py", "2"))) == {"superseded": 1}


def test_unknown_licenses_and_policies() -> None:
    unknown, gpl = file("a", "a.py", "1", license=None), file("b", "b.py", "2", license="GPL-3.0-only")
    assert select(unknown, gpl).rejected.collect()["detail"].to_list() == [
        "license not known",
        "not permissive: GPL-3.0-only",
    ]
    assert {row[0] for row in kept(select(unknown, gpl, allow="any-known"))} == {"b"}
    assert {row[0] for row in kept(select(unknown, gpl, allow="any"))} == {"a", "b"}
    assert {row[0] for row in kept(select(unknown, gpl, allow=("GPL-3.0-only",)))} == {"b"}


def test_take_downs_name_their_rule() -> None:
    rejected = select(
        file("o/n", "src/a.py", "1"), rules="# asked on Monday\npath o/n src/**"
    ).rejected.collect()
    assert rejected["detail"].to_list() == ["line 2: path o/n src/**"]


def test_no_files_at_all() -> None:
    selection = select()
    assert selection.counts == {"read": 0, "kept": 0}
    assert selection.kept.collect().schema == FILE_SCHEMA
    assert selection.rejected.collect().schema == REJECTION_SCHEMA


def test_a_scan_larger_than_one_row_group_is_read_in_order(tmp_path) -> None:
    """The choice is made on a narrow table and joined back by position: over files on disk too."""
    rows = [
        file(f"r{number % 50}", f"{number % 700}.py", f"{number % 900}", f"d{number % 3}")
        for number in range(3000)
    ]
    frame = pl.DataFrame(rows, schema=FILE_SCHEMA)
    for dump in ("d0", "d1", "d2"):
        (tmp_path / f"dump={dump}").mkdir()
        frame.filter(dump=dump).write_parquet(tmp_path / f"dump={dump}" / "data.parquet", row_group_size=100)
    scanned = pl.scan_parquet(tmp_path / "**" / "*.parquet", hive_partitioning=True)
    selection = select_files(scanned, dump_order=(), allow="any", take_downs=TakeDowns.none())
    in_memory = select(*rows, allow="any")
    assert kept(selection) == kept(in_memory)
    assert selection.counts == in_memory.counts
    target = tmp_path / "kept.parquet"
    selection.kept.sink_parquet(target)
    assert pl.read_parquet(target).height == selection.counts["kept"]


rows_of_corpus = st.lists(
    st.builds(
        file,
        repo=st.sampled_from(["o/a", "o/b", "p/a"]),
        path=st.sampled_from(["x.py", "y.py"]),
        content=st.sampled_from(["1", "2", "3"]),
        dump=st.sampled_from(["d1", "d2", "d3"]),
        license=st.sampled_from(["MIT", "GPL-3.0-only", "MIT OR GPL-3.0-only", None]),
        commit=st.sampled_from(["c1", "c2"]),
    ),
    max_size=14,
)
policies = st.sampled_from(["permissive", "any-known", "any", ("GPL-3.0-only",)])
rule_texts = st.sampled_from(
    ["", "repo o/a", "repo o/*", "path p/a x*", "sha256 " + hashlib.sha256(b"1").hexdigest()]
)


@settings(max_examples=120, deadline=None)
@given(rows_of_corpus, policies, rule_texts, st.randoms(use_true_random=False))
@pytest.mark.slow(seconds=3)
def test_nothing_is_lost_order_does_not_matter_and_again_changes_nothing(rows, allow, rules, random) -> None:
    selection = select(*rows, allow=allow, rules=rules)
    chosen, rejected = selection.kept.collect(), selection.rejected.collect()
    assert chosen.height + rejected.height == len(rows)
    assert selection.counts == {"read": len(rows), "kept": chosen.height} | reasons(selection)
    assert Counter(chosen["file_id"]) + Counter(rejected["id"]) == Counter(row["file_id"] for row in rows)
    assert rejected["detail"].null_count() == 0

    assert chosen["file_id"].is_unique().all()
    assert chosen["sha256"].is_unique().all()
    assert chosen.select("repo", "path").is_unique().all()
    assert all(license_verdict(license, allow).allowed for license in chosen["license"])
    newest: dict[tuple[object, object], str] = {}
    for row in rows:
        place = row["repo"], row["path"]
        newest[place] = max(newest.get(place, ""), row["dump"])
    assert all(row["dump"] == newest[row["repo"], row["path"]] for row in chosen.iter_rows(named=True))

    shuffled = list(rows)
    random.shuffle(shuffled)
    other = select(*shuffled, allow=allow, rules=rules)
    assert sorted(other.kept.collect().rows(), key=str) == sorted(chosen.rows(), key=str)
    assert sorted(other.rejected.collect().rows(), key=str) == sorted(rejected.rows(), key=str)

    again = select(*chosen.to_dicts(), allow=allow, rules=rules)
    assert again.kept.collect().equals(chosen)


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_dump_taken_in_again_changes_nothing_but_the_account(repeats: int) -> None:
    rows = [file("a", f"{number}.py", f"{number % 4}") for number in range(8)]
    once, more = select(*rows), select(*rows, *(rows * repeats))
    assert kept(once) == kept(more)
