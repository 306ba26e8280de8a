"""Muon (Jordan et al. 2024) for a small network's matrices, all of one shape at once, in float32 on the CPU.

Momentum, made orthogonal by Newton and Schulz's iteration. What is no matrix belongs to another optimizer.
"""

from typing import Any


class Muon:
    """Momentum made orthogonal by Newton and Schulz's iteration, for matrices of a few shapes."""

    def __init__(self, parameters: list[Any]) -> None:
        import torch

        self.groups: dict[tuple[int, ...], list[Any]] = {}
        for one in parameters:
            self.groups.setdefault(tuple(one.shape), []).append(one)
        self.momentum = {shape: torch.zeros(len(group), *shape) for shape, group in self.groups.items()}

    def step(self, rate: float, decay: float = 0.01) -> None:
        """One update of all matrices."""
        import torch

        with torch.no_grad():
            for shape, group in self.groups.items():
                gradient = torch.stack([one.grad for one in group])
                held = self.momentum[shape].mul_(0.95).add_(gradient, alpha=0.05)
                made = _orthogonal(gradient.lerp(held, 0.95))
                scale = max(1.0, shape[0] / shape[1]) ** 0.5
                for one, update in zip(group, made, strict=True):
                    one.mul_(1 - rate * decay).add_(update, alpha=-rate * scale)


def _orthogonal(matrices: Any) -> Any:
    x = matrices.mT if matrices.shape[-2] > matrices.shape[-1] else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.mT if matrices.shape[-2] > matrices.shape[-1] else x
