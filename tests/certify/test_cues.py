"""Surface cues: a planted one is found, and what is drawn is what the check claims to draw."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from fde_env.certify.report import CueAUC
from fde_env.certify.suite_checks.cues import Seen, check, cue_specs, cues, guess, see
from fde_env.tickets.generator import prepare

pytest.importorskip("sklearn", reason="the certify extra is not installed")


def drawn(count: int, seed: int) -> list[Seen]:
    """Tickets whose cues are noise."""
    rng = random.Random(seed)
    return [
        Seen(tuple(rng.gauss(0, 1) for _ in range(12)), rng.random() < 0.5, rng.random() < 0.5)
        for _ in range(count)
    ]


def longer(item: Seen) -> Seen:
    """A file is a little longer where there is a trap."""
    return replace(item, cues=(item.cues[0] + 0.5 * item.trapped, *item.cues[1:]))


def test_noise_tells_nothing() -> None:
    found = guess(drawn(2000, 1), drawn(2000, 2))
    assert list(check(found)) == []
    assert found.trap[0] < 0.5 < found.trap[1]


def test_a_file_that_is_a_little_longer_is_found() -> None:
    known, new = ([longer(item) for item in drawn(2000, seed)] for seed in (1, 2))
    found = guess(known, new)
    assert found.trap[0] > 0.55
    (why,) = check(found)
    assert why.startswith("a trap can be told from the surface")


def test_two_columns_that_tell_only_together_are_found() -> None:
    def bent(item: Seen) -> Seen:
        sign = 1.0 if item.feasible else -1.0
        return replace(item, cues=(item.cues[0], sign * abs(item.cues[1]) * item.cues[0]))

    known, new = ([bent(item) for item in drawn(2000, seed)] for seed in (1, 2))
    assert guess(known, new).feasibility[0] > 0.9


def test_the_bound_is_on_the_upper_end() -> None:
    assert list(check(CueAUC(trap=(0.5, 0.55), feasibility=(0.45, 0.5)))) == []
    (why,) = check(CueAUC(trap=(0.5, 0.54), feasibility=(0.53, 0.56)))
    assert "feasibility" in why


def test_tickets_are_tossed_over_everything() -> None:
    specs = cue_specs(400)
    assert len({spec.seed for spec in specs}) == 400
    assert len({spec.domain for spec in specs}) >= 8
    assert {spec.split for spec in specs} == {"train", "held_back"}
    assert len({spec.infeasible for spec in specs}) == 7
    trapped = sum(bool(spec.traps) for spec in specs)
    feasible = sum(spec.infeasible == "none" for spec in specs)
    assert 150 < trapped < 250
    assert 150 < feasible < 250
    assert specs == cue_specs(400)


def test_what_is_seen_does_not_depend_on_what_is_hidden() -> None:
    # A leaking split repeats other texts of the same size in all, not line by line.
    trapped = (spec for spec in cue_specs(50) if spec.traps and "leak" not in spec.traps)
    spec = next(spec for spec in trapped if spec.infeasible == "none")
    quiet = prepare(spec.model_copy(update={"traps": ()})).ticket
    ids = len(cues(quiet)) - 6  # ticket id and run name are keyed, so they differ by chance
    assert see(spec).cues[:ids] == cues(quiet)[:ids]
    assert see(spec).trapped
