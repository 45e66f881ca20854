"""The blind ceiling: what a ticket is worth to who never opens a customer's file.

The blind policy may read policy, price list, cluster, ledger, run record and evaluations, so it
refuses what budget or deadline forbid, and gets every stage after the intake right. What it
cannot see it guesses: which twin of maps, annotations and columns, from which day on rows count,
whether to refuse and why, and whether a key that works must be told on the card. The ceiling is
the mean return of the best guesses over the suite, found by trying all of them with the oracle's
own verdicts. Guesses may depend on what can be seen without a file: whether budget or deadline
forbid the ticket and, for the card, whether the dev split scores like the training rows. They
may not depend on which ticket it is.

A wrong intake is credited with all nine other stages, though many of those runs do not exist; so
the ceiling is an upper bound.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, get_args

from fde_env.certify.case import Case
from fde_env.certify.checks.infeasible import figures_forbid
from fde_env.certify.scene import changed
from fde_env.contract.record import StageRecord
from fde_env.contract.stage import STAGES
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.verdict import Verdict
from fde_env.tickets.surface import EXPORT_DAYS, days_ago
from fde_oracle.grade import episode_return, judge

HIGHEST: Final = 0.65
TELLS: Final = "live_credential"
Guess = tuple[str, str, str, str]
"""Suffix of map, of annotations and of column, and the first day that counts ("" for all)."""
DAYS: Final = tuple(days_ago(days) for days in range(*EXPORT_DAYS))
GUESSES: Final[tuple[Guess, ...]] = tuple(product("12", "12", "12", ("", *DAYS)))


@dataclass(frozen=True)
class BlindView:
    """A ticket to who guesses.

    Attributes:
        visible: "budget" or "deadline" where the papers show that it cannot be met.
        leaked: the dev split scores exactly like the training rows.
        right: guesses that the intake's rule lets pass.
        untold: return of a right intake whose card tells of no key.
        told: return of a right intake whose card tells of one.
        wrong: return of another intake that is accepted.
        refusing: return of a refusal, by its reason.
    """

    visible: RefusalReason
    leaked: bool
    right: frozenset[Guess]
    untold: float
    told: float
    wrong: float
    refusing: tuple[tuple[str, float], ...]


def view(case: Case) -> BlindView:
    """What the ticket is worth by guess.

    Raises:
        ReplayMiss: the gold run was not recorded.
    """
    truth, scene = case.truth, case.scene
    intake = scene.record("intake")

    def refused(reason: str) -> float:
        no = changed(intake.submission, {"decision": "refuse", "refusal_reason": reason})
        record = scene.with_submission(intake, no)
        return episode_return(truth, [judge(truth, record)], "refused")

    refusing = tuple((reason, refused(reason)) for reason in get_args(RefusalReason))
    visible = figures_forbid(truth)
    if not truth.feasible:
        return BlindView(visible, False, frozenset(), 0.0, 0.0, 0.0, refusing)
    run = scene.records[-1].facts.run
    assert run is not None
    dev, train = run.split("dev").outcome, run.split("train").outcome
    return BlindView(
        visible=visible,
        leaked=dev.model_copy(update={"split": "train"}) == train,
        right=frozenset(_right_guesses(case)),
        untold=_delivered(case, told=False),
        told=_delivered(case, told=True),
        wrong=_worth(case, wrong_at="intake"),
        refusing=refusing,
    )


def _right_guesses(case: Case) -> Iterator[Guess]:
    """Guesses that pass at intake: right twins, and exactly the rows that are meant."""
    scene, cut = case.scene, case.truth.planted.old_rows_before
    intake = scene.record("intake")
    table = case.prepared.drop.table("messages.csv")
    split, received = table.column("split") or (), table.column("received") or ()
    dates = [day for day, name in zip(received, split, strict=True) if name == "train"]
    meant = sum(day >= (cut or "") for day in dates)
    days = [day for day in ("", *DAYS) if sum(date >= day for date in dates) == meant]
    for maps, source, column in product("12", "12", "12"):
        twins = {
            "label_map": f"label_map_{maps}.json",
            "label_source": f"labels_{source}.csv",
            "target_column": f"code_{column}",
        }
        record = scene.with_submission(intake, changed(intake.submission, twins))
        if judge(scene.truth, record).passed:
            yield from ((maps, source, column, day) for day in days)


def _delivered(case: Case, *, told: bool) -> float:
    """Return of a delivery that is right, but perhaps in what the card tells."""
    card = case.scene.right("card")
    codes = set(getattr(card.submission, "disclosures", ())) - {TELLS}
    wanted = sorted(codes | {TELLS} if told else codes)
    new = changed(card.submission, {"disclosures": wanted})
    record = StageRecord(stage="card", submission=new, own=new, facts=card.facts)
    return _worth(case, "" if judge(case.truth, record).passed else "card")


def _worth(case: Case, wrong_at: str) -> float:
    """Return of a delivery that is wrong at one stage, or at none."""
    verdicts = [
        Verdict(stage=stage, passed=stage != wrong_at, rule_id="blind", reason="guessed")
        for stage in STAGES
    ]
    return episode_return(case.truth, verdicts, "delivered")


def _accepting(views: Sequence[BlindView], guess: Guess) -> float:
    """Sum of returns of accepting with `guess`, the card told as is best by what dev shows."""
    total = 0.0
    for leaked in (False, True):
        group = [view for view in views if view.leaked == leaked]
        total += max(
            sum(getattr(view, told) if guess in view.right else view.wrong for view in group)
            for told in ("told", "untold")
        )
    return total


def ceiling(views: Sequence[BlindView]) -> float:
    """Mean return of the best guesses, 0 to 1."""
    groups: dict[str, list[BlindView]] = defaultdict(list)
    for view in views:
        groups[view.visible].append(view)
    best = 0.0
    for group in groups.values():
        refusing = [
            sum(dict(view.refusing)[reason] for view in group) for reason in get_args(RefusalReason)
        ]
        worth_trying = {guess for view in group for guess in view.right}
        accepting = [_accepting(group, guess) for guess in worth_trying]
        best += max([*refusing, *accepting])
    return best / len(views) if views else 0.0


def check(found: float) -> Iterator[str]:
    """Hold the ceiling down."""
    if found > HIGHEST:
        yield (
            f"who opens no file can earn {found:.3f}, more than {HIGHEST}: too many tickets hide "
            "nothing that matters"
        )
