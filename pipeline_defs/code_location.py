"""What Dagster loads (`workspace.yaml`, `dg`): the definitions over this process's settings.

Apart from `definitions.py` so that importing that one for its functions reads no settings.
"""

from pipeline_defs.definitions import build_defs
from resources.printable import printable_logs

printable_logs()  # names out of dumps are in them, and a terminal shows them

defs = build_defs()
