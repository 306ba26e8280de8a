"""PHP: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="php",
    title="PHP",
    aliases=("html+php", "phtml"),
    extensions=("php", "phtml"),
    interpreters=("php",),
    grammar=Grammar(
        "tree_sitter_php",
        ("language_php",),
        fragment="language_php_only",
        before="<?php ",
        within=("abstract class A {", "\n}"),
    ),
    line_comments=("//", "#"),
    block_comment=("/*", "*/"),
    documentation="PHPDoc, /** */",
    tests="checks the solution with assert",
    test_words=r"\bassert\w*|\bthrow\b|\b(?:exit|die)\b|\btrigger_error\b",
    stops=("\nfunction ", "\nclass ", "\n?>", "\necho ", "\n```"),
    banned_imports=("Symfony\\Component\\Console", "Symfony\\Component\\Process"),
    begins=r"(?:<\?php|function\s|class\s|use\s|namespace\s|\$\w+\s*=)",
    chance=r"\b(?:mt_|random_)?rand\w*\s*\(|\bshuffle\s*\(|\b(?:micro)?time\s*\(|\buniqid\b|\bdate\s*\(",
    reads_itself=r"\bfile_get_contents\(\s*__FILE__|\bReflectionFunction\b",
)
