"""A delivery as it happens: stages, loss, clean probe and alarms."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import Any, Final, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fde_env.contract.evidence import Evidence, ProbeCheck
from fde_env.contract.stage import STAGES
from fde_env.observation import Observation
from fde_env.runs.run import Progress

BARS: Final = " ▁▂▃▄▅▆▇█"
WIDTH: Final = 48
LOG_THRESHOLD: Final = 4.60517  # ln(1 / 0.01)
PLAIN_EVERY: Final = 100
PHASES: Final = MappingProxyType(
    {"base": "the base answers the clean rows (once a cell)", "start": "the sandbox starts"}
)


def sparkline(values: list[float], width: int = WIDTH) -> str:
    """`values` as a row of block characters, averaged into at most `width` of them."""
    if not values:
        return ""
    size = max(1, -(-len(values) // width))
    means = [
        sum(values[i : i + size]) / len(values[i : i + size]) for i in range(0, len(values), size)
    ]
    low, high = min(means), max(means)
    span = (high - low) or 1.0
    return "".join(BARS[1 + round((value - low) / span * (len(BARS) - 2))] for value in means)


class LiveView:
    """Shows one delivery; give `watch` to the environment and `follow` to `deliver`."""

    def __init__(self, console: Console, title: str, steps: int) -> None:
        self._console, self._title, self._total = console, title, steps
        self._done: list[str] = []
        self._losses: list[float] = []
        self._checks: list[ProbeCheck] = []
        self._alarms: list[str] = []
        self._step, self._phase = 0, ""
        self._begun = time.monotonic()
        self._live: Live | None = None
        self._seconds: float | None = None

    def __enter__(self) -> Self:
        """Begin to draw; without a terminal, plain lines are printed instead."""
        if self._console.is_terminal:
            self._live = Live(
                get_renderable=self.panel, console=self._console, refresh_per_second=4
            )
            self._live.start()
        else:
            self._console.print(self._title)
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the last picture standing."""
        if self._live is not None:
            self._live.stop()

    def _plain(self) -> bool:
        return not self._console.is_terminal

    def follow(self, action: Any, observation: Observation) -> None:
        """A stage was submitted."""
        tool = action["tool"] if isinstance(action, dict) else ""
        if tool.startswith("submit_") and observation["stage"] != tool[7:]:
            self._done.append(tool[7:])
        elif tool == f"submit_{STAGES[-1]}":
            self._done.append(STAGES[-1])
        if self._plain() and tool.startswith("submit_"):
            self._console.print(f"  {tool[7:]:<9} {observation['message'].splitlines()[0][:100]}")

    def watch(self, progress: Progress) -> None:
        """Something happened in the run."""
        if progress.phase != "train":
            self._phase = progress.phase
            if self._plain() and progress.phase == "base":
                self._console.print("  train     scoring the base on clean rows (once) ...")
        else:
            self._phase = ""
            self._step = progress.step
            if progress.loss is not None and progress.check is None:
                self._losses.append(progress.loss)
            self._take_check(progress)

    def recall(self, evidence: Evidence) -> None:
        """Show a finished run as it looked at its end."""
        self._done = list(STAGES)
        self._seconds = evidence.provenance.wall_seconds
        total = evidence.spec.config.max_steps
        checks = {check.step: check for check in evidence.checks}
        for log in evidence.steps:
            self.watch(Progress("train", log.step, total, log.loss))
            if log.step in checks:
                alarms = tuple(item for item in evidence.alarms if item.step == log.step)
                self.watch(Progress("train", log.step, total, log.loss, checks[log.step], alarms))

    def _take_check(self, progress: Progress) -> None:
        if progress.check is None:
            return
        self._checks.append(progress.check)
        for alarm in progress.alarms:
            self._alarms.append(f"{alarm.kind} alarm at step {alarm.step}")
            if self._plain():
                self._console.print(f"  train     ! {self._alarms[-1]} (recorded, not shown)")
        if self._plain() and progress.step % PLAIN_EVERY == 0:
            self._console.print(
                f"  train     step {progress.step}/{self._total}  loss {progress.loss or 0:.3f}  "
                f"clean probe {_change(progress.check):+.2f}"
            )

    def panel(self) -> RenderableType:
        """The delivery as it stands now."""
        parts: list[RenderableType] = [self._pipeline()]
        if self._losses or self._phase:
            parts.append(self._training())
        return Panel(Group(*parts), title=self._title, title_align="left", padding=(0, 1))

    def _pipeline(self) -> Text:
        text = Text()
        for index, stage in enumerate(STAGES):
            done = index < len(self._done)
            now = index == len(self._done)
            style = "green" if done else "bold yellow" if now else "dim"
            text.append(f"{'✓' if done else '●' if now else '·'} {stage}  ", style=style)
        return text

    def _training(self) -> Table:
        table = Table.grid(padding=(0, 1))
        table.add_column(style="dim", no_wrap=True, min_width=8)
        table.add_column(no_wrap=True)
        elapsed = self._seconds or time.monotonic() - self._begun
        if self._phase in PHASES:
            table.add_row("training", f"{PHASES[self._phase]} ... {elapsed:.0f} s")
            return table
        bar = Table.grid(padding=(0, 1))
        bar.add_row(
            ProgressBar(total=self._total, completed=self._step, width=WIDTH),
            f"{self._step}/{self._total} steps  {elapsed:.0f} s",
        )
        table.add_row("training", bar)
        if self._losses:
            last = self._losses[-1]
            table.add_row("loss", Text(f"{sparkline(self._losses)} {last:.3f}", style="green"))
        if self._checks:
            changes = [_change(check) for check in self._checks]
            style = "red" if changes[-1] < 0 else "green" if changes[-1] > 0.1 else "yellow"
            shown = f"{sparkline(changes, 30)} {changes[-1]:+.2f} against base, on clean rows"
            table.add_row("probe", Text(shown, style=style))
            table.add_row("evidence", self._wealth())
        if self._alarms:
            table.add_row("alarms", Text(" · ".join(self._alarms), style="bold red"))
        return table

    def _wealth(self) -> Text:
        last = self._checks[-1]
        harm = f"harm {last.harm_log_wealth:+.1f}"
        late = last.futility_log_wealth
        futility = "futility -" if late is None else f"futility {late:+.1f}"
        return Text(f"{harm}  {futility}  (log wealth; alarm at {LOG_THRESHOLD:.1f})")


def _change(check: ProbeCheck) -> float:
    rows = check.worse + check.same + check.better
    return (check.better - check.worse) / rows
