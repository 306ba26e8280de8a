"""What a user relies on: which row of a family stays, the evidence, and what adding rows or runs changes."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.texts.near_duplicates.find import find_near_duplicates, near_duplicates_of
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.signatures import signatures

SETTINGS = NearDuplicateSettings(threshold=0.6, ngram=2, words="words", permutations=64)
WORDS = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lamda", "mu"]


@st.composite
def corpora(draw: st.DrawFn) -> pl.DataFrame:
    """Texts and edited copies of them, with ranks that often tie."""
    bases = draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14), min_size=1, max_size=5))
    texts: list[str | None] = [None]
    for base in bases:
        for _ in range(draw(st.integers(1, 5))):
            copy = list(base)
            for _ in range(draw(st.integers(0, 4))):
                copy[draw(st.integers(0, len(copy) - 1))] = draw(st.sampled_from(WORDS))
            texts.append(" ".join(copy))
    ranks = st.lists(st.integers(0, 2), min_size=len(texts), max_size=len(texts))
    frame = pl.DataFrame(
        {"seed_id": [f"id{number:02}" for number in range(len(texts))], "text": texts},
        schema={"seed_id": pl.String, "text": pl.String},
    )
    return frame.with_columns(
        signatures(frame, SETTINGS, key="seed_id", threads=1)["signature"],
        pl.Series("license_rank", draw(ranks), dtype=pl.Int64),
        pl.Series("dump", draw(ranks), dtype=pl.Int64),
    )


def run(rows: pl.DataFrame, threshold: float = 0.6) -> tuple[set[str], dict[str, str]]:
    """The ids kept, and the representative of each id dropped."""
    chosen = SETTINGS.model_copy(update={"threshold": threshold})
    duplicates = near_duplicates_of(rows, chosen, prefer=["license_rank", "dump"], id_column="seed_id")
    dropped = dict(zip(duplicates["id"], duplicates["representative"], strict=True))
    return set(rows["seed_id"]) - set(dropped), dropped


@given(corpora())
@settings(max_examples=150, deadline=None)
def test_a_second_run_over_the_kept_rows_drops_none(rows: pl.DataFrame) -> None:
    kept, _ = run(rows)
    assert run(rows.filter(pl.col("seed_id").is_in(list(kept)))) == (kept, {})


@given(corpora(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_rows_changes_nothing(rows: pl.DataFrame, draw) -> None:
    order = list(range(rows.height))
    draw.shuffle(order)
    prefer = ["license_rank", "dump"]
    one = near_duplicates_of(rows, SETTINGS, prefer=prefer, id_column="seed_id")
    assert near_duplicates_of(rows[order], SETTINGS, prefer=prefer, id_column="seed_id").equals(one)


@given(corpora(), st.floats(0.05, 1), st.floats(0.05, 1))
@settings(max_examples=150, deadline=None)
@pytest.mark.slow(seconds=2)
def test_a_lower_threshold_keeps_no_row_that_a_higher_one_drops(
    rows: pl.DataFrame, one: float, other: float
) -> None:
    assert run(rows, min(one, other))[0] <= run(rows, max(one, other))[0]


@given(corpora(), st.data())
@settings(max_examples=150, deadline=None)
def test_more_rows_never_bring_a_dropped_row_back(rows: pl.DataFrame, data: st.DataObject) -> None:
    earlier = rows.filter(
        pl.Series(data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows))))
    )
    kept_before, dropped_before = run(earlier)
    kept_after, _ = run(rows)
    assert kept_after & set(earlier["seed_id"]) <= kept_before
    assert not kept_after & set(dropped_before)


@given(corpora())
@settings(max_examples=100, deadline=None)
def test_every_dropped_row_names_a_kept_row_that_ranks_before_it(rows: pl.DataFrame) -> None:
    kept, dropped = run(rows)
    rank = {row["seed_id"]: (row["license_rank"], row["dump"], row["seed_id"]) for row in rows.to_dicts()}
    assert all(winner in kept and rank[winner] < rank[loser] for loser, winner in dropped.items())
    assert "id00" in kept  # no text, no duplicate


def family(ids: list[str], **ranks: list[object]) -> pl.DataFrame:
    rows = pl.DataFrame({"seed_id": ids, "text": ["def add(a, b): return a + b"] * len(ids), **ranks})
    return rows.with_columns(signatures(rows, SETTINGS, key="seed_id")["signature"])


def test_the_permissive_license_wins_then_the_oldest_dump_then_the_lowest_id() -> None:
    rows = family(["d", "c", "b", "a"], license_rank=[1, 0, 0, 0], dump=["2023", "2025", "2024", "2024"])
    outcome = find_near_duplicates(rows, SETTINGS, prefer=["license_rank", "dump"])
    assert outcome.kept["seed_id"].to_list() == ["a"]
    rows = rows.with_columns(license_rank=pl.Series([0, 1, 1, None]))
    assert find_near_duplicates(rows, SETTINGS, prefer=["license_rank"]).kept["seed_id"].to_list() == ["d"]
    assert find_near_duplicates(rows, SETTINGS, prefer=["dump"]).kept["seed_id"].to_list() == ["d"]


def test_rejections_carry_the_evidence_and_kept_rows_their_order_and_columns() -> None:
    chosen = SETTINGS.model_copy(update={"threshold": 0.5, "permutations": 256})
    texts = [
        "def one(): return 1",
        "def add(first, second): return first + second",
        "",
        "def add(first, second): return second",
    ]
    rows = pl.DataFrame({"seed_id": ["z", "y", "x", "w"], "text": texts})
    rows = rows.with_columns(signatures(rows, chosen, key="seed_id")["signature"])
    outcome = find_near_duplicates(rows, chosen, prefer=[])
    assert outcome.kept.rows() == [("z", texts[0]), ("x", ""), ("w", texts[3])]
    assert outcome.rejected.select("id", "stage", "reason").rows() == [
        ("y", "near_duplicates", "near_duplicate")
    ]
    detail = outcome.rejected["detail"][0]
    assert detail.startswith("representative=w similarity=0.")
    assert abs(float(detail.rsplit("=", 1)[1]) - 4 / 6) < 0.2


def test_nothing_in_nothing_out() -> None:
    outcome = find_near_duplicates(family([]).cast({"seed_id": pl.String}), SETTINGS, prefer=[])
    assert outcome.kept.height == outcome.rejected.height == 0


@pytest.mark.parametrize(
    ("ids", "message"), [(["a", "b", "a"], "seed_id 'a' is there more"), (["a", None], "1 rows")]
)
def test_ids_that_name_no_row_are_refused(ids: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        near_duplicates_of(family(ids), SETTINGS, prefer=[], id_column="seed_id")


def families_of(texts: list[str | None], **chosen: object) -> list[int]:
    """For each text the place of the first of its family."""
    rows = pl.DataFrame({"seed_id": [f"{place:03}" for place in range(len(texts))], "text": texts})
    picked = NearDuplicateSettings.model_validate({"threshold": 0.7, "permutations": 256} | chosen)
    rows = rows.with_columns(signatures(rows, picked, key="seed_id")["signature"])
    found = near_duplicates_of(rows, picked, prefer=[], id_column="seed_id")
    winner = dict(zip(found["id"], found["representative"], strict=True))
    return [int(winner.get(name, name)) for name in rows["seed_id"]]


TASKS = [
    "请用 Python 编写一个函数，计算列表中所有数字的平均值。",
    "请用 Python 编写一个函数，判断一个字符串是否是回文。",
    "Напишите на Python функцию, которая переворачивает строку.",
    "Напишите на Python функцию, которая сортирует список по убыванию.",
    "Python でリストの合計を計算する関数を書いてください。",
    "Python で文字列を逆順にする関数を書いてください。",
    "Python으로 두 수의 최대공약수를 구하는 함수를 작성하세요.",
    "Python으로 문자열에서 모음의 개수를 세는 함수를 작성하세요.",
    "เขียนฟังก์ชัน Python ที่หาค่าเฉลี่ยของรายการ",
    "เขียนฟังก์ชัน Python ที่กลับลำดับของสตริง",
    "اكتب دالة Python لحساب مجموع قائمة من الأعداد.",
    "اكتب دالة Python لعكس ترتيب سلسلة نصية.",
    "सूची का औसत निकालने के लिए Python फ़ंक्शन लिखें।",
    "स्ट्रिंग को उल्टा करने के लिए Python फ़ंक्शन लिखें।",
    "Γράψε μια συνάρτηση Python που ταξινομεί μια λίστα.",
    "כתוב פונקציה ב-Python שמחשבת ממוצע של רשימה.",
]


@pytest.mark.parametrize("words", ["words", "code"])
def test_tasks_in_other_scripts_that_share_a_latin_word_are_no_family(words: str) -> None:
    assert families_of([*TASKS, *TASKS], words=words) == [*range(len(TASKS))] * 2


def test_a_task_said_nearly_the_same_is_found_in_every_script() -> None:
    near = [
        "写一个 Python 程序，读取文件并统计每个单词出现的次数，然后把结果按照次数从高到低打印出来。",
        "写一个 Python 程序，读取文件并统计每个单词出现的次数，然后把结果按照次数从高到低打印出来吧。",
        "Write a program that reads a file, counts how often each word occurs, and prints them by their count.",
        "Напишите программу, которая читает файл и считает, сколько раз встречается каждое слово в этом тексте",
        "Напишите программу, которая читает файл и считает, сколько раз встречается каждое слово в тексте",
    ]
    assert families_of(near, threshold=0.6) == [0, 0, 2, 3, 3]


def test_the_published_expression_sees_only_the_latin_word() -> None:
    assert families_of(TASKS[:4], words="ascii") == [0, 0, 0, 0]


def test_operators_tell_code_apart_and_only_where_rows_are_code() -> None:
    rows = ["x = a + b", "x = a - b", "x = a * b", "x == a + b", "if a < b: pass", "if a >= b: pass"]
    assert families_of(rows) == [0, 1, 2, 3, 4, 5]
    assert families_of(rows, words="words") == [0, 0, 0, 0, 4, 4]


def test_exact_copies_are_found_whatever_they_are_made_of() -> None:
    texts = ["", "?!", "短", "x", "🙂🙂", "…", "\n", "请求和", "()", "一二三四五六七", None]
    copies = families_of([*texts, *texts])
    assert copies == [*range(10), 10, *range(10), 21]
    assert families_of([*texts, *texts], words="ascii") == copies


def test_composed_and_decomposed_letters_are_the_same_text() -> None:
    assert families_of(["écrire une fonction café", "e\u0301crire une fonction cafe\u0301"]) == [0, 0]
