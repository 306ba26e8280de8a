"""Why a row was rejected: the closed list that every rejections table draws from.

A reason is a name, not a sentence; what a person needs beside it (the word found, the checker's message,
the near-duplicate's id) goes to the `detail` column. Sorted by the stage that gives the reason first.
"""

from enum import StrEnum


class Reason(StrEnum):
    """One reason for which a row leaves the pipeline."""

    # corpus_dump: what cannot be read as source text
    UNREADABLE = "unreadable"
    NOT_UTF8 = "not_utf8"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    MINIFIED = "minified"
    UNKNOWN_LANGUAGE = "unknown_language"
    MISSING_CONTENT = "missing_content"
    MISSING_PROVENANCE = "missing_provenance"
    # raw_corpus: what may not or need not be used
    LICENSE = "license"
    TAKEN_DOWN = "taken_down"
    EXACT_DUPLICATE = "exact_duplicate"
    SUPERSEDED = "superseded"
    # filtered_seeds
    PARSE_ERROR = "parse_error"
    PARSE_TIMEOUT = "parse_timeout"
    NO_SEED = "no_seed"
    GENERATED = "generated"
    VENDORED = "vendored"
    OTHER_REPOSITORY = "other_repository"
    NO_RETURN_VALUE = "no_return_value"
    NO_ARGUMENTS = "no_arguments"
    BANNED_WORD = "banned_word"
    BANNED_IMPORT = "banned_import"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    DOCSTRING_FORM = "docstring_form"
    SECRET = "secret"
    PERSONAL_DATA = "personal_data"
    TYPE_ERROR = "type_error"
    TYPE_CHECK_FAILED = "type_check_failed"  # the checker hung or crashed on it
    DOCSTRING_QUALITY = "docstring_quality"
    NEAR_DUPLICATE = "near_duplicate"
    NOT_IN_CORESET = "not_in_coreset"
    # instructions and candidate_responses
    NOTHING_TO_ASK = "nothing_to_ask"
    UNFINISHED = "unfinished"
    PROMPT_TOO_LONG = "prompt_too_long"
    MALFORMED = "malformed"
    ENGINE_ERROR = "engine_error"
    BUDGET = "budget"  # never asked: the budget had been spent
    DUPLICATE_SEED = "duplicate_seed"
    COPIED_CODE = "copied_code"  # the solution is a code block of the problem
    NOT_EVOLVED = "not_evolved"  # says the same as its parent
    PROMPT_WORDS = "prompt_words"  # repeats words of the prompt that asked for it
    REFUSED = "refused"
    NO_CONTENT = "no_content"  # punctuation and stop words only
    # verified_responses
    NOT_PASSED = "not_passed"
    NO_TESTS = "no_tests"
    ANSWER_NOT_REACHED = "answer_not_reached"  # the tests also hold for an answer that does nothing
    ALL_SKIPPED = "all_skipped"
    EXIT_STATUS_MASKED = "exit_status_masked"  # a pipe hides the status of the check
    ANSWER_READABLE = "answer_readable"  # the tests contain or read the answer's source
    FLAKY = "flaky"  # two runs gave two verdicts
    UNVERIFIABLE = "unverifiable"
    JUDGED_BAD = "judged_bad"
    # sft_dataset
    DUPLICATE_INSTRUCTION = "duplicate_instruction"
    DUPLICATE_RESPONSE = "duplicate_response"
    DUPLICATE_FUNCTION_NAMES = "duplicate_function_names"
    NOT_SELECTED = "not_selected"
    PLACEHOLDER = "placeholder"
    CONTAMINATED = "contaminated"
    # exports
    FILE_GONE = "file_gone"
    TOO_MANY_TOKENS = "too_many_tokens"
    NEAR_HELD_OUT = "near_held_out"
    NOT_SAMPLED = "not_sampled"
    ORACLE_FAILS = "oracle_fails"
    NO_OP_PASSES = "no_op_passes"


MEANING: dict[Reason, str] = {
    Reason.UNREADABLE: "the file or row cannot be read",
    Reason.NOT_UTF8: "the content is not UTF-8 text",
    Reason.EMPTY: "the content is empty, or white space alone",
    Reason.TOO_LARGE: "more bytes than `corpus.max_bytes`",
    Reason.MINIFIED: "lines longer than a person writes",
    Reason.UNKNOWN_LANGUAGE: "neither its name, its path nor the dump says a language that Seedline knows",
    Reason.MISSING_CONTENT: "a row of a dump without content",
    Reason.MISSING_PROVENANCE: "a row of a dump without repository or path",
    Reason.LICENSE: "the license policy does not allow its license, or its license is unknown",
    Reason.TAKEN_DOWN: "a take-down rule names it",
    Reason.EXACT_DUPLICATE: "another file has the same content",
    Reason.SUPERSEDED: "a newer dump has this file",
    Reason.PARSE_ERROR: "the source, or the part that the seed needs, does not parse",
    Reason.PARSE_TIMEOUT: "parsing took too long",
    Reason.NO_SEED: "the file has nothing that the recipe takes for a seed",
    Reason.GENERATED: "the file says that a program wrote it",
    Reason.VENDORED: "the file lies in a folder of third-party code",
    Reason.OTHER_REPOSITORY: "the recipe takes no files of this repository",
    Reason.NO_RETURN_VALUE: "the function returns no value",
    Reason.NO_ARGUMENTS: "the function takes no argument",
    Reason.BANNED_WORD: "the seed holds a word of the recipe's list, such as todo",
    Reason.BANNED_IMPORT: "the seed imports a module of the recipe's list",
    Reason.TOO_LONG: "more lines than the recipe allows",
    Reason.TOO_SHORT: "fewer lines or characters than the recipe asks for",
    Reason.DOCSTRING_FORM: "the documentation does not have the form that the recipe asks for",
    Reason.SECRET: "the seed holds a key, a password or a token",
    Reason.PERSONAL_DATA: "the seed holds an address, a number or a name of a person",
    Reason.TYPE_ERROR: "the type checker finds an error",
    Reason.TYPE_CHECK_FAILED: "the type checker hung or crashed on it",
    Reason.DOCSTRING_QUALITY: "the judge says that the function cannot be written from its documentation",
    Reason.NEAR_DUPLICATE: "a row that is kept is nearly the same; the detail names it",
    Reason.NOT_IN_CORESET: "the coreset has its size without it; the detail names the nearest seed that is in",
    Reason.NOTHING_TO_ASK: "there is nothing to make a prompt of",
    Reason.UNFINISHED: "the model's answer was cut off",
    Reason.PROMPT_TOO_LONG: "the prompt does not fit into the model's context",
    Reason.MALFORMED: "the answer does not have the form that was asked for",
    Reason.ENGINE_ERROR: "the engine gave no answer; it is asked again next time",
    Reason.BUDGET: "never asked, because the budget was spent; it is asked next time",
    Reason.DUPLICATE_SEED: "another row has the same seed, white space aside",
    Reason.COPIED_CODE: "the solution is a code block of the problem",
    Reason.NOT_EVOLVED: "the evolved instruction says the same as its parent",
    Reason.PROMPT_WORDS: "the instruction repeats words of the prompt that asked for it",
    Reason.REFUSED: "the model refuses to answer",
    Reason.NO_CONTENT: "nothing but punctuation and stop words",
    Reason.NOT_PASSED: "its tests do not pass; the detail has the verdict",
    Reason.NO_TESTS: "no live check ran",
    Reason.ANSWER_NOT_REACHED: "its tests also hold for an answer that was made useless",
    Reason.ALL_SKIPPED: "every test was skipped",
    Reason.EXIT_STATUS_MASKED: "a pipe hides the status of the check",
    Reason.ANSWER_READABLE: "its tests hold the answer's source, or read it",
    Reason.FLAKY: "two runs of the same program gave two verdicts",
    Reason.UNVERIFIABLE: "this machine cannot judge it, for want of a toolchain",
    Reason.JUDGED_BAD: "the discriminator says no",
    Reason.DUPLICATE_INSTRUCTION: "a row that is kept has the same instruction",
    Reason.DUPLICATE_RESPONSE: "a row that is kept has the same response",
    Reason.DUPLICATE_FUNCTION_NAMES: "a row that is kept defines functions of the same names",
    Reason.NOT_SELECTED: "another response of the same instruction was selected",
    Reason.PLACEHOLDER: "the response holds a placeholder phrase in place of code",
    Reason.CONTAMINATED: "a benchmark problem was found in it; the detail names the problem and the method",
    Reason.FILE_GONE: "the corpus no longer has the file that it grew from",
    Reason.TOO_MANY_TOKENS: "longer than the export's `--max-tokens`, in tokens of the model that will learn",
    Reason.NEAR_HELD_OUT: "a held-out row is nearly the same, or asks the same; the detail names it",
    Reason.NOT_SAMPLED: "the export's weights and number of rows leave it out",
    Reason.ORACLE_FAILS: "the task's own solution does not pass its verifier here; the detail has the verdict",
    Reason.NO_OP_PASSES: "the task's verifier passes though nothing was done",
}
"""What each reason means, for the documentation; complete, which a test checks."""
