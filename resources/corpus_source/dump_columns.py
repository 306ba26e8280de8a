"""Which column of a dump holds what: the names that known dumps use, and what to do where none fits.

The Stack v1 and StarCoderData (`max_stars_repo_name`, ...), The Stack v2 (`repo_name`, `revision_id`, ...),
CodeSearchNet-like names and the project's own. The Stack v2 is published without contents: they have to be
downloaded into a column first.
"""

from collections.abc import Collection, Mapping

from resources.corpus_source.base import FileError

NAMES: dict[str, tuple[str, ...]] = {
    "content": ("content", "code", "text"),
    "repo": ("repo", "max_stars_repo_name", "repo_name", "repository_name", "repository"),
    "path": ("path", "max_stars_repo_path", "file_path", "filepath"),
    "commit": ("commit", "max_stars_repo_head_hexsha", "revision_id", "commit_id", "head_hexsha"),
    "license": ("license", "licence", "max_stars_repo_licenses", "licenses", "licences", "detected_licenses"),
    "language": ("language", "lang", "programming_language"),
}
"""For each of our columns the names it is looked for under, the first found wins."""

REQUIRED = ("content", "repo", "path")


def map_columns(found: Collection[str], chosen: Mapping[str, str], file: str) -> dict[str, str]:
    """For each of our columns the dump's name of it, where it has one.

    `found` are the dump's columns, `chosen` the setting `columns`. Raises `FileError` that names `file`,
    what is missing, what is there and what to set.
    """
    missing = [f"{ours} (set to {theirs})" for ours, theirs in chosen.items() if theirs not in found]
    mapped: dict[str, str] = {}
    for ours, names in NAMES.items():
        name = chosen.get(ours) or next((name for name in names if name in found), None)
        if name is not None:
            mapped[ours] = name
        elif ours in REQUIRED:
            missing.append(f"{ours} (looked for {', '.join(names)})")
    if missing:
        raise FileError(
            f"{file}: no column for {'; '.join(missing)}. Columns found: {', '.join(sorted(found)) or 'none'}. "
            "Name the dump's own columns in the setting `columns`, for example columns: {content: source_text}."
            + (
                " A Stack v2 index holds no contents: download them into a column first."
                if "blob_id" in found
                else ""
            )
        )
    return mapped
