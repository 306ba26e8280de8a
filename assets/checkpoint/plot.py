"""The loss curve of a training as a small picture, drawn without a display.

Under 60 KB whatever the number of steps: long curves are thinned to means, since the picture has no more
pixels than that.
"""

import polars as pl

from assets.publishing.plots import figure_with_axes, png

POINTS = 400
"""Most points drawn."""


def loss_plot(
    curve: pl.DataFrame,
    loss_before: float | None,
    loss_after: float | None,
    loss_on: str,
    evaluations: pl.DataFrame | None = None,
) -> bytes:
    """A PNG of loss and learning rate by step (`CURVE_SCHEMA`), the measured loss as points: before, after, between."""
    drawn = thinned(curve)
    figure, axes = figure_with_axes(height=3.2)
    axes.plot(drawn["step"].to_list(), drawn["loss"].to_list(), color="#2f7d5b", label="loss of the step")
    ends = [(0, loss_before), (int(curve["step"].max() or 0), loss_after)]  # pyright: ignore[reportArgumentType]
    between = [] if evaluations is None else evaluations.rows()
    known = sorted({(step, loss) for step, loss in [*ends, *between] if loss is not None})
    if known:
        label = f"{loss_on.replace('_', ' ')}, measured"
        axes.plot(*zip(*known, strict=True), "o", color="#a3432d", label=label)
    axes.set_xlabel("step")
    axes.set_ylabel("loss (nats a token)")
    rates = axes.twinx()
    rates.spines[["top", "left"]].set_visible(False)
    rates.plot(drawn["step"].to_list(), drawn["lr"].to_list(), color="#9a9a9a", linewidth=0.8)
    rates.set_ylabel("learning rate", color="#6a6a6a")
    axes.legend(frameon=False, loc="upper right")
    return png(figure)


def thinned(curve: pl.DataFrame, points: int = POINTS) -> pl.DataFrame:
    """`curve` with at most `points` rows: means of neighbouring steps; short curves stay as they are."""
    if curve.height <= points:
        return curve
    bucket = pl.int_range(pl.len()) * points // pl.len()
    return (
        curve.group_by(bucket.alias("__bucket"), maintain_order=True)
        .agg(pl.col("step", "loss", "lr").mean(), pl.col("tokens").max())
        .drop("__bucket")
    )
