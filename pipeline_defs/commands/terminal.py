"""The one way from the command to the terminal: nothing of a stranger's text is obeyed there, styles of our own are.

A command prints by this `Console`, or by `say` what has no style; the linter refuses `print`, `typer.echo` and
Rich's own console in the other modules.
"""

import sys
import traceback
from collections.abc import Iterable
from types import TracebackType

from rich.console import Console as RichConsole  # noqa: TID251 - here it is made safe
from rich.console import ConsoleOptions, RenderableType
from rich.markup import escape
from rich.segment import Segment
from rich.text import Text

from resources.printable import visible


class Console(RichConsole):
    """Rich's console, in which only our own styles are obeyed: no control character of a text, and no link."""

    def render_str(self, text: str, **settings: object) -> Text:
        """`text` as Rich renders it; cleaned here already, so that what is measured is what is shown."""
        return super().render_str(visible(text), **settings)  # pyright: ignore[reportArgumentType]

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of anything that can be rendered, cleaned: a renderable may have made its text by itself."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment  # Rich's own: the cursor of a progress bar
                continue
            style = segment.style
            if style is not None and style.link:
                style = style.update_link(None)
            yield Segment(visible(segment.text), style)


def say(text: str, *, error: bool = False, end: str = "\n") -> None:
    """Print `text` as it is but for what a terminal would obey, to standard output or standard error."""
    stream = sys.stderr if error else sys.stdout
    stream.write(visible(text) + end)
    stream.flush()


def say_error(error: BaseException) -> None:
    """Print an expected error: one message, whose later lines are set in, so that none looks like a line of ours."""
    text = visible(str(error)).replace("\n", "\n       ")
    Console(stderr=True).print(f"[bold red]error[/]: {escape(text)}", highlight=False, soft_wrap=True)


def say_trace(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error that nobody expected, with its trace (`sys.excepthook`)."""
    say("".join(traceback.format_exception(kind, error, trace)), error=True, end="")
