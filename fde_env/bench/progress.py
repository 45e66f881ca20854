"""A study as it goes on: one bar for the whole with the time left, a line for each worker."""

from __future__ import annotations

from typing import Final, Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from fde_env.bench.plan import Planned
from fde_env.bench.workers import News
from fde_env.runs.run import Progress as RunProgress

# What base, start-up and evaluation cost, in training steps, so that the time left is fair.
REST_IN_STEPS: Final = 60
PHASES: Final = {"base": "asking the base", "start": "starting", "done": "done"}


def describe(planned: Planned) -> str:
    """Name of a run for people."""
    return f"{planned.base} · seed {planned.seed} · {planned.arm}"


class StudyBar:
    """Give `tell` to `gather`; without a terminal, a plain line a run is printed."""

    def __init__(self, console: Console, total: int, steps: int, workers: int) -> None:
        self._console, self._total = console, total
        self._run_units = steps + REST_IN_STEPS
        self._lines = [Text("") for _ in range(workers)]
        self._at = [0] * workers
        self._ended = self._stored = self._failed = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=40),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(elapsed_when_finished=False),
            console=console,
            speed_estimate_period=120.0,
        )
        self._task = self._bar.add_task("", total=total * self._run_units)
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._console.is_terminal:
            group = Group(self._bar, *self._lines)
            self._live = Live(group, console=self._console, refresh_per_second=4)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state on the screen."""
        if self._live is not None:
            self._live.stop()

    def tell(self, news: News) -> None:
        """Take a piece of news from `gather`."""
        if news.kind == "progress" and news.progress is not None:
            self._step(news, news.progress)
        else:
            self._end(news)
        done = sum(self._at) + (self._ended - self._stored) * self._run_units
        # Stored runs took no time: counted into the bar, they would promise too early an end.
        total = (self._total - self._stored) * self._run_units
        self._bar.update(
            self._task,
            completed=done,
            total=total,
            description=f"{self._ended} of {self._total} runs",
        )

    def _step(self, news: News, progress: RunProgress) -> None:
        if progress.phase == "train":
            self._at[news.worker] = progress.step
        line = f"  {describe(news.planned)}: "
        line += PHASES.get(progress.phase, f"step {progress.step}/{progress.total}")
        if progress.loss is not None:
            line += f", loss {progress.loss:.3f}"
        text = self._lines[news.worker]
        text.plain = line
        for alarm in progress.alarms:
            self._say(f"{describe(news.planned)}: {alarm.kind} alarm at step {alarm.step}")

    def _end(self, news: News) -> None:
        self._ended += 1
        self._stored += news.kind == "stored"
        self._failed += news.kind == "failed"
        if news.kind != "stored":
            self._at[news.worker] = 0
            self._lines[news.worker].plain = ""
            words = "trained" if news.kind == "finished" else f"broke down: {news.error}"
            self._say(f"{describe(news.planned)}: {words}")

    def _say(self, line: str) -> None:
        if self._console.is_terminal and "broke down" not in line:
            return
        self._console.print(f"[{self._ended}/{self._total}] {line}", markup=False, highlight=False)
