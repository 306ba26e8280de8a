"""A compiler's own syntax check, where the toolchain is on the machine: stricter than a grammar, still no types.

Each tool parses or compiles to byte code and runs nothing of the source (no module is loaded, no `BEGIN` block
or constant expression evaluated): `node`'s compiler, PHP's tokeniser in parse mode, `ruby`'s compiler, `bash -n`,
`gofmt`. One process judges a batch; a small driver in the tool's own language reads the files. Methods of
JavaScript and PHP are tried in a class too.
"""

import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.type_checker.base import Judgment, TypeChecker, TypeCheckerUnavailable, first_errors
from resources.type_checker.halving import judge_by_halves
from resources.type_checker.process import run_checker
from resources.type_checker.project import file_number, project

# every driver prints `NAME:LINE: message` for each file that has an error
_NODE = """
const fs = require('fs'), vm = require('vm');
const inFunction = s => new vm.Script('(async function (exports, require, module) {' + s + '\\n})');
const inClass = s => new vm.Script('class A {' + s + '\\n}');
const asModule = s => new vm.SourceTextModule(s);
for (const name of fs.readdirSync('.').filter(n => n.endsWith('-.py'))) {
  const source = fs.readFileSync(name, 'utf8');
  let first = null;
  for (const form of [inFunction, asModule, inClass]) {
    try { form(source); first = null; break; } catch (error) { first = first || error; }
  }
  if (first) {
    const line = /:(\\d+)\\n/.exec(first.stack || '');
    console.log(name + ':' + (line ? line[1] : 1) + ': ' + first.message.split('\\n')[0]);
  }
}
"""
_PHP = """
foreach (glob('*-.py') as $name) {
  $source = file_get_contents($name);
  $opened = preg_match('/^\\s*<\\?/', $source) ? '' : '<?php ';
  $first = null;
  foreach ([$opened . $source, $opened . 'abstract class A {' . $source . "\\n}"] as $form) {
    try { token_get_all($form, TOKEN_PARSE); $first = null; break; }
    catch (ParseError $error) { $first = $first ?? $error; }
  }
  if ($first) { echo $name, ':', $first->getLine(), ': ', strtok($first->getMessage(), "\\n"), "\\n"; }
}
"""
_RUBY = """
Dir.glob('*-.py').each do |name|
  begin
    RubyVM::InstructionSequence.compile(File.read(name, encoding: 'UTF-8'), name)
  rescue SyntaxError => error
    line, message = error.message.lines.first.to_s.scan(/:(\\d+): (.*)/).first
    puts "#{name}:#{line || 1}: #{message || error.message.lines.first}"
  end
end
"""
_BASH = """
for name in *-.py; do
  message=$(bash -n "./$name" 2>&1) ||
    printf '%s\\n' "$message" | sed -n "s/^.*: line \\([0-9]*\\): /$name:\\1: /p" | head -n 1
done
true
"""
_GO = '"$0" -e -l . 2>&1 || [ $? -eq 2 ]'  # 2: it found errors


@dataclass(frozen=True)
class _Tool:
    command: Callable[[str], list[str]]
    """The command line, given the tool's path."""
    before: str = ""
    """What is put before a source, on its first line."""


TOOLS: dict[str, tuple[str, _Tool]] = {
    "javascript": (
        "node",
        _Tool(lambda node: [node, "--no-warnings", "--experimental-vm-modules", "-e", _NODE]),
    ),
    "php": ("php", _Tool(lambda php: [php, "-d", "display_errors=stderr", "-r", _PHP])),
    "ruby": ("ruby", _Tool(lambda ruby: [ruby, "--disable=gems", "-W0", "-e", _RUBY])),
    "bash": ("bash", _Tool(lambda bash: [bash, "--norc", "--noprofile", "-c", _BASH])),
    "go": ("gofmt", _Tool(lambda gofmt: ["/bin/sh", "-c", _GO, gofmt], before="package p; ")),
}
"""The program that parses each language, and how it is asked."""

_FINDING = re.compile(
    r"^(?:\./)?(?P<file>\d+-\.(?:py|go)):(?P<line>\d+)(?::\d+)?: (?P<message>.*)$", re.MULTILINE
)


class SyntaxCheck(TypeChecker):
    """Whether the language's own toolchain parses each source."""

    def __init__(self, language: str, batch_size: int = 500, timeout_s: float = 30.0) -> None:
        """Check sources in `language`; a batch has `timeout_s` CPU seconds and 0.1 s a source more.

        Raises `TypeCheckerUnavailable` where the language has no such check, or its tool is not installed.
        """
        if language not in TOOLS:
            raise TypeCheckerUnavailable(
                f"no syntax check by a toolchain for {language!r}; there are {', '.join(TOOLS)}: use the grammar"
            )
        program, self._tool = TOOLS[language]
        found = shutil.which(program)
        if found is None:
            raise TypeCheckerUnavailable(f"{program} is not on the path; install it, or check by the grammar")
        self.language = language
        self.batch_size = batch_size
        self.timeout_s = timeout_s
        self._program = found

    def identity(self) -> dict[str, str]:
        """The tool and its version."""
        name = Path(self._program).name
        if name == "gofmt":  # has no version of its own
            command = [str(Path(self._program).with_name("go")), "version"]
        else:
            command = [self._program, "--version"]
        try:
            told = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
        except (OSError, subprocess.SubprocessError) as error:
            raise TypeCheckerUnavailable(f"{' '.join(command)} does not work: {error}") from error
        return {"checker": f"{name} (syntax)", "language": self.language, "version": told.splitlines()[0]}

    def judge(self, sources: Sequence[str]) -> list[Judgment]:
        """One judgment for each of `sources`, in their order; see `TypeChecker.judge`."""
        judged: list[Judgment] = []
        for start in range(0, len(sources), self.batch_size):
            batch = sources[start : start + self.batch_size]
            judged += judge_by_halves(batch, self._judge_batch)
        return judged

    def _judge_batch(self, sources: Sequence[str]) -> list[Judgment]:
        suffix = ".go" if self.language == "go" else ".py"
        with project([self._tool.before + source for source in sources], "3.11") as folder:
            if suffix == ".go":  # gofmt looks at names that end so
                for file in folder.glob("*-.py"):
                    file.rename(file.with_suffix(".go"))
            output = run_checker(
                self._tool.command(self._program),
                folder,
                timeout_s=self.timeout_s + 0.1 * len(sources),
                install=f"is {self._program} installed?",
                exits=(0,),
            )
        errors: list[list[tuple[int, str, str | None]]] = [[] for _ in sources]
        for finding in _FINDING.finditer(output):
            number = file_number(str(Path(finding["file"]).with_suffix(".py")))
            errors[number].append((int(finding["line"]), finding["message"], None))
        return [Judgment(len(found), first_errors(found) if found else None) for found in errors]
