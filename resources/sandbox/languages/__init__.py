"""The languages beside Python: `LANGUAGES` by name, each judged by `judge.judge` with its toolchain.

Python has a fork-server of its own and does not stand here.
"""

from resources.sandbox.languages.bash import Bash
from resources.sandbox.languages.cpp import Cpp
from resources.sandbox.languages.csharp import CSharp
from resources.sandbox.languages.go import Go
from resources.sandbox.languages.java import Java
from resources.sandbox.languages.javascript import JavaScript
from resources.sandbox.languages.language import Language
from resources.sandbox.languages.php import Php
from resources.sandbox.languages.ruby import Ruby
from resources.sandbox.languages.rust import Rust
from resources.sandbox.languages.typescript import TypeScript

LANGUAGES: dict[str, Language] = {
    language.name: language
    for language in (
        JavaScript(),
        TypeScript(),
        Bash(),
        Cpp(),
        Java(),
        Go(),
        Rust(),
        Php(),
        CSharp(),
        Ruby(),
    )
}
"""Language name -> how it is judged."""
