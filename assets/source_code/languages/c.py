"""C: Doxygen comments on definitions. What it shares with C++ (queries, macros, includes) is in `cpp.py`."""

import re

from assets.source_code.languages import cpp
from assets.source_code.languages.comments import DOC_BLOCK, DOC_LINES, clean_comment, forms
from assets.source_code.languages.preprocessor import longest_branches
from assets.source_code.languages.rules import RETURN, LanguageRules

RULES = LanguageRules(
    name="c",
    functions=cpp.C_FUNCTIONS,
    values=cpp.C_VALUES,
    views=(longest_branches, cpp.without_macro_lines, cpp.without_function_macros),
    documentation_hints=(re.compile(rb"/\*[*!]|//[/!]"),),
    value_hint=RETURN,
    documentation_form=forms(doc_block=DOC_BLOCK, doc_lines=DOC_LINES),
    clean=clean_comment,
    count_arguments=cpp.count_arguments,
    import_nodes=frozenset({"preproc_include"}),
    around_imports=frozenset(
        {"preproc_ifdef", "preproc_if", "preproc_else", "preproc_elif", "linkage_specification"}
    ),
    bound_names=lambda statement: None,
    functions_around=frozenset({"function_definition"}),
)
