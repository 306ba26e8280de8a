"""What this machine could train with: its GPUs as the driver's own command tells them, its memory and cores."""

import os
import shutil
import subprocess
from dataclasses import dataclass

from resources.trainer.size import GPUS, Gpu

CORE_PEAK = 50e9
"""Float32 operations a second of one CPU core at its best: the order of magnitude, for a rough number of hours."""


@dataclass(frozen=True)
class Machine:
    """GPUs by name (all alike: the first one's), how many, and what there is without them."""

    gpu_name: str
    gpu: Gpu | None
    gpus: int
    memory: float  # bytes
    cores: int

    @property
    def as_gpu(self) -> Gpu:
        """The processor as if it were a GPU, for the same formula."""
        return Gpu(self.memory, CORE_PEAK * self.cores, CORE_PEAK * self.cores)


def machine() -> Machine:
    """This machine."""
    memory = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    cores = len(os.sched_getaffinity(0))
    listed = _nvidia_smi()
    if not listed:
        return Machine("", None, 0, memory, cores)
    name, bytes_each = listed[0]
    alike = next((gpu for known, gpu in GPUS.items() if known.split("-")[0] in name.replace(" ", "")), None)
    peak, peak_float32 = (alike.peak, alike.peak_float32) if alike else (100e12, 20e12)
    return Machine(name, Gpu(bytes_each, peak, peak_float32), len(listed), memory, cores)


def _nvidia_smi() -> list[tuple[str, float]]:
    """Name and bytes of each GPU; none where the driver is not there or does not answer."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return []
    asked = [command, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=20, check=True).stdout
        lines = [line.rsplit(",", 1) for line in said.splitlines() if line.strip()]
        return [(name.strip(), float(mib) * 2**20) for name, mib in lines]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
