"""What exists and when it runs: definitions, partitions, automation, recipes, settings, the command.

From Python: `from pipeline_defs import Deployment`. It is imported when it is asked for, so that importing the
package costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline_defs.deployment import Deployment as Deployment

__all__ = ["Deployment"]


def __getattr__(name: str) -> Any:
    if name == "Deployment":
        from pipeline_defs.deployment import Deployment

        return Deployment
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
