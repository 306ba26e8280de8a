"""Reading one file of local disk into a raw row: its bytes, or the fault for which there are none.

Used by the sources that walk folders. Which files to read, and what repository they belong to, is theirs.
"""

from pathlib import Path

from resources.corpus_source.base import READ_LIMIT, RawFile


def read_file(file: Path, *, repo: str, path: str, commit: str | None, license: str | None) -> RawFile:
    """The row of `file`; files that are unreadable or above `READ_LIMIT` come without content."""
    row = RawFile(
        content=None,
        repo=repo,
        path=path,
        commit=commit,
        license=license,
        license_source=None,
        language=None,
        size=None,
        fault=None,
        origin=f"{repo}/{path}",
        detail=None,
    )
    try:
        row["size"] = file.stat().st_size
        if row["size"] > READ_LIMIT:
            row["fault"], row["detail"] = "too_large", f"{row['size']} bytes"
            return row
        content = file.read_bytes()
    except OSError as error:
        row["fault"], row["detail"] = "unreadable", error.strerror or type(error).__name__
        return row
    row["content"], row["size"] = content, len(content)
    return row
