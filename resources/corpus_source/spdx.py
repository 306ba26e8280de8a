"""Licenses as SPDX expressions in normal form, from the many ways in which packages and dumps state them.

The normal form (case, deprecated names, parentheses) comes from the `license-expression` library; this file
adds the spellings that are common in package metadata and name one license beyond doubt. What names no
license or an ambiguous one ("BSD", "Dual License") stays unknown: null is honest, a guess is not.
"""

import re
from collections.abc import Iterable
from functools import cache

from license_expression import ExpressionError, ExpressionParseError, Licensing, get_spdx_licensing

SPELLINGS = {
    "mit license": "MIT",
    "the mit license": "MIT",
    "mit licence": "MIT",
    "the mit license (mit)": "MIT",
    "expat": "MIT",
    "apache 2.0": "Apache-2.0",
    "apache 2": "Apache-2.0",
    "apache-2": "Apache-2.0",
    "apache2": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache 2.0 license": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache license v2": "Apache-2.0",
    "apache license v2.0": "Apache-2.0",
    "apache v2": "Apache-2.0",
    "the apache license, version 2.0": "Apache-2.0",
    "the apache software license, version 2.0": "Apache-2.0",
    "apache software license, version 2.0": "Apache-2.0",
    "apache license 2": "Apache-2.0",
    "the bsd 3-clause license": "BSD-3-Clause",
    "the bsd 2-clause license": "BSD-2-Clause",
    "eclipse public license v2.0": "EPL-2.0",
    "eclipse public license 2.0": "EPL-2.0",
    "eclipse public license v. 2.0": "EPL-2.0",
    "eclipse public license - v 1.0": "EPL-1.0",
    "mozilla public license, version 2.0": "MPL-2.0",
    "apache software license 2.0": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 2-clause": "BSD-2-Clause",
    "2-clause bsd license": "BSD-2-Clause",
    "2-clause bsd": "BSD-2-Clause",
    "bsd 2 clause": "BSD-2-Clause",
    "simplified bsd": "BSD-2-Clause",
    "simplified bsd license": "BSD-2-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd-3-clause license": "BSD-3-Clause",
    "bsd-2-clause license": "BSD-2-Clause",
    "3-clause bsd": "BSD-3-Clause",
    "bsd 3 clause": "BSD-3-Clause",
    "new bsd": "BSD-3-Clause",
    "modified bsd": "BSD-3-Clause",
    "new bsd license": "BSD-3-Clause",
    "modified bsd license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mozilla public license 2.0": "MPL-2.0",
    "mpl 2.0": "MPL-2.0",
    "mpl2": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "psf license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
    "the unlicense": "Unlicense",
    "zlib/libpng license": "Zlib",
    "zope public license": "ZPL-2.1",
    "historical permission notice and disclaimer (hpnd)": "HPND",
    "boost software license 1.0 (bsl-1.0)": "BSL-1.0",
    "eclipse public license 2.0 (epl-2.0)": "EPL-2.0",
    "european union public licence 1.2 (eupl 1.2)": "EUPL-1.2",
    "gnu general public license v2 (gplv2)": "GPL-2.0-only",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "gnu general public license v3 (gplv3)": "GPL-3.0-only",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
    "gplv2": "GPL-2.0-only",
    "gplv2+": "GPL-2.0-or-later",
    "gplv3": "GPL-3.0-only",
    "gplv3+": "GPL-3.0-or-later",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.0-or-later",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
    "lgplv3": "LGPL-3.0-only",
    "lgplv3+": "LGPL-3.0-or-later",
    "gnu affero general public license v3": "AGPL-3.0-only",
    "gnu affero general public license v3 or later (agplv3+)": "AGPL-3.0-or-later",
    "cc0 1.0 universal (cc0 1.0) public domain dedication": "CC0-1.0",
}
"""Spellings in lower case that name one license, beside SPDX's own identifiers."""


@cache
def licensing() -> Licensing:
    """The SPDX licensing of the library, read once."""
    return get_spdx_licensing()


@cache
def spdx(stated: str | None) -> str | None:
    """The SPDX expression that `stated` means, in normal form; null where it names no license for sure."""
    if stated is None:
        return None
    text = re.sub(r"\s+", " ", stated).strip().strip("\"'")
    if not text or len(text) > LONGEST_STATEMENT:
        return None
    known = SPELLINGS.get(text.lower())
    if known is not None:
        return known
    try:
        parsed = licensing().parse(text, validate=True, strict=True)
    except (ExpressionError, ExpressionParseError):
        return None
    return None if parsed is None else str(parsed.simplify())


LONGEST_STATEMENT = 300
"""Characters above which a statement is a license's text, not its name."""


def all_of(stated: Iterable[str | None]) -> str | None:
    """The SPDX expression of a work under all of the licenses stated; null where any of them is unknown.

    Dumps list the licenses found in a repository without saying which file is under which: the careful
    reading is that all of them hold.
    """
    known = [spdx(one) for one in stated]
    names = sorted({name for name in known if name is not None})
    if not names or None in known:
        return None
    if len(names) == 1:
        return names[0]
    return spdx(" AND ".join(f"({name})" if " OR " in name else name for name in names))
