"""Today's oracle on old trajectories: verdicts and compliance that would be found otherwise.

Only the file is read: the truth of then, the submissions, the facts of then. Nothing is played, no
ticket is generated anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field, ValidationError

from fde_env.contract.base import Frozen
from fde_env.contract.compliance import Assessment
from fde_env.contract.record import Ending, StageRecord
from fde_env.contract.stage import Stage
from fde_env.contract.submissions import SUBMISSION_OF
from fde_env.contract.truth import Truth
from fde_env.contract.verdict import Verdict
from fde_env.errors import FDEError, StoreCorrupt, UsageError
from fde_env.evaluate.trajectory import SUFFIX, Trajectory, read_trajectory
from fde_env.evaluate.versions import Versions, versions_here
from fde_oracle.assess import assess
from fde_oracle.grade import episode_return, grade


class Changed(Frozen):
    """One verdict that is no longer what it was."""

    episode_id: str
    agent: str
    ticket: str
    stage: str
    before: Verdict
    now: Verdict


class Reassessed(Frozen):
    """One kind of compliance whose outcome is no longer what it was."""

    episode_id: str
    agent: str
    ticket: str
    before: Assessment
    now: Assessment


class Moved(Frozen):
    """An episode whose return has changed."""

    episode_id: str
    agent: str
    ticket: str
    before: float
    now: float


class Unreadable(Frozen):
    """A trajectory that today's oracle cannot grade, and why."""

    file: str
    why: str


class Regraded(Frozen):
    """What today's oracle says of a folder."""

    now: Versions
    made_with: tuple[str, ...] = Field(description="Environment/package/format of the files.")
    episodes: int = Field(description="Trajectories read.")
    graded: int
    unscored: int = Field(description="Episodes that had no score and have none now.")
    verdicts: int
    changed: tuple[Changed, ...] = Field(description="Passed now and not then, or the reverse.")
    reworded: int = Field(description="Verdicts with another reason or rule, but the same outcome.")
    moved: tuple[Moved, ...]
    reassessed: tuple[Reassessed, ...] = Field(
        description="Kinds of compliance whose outcome or findings are others now."
    )
    unreadable: tuple[Unreadable, ...]


def regrade(folder: Path) -> Regraded:
    """Grade every trajectory below `folder` anew.

    Raises:
        UsageError: there is none.
    """
    files = [file for file in sorted(folder.rglob(f"*{SUFFIX}")) if file.name[0] != "."]
    if not files:
        raise UsageError(f"no trajectory (*{SUFFIX}) below {folder}")
    tally = _Tally()
    for file in files:
        try:
            tally.add(read_trajectory(file), file)
        except (FDEError, ValidationError, KeyError) as error:
            tally.unreadable.append(Unreadable(file=file.name, why=str(error)))
    return Regraded(
        now=versions_here(),
        made_with=tuple(sorted(tally.made_with)),
        episodes=len(files),
        graded=tally.graded,
        unscored=tally.unscored,
        verdicts=tally.verdicts,
        changed=tuple(tally.changed),
        reworded=tally.reworded,
        moved=tuple(tally.moved),
        reassessed=tuple(tally.reassessed),
        unreadable=tuple(tally.unreadable),
    )


@dataclass
class _Tally:
    """What has been found so far."""

    made_with: set[str] = field(default_factory=set)
    graded: int = 0
    unscored: int = 0
    verdicts: int = 0
    reworded: int = 0
    changed: list[Changed] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    reassessed: list[Reassessed] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)

    def add(self, old: Trajectory, file: Path) -> None:
        """Grade one trajectory and compare.

        Raises:
            StoreCorrupt: it was recorded under another contract.
        """
        self.made_with.add(Versions.model_validate(old.header["versions"]).identity)
        if old.truth is None:
            self.unscored += 1
            return
        truth, records, ending = _parts(old, file)
        now = grade(truth, records)
        paid = episode_return(truth, now, ending)
        row = old.row
        whose = {"episode_id": row.episode_id, "agent": row.agent, "ticket": row.ticket}
        self.graded += 1
        self.verdicts += len(now)
        for before, after in zip(_verdicts(old), now, strict=True):
            if before.passed != after.passed:
                found = Changed(**whose, stage=after.stage, before=before, now=after)
                self.changed.append(found)
            else:
                self.reworded += before != after
        was = float(old.end["result"]["reward"])
        if abs(was - paid) > 1e-12:
            self.moved.append(Moved(**whose, before=was, now=paid))
        then = {item.kind: item for item in _assessments(old)}
        for other in assess(truth, records):
            same = other.kind not in then or _findings(then[other.kind]) == _findings(other)
            if not same:
                self.reassessed.append(Reassessed(**whose, before=then[other.kind], now=other))


def _parts(old: Trajectory, file: Path) -> tuple[Truth, tuple[StageRecord, ...], Ending]:
    """What is graded, under the contract of this installation."""
    try:
        truth = Truth.model_validate(old.truth)
        records = tuple(_records(old))
        ending: Ending = old.end["result"]["ending"]
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"]))
        raise StoreCorrupt(
            f"{file.name} was recorded under another contract ({where}: {problem['msg']}); grade "
            "it with the version that made it"
        ) from error
    return truth, records, ending


def _records(old: Trajectory) -> Iterator[StageRecord]:
    for line in old.records:
        model = SUBMISSION_OF[line["stage"]]
        yield StageRecord.model_validate(
            {
                "stage": line["stage"],
                "facts": line["facts"],
                "submission": model.model_validate(line["submission"]),
                "own": model.model_validate(line["own"]),
            }
        )


def _verdicts(old: Trajectory) -> tuple[Verdict, ...]:
    return tuple(Verdict.model_validate(line["verdict"]) for line in old.records)


def _assessments(old: Trajectory) -> tuple[Assessment, ...]:
    return tuple(Assessment.model_validate(item) for item in old.end["result"]["compliance"])


def _findings(found: Assessment) -> tuple[str, set[tuple[Stage, str]]]:
    """What was found, whatever the words."""
    return found.outcome, {(item.stage, item.code) for item in found.findings}
