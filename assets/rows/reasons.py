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
    UNVERIFIABLE = "unverifiable"
    JUDGED_BAD = "judged_bad"
    # sft_dataset
    DUPLICATE_INSTRUCTION = "duplicate_instruction"
    DUPLICATE_RESPONSE = "duplicate_response"
    DUPLICATE_FUNCTION_NAMES = "duplicate_function_names"
    NOT_SELECTED = "not_selected"
    PLACEHOLDER = "placeholder"
    CONTAMINATED = "contaminated"
