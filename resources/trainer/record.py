"""What a training loop did, as far as it is."""

from dataclasses import dataclass, field


@dataclass
class LoopRecord:
    """`curve` rows are (step, loss, learning rate, tokens so far), `evaluations` rows (step, held-out loss)."""

    steps: int = 0
    tokens: int = 0
    completion_tokens: int = 0
    curve: list[tuple[int, float, float, int]] = field(default_factory=list)
    evaluations: list[tuple[int, float]] = field(default_factory=list)
    loss_before: float | None = None  # on the measured rows
    seconds_before: float = 0.0  # of the processes that it went on from
    resumed_from: int | None = None  # the step of the state that it went on from last
