"""The row viewer over a real connection: what is found, how it is shown, and what hostile rows and sites come to."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline_defs.rows_page.app import HEADERS
from pipeline_defs.rows_page.asked import Asked
from tests.pipeline_defs.rows_page.conftest import FILES, HOSTILE_CODE, HOSTILE_PATH, HOSTILE_REPO, Get

pytestmark = pytest.mark.slow(seconds=2)

PAGES = [
    "/",
    "/rows/raw_corpus?partition=python",
    "/rows/demo/sft_dataset",
    "/rows/demo/filtered_seeds__rejected?search=script",
    "/row/demo/sft_dataset?id=t1",
    "/row/raw_corpus?id=f1&lines=3-5",
    "/recipe/demo",
    "/rows/nothing",
]


class _Tags(HTMLParser):
    """Every tag with its attributes, as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def cells(page: str) -> list[str]:
    """Numbers of the rows of a list."""
    return re.findall(r'aria-label="open row (\d+)"', page)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_runs_or_fetches_anything(get: Get, path: str) -> None:
    _, page, headers = get(path)
    for name, value in HEADERS.items():
        assert headers[name.lower()] == value
    tags = _Tags(page).tags
    assert tags
    for tag, attributes in tags:
        assert tag not in {"script", "img", "iframe", "object", "embed", "style", "base", "b"}
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        if tag in {"link", "form"}:
            assert str(attributes.get("href") or attributes.get("action")).startswith(("/", "data:,"))


def test_the_report_of_contamination_is_shown_with_its_own_style_and_no_other(get: Get) -> None:
    status, page, headers = get("/contamination/demo/sft_dataset?partition=python")
    assert (status, page) == (200, get("/contamination/demo/sft_dataset")[1])
    style = re.findall("<style>(.*?)</style>", page)[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}';" in headers["content-security-policy"]
    assert get("/contamination/demo/sft_dataset?partition=rust")[0] == 404
    assert get("/contamination/demo/filtered_seeds")[0] == 404


def test_hostile_names_and_code_are_shown_as_text(get: Get) -> None:
    _, page, _ = get("/row/demo/sft_dataset?id=t1")
    assert "&lt;img src=x onerror=alert(1)&gt;.py" in page
    assert "&#34;&gt;&lt;script&gt;alert(2)" in page
    assert "\u202e" not in page
    assert "⟨U+202E⟩" in page
    listed = get("/rows/raw_corpus?partition=python&search=" + quote(HOSTILE_PATH))[1]
    assert cells(listed) == ["1"]
    assert "<mark>&lt;img src=x onerror=alert(1)&gt;.py</mark>" in listed
    assert HOSTILE_REPO not in listed
    assert f'value="{HOSTILE_PATH}"' not in listed


def test_a_foreign_host_name_is_refused_and_nothing_is_written(get: Get) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "rows.example.evil.example", ""):
        assert get("/rows/raw_corpus", Host=host)[0] == 400
    for host in (
        "localhost",
        "localhost:3001",
        "127.0.0.1:3001",
        "[::1]:3001",
        "rows.example",
        "rows.example:8080",
    ):
        assert get("/alive", Host=host)[0] == 200, host
    assert get("/rows/raw_corpus", method="POST")[0] == 405
    assert get("/rows/raw_corpus", method="DELETE")[0] == 405


def test_only_tables_of_the_store_are_reached(get: Get, home: Path) -> None:
    (home / "home" / "secret.parquet").write_bytes(b"PAR1")
    for path in (
        "../secret",
        "..%2Fsecret",
        "%2e%2e/secret",
        ".staging",
        "demo",
        "demo/../raw_corpus",
        "",
        "demo/a/b",
    ):
        status, page, _ = get(f"/rows/{path}")
        assert status == 404, path
        assert "no table" in page or "no such page" in page
    assert get("/rows/raw_corpus?partition=..%2F..")[0] == 404
    assert "there are python, rust" in get("/rows/raw_corpus?partition=cobol")[1]


def test_pages_of_rows_in_the_order_of_the_file(get: Get) -> None:
    first = get("/rows/raw_corpus?partition=python&rows=10")[1]
    assert cells(first) == [str(n) for n in range(1, 11)]
    assert f"of {FILES:,}" in first
    over_the_groups = get("/rows/raw_corpus?partition=python&rows=10&page=820")[1]
    assert cells(over_the_groups) == [str(n) for n in range(8191, 8201)]
    assert "file8199.py" in over_the_groups
    last = get("/rows/raw_corpus?rows=200&page=101")[1]  # both partitions: the row of rust comes last
    assert cells(last) == ["1"]
    assert "a.rs" in last


def test_rows_are_searched_filtered_and_sorted(get: Get) -> None:
    table = "/rows/raw_corpus?partition=python&rows=10"
    found = get(f"{table}&search=VALUE+%3D+1999&in=content")[1]
    assert cells(found) == ["2000", *[str(n) for n in range(19_991, 20_000)]]
    assert "11" in re.findall(r"of ([\d,]+)", found)
    assert "<mark>value = 1999</mark>" in found
    both = get(f"{table}&where={quote('size > 300 AND size < 312')}&is=license%3DMIT")[1]
    assert cells(both) == ["103"]
    assert "license = MIT" in both
    backwards = get(f"{table}&sort=size&down=1")[1]
    assert cells(backwards)[:2] == [str(FILES), str(FILES - 1)]
    assert 'aria-sort="descending"' in backwards
    assert "MIT" in backwards
    assert f"{FILES // 2 + 0:,}" in backwards  # how many have that license


def test_what_makes_no_sense_is_said_and_not_a_fault(get: Get) -> None:
    for query, said in (
        ("where=" + quote("nothing = 1"), "columns are"),
        ("where=" + quote("((("), "((("),
        ("sort=nothing", "no column"),
        ("is=nothing%3D1", "no column"),
        ("search=a&in=nothing", "no column"),
    ):
        status, page, _ = get(f"/rows/raw_corpus?partition=python&{query}")
        assert status == 200
        assert said in page.split('role="alert"')[1][:1500], query
    assert get("/rows/raw_corpus?partition=python&page=99999999999&rows=-3")[0] == 200
    for number in ("0", "-1", "99999999", "9" * 30, "", "²"):
        assert get(f"/row/raw_corpus?partition=python&n={quote(number)}")[0] == 404
    assert get("/row/raw_corpus?id=nobody")[0] == 404


def test_columns_are_chosen(get: Get) -> None:
    page = get("/rows/demo/sft_dataset?column=sft_id&column=engine&column=nonsense")[1]
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)', page)
    assert heads == ["row", "sft_id", "engine"]


def test_a_row_shows_its_whole_chain_and_the_lines_of_its_file(get: Get) -> None:
    _, page, _ = get("/row/demo/sft_dataset?id=t1")
    chain = re.findall(r'<li><a href="([^"]+)"><strong>(\w+)</strong>', page)
    assert [name for _, name in chain] == [
        "sft_dataset",
        "verified_responses",
        "candidate_responses",
        "instructions",
        "filtered_seeds",
        "raw_corpus",
    ]
    for href, _ in chain:
        assert get(href.replace("&amp;", "&").partition("#")[0])[0] == 200
    file = get(chain[-1][0].replace("&amp;", "&").partition("#")[0])[1]
    assert len(re.findall(r'class="hll"', file)) == 3
    assert "sft_dataset: 1" in file
    assert 'class="k">def' in file.replace('class="code-k', 'class="k')


def test_a_rejected_row_leads_to_its_file(get: Get) -> None:
    listed = get("/rows/demo/filtered_seeds__rejected")[1]
    assert "type_error" in listed
    page = get("/row/demo/filtered_seeds__rejected?id=s2")[1]
    assert "<strong>raw_corpus</strong>" in page


def test_the_overview_says_what_waits_and_why(get: Get) -> None:
    _, page, _ = get("/")
    assert f"{FILES:,}" in page
    row = page.split(">checkpoint<")[1].split("</tr>")[0]
    assert "waits" in row
    assert "never materialized" in row
    assert "code or settings changed" in page


def test_what_is_asked_survives_the_way_through_an_address() -> None:
    asked = Asked(
        "python", "a&b=c #é", "content", "size > 1", (("repo", "a=b&c"),), "size", True, ("a", "b"), 3, 50
    )
    from urllib.parse import parse_qsl

    assert Asked.read(parse_qsl(asked.query())) == asked
    assert Asked.read([]) == Asked()
    assert HOSTILE_CODE not in asked.query()


def test_a_search_shows_where_in_a_long_text_it_was_found(get: Get) -> None:
    page = get("/rows/raw_corpus?partition=python&search=needle")[1]
    assert cells(page) == ["2"]
    assert "…" in page.split("<mark>NEEDLE</mark>")[0][-200:]
