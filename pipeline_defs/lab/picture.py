"""The lab's picture: arms on x, pass@1 greedy and sampled with their 95 % intervals, drawn without a display."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from assets.publishing.plots import figure_with_axes, png
from pipeline_defs.lab.scores import Score

COLORS = {"greedy": "#2f7d5b", "sampled": "#a9c9b8"}


def draw(
    path: Path,
    arms: Sequence[str],
    scores: Mapping[str, Mapping[str, Score]],
    *,
    problems: int,
    rows: Mapping[str, int],
) -> None:
    """Write a PNG of `scores` (arm to evaluation to score); `rows` are the training rows of each arm."""
    figure, axes = figure_with_axes(height=3.6, width=8)
    width = 0.38
    for shift, (way, color) in enumerate(COLORS.items()):
        found = [scores[arm][way] for arm in arms]
        places = [place + (shift - 0.5) * width for place in range(len(arms))]
        shares = [100 * one.share for one in found]
        errors = [
            [100 * (one.share - one.low) for one in found],
            [100 * (one.high - one.share) for one in found],
        ]
        axes.bar(places, shares, width, color=color, label=way, yerr=errors, capsize=3, ecolor="#444444")
        for place, one in zip(places, found, strict=True):
            axes.annotate(
                f"{100 * one.share:.0f}",
                (place, 100 * one.high),
                (0, 3),
                textcoords="offset points",
                ha="center",
                size=8,
            )
    labels = [f"{arm}\n{rows[arm]:,} rows" if rows.get(arm) else f"{arm}\nno training" for arm in arms]
    axes.set_xticks(range(len(arms)), labels)
    axes.set_ylim(0, 105)
    axes.set_ylabel("pass@1, %")
    axes.set_title(f"seedling on {problems} held-out problems, 95 % intervals", size=10, loc="left")
    axes.legend(frameon=False, loc="upper left")
    path.write_bytes(png(figure, dpi=110))
