"""The license of an installed Python package, from its metadata.

In this order, the first that names one license beyond doubt: the field License-Expression (PEP 639), the
trove classifiers, the field License, and the text of its license files. Ambiguous classifiers ("BSD
License") are passed over, as PEP 639 advises.
"""

from collections.abc import Sequence
from importlib.metadata import Distribution
from pathlib import Path

from resources.corpus_source.license_texts import is_license_file, recognize_all
from resources.corpus_source.spdx import spdx

CLASSIFIER_PREFIXES = ("License :: OSI Approved :: ", "License :: ")


def package_license(distribution: Distribution, recorded: Sequence[str]) -> str | None:
    """The SPDX expression of `distribution`'s license, or null where its metadata does not tell.

    `recorded` are the paths of the installed files, as its RECORD gives them.
    """
    metadata = distribution.metadata  # parsed at every access
    stated = spdx(_first(metadata.get_all("License-Expression")))
    if stated is not None:
        return stated
    classified = {
        _classified(value) for value in metadata.get_all("Classifier") or () if value.startswith("License ::")
    }
    named = {name for name in classified if name is not None}
    # Two classifiers may mean a choice or both: one is an answer, several are not.
    if len(named) == 1 and None not in classified:
        return named.pop()
    return spdx(_first(metadata.get_all("License"))) or _from_texts(distribution, recorded)


def _from_texts(distribution: Distribution, recorded: Sequence[str]) -> str | None:
    files = [path for path in recorded if ".dist-info/" in path and is_license_file(path.rsplit("/", 1)[-1])]
    try:
        return recognize_all([Path(str(distribution.locate_file(file))).read_bytes() for file in files])
    except OSError:
        return None


def _first(values: Sequence[str] | None) -> str | None:
    return str(values[0]) if values else None


def _classified(classifier: str) -> str | None:
    for prefix in CLASSIFIER_PREFIXES:
        if classifier.startswith(prefix):
            return spdx(classifier.removeprefix(prefix))
    return None
