"""Tests assert something by each language's own words; what the sandbox takes for a test is never missed."""

import pytest

from assets.candidate_responses.assertions import asserts_something
from assets.instructions.few_shot_bank import bank
from resources.languages import RECORDS, lacking
from resources.sandbox.languages import LANGUAGES
from resources.sandbox.languages.assertions import live_sites

NOTHING = {
    "c": 'int main(void) {\n    // assert(twice(2) == 4);\n    printf("%d", twice(2));\n    return 0;\n}',
    "kotlin": "fun main() {\n    // check(twice(2) == 4)\n    println(twice(2))\n}",
    "javascript": "// assert it\nconsole.log(double(2));",
    "typescript": "/* assert it */\nconst found: number = double(2);\nconsole.log(found);",
    "java": "class Main { public static void main(String[] a) { System.out.println(Solution.twice(2)); } }",
    "cpp": "int main() {\n    // assert(twice(2) == 4);\n    std::cout << twice(2);\n    return 0;\n}",
    "csharp": "class Program { static void Main() { System.Console.WriteLine(Solution.Twice(2)); } }",
    "go": 'func main() {\n\t// panic("no")\n\tfmt.Println(twice(2))\n}',
    "rust": 'fn main() {\n    // assert_eq!(twice(2), 4);\n    println!("{}", twice(2));\n}',
    "php": "# assert(twice(2) === 4)\necho twice(2);",
    "ruby": "# raise unless it holds\nputs twice(2)",
    "swift": "// precondition(twice(2) == 4)\nprint(twice(2))",
    "bash": "# exit 1 if it fails\ntwice 2",
}
SOMETHING = {
    "c": "int main(void) { return twice(2) == 4 ? 0 : 1; }",
    "kotlin": "fun main() { check(twice(2) == 4) }",
    "javascript": "const { deepStrictEqual } = require('assert');\ndeepStrictEqual(twice(2), 4);",
    "typescript": "if (twice(2) !== 4) throw new Error('twice');",
    "java": "class Main { public static void main(String[] a) { assert Solution.twice(2) == 4; } }",
    "cpp": "int main() { return twice(2) == 4 ? 0 : 1; }",
    "csharp": "class Program { static void Main() { System.Diagnostics.Debug.Assert(Solution.Twice(2) == 4); } }",
    "go": 'func TestTwice(t *testing.T) {\n\tif twice(2) != 4 {\n\t\tt.Errorf("twice")\n\t}\n}',
    "rust": "#[test]\nfn doubles() {\n    assert_eq!(twice(2), 4);\n}",
    "php": "assert(twice(2) === 4);",
    "ruby": "raise 'twice' unless twice(2) == 4",
    "swift": "assert(twice(2) == 4)",
    "bash": '[ "$(twice 2)" = 4 ] || exit 1',
}


def test_every_language_but_python_has_its_words():
    assert [name for name, record in RECORDS.items() if not record.test_words] == ["python"]


@pytest.mark.parametrize("language", sorted(NOTHING))
def test_tests_that_only_run_or_only_speak_of_assertions_assert_nothing(language):
    assert not asserts_something(NOTHING[language], language)
    assert asserts_something(SOMETHING[language], language)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_what_the_sandbox_takes_for_a_test_is_found(language):
    shots = () if language in lacking("few_shot") else bank(language)
    tests = [SOMETHING[language], LANGUAGES[language].hello[1], *(shot.tests for shot in shots)]
    for text in tests:
        assert sum(live_sites(language, text)) > 0
        assert asserts_something(text, language)
        # a line at a time: each that the sandbox counts has a word of its own
        for line in text.splitlines():
            if sum(live_sites(language, line)):
                assert asserts_something(line, language), line
    assert sum(live_sites(language, NOTHING[language])) == 0


def test_a_language_that_nobody_knows_is_let_through():
    assert asserts_something("check(main)", "cobol")
