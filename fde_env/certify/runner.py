"""Certify a suite: every ticket by every check, over processes, then the suite as a whole."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context

from fde_env.certify.case import Case
from fde_env.certify.checks import CHECKS, Check
from fde_env.certify.measured import Measured
from fde_env.certify.report import Certificate, CueAUC, Finding, MutantCount
from fde_env.certify.suite_checks import blind, cues, habits
from fde_env.contract.ticket import TicketSpec, TicketSplit
from fde_env.errors import ReplayMiss, UsageError
from fde_env.runs.store import Store
from fde_env.suite import SUITE_VERSION
from fde_env.suite.tickets import suite
from fde_env.tickets.generator import prepare

CHUNK = 11
CUE_CHUNK = 50
CAREFUL_RATE = 0.95
SUITE = "suite"


@dataclass(frozen=True)
class Plan:
    """What to certify.

    Attributes:
        split: split of the suite.
        tickets: how many, spread evenly over the split; 0 for all.
        look_for_cues: also draw fresh tickets and guess what they hide from outside.
        processes: 0 for one a core.
        store: where recorded runs are, besides the pack.
    """

    split: TicketSplit = "train"
    tickets: int = 0
    look_for_cues: bool = True
    processes: int = 0
    store: Store = field(default_factory=Store)


def certify(plan: Plan) -> Certificate:
    """Certify what `plan` names.

    Raises:
        UsageError: scikit-learn is missing, or there are no such tickets.
    """
    started = time.monotonic()
    if plan.look_for_cues:
        cues.require_models()
    specs = sampled([ticket.spec for ticket in suite(plan.split)], plan.tickets)
    with _pool(plan.processes) as pool:
        certified = partial(certify_ticket, store=plan.store)
        results = pool.map(certified, specs, chunksize=CHUNK)
        wanted = 2 * cues.TICKETS if plan.look_for_cues else 0
        seen = pool.map(cues.see, cues.cue_specs(wanted), chunksize=CUE_CHUNK)
        measured, looked = list(results), list(seen)
    half = len(looked) // 2
    found = cues.guess(looked[:half], looked[half:]) if looked else None
    return summarise(plan.split, measured, found, time.monotonic() - started)


def _pool(processes: int) -> ProcessPoolExecutor:
    # Spawned: a forked worker would share locks and random state with whoever calls.
    return ProcessPoolExecutor(processes or os.cpu_count() or 1, mp_context=get_context("spawn"))


def sampled(specs: Sequence[TicketSpec], wanted: int) -> list[TicketSpec]:
    """`wanted` of them, spread evenly; all for 0.

    Raises:
        UsageError: there are not that many.
    """
    if not 0 <= wanted <= len(specs):
        raise UsageError(f"the split has {len(specs)} tickets; ask for 1 to {len(specs)}")
    if wanted == 0:
        return list(specs)
    return [specs[place * len(specs) // wanted] for place in range(wanted)]


def certify_ticket(spec: TicketSpec, store: Store) -> Measured:
    """Generate one ticket and certify it."""
    return certify_case(Case(prepare(spec), store))


def certify_case(case: Case) -> Measured:
    """Every check of one ticket, and what the suite's checks need of it."""
    findings = tuple(
        finding(case, name, why) for name, check in CHECKS.items() for why in _reasons(case, check)
    )
    try:
        careful, tally = case.careful.result.reward, case.tally
        played, view = case.configurator.result, blind.view(case)
    except (ReplayMiss, ValueError):
        return Measured(case.ticket.ticket_id, findings, _NONE, None, None, None)
    count = MutantCount(
        total=tally.total,
        killed=tally.total - len(tally.survivors),
        cross_stage_flips=len(tally.crossed),
    )
    habit = habits.Habits(played.verdicts, played.ending == "delivered")
    return Measured(case.ticket.ticket_id, findings, count, careful, habit, view)


_NONE = MutantCount(total=0, killed=0, cross_stage_flips=0)


def _reasons(case: Case, check: Check) -> Iterator[str]:
    """Reasons of a check; a missing record, or a reference that cannot be made, is one as well."""
    try:
        yield from check(case)
    except (ReplayMiss, ValueError) as broken:
        yield str(broken)


def finding(case: Case, check: str, why: str) -> Finding:
    """A failed check of a ticket."""
    spec = case.ticket.spec
    hides = [*spec.traps, *([spec.infeasible] if spec.infeasible != "none" else [])]
    return Finding(
        check=check,
        ticket=case.ticket.ticket_id,
        hides=f"{spec.domain}: {'+'.join(hides) or 'nothing'}",
        why=why,
    )


def summarise(
    split: TicketSplit, measured: Sequence[Measured], found: CueAUC | None, seconds: float
) -> Certificate:
    """The certificate of tickets that were measured, and the suite's own findings."""
    skills = habits.skills([item.configurator for item in measured if item.configurator])
    ceiling = blind.ceiling([item.blind for item in measured if item.blind])
    rate = sum(item.careful == 1.0 for item in measured) / len(measured)
    about_all = {
        "careful": _careful(rate),
        "configurator": habits.check(skills),
        "blind": blind.check(ceiling),
        "cues": cues.check(found) if found else (),
    }
    failures = [item for one in measured for item in one.findings]
    failures += [
        Finding(check=name, ticket=SUITE, hides="", why=why)
        for name, reasons in about_all.items()
        for why in reasons
    ]
    return Certificate(
        suite_version=SUITE_VERSION,
        split=split,
        tickets=len(measured),
        certified=sum(not item.findings for item in measured),
        mutants=_add(item.mutants for item in measured),
        careful_rate=rate,
        configurator=skills,
        cue_auc=found,
        blind_ceiling=ceiling,
        seconds=round(seconds, 1),
        failures=tuple(failures),
    )


def _careful(rate: float) -> Iterator[str]:
    if rate < CAREFUL_RATE:
        yield f"the careful agent earns 1.0 on {rate:.3f} of the tickets, less than {CAREFUL_RATE}"


def _add(counts: Iterable[MutantCount]) -> MutantCount:
    known = list(counts)
    return MutantCount(
        total=sum(count.total for count in known),
        killed=sum(count.killed for count in known),
        cross_stage_flips=sum(count.cross_stage_flips for count in known),
    )
