"""Two conditions, or two agents, on the same tickets."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Literal

from pydantic import Field

from fde_env.contract.base import Frozen
from fde_env.stats.detectable import smallest_detectable
from fde_env.stats.paired import BOUND, PairedEffect, paired_effect

Finding = Literal["higher", "lower", "no difference", "not decided"]
# Key of a pair to its ticket and value; the value is None without a score.
Side = Mapping[Hashable, tuple[str, bool | None]]


class Comparison(Frozen):
    """The second side less the first, over pairs of the same ticket and trial."""

    about: str = Field(description="What is compared, such as 'deploy staged'.")
    agent: str | None = Field(description="Whose episodes; None when agents are compared.")
    first: str
    second: str
    pairs: int
    tickets: int
    unscored: int = Field(description="Pairs of which one side has no score.")
    unpaired: int = Field(description="Observations whose other side does not exist.")
    first_rate: float | None
    second_rate: float | None
    gains: int = Field(description="Pairs that hold for the second alone.")
    losses: int = Field(description="Pairs that hold for the first alone.")
    difference: float | None
    low: float = Field(description="Lower end of the 95% score interval of the difference.")
    high: float
    worst: float | None = Field(description="The difference if every unscored pair were a loss.")
    best: float | None = Field(description="The difference if every unscored pair were a gain.")
    p_value: float = Field(description="Exact, two-sided; McNemar's where a ticket has one pair.")
    effective: float = Field(description="Independent pairs that these are worth.")
    detectable: float | None = Field(
        description="Smallest difference found with 80% power; None: none could have been found."
    )
    bound: float = Field(description="The largest difference that counts as none.")
    equivalent: bool = Field(
        description="Two one-sided tests at 0.05 exclude a difference of `bound`, whichever way "
        "unscored pairs had gone."
    )
    finding: Finding

    @property
    def sentence(self) -> str:
        """What was found, in words that claim no more than that."""
        if self.difference is None:
            return "no pair to compare"
        seen = f"{self.difference:+.3f} [{self.low:+.3f}, {self.high:+.3f}], p = {self.p_value:.3g}"
        could = (
            "too few pairs to detect any effect"
            if self.detectable is None
            else f"smallest detectable effect {self.detectable:.3f}"
        )
        words = {
            "higher": "higher",
            "lower": "lower",
            "no difference": f"no difference (within {self.bound:g})",
            "not decided": "not decided",
        }
        return f"{words[self.finding]}: {seen}; {could}"


def compare(
    about: str, agent: str | None, first: tuple[str, Side], second: tuple[str, Side]
) -> Comparison:
    """Compare `second` with `first`, each a name and its observations by key of the pair."""
    (one, before), (two, after) = first, second
    keys = [key for key in before if key in after]
    scored, unscored = [], []
    for key in keys:
        (ticket, was), (_, now) = before[key], after[key]
        if was is None or now is None:
            unscored.append((ticket, None, None))
        else:
            scored.append((ticket, was, now))
    effect = _effect(scored)
    extremes = [
        _effect([*scored, *((ticket, not up, up) for ticket, _, _ in unscored)])
        for up in (False, True)
    ]
    against = min(effect.gains, effect.losses) / effect.pairs if effect.pairs else 0.0
    equivalent = effect.equivalent and all(item.equivalent for item in extremes)
    return Comparison(
        about=about,
        agent=agent,
        first=one,
        second=two,
        pairs=effect.pairs,
        tickets=effect.clusters,
        unscored=len(unscored),
        unpaired=len(before) + len(after) - 2 * len(keys),
        first_rate=_share(was for _, was, _ in scored),
        second_rate=_share(now for _, _, now in scored),
        gains=effect.gains,
        losses=effect.losses,
        difference=effect.difference,
        low=effect.low,
        high=effect.high,
        worst=extremes[0].difference,
        best=extremes[1].difference,
        p_value=effect.p_value,
        effective=effect.effective,
        detectable=smallest_detectable(int(effect.effective), round(against, 6)),
        bound=BOUND,
        equivalent=equivalent,
        finding=_finding(effect, equivalent=equivalent),
    )


def _finding(effect: PairedEffect, *, equivalent: bool) -> Finding:
    if equivalent:
        return "no difference"
    if effect.p_value >= 0.05 or not effect.difference:
        return "not decided"
    return "higher" if effect.difference > 0 else "lower"


def _effect(pairs: Iterable[tuple[str, bool, bool]]) -> PairedEffect:
    clusters: dict[str, list[int]] = {}
    for ticket, was, now in pairs:
        counts = clusters.setdefault(ticket, [0, 0, 0])
        counts[0] += 1
        counts[1] += now and not was
        counts[2] += was and not now
    return paired_effect([(n, up, down) for n, up, down in clusters.values()])


def _share(values: Iterable[bool]) -> float | None:
    seen = list(values)
    return sum(seen) / len(seen) if seen else None
