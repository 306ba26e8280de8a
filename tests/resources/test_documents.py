"""Documents that people write: bounds on what they unfold to, and text in other encodings."""

import os
from pathlib import Path

import pytest

from resources.documents import DocumentError, document_text, toml_value, yaml_value

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{last}'] * 9)}]\n"
    for last, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        (yaml_value, "[" * 10_000 + "]" * 10_000, "nested more than 64 levels"),
        (yaml_value, "".join(f"{' ' * depth}a:\n" for depth in range(500)), "nested more than 64 levels"),
        (yaml_value, LAUGHS, "more than 1000000 values by its aliases"),
        (yaml_value, "a: &a [*a]", "nested more than 64 levels"),
        (yaml_value, "a: [", "not readable as YAML: "),
        (yaml_value, "a: 2020-99-99", "not readable as YAML: month must be"),
        (yaml_value, "a: \x1b[31m", "not readable as YAML: "),
        (toml_value, f"a = {'[' * 10_000}{']' * 10_000}", "nested more than 64 levels"),
        (toml_value, "a." * 5_000 + "b = 1", "nested more than 64 levels"),
        (toml_value, "a = ", "not readable as TOML: "),
    ],
)
def test_what_unfolds_without_end_is_refused(read: object, text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message) as error:
        read(text)  # pyright: ignore[reportCallIssue]
    assert "\n" not in str(error.value)


def test_aliases_that_repeat_little_are_read() -> None:
    assert yaml_value("a: &a [1]\nb: *a") == {"a": [1], "b": [1]}


def test_text_in_other_encodings(tmp_path: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "x").write_text("é: 1\r\n", encoding=encoding, newline="")
        assert document_text(tmp_path / "x") == "é: 1\n"
    (tmp_path / "x").write_bytes("é".encode("latin-1"))
    with pytest.raises(DocumentError, match=r"is not text in UTF-8 \(byte 1.*save it as UTF-8"):
        document_text(tmp_path / "x")
    (tmp_path / "x").write_bytes(b"\x7fELF\0\0")
    with pytest.raises(DocumentError, match="NUL"):
        document_text(tmp_path / "x")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for name in ("pipe", "link"):
        with pytest.raises(DocumentError, match=r"cannot be read: is a pipe \(FIFO\), not a file"):
            document_text(tmp_path / name)
