"""What the pictures of a study share: colours, panels, headings."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from fde_env.bench.plan import ARMS
from fde_env.errors import UsageError

# Okabe and Ito's palette: told apart by colour-blind readers as well.
COLOURS: Final = MappingProxyType(
    {"correct": "#0072B2", "mask": "#009E73", "noise": "#E69F00", "permute": "#D55E00"}
)
INK, PALE, GRID = "#222222", "#8A8A8A", "#E4E4E4"
SMOOTH: Final = 15
Run = dict[str, Any]


def require_matplotlib() -> None:
    """Check that pictures can be drawn.

    Raises:
        UsageError: matplotlib is not installed.
    """
    if find_spec("matplotlib") is None:
        raise UsageError(
            "pictures need matplotlib: install fde-env[report], or leave them out with "
            "--no-pictures"
        )


def new_figure(width: float, height: float) -> Any:
    """An empty figure, in inches; no window, no global state."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def base_panels(
    runs: Sequence[Run], label: str, *, share: bool
) -> tuple[Any, list[tuple[Any, Any]]]:
    """A row of panels, one for each base; returns the figure and (axis, its runs) pairs."""
    bases = list(dict.fromkeys(run["base"] for run in runs))
    columns = min(4, len(bases))
    rows = -(-len(bases) // columns)
    figure = new_figure(max(9.0, 3.1 * columns), 2.0 + 3.2 * rows)
    grid = figure.subplots(rows, columns, sharey=share, squeeze=False).ravel()
    for axis in grid[len(bases) :]:
        axis.set_visible(False)
    pairs = []
    for place, (name, axis) in enumerate(zip(bases, grid, strict=False)):
        mine = [run for run in runs if run["base"] == name]
        plain_axis(axis)
        _name_panel(axis, name, mine[0]["nominal_base"])
        if place % columns == 0:
            axis.set_ylabel(label, color=INK)
        pairs.append((axis, mine))
    spread(figure, (0.65, 0.15, 1.35, 0.85))
    return figure, pairs


def _name_panel(axis: Any, name: str, nominal: str) -> None:
    where = {"transform": axis.transAxes, "va": "bottom", "clip_on": False}
    axis.text(0, 1.075, Path(name).name, fontsize=11, color=INK, **where)
    if nominal != name:
        axis.text(0, 1.015, f"stands in for {nominal}", fontsize=7.5, color=PALE, **where)


def spread(figure: Any, margins: tuple[float, float, float, float]) -> None:
    """Set the margins left, right, top and bottom, in inches."""
    left, right, top, bottom = margins
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        left=left / width,
        right=1 - right / width,
        top=1 - top / height,
        bottom=bottom / height,
        wspace=0.16,
        hspace=0.45,
    )


def plain_axis(axis: Any) -> None:
    """A light grid and one spine."""
    axis.grid(visible=True, color=GRID, lw=0.7)
    axis.set_axisbelow(True)
    axis.tick_params(colors=INK, labelsize=9, length=0)
    for name, spine in axis.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(PALE)


def heading(figure: Any, title: str, below: str) -> None:
    """Title and explanation at the top left, wrapped to the figure's width."""
    width, height = figure.get_size_inches()
    figure.text(
        0.12 / width, 1 - 0.12 / height, title, fontsize=14, weight="bold", color=INK, va="top"
    )
    words = textwrap.fill(below, int(width * 13.5))
    figure.text(0.12 / width, 1 - 0.44 / height, words, fontsize=9.5, color=PALE, va="top")


def shared_legend(figure: Any, axes: Sequence[tuple[Any, Any]]) -> None:
    """One legend for all panels, below them."""
    handles, names = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="lower center", ncols=4, frameon=False, fontsize=10)


def arms_of(runs: Sequence[Run]) -> list[str]:
    """Arms that occur, in the order of the study."""
    return [arm for arm in ARMS if any(run["arm"] == arm for run in runs)]


def loss_falls(run: Run) -> bool:
    """Whether the last tenth's mean loss is below the first's."""
    first, last = run["loss_first"], run["loss_last"]
    return first is not None and last is not None and last < first


def smoothed(values: Sequence[float | None]) -> list[float]:
    """Running mean over the last `SMOOTH` finite values."""
    kept: list[float] = []
    curve = []
    for value in values:
        if value is not None:
            kept.append(value)
        window = kept[-SMOOTH:]
        curve.append(sum(window) / len(window) if window else float("nan"))
    return curve


def mean_curve(curves: Sequence[Sequence[float]]) -> list[float]:
    """Pointwise mean, as long as the shortest curve."""
    return [sum(column) / len(column) for column in zip(*curves, strict=False)]
