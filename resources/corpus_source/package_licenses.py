"""The license of an installed Python package, from its metadata.

In this order, the first that says something: the field License-Expression (PEP 639), the trove classifiers, the field
License, and the text of its license files. A family ("BSD License") says too little: the next field or a text may
complete it. What is said and not understood makes the license unknown, as does what two fields say differently.
"""

from collections.abc import Sequence
from importlib.metadata import Distribution
from pathlib import Path

from resources.corpus_source.declared_licenses import Declared, classified, stated
from resources.corpus_source.license_texts import is_license_file, recognize_all


def package_license(distribution: Distribution, recorded: Sequence[str]) -> str | None:
    """The SPDX expression of `distribution`'s license, or null where its metadata does not tell.

    `recorded` are the paths of the installed files, as its RECORD gives them.
    """
    metadata = distribution.metadata  # parsed at every access
    expression = stated(_first(metadata.get_all("License-Expression")))
    if expression is not None:
        return expression.license
    classifiers = [str(value) for value in metadata.get_all("Classifier") or ()]
    family: str | None = None
    field = stated(_first(metadata.get_all("License")))
    for said in (classified(classifiers), field):
        if said is None:
            continue
        if said.license is not None:
            return said.license if family is None or said.license.startswith(family) else None
        if said.family is None and said.file is None and not _is_choice(said, classifiers):
            return None
        family = said.family or family
    by_texts = _from_texts(distribution, recorded)
    return by_texts if family is None or (by_texts or "").startswith(family) else None


def _is_choice(said: Declared, classifiers: Sequence[str]) -> bool:
    """Whether several classifiers name known licenses: a choice or all of them, as the field License may say."""
    named = [stated(value.rsplit(" :: ", 1)[-1]) for value in classifiers if value.startswith("License ::")]
    return (
        said == classified(classifiers)
        and len(named) > 1
        and all(one and (one.license or one.family) for one in named)
    )


def _from_texts(distribution: Distribution, recorded: Sequence[str]) -> str | None:
    files = [path for path in recorded if ".dist-info/" in path and is_license_file(path.rsplit("/", 1)[-1])]
    try:
        return recognize_all([Path(str(distribution.locate_file(file))).read_bytes() for file in files])
    except OSError:
        return None


def _first(values: Sequence[str] | None) -> str | None:
    return str(values[0]) if values else None
