"""What a check looks like in Java, C++, C, C#, Go and Rust: words and node types, and what the harness is told by.

Belongs here: one language's words each. What follows from them, which statement is a check and which act fails it, is
found in `checks.py`, the same for all.
"""

import re
from dataclasses import dataclass, replace
from re import Pattern

NOBODY = re.compile(r"(?!)")


@dataclass(frozen=True)
class CheckWords:
    """One language's. `M` in the texts stands for the program's mark."""

    functions: frozenset[str]  # nodes that define a function with a name
    lambdas: frozenset[str]
    types: frozenset[str]  # nodes that define a type, whose methods may be another interface's
    blocks: frozenset[str]  # nodes whose children are statements
    ifs: frozenset[str]
    guards: frozenset[str]  # other nodes that decide whether what stands in them is reached
    calls: frozenset[str]
    entries: Pattern[str]  # functions that nothing mentions and that are run all the same
    throws: frozenset[str]  # nodes that throw what they hold
    fails: Pattern[str]  # calls that fail whatever they are given, by their whole name
    throwing: Pattern[str]  # those of them that can be caught
    exits: Pattern[str]  # calls that end the program with a status
    asserts: Pattern[str]  # calls that check what they are given
    methods: Pattern[str]  # methods that fail a test, when the call is a statement of its own
    general: Pattern[str]  # what a catch clause names that takes whatever is thrown
    begin: str
    end: str
    passed: str  # a call of a function that checks is over: no check of its own
    ran: str
    forgive: str
    thrown: tuple[str, str]  # before and after what a check throws
    told: str  # the tests print that a check failed
    chosen: tuple[str, str]  # the same, around a text that is chosen between two
    exit: str  # instead of an exit's name, with a status that is written down
    status: str  # the same, with one that is computed
    returned: tuple[str, str] | None  # before and after what main returns


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ASSERTION = re.compile(r"(?i)assert|(?:check|test)\w*fail|fail\w*(?:check|test)|mismatch|comparisonfailure")
"""Types that are thrown by a failed check alone, wherever they are thrown."""

PRINTS = re.compile(
    r"^\s*(?:System\.(?:out|err)\.print|(?:System\.)?Console\.(?:Error\.|Out\.)?Write|fmt\.F?[Pp]rint|log\.Print"
    r"|(?:std::)?(?:cout|cerr|clog|f?printf|puts)\b|e?print(?:ln)?\b)"
)
"""Statements that print."""

SAYS_FAIL = re.compile(r"^\W*(?:\[?FAIL(?:ED|URE)?\b|[✗✘❌])")
"""Texts that are printed of a check that failed."""

CHECK_WORDS = {
    "java": CheckWords(
        functions=_set("method_declaration constructor_declaration"),
        lambdas=_set("lambda_expression"),
        types=_set("class_declaration enum_declaration record_declaration interface_declaration"),
        blocks=_set("block constructor_body switch_block_statement_group"),
        ifs=_set("if_statement"),
        guards=_set(
            "ternary_expression switch_expression switch_statement while_statement for_statement do_statement "
            "enhanced_for_statement try_statement try_with_resources_statement"
        ),
        calls=_set("method_invocation"),
        entries=re.compile(r"^main$"),
        throws=_set("throw_statement"),
        fails=re.compile(r"\.halt$"),
        throwing=NOBODY,
        exits=re.compile(r"^(?:java\.lang\.)?System\.exit$"),
        asserts=NOBODY,
        methods=NOBODY,
        general=re.compile(r"\b(?:Exception|RuntimeException|Throwable|Error|AssertionError)\b"),
        begin="M.Checks.begin();",
        end="M.Checks.end();",
        passed="M.Checks.passed();",
        ran="M.Checks.ran();",
        forgive="M.Checks.forgive();",
        thrown=("M.Checks.failed(", ")"),
        told="M.Checks.told();",
        chosen=("M.Checks.told(", ")"),
        exit="M.Checks.exit",
        status="M.Checks.status",
        returned=None,
    ),
    "csharp": CheckWords(
        functions=_set("method_declaration local_function_statement constructor_declaration"),
        lambdas=_set("lambda_expression anonymous_method_expression"),
        types=_set("class_declaration struct_declaration record_declaration interface_declaration"),
        blocks=_set("block switch_section"),
        ifs=_set("if_statement"),
        guards=_set(
            "conditional_expression switch_statement switch_expression while_statement for_statement do_statement "
            "foreach_statement try_statement"
        ),
        calls=_set("invocation_expression"),
        entries=re.compile(r"^Main$"),
        throws=_set("throw_statement throw_expression"),
        fails=re.compile(r"(?:^|\.)(?:Environment\.FailFast|Debug\.Fail|Trace\.Fail)$"),
        throwing=NOBODY,
        exits=re.compile(r"^(?:System\.)?Environment\.Exit$"),
        asserts=re.compile(r"(?:^|\.)(?:Debug|Trace|Contract)\.Assert$"),
        methods=NOBODY,
        general=re.compile(r"\bException\b|\bSystemException\b|\bApplicationException\b"),
        begin="global::M.Begin();",
        end="global::M.End();",
        passed="global::M.Passed();",
        ran="global::M.Ran();",
        forgive="global::M.Forgive();",
        thrown=("global::M.Failed(", ")"),
        told="global::M.Told();",
        chosen=("global::M.Told(", ")"),
        exit="global::M.Exit",
        status="global::M.Status",
        returned=("global::M.Returned(", ")"),
    ),
    "cpp": CheckWords(
        functions=_set("function_definition"),
        lambdas=_set("lambda_expression"),
        types=_set("class_specifier struct_specifier"),
        blocks=_set("compound_statement case_statement"),
        ifs=_set("if_statement"),
        guards=_set(
            "conditional_expression switch_statement while_statement for_statement do_statement for_range_loop "
            "try_statement binary_expression"
        ),
        calls=_set("call_expression"),
        entries=re.compile(r"^main$"),
        throws=_set("throw_statement"),
        fails=re.compile(r"^(?:std::|::)?(?:abort|terminate|raise|__builtin_trap|__builtin_abort)$"),
        throwing=NOBODY,
        exits=re.compile(r"^(?:std::|::)?(?:exit|_exit|_Exit|quick_exit)$"),
        asserts=re.compile(r"^assert$"),
        methods=NOBODY,
        general=re.compile(r"\.\.\.|\bexception\b"),
        begin="seedline_begin();",
        end="seedline_end();",
        passed="seedline_passed();",
        ran="seedline_ran();",
        forgive="seedline_forgive();",
        thrown=("seedline_thrown()->*", ""),
        told="seedline_threw();",
        chosen=("(seedline_threw(), ", ")"),
        exit="seedline_exit",
        status="seedline_status",
        returned=("seedline_returned(", ")"),
    ),
    "go": CheckWords(
        functions=_set("function_declaration method_declaration"),
        lambdas=_set("func_literal"),
        types=frozenset(),
        blocks=_set("statement_list"),
        ifs=_set("if_statement"),
        guards=_set("expression_switch_statement type_switch_statement select_statement for_statement"),
        calls=_set("call_expression"),
        entries=re.compile(r"^(?:main|init|Test\w*)$"),
        throws=frozenset(),
        fails=re.compile(r"^(?:panic|log\.(?:Fatal|Panic)(?:f|ln)?)$"),
        throwing=re.compile(r"^(?:panic|log\.Panic(?:f|ln)?)$"),
        exits=re.compile(r"^(?:os|syscall)\.Exit$"),
        asserts=re.compile(r"^(?:assert|require)\.(?!New$)\w+$"),
        methods=re.compile(r"\.(?:Errorf?|Fatalf?|Fail|FailNow)$"),
        general=NOBODY,
        begin="M_begin();",
        end="M_end();",
        passed="M_passed();",
        ran="M_ran();",
        forgive="M_forgive();",
        thrown=("M_failed();", ""),
        told="M_failed();",
        chosen=("", ""),
        exit="M_exit",
        status="M_status",
        returned=None,
    ),
    "rust": CheckWords(
        functions=_set("function_item"),
        lambdas=_set("closure_expression"),
        types=_set("impl_item trait_item"),
        blocks=_set("block"),
        ifs=_set("if_expression"),
        guards=_set("match_expression while_expression for_expression loop_expression binary_expression"),
        calls=_set("call_expression macro_invocation"),
        entries=re.compile(r"^main$"),
        throws=frozenset(),
        fails=re.compile(
            r"^(?:(?:::)?(?:std|core)::)?(?:panic|unreachable|todo|unimplemented)!$|\babort$|\bpanic_any$"
        ),
        throwing=re.compile(r"^(?:(?:::)?(?:std|core)::)?(?:panic|unreachable|todo|unimplemented)!$"),
        exits=re.compile(r"^(?:(?:::)?std::)?process::exit$|^exit$"),
        asserts=re.compile(r"^(?:(?:::)?(?:std|core)::)?(?:debug_)?assert(?:_eq|_ne|_matches)?!$"),
        methods=NOBODY,
        general=NOBODY,
        begin="{let m_check=crate::M::Begun::new();let m_value=",
        end=";m_check.held();m_value}",
        passed=";m_check.passed();m_value}",
        ran="crate::M::held();",
        forgive="",
        thrown=("", ""),
        told="crate::M::failed();",
        chosen=("", ""),
        exit="crate::M::exit",
        status="crate::M::status",
        returned=None,
    ),
}
"""Language -> its words."""

CHECK_WORDS["c"] = replace(
    CHECK_WORDS["cpp"],
    lambdas=frozenset(),
    types=frozenset(),
    throws=frozenset(),
    fails=re.compile(rf"{CHECK_WORDS['cpp'].fails.pattern}|^(?:sig|_)?longjmp$"),
    throwing=re.compile(r"^(?:sig|_)?longjmp$"),
    general=NOBODY,
    forgive="",
    thrown=("seedline_", ""),
)
# as C++, but what leaves a check and can be taken elsewhere is a jump
