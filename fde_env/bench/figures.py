"""The pictures of a study, drawn from its results file alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fde_env.bench.canvas import (
    COLOURS,
    INK,
    PALE,
    Run,
    arms_of,
    base_panels,
    heading,
    loss_falls,
    mean_curve,
    new_figure,
    plain_axis,
    shared_legend,
    smoothed,
    spread,
)
from fde_env.bench.plan import ARMS


def draw_all(results: dict[str, Any], folder: Path) -> list[Path]:
    """Write every picture as SVG and PNG into `folder`; returns the paths.

    Raises:
        UsageError: matplotlib is not installed.
    """
    drawers: dict[str, Callable[[dict[str, Any]], Any]] = {
        "loss": draw_loss,
        "accuracy": draw_accuracy,
        "incidence": draw_incidence,
        "wealth": draw_wealth,
    }
    written = []
    for name, draw in drawers.items():
        figure = draw(results)
        for kind in ("svg", "png"):
            path = folder / f"{name}.{kind}"
            # No date: equal results give equal files.
            meta = {"Date": None} if kind == "svg" else {"Software": None}
            figure.savefig(path, dpi=160, metadata=meta, facecolor="white")
            written.append(path)
    return written


def draw_loss(results: dict[str, Any]) -> Any:
    """Training loss over steps, a panel for each base, a line for each arm."""
    runs = results["runs"]
    figure, axes = base_panels(runs, "training loss (smoothed)", share=False)
    for axis, mine in axes:
        for arm in arms_of(mine):
            curves = [smoothed(run["loss"]) for run in mine if run["arm"] == arm]
            for curve in curves:
                axis.plot(range(1, len(curve) + 1), curve, color=COLOURS[arm], lw=0.7, alpha=0.35)
            mean = mean_curve(curves)
            axis.plot(range(1, len(mean) + 1), mean, color=COLOURS[arm], lw=2, label=arm)
        axis.set_xlabel("step")
        axis.set_ylim(bottom=0)
    falls = sum(loss_falls(run) for run in runs)
    heading(
        figure,
        f"Training loss falls in {falls} of {len(runs)} runs",
        "Thin: each seed. Thick: mean. The mask arm also counts the prompt's tokens, "
        "so its level is another.",
    )
    shared_legend(figure, axes)
    return figure


def draw_accuracy(results: dict[str, Any]) -> Any:
    """Held-out accuracy of each run with its interval, beside base and acceptance line."""
    runs = results["runs"]
    margin = results["preregistered"][0]["acceptance"]["margin"]
    figure, axes = base_panels(runs, "held-out accuracy", share=True)
    for axis, mine in axes:
        arms = arms_of(mine)
        base = sum(run["base_accuracy"] for run in mine) / len(mine)
        axis.axhline(base, color=PALE, lw=1.2, ls="--", zorder=1)
        axis.axhline(base + margin, color=PALE, lw=1.2, ls=":", zorder=1)
        for place, arm in enumerate(arms):
            group = [run for run in mine if run["arm"] == arm]
            for number, run in enumerate(group):
                x = place + 0.18 * (number - (len(group) - 1) / 2)
                below = run["accuracy"] - run["base_accuracy"] - run["ci_low"]
                above = run["ci_high"] - run["accuracy"] + run["base_accuracy"]
                axis.errorbar(
                    x,
                    run["accuracy"],
                    yerr=[[max(0.0, min(below, run["accuracy"]))], [max(0.0, above)]],
                    fmt="o",
                    ms=5,
                    color=COLOURS[arm],
                    elinewidth=1.4,
                    capsize=2,
                )
        axis.set_xticks(range(len(arms)), arms)
        axis.set_xlim(-0.6, len(arms) - 0.4)
        axis.set_ylim(-0.03, 1)
        axis.grid(visible=False, axis="x")
    heading(
        figure,
        "What was delivered, on examples the model has never seen",
        "Dots: runs, with the 95% interval of the paired change. Dashed: the untuned base. "
        f"Dotted: what acceptance asks for (base + {margin:.2f}).",
    )
    spread(figure, (0.65, 0.15, 1.35, 0.45))
    return figure


def draw_incidence(results: dict[str, Any]) -> Any:
    """A tile a run: was it a silent failure, and did a detector raise an alarm?"""
    runs = results["runs"]
    arms = arms_of(runs)
    cells = sorted({(run["base"], run["seed"]) for run in runs})
    wide = max(1, len({seed for _, seed in cells}))
    figure = new_figure(11, 1.4 + 0.95 * len(arms))
    questions: tuple[tuple[str, Callable[[Run], bool], str], ...] = (
        ("trained but did not learn", lambda run: run["tbdl"], "#444444"),
        ("harm alarm", lambda run: run["harm_step"] is not None, "#B2182B"),
        ("futility alarm", lambda run: run["futility_step"] is not None, "#7B3294"),
    )
    axes = figure.subplots(1, len(questions), sharey=True)
    high = -(-len(cells) // wide)
    for axis, (title, asked, colour) in zip(axes, questions, strict=True):
        for row, arm in enumerate(arms):
            mine = [run for run in runs if run["arm"] == arm]
            for run in mine:
                place = cells.index((run["base"], run["seed"]))
                _tile(axis, (place // wide, place % wide), (row, high, wide), asked(run), colour)
            axis.text(
                1.04,
                row + 0.5,
                f"{sum(map(asked, mine))} of {len(mine)}",
                va="center",
                fontsize=11,
                color=INK,
            )
        axis.set_title(title, fontsize=11, color=INK, loc="left")
        axis.set_xlim(0, 1.3)
        axis.set_ylim(len(arms), 0)
        axis.set_yticks([row + 0.5 for row in range(len(arms))], arms, fontsize=11)
        axis.set_xticks([])
        axis.tick_params(length=0)
        for spine in axis.spines.values():
            spine.set_visible(False)
    heading(
        figure,
        "Silent failures, and which detector sees them",
        "A tile is a run: bases across, seeds down. Filled: it happened.",
    )
    spread(figure, (0.85, 0.1, 1.15, 0.15))
    return figure


def draw_wealth(results: dict[str, Any]) -> Any:
    """Wealth of both e-processes over the checks, with the threshold of the alarm."""
    runs = results["runs"]
    probe = results["preregistered"][0]["probe"]
    figure = new_figure(11, 4.6)
    axes = figure.subplots(1, 2, sharey=True)
    low, high = 1e-3, 1e6
    for axis, kind in zip(axes, ("harm", "futility"), strict=True):
        threshold = 1 / probe[f"{kind}_alpha"]
        for run in sorted(runs, key=lambda run: -ARMS.index(run["arm"])):
            _wealth_line(axis, run, kind, (low, high))
        axis.axhline(threshold, color=INK, lw=1.2, ls="--")
        axis.set_yscale("log")
        axis.set_ylim(low, high)
        axis.set_xlim(0, max((len(run["loss"]) for run in runs), default=1))
        axis.set_xlabel("step")
        alarms = sum(run[f"{kind}_step"] is not None for run in runs)
        axis.set_title(f"{kind} detector: {alarms} alarms", fontsize=11, color=INK, loc="left")
        plain_axis(axis)
    axes[0].text(
        0.985,
        threshold * 1.3,
        f"alarm at {threshold:.0f}",
        transform=axes[0].get_yaxis_transform(),
        fontsize=9,
        color=INK,
        ha="right",
    )
    axes[0].set_ylabel("wealth of the bettor against the null")
    for arm in arms_of(runs):
        axes[1].plot([], [], color=COLOURS[arm], lw=2, label=arm)
    heading(
        figure,
        "Evidence that builds up while the loss looks fine",
        "A line is a run, up to its alarm (dot). A run that keeps to the null crosses with a "
        f"chance of at most {probe['harm_alpha']:g}, however often one looks.",
    )
    spread(figure, (0.8, 1.3, 1.1, 0.55))
    handles, names = axes[1].get_legend_handles_labels()
    figure.legend(handles, names, loc="center right", frameon=False, fontsize=10)
    return figure


def _wealth_line(axis: Any, run: Run, kind: str, limits: tuple[float, float]) -> None:
    import math

    found = [(c["step"], c[f"{kind}_log_wealth"]) for c in run["checks"]]
    points = [(step, wealth) for step, wealth in found if wealth is not None]
    alarm = run[f"{kind}_step"]
    if alarm is not None:
        points = [(step, wealth) for step, wealth in points if step <= alarm]
    steps = [step for step, _ in points]
    values = [
        math.exp(min(max(w, math.log(limits[0])), math.log(limits[1] * 0.8))) for _, w in points
    ]
    colour = COLOURS[run["arm"]]
    axis.plot(steps, values, color=colour, lw=1.0, alpha=0.6)
    if alarm is not None:
        axis.plot(steps[-1:], values[-1:], "o", ms=4.5, color=colour, clip_on=False, zorder=4)


def _tile(
    axis: Any, at: tuple[int, int], place: tuple[int, int, int], filled: bool, colour: str
) -> None:
    from matplotlib.patches import FancyBboxPatch

    (x, y), (row, across, down) = at, place
    width, height = 1 / across, 0.8 / down
    axis.add_patch(
        FancyBboxPatch(
            (x * width + 0.012, row + 0.1 + y * height + 0.02),
            width - 0.024,
            height - 0.04,
            boxstyle="round,pad=0,rounding_size=0.012",
            facecolor=colour if filled else "#EFEFEF",
            edgecolor="none",
        )
    )
