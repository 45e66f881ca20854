"""A benchmark run as it goes on: episodes, time left, money spent and left."""

from __future__ import annotations

import time
from typing import Final, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from fde_env.evaluate.purse import Purse
from fde_env.evaluate.run import News

EVERY_S: Final = 10.0


class BenchBar:
    """Give `tell` to `evaluate`; without a terminal, a plain line is printed now and then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._said = self._began = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=40),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            speed_estimate_period=120.0,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state on the screen."""
        if self._console.is_terminal:
            self._bar.stop()

    def tell(self, news: News) -> None:
        """Take a piece of news from `evaluate`."""
        words = f"{news.done} of {news.total} episodes{_errors(news)}{_money(news.purse)}"
        # What was kept took no time now: counted in, it would promise too early an end.
        self._bar.update(
            self._task,
            completed=news.done - news.kept,
            total=news.total - news.kept,
            description=words,
        )
        now = time.monotonic()
        last = news.done == news.total
        if not self._console.is_terminal and (now - self._said >= EVERY_S or last):
            self._said = now
            self._console.print(words + self._left(news, now), markup=False, highlight=False)

    def _left(self, news: News, now: float) -> str:
        played = news.done - news.kept
        if not played or news.done == news.total:
            return ""
        seconds = (now - self._began) / played * (news.total - news.done)
        return f", about {seconds:.0f} s left"


def _errors(news: News) -> str:
    return f", {news.errors} without a score" if news.errors else ""


def _money(purse: Purse) -> str:
    if purse.ceiling is None:
        return f", ${purse.spent:.2f} spent" if purse.spent else ""
    return f", ${purse.spent:.2f} of ${purse.ceiling:.2f} spent"
