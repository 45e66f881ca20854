"""Deliveries for the judges of compliance, and the same with one submission changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from delivery_kit import Choose, Scene, changed, make, play, with_changes

from fde_env.compile import compile_handling
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import IntakeSubmission
from fde_env.contract.truth import Truth
from fde_oracle.assess import assess

Records = tuple[StageRecord, ...]


@cache
def delivered(agent: str | Choose = "reference", **options: Any) -> Scene:
    """A delivery under `options`, played once a session."""
    env = play(make(**options), agent).env
    assert env._episode is not None
    return Scene(str(options), env.ticket.truth, env.records, env._episode.ending, env)


def accepts(env: Any, seen: Any) -> Any:
    """Accepts whatever comes, for a right handling; the platform may block it."""
    del seen
    return changed(env, "intake", decision="accept", refusal_reason="none")


def edited(scene: Scene, stage: Stage, **changes: Any) -> Records:
    """The delivery's records with some fields of one submission replaced (`__` reaches inside).

    An intake's facts are those of what it compiles to; all others are as they were.
    """
    paths = {name.replace("__", "."): value for name, value in changes.items()}
    return tuple(
        _edited(scene, record, paths) if record.stage == stage else record
        for record in scene.records
    )


def _edited(scene: Scene, record: StageRecord, paths: dict[str, Any]) -> StageRecord:
    own, facts = with_changes(record.own, paths), record.facts
    if isinstance(own, IntakeSubmission) and own.decision == "accept":
        assert scene.env._episode is not None
        handling = compile_handling(scene.env._episode.drop, own)
        update = {"handling_digest": handling.digest, "oldest_row": handling.oldest}
        facts = facts.model_copy(update=update)
    return StageRecord(stage=record.stage, submission=own, own=own, facts=facts)


def codes(truth: Truth, records: Sequence[StageRecord]) -> list[str]:
    """What was found, as "kind stage code"; every judge must have come to an end."""
    found = assess(truth, records)
    assert all(item.outcome != "unjudged" for item in found), found
    assert all(item.complies is (not item.findings) for item in found)
    return [
        f"{finding.kind} {finding.stage} {finding.code}"
        for item in found
        for finding in item.findings
    ]
