"""C++: its names, files, grammar and comments. `.h` counts as C++: headers of C cannot be told apart by name."""

from resources.languages.c import LANGUAGE as C
from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="cpp",
    title="C++",
    aliases=("c++", "cc", "cxx", "hpp", "cplusplus"),
    extensions=("cpp", "cc", "cxx", "c++", "hpp", "hh", "hxx", "h++", "h", "ipp", "tpp"),
    grammar=Grammar("tree_sitter_cpp", within=("class A {", "\n};")),
    line_comments=("//",),
    block_comment=("/*", "*/"),
    documentation="Doxygen, /** */, /*! */, /// and //!",
    tests="checks the solution with assert from <cassert> in a main function",
    # <cassert>, exceptions, and a status that main returns
    test_words=r"assert|\bthrow\b|\b(?:abort|\w*exit|terminate)\s*\(|\breturn\s+(?!0\s*;)",
    stops=("\nint main", "\n#include", "\nclass ", "\nstruct ", "\n```"),
    banned_imports=("conio.h", "dirent.h", "gtk", "QtWidgets", "sys", "unistd.h", "windows.h"),
    begins=(
        r"(?:(?:public|private|protected|static|final|export|async|const|let|var|class|struct|enum|interface"
        r"|namespace|using|import|#include|template)\b|#\w+|(?:[\w:<>,*&]+\s+)+\w+\s*\([^)]*\)\s*\{?$)"
    ),
    chance=C.chance + r"|\brandom_device\b|\bmt19937\b|\bchrono\b|\bstd::j?thread\b|\bunordered_",
    reads_itself=C.reads_itself + r"|\bifstream\b[^;]*__FILE__",
)
