"""The license of an installed Python package, from its metadata.

In this order, the first that says something: the field License-Expression (PEP 639), the trove classifiers, the field
License, and the text of its license files. A family ("BSD License") says too little: the next field or a text may
complete it. What is said and not understood makes the license unknown, as does what two fields say differently.
"""

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import Distribution
from pathlib import Path

from resources.corpus_source.base import READ_LIMIT
from resources.corpus_source.declared_licenses import Declared, classified, matched, stated
from resources.corpus_source.license_texts import is_license_file, recognize_all
from resources.regular_files import read_regular


def package_license(distribution: Distribution, recorded: Sequence[str]) -> Declared:
    """What the metadata of `distribution` says of its license, and which part of it says so.

    `recorded` are the paths of the installed files, as its RECORD gives them.
    """
    metadata = distribution.metadata  # parsed at every access
    expression = stated(_first(metadata.get_all("License-Expression")))
    if expression is not None:
        return replace(expression, how=f"License-Expression {expression.how}")
    classifiers = [str(value) for value in metadata.get_all("Classifier") or ()]
    family: str | None = None
    field = stated(_first(metadata.get_all("License")))
    field = replace(field, how=f"License {field.how}") if field else None
    told: list[str] = []
    for said in (classified(classifiers), field):
        if said is None:
            continue
        told.append(said.how)
        if said.license is not None:
            agrees = family is None or said.license.startswith(family)
            return Declared(said.license if agrees else None, how=", ".join(told))
        if said.family is None and said.file is None and not _is_choice(said, classifiers):
            return Declared(None, how=", ".join(told))
        family = said.family or family
    by_texts, names = _from_texts(distribution, recorded)
    agrees = family is None or (by_texts or "").startswith(family)
    told += [f"{name}, {matched(by_texts)}" for name in names] or ["nothing about a license"] * (not told)
    return Declared(by_texts if agrees else None, how=", ".join(told))


def _is_choice(said: Declared, classifiers: Sequence[str]) -> bool:
    """Whether several classifiers name known licenses: a choice or all of them, as the field License may say."""
    named = [stated(value.rsplit(" :: ", 1)[-1]) for value in classifiers if value.startswith("License ::")]
    return (
        said == classified(classifiers)
        and len(named) > 1
        and all(one and (one.license or one.family) for one in named)
    )


def _from_texts(distribution: Distribution, recorded: Sequence[str]) -> tuple[str | None, list[str]]:
    """What the license files beside the metadata are together, and their names."""
    files = [path for path in recorded if ".dist-info/" in path and is_license_file(path.rsplit("/", 1)[-1])]
    names = [file.rsplit("/", 1)[-1] for file in files]
    try:
        texts = [read_regular(Path(str(distribution.locate_file(file))), READ_LIMIT) for file in files]
    except OSError:
        return None, names
    return recognize_all(texts), names


def _first(values: Sequence[str] | None) -> str | None:
    return str(values[0]) if values else None
