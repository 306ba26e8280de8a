"""The task that the offline engine sets: what the docstring says, as an instruction, and prose about the answer.

The text follows the docstring closely; it is a baseline: Magicoder's ablation found that such pairs make a model worse.
"""

import ast
import re

from resources.engines.docstring_rules.documented import description, parameters, result
from resources.engines.docstring_rules.function import Function

_NOT_VERBS = {
    "a", "an", "the", "this", "these", "that", "those", "if", "for", "when", "in", "on", "like", "same", "see",
    "helper", "internal", "given", "note", "simple", "similar", "wrapper", "utility", "function", "method", "one",
    "all", "each", "any", "some", "with", "without", "by", "from", "to", "as", "it", "its", "is", "are", "true",
    "false", "none", "number", "list", "string", "dict", "and", "or", "not", "no", "yes", "alias", "shortcut",
    "deprecated", "version", "whether", "how", "what", "which", "where", "first", "last", "new", "low",
}  # fmt: skip
_BARE_ES = ("s", "sh", "ch", "x", "z", "o")


def instruction(function: Function, language: str) -> str | None:
    """A task whose answer is `function`; None when the docstring says nothing that could be asked for."""
    paragraphs = description(function.docstring)
    if not paragraphs or not re.search(r"[A-Za-z]{3}", paragraphs[0]):
        return None
    noun = "generator function" if _yields(function) else "function"
    lines = [f"Write a {language.capitalize()} {noun} `{function.signature}` {_purpose(paragraphs[0])}"]
    if len(paragraphs) > 1:
        lines.append("\n".join(paragraphs[1:3]))
    said = parameters(function.docstring)
    arguments = function.node.args
    names = [a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]]
    described = [f"- `{name}`: {said[name].text}." for name in names if name in said and said[name].text]
    if described:
        lines.append("\n".join(described))
    given_back = result(function.docstring)
    if given_back:
        lines.append(f"Result: {given_back}.")
    return "\n\n".join(lines)


def reasoning(function: Function, concepts: list[str]) -> str:
    """How the task can be solved, said from the signature and the concepts."""
    arguments = [a.arg for a in [*function.node.args.posonlyargs, *function.node.args.args]]
    given = ", ".join(f"`{name}`" for name in arguments) or "no positional arguments"
    needs = ", ".join(concepts) or "plain control flow"
    return (
        f"The function `{function.name}` is given {given} and has to produce its result from them alone. "
        f"The solution rests on: {needs}."
    )


def explanation(function: Function, sources: list[str]) -> str:
    """What the implementation does and where the tests come from."""
    paragraphs = description(function.docstring)
    does = paragraphs[0].rstrip(".") if paragraphs else function.name
    return f"`{function.name}` does what its documentation says: {does}. The tests check {' and '.join(sources)}."


def _purpose(summary: str) -> str:
    summary = summary.strip().replace("``", "`")
    summary = summary if summary.endswith((".", "!", "?", ":")) else f"{summary}."
    first, _, rest = summary.partition(" ")
    if re.fullmatch(r"[A-Z][a-z]+", first) and first.lower() not in _NOT_VERBS and rest:
        verb = first.lower()
        if verb.endswith("s") and not verb.endswith("ss"):
            return f"that {verb} {rest}"
        return f"that {_third_person(verb)} {rest}"
    return f"for this purpose: {summary}"


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith(_BARE_ES) else f"{verb}s"


def _yields(function: Function) -> bool:
    return any(isinstance(node, ast.Yield | ast.YieldFrom) for node in function.nodes)
