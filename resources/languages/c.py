"""C: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="c",
    title="C",
    extensions=("c",),
    grammar=Grammar("tree_sitter_c"),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="Doxygen, /** */, /*! */, /// and //!",
    absent={"few_shot": "no bank was written yet", "docstring_examples": "no examples were labelled yet"},
    tests="checks the solution with assert from <assert.h> in a main function",
    test_words=r"assert|\b(?:abort|\w*exit)\s*\(|\breturn\s+(?!0\s*;)",
    stops=("\nint main", "\n#include", "\nstruct ", "\n```"),
    banned_imports=("conio.h", "dirent.h", "gtk", "sys", "unistd.h", "windows.h"),
    begins=r"(?:#\w+|(?:static|struct|enum|typedef|const|unsigned|int|char|void|double|float|long|bool)\b)",
    chance=(
        r"\b(?:s?rand(?:om)?(?:_r)?|[a-z]rand48|arc4random\w*|get(?:random|entropy|timeofday|pid)|(?:clock"
        r"|timespec)_?get\w*|time|clock|fork)\s*\(|\bp?th(?:read|rd)_\w+|/dev/u?random"
    ),
    reads_itself=r"\bf?open(?:at)?\s*\([^;)]*__FILE__",
)
