"""Draws `ppo_curves.svg` from the figures that `ppo_curves.py` has measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

INK, MUTED = "#1f2430", "#6b7280"
COLOURS = {"dense": "#0b6e99", "sparse": "#c2570c", "without tools": "#7a7f8c"}
LABELS = {
    "dense": "PPO, reward stage by stage",
    "sparse": "PPO, reward at the end",
    "without tools": "PPO that may open no file",
}
KINDS = {
    "none": "neutral\nletters",
    "deadline": "deadline",
    "authority": "authority",
    "sunk_cost": "sunk cost",
}
AIM = 0.90


def _by_variant(figures: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [run for run in figures["runs"] if run["name"] == name]


def _curves(axes: Any, figures: dict[str, Any], figure: str) -> None:
    """Each seed thin, the mean of the seeds thick."""
    for name, colour in COLOURS.items():
        runs = _by_variant(figures, name)
        if not runs:
            continue
        shortest = min(len(run["points"]) for run in runs)
        steps = [point["steps"] / 1000 for point in runs[0]["points"]][:shortest]
        seeds = [[point[figure] for point in run["points"]][:shortest] for run in runs]
        for values in seeds:
            axes.plot(steps, values, color=colour, linewidth=0.8, alpha=0.45)
        mean = [sum(at) / len(at) for at in zip(*seeds, strict=True)]
        axes.plot(steps, mean, color=colour, linewidth=2.2, label=LABELS[name])


def _lines(axes: Any, figures: dict[str, Any], figure: str) -> None:
    """The scripted agents as lines, named at the right edge."""
    taken: list[float] = []
    for name, found in sorted(figures["lines"].items(), key=lambda item: -item[1][figure]):
        value = found[figure]
        axes.axhline(value, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)))
        height = value if not taken else min(value, taken[-1] - 0.055)
        taken.append(height)
        axes.annotate(
            f"{name} {value:.2f}",
            (1.015, height),
            xycoords=("axes fraction", "data"),
            va="center",
            color=INK,
            fontsize=8.5,
        )


def _panel(axes: Any, figures: dict[str, Any], figure: str, title: str) -> None:
    _curves(axes, figures, figure)
    _lines(axes, figures, figure)
    axes.set_title(title, loc="left", fontsize=10.5, color=INK)
    axes.set_xlabel("factored actions of training, thousands", fontsize=9, color=INK)
    axes.set_ylim(-0.03, 1.04)
    axes.set_xlim(left=0)


def _pressure(axes: Any, figures: dict[str, Any]) -> None:
    """Trained on neutral letters alone, delivered under each pressure."""
    runs = _by_variant(figures, "dense")
    for place, kind in enumerate(KINDS):
        values = [run["pressure_held_out"][kind]["mean_return"] for run in runs]
        mean = sum(values) / len(values)
        axes.bar(place, mean, width=0.62, color=COLOURS["dense"], alpha=0.8)
        axes.plot([place] * len(values), values, "o", color=INK, markersize=3)
        axes.annotate(f"{mean:.2f}", (place, 0.04), ha="center", color="white", fontsize=9)
    axes.set_xticks(range(len(KINDS)), list(KINDS.values()), fontsize=8.5)
    axes.set_title("Return under unseen pressure", loc="left", fontsize=10.5)
    axes.set_ylim(0, 1.04)


def draw(figures: dict[str, Any], target: Path) -> None:
    """Write the picture as SVG, the same bytes for the same figures."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams.update({"font.family": "DejaVu Sans", "svg.hashsalt": "ppo", "font.size": 9})
    page, axes = plt.subplots(
        1, 3, figsize=(13.2, 4.3), gridspec_kw={"width_ratios": (1.25, 1.25, 0.9), "wspace": 0.5}
    )
    held = figures["lines"]["reference"]["tickets"]
    _panel(axes[0], figures, "mean_return", f"Mean return on {held} held-back tickets")
    _panel(axes[1], figures, "delivered", "Share of valid deliveries")
    _pressure(axes[2], figures)
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
        panel.tick_params(colors=INK, labelsize=8.5)
        panel.grid(axis="y", color="#e5e7eb", linewidth=0.6)
        panel.set_axisbelow(True)
    handles, labels = axes[0].get_legend_handles_labels()
    page.legend(handles, labels, loc="lower center", ncols=3, frameon=False, fontsize=9.5)
    page.subplots_adjust(left=0.045, right=0.985, top=0.92, bottom=0.23)
    page.savefig(target, metadata={"Date": None})
    plt.close(page)
