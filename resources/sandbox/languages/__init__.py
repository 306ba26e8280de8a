"""The languages beside Python: `LANGUAGES` by name, each judged by `judge.judge` with its toolchain.

Python has a fork-server of its own and does not stand here.
"""

from resources.sandbox.languages.bash import Bash
from resources.sandbox.languages.cpp import Cpp



from resources.sandbox.languages.javascript import JavaScript
from resources.sandbox.languages.language import Language



from resources.sandbox.languages.typescript import TypeScript

LANGUAGES: dict[str, Language] = {
    language.name: language
    for language in (
        JavaScript(),
        TypeScript(),
        Bash(),
        Cpp(),






    )
}
"""Language name -> how it is judged."""
