"""Ruby: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="ruby",
    title="Ruby",
    aliases=("rb",),
    extensions=("rb", "rake", "gemspec"),
    file_names=("rakefile", "gemfile", "guardfile", "vagrantfile"),
    interpreters=("ruby", "jruby"),
    grammar=Grammar("tree_sitter_ruby"),
    line_comments=("#",),
    block_comment=("=begin", "=end"),
    braces=False,
    documentation="RDoc and YARD, comments right above",
    tests="checks the solution with lines that raise unless a check holds",
    test_words=r"\b(?:raise|fail|abort|exit)\b|\bassert\w*|\brefute\w*",
    stops=("\ndef ", "\nclass ", "\nputs ", "\n#", "\n```"),
    banned_imports=("fileutils", "open3", "optparse", "rake", "thor"),
    begins=r"(?:def\s|class\s|module\s|require\b|[a-zA-Z_]\w*\s*=[^=])",
    chance=r"\brand\b|\bsample\b|\bshuffle\b|\bTime\b|\bSecureRandom\b|\bThread\b",
    reads_itself=r"\bFile\s*\.\s*read\(?\s*__FILE__|\bsource_location\b|\bDATA\s*\.\s*read",
)
