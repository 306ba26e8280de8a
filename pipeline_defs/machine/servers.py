"""The model servers that enabled recipes ask: whether they answer, and take the key."""

import urllib.error
import urllib.request
from collections.abc import Iterator

from pipeline_defs.configuration.settings import Settings
from pipeline_defs.machine.finding import Finding, State

PART = "model server"
TIMEOUT_S = 10


def model_servers(settings: Settings) -> Iterator[Finding]:
    """The OpenAI-compatible server, where an enabled recipe names that engine: its list of models is asked for."""
    from pipeline_defs.recipes.model import load_recipe

    recipes = [load_recipe(name) for name in settings.recipes]
    asking = [one.name for one in recipes if one.engine.backend == "openai"]
    if not asking:
        return
    address = settings.engines.openai.base_url
    if not address:
        yield Finding(
            PART,
            State.PROBLEM,
            f"none is named, and {', '.join(asking)} asks one",
            "set engines.openai.base_url or the variable OPENAI_BASE_URL",
        )
        return
    yield _asked(address, settings)


def _asked(address: str, settings: Settings) -> Finding:
    request = urllib.request.Request(f"{address.rstrip('/')}/models")
    key = settings.engines.openai.api_key
    if key is not None:
        request.add_header("Authorization", f"Bearer {key.get_secret_value()}")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            return Finding(PART, State.OK, f"{address} answers with status {answer.status}")
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            remedy = "set engines.openai.api_key or the variable OPENAI_API_KEY to a key that it takes"
            return Finding(PART, State.PROBLEM, f"{address} refuses the key (status {error.code})", remedy)
        said = f"{address} answers, and lists no models (status {error.code})"
        return Finding(PART, State.NOTE, said)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        return Finding(
            PART, State.PROBLEM, f"{address}: {reason}", "start it, or correct engines.openai.base_url"
        )
