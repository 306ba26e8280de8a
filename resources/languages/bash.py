"""Bash: its names, files, grammar and comments."""

from resources.languages.record import Grammar, Language

LANGUAGE = Language(
    name="bash",
    title="Bash",
    aliases=("sh", "shell", "shellscript", "shell-script", "zsh"),
    extensions=("sh", "bash"),
    file_names=(".bashrc", ".bash_profile", ".profile"),
    interpreters=("bash", "sh", "dash"),
    grammar=Grammar("tree_sitter_bash"),
    line_comments=("#",),
    documentation="comments right above what they document",
    absent={"imports": "Bash imports nothing"},
    tests="checks the solution with commands that exit with a status other than 0 when a check fails,",
    # any command may fail a script; these are the ones that tests are made of
    test_words=r"\bexit\b|\breturn\b|\bset\s+-\w*e|\bfalse\b|assert|\[|\btest\b|\b(?:diff|cmp|grep)\b",
    stops=("\nfunction ", "\n#", "\n```"),
    begins=r"(?:#!|function\s|[\w-]+\s*\(\)|[A-Za-z_]\w*=)",
    chance=r"\$\{?RANDOM\b|\bshuf\b|\bdate\b|\$\$|/dev/u?random|\bmktemp\b|\bsort\s+-R\b",
    reads_itself=r"\bdeclare\s+-f\b|\btype\s+\w+\s*\||\bcat\s+\"?\$0|\bBASH_SOURCE\b|\bgrep\b[^\n|]*\$0",
)
