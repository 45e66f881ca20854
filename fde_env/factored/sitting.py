"""One delivery in progress, from factored actions to tool calls and submissions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from fde_agents.scripted.desk import Call, call
from fde_env.factored import reading
from fde_env.factored.choices import FORMS, Chosen
from fde_env.factored.clerk import DEV, Clerk
from fde_env.factored.features import (
    NOT_MEASURED,
    Seen,
    Vector,
    measured,
    terms_findings,
    vector,
)
from fde_env.factored.masks import Situation
from fde_env.factored.pool import Entry
from fde_env.factored.reading import Findings
from fde_env.factored.replayed import ReplayedEnv
from fde_env.factored.words import PRESSING, leaning
from fde_env.observation import Observation

LETTER: Final = "\n\nFrom: "


@dataclass(frozen=True, slots=True)
class Earned:
    """What the steps of `FDE-v0` gave that one factored action took."""

    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False
    info: dict[str, Any] = field(default_factory=dict)


def find(bundle: str, clerk: Clerk) -> Findings:
    """What the texts of a bundle tell."""
    if bundle == "terms":
        return terms_findings(clerk)
    made = {
        "order": reading.order_findings,
        "papers": reading.paper_findings,
        "samples": reading.sample_findings,
    }
    return made[bundle](clerk.texts)


class Sitting:
    """A clerk at a delivery that has just been reset.

    Args:
        env: `FDE-v0` on the entry's ticket.
        entry: the ticket, and what is known of how to read it.
        shown, info: what the reset gave.
    """

    def __init__(
        self, env: ReplayedEnv, entry: Entry, shown: Observation, info: dict[str, Any]
    ) -> None:
        self._env, self._entry, self._shown = env, entry, shown
        self._clerk = Clerk()
        self._findings: dict[str, Findings] = {}
        self._measured = NOT_MEASURED
        self._reading, self._days, self._revision = True, 0, False
        self._pressing, self._done = 0.0, ""
        self._earned = Earned(info=info)
        self._take_letter()

    def step(self, chosen: Chosen) -> Earned:
        """Read a bundle, go over to the forms, or submit the present stage.

        Raises:
            InfrastructureError: the platform failed; the episode has no score.
        """
        ended = not self._running
        self._earned = Earned(info=self._earned.info)
        if ended:
            self._play(call("read_ticket"))  # `FDE-v0` repeats the end
        elif self._reading and chosen["do"] != FORMS:
            self._read(chosen["do"])
        elif self._reading:
            self._reading = False
        else:
            self._submit(chosen)
        return self._earned

    @property
    def info(self) -> dict[str, Any]:
        """Info of the last step of `FDE-v0`."""
        return dict(self._earned.info)

    def situation(self, offered: tuple[str, ...], most_reads: int) -> Situation:
        """What decides the mask, where `offered` bundles may be read, `most_reads` of them."""
        return Situation(
            stage=self._shown["stage"],
            reading=self._reading,
            read=frozenset(self._findings),
            offered=offered,
            reads_left=most_reads - len(self._findings),
            days=self._days,
            revision=self._revision,
            paused=self._shown["metrics"]["alarm"] is not None,
        )

    def vector(self) -> Vector:
        """The observation."""
        seen = Seen(self._shown, self._reading, self._pressing, self._findings, self._done)
        return vector(seen, self._measured)

    # Playing

    @property
    def _running(self) -> bool:
        return not (self._earned.terminated or self._earned.truncated)

    def _play(self, action: dict[str, Any]) -> str:
        """One step of `FDE-v0`; returns what the tool gave."""
        self._shown, reward, terminated, truncated, info = self._env.step(action)
        self._earned = Earned(self._earned.reward + reward, terminated, truncated, info)
        self._take_letter()
        return self._shown["tool_result"]

    def _submit(self, chosen: Chosen) -> None:
        """Send the form of the present stage, then read what the desk needs at the next one."""
        stage, paused = self._shown["stage"], self._shown["metrics"]["alarm"] is not None
        form = self._clerk.submission(stage, chosen, paused=paused)
        self._play({"tool": f"submit_{stage}", "arguments": form})
        if stage == "deploy":
            self._done = chosen["action"]
        while self._running and (needed := self._clerk.next_read(self._shown["stage"])):
            self._ask((needed,))
            if needed[0] == DEV:
                self._measured = measured(self._clerk)

    def _read(self, bundle: str) -> None:
        """Read a bundle call by call; samples are looked up by the mail, so papers are read too."""
        self._ask(reading.BUNDLES[bundle])
        if bundle == "samples":
            self._look_up()
        if self._running:
            self._note(bundle)
            if bundle == "samples":
                self._note("papers")

    def _ask(self, calls: Iterable[Call]) -> None:
        texts = self._clerk.texts
        for name, action in calls:
            if name not in texts and self._running:
                texts[name] = self._play(action)

    def _look_up(self) -> None:
        """Find the vouched-for messages, by the calls that it took before on this ticket."""
        known, texts = self._entry.lookups, self._clerk.texts
        if known:
            self._ask(known)
            return
        made = []
        while self._running and (found := next(reading.lookups(texts), None)):
            self._ask((found,))
            made.append(found)
        if self._running:
            known += made

    def _note(self, bundle: str) -> None:
        """What the bundle tells, made of its texts once for each ticket."""
        made = self._entry.findings
        if bundle not in made:
            made[bundle] = find(bundle, self._clerk)
        self._findings[bundle] = made[bundle]
        if bundle == "papers":
            texts = self._clerk.texts
            self._days = len(reading.days(texts["dictionary"]))
            self._revision = reading.offered_revision(texts["mail"]) is not None

    def _take_letter(self) -> None:
        _, found, letter = self._shown["message"].partition(LETTER)
        self._pressing = leaning(letter, PRESSING) if found else self._pressing
