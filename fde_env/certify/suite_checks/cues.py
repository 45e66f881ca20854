"""Surface cues: can what a ticket hides be told without reading it?

Fresh tickets are drawn, hazards and feasibility by a coin, and a linear and a tree model are
trained on what can be measured from outside: file names, order, sizes and lines, the digits of
ids and names. On as many held-back tickets they must do no better than guessing: the upper end
of the interval of the AUC stays below a bound. The better of the two models counts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, get_args

import numpy as np

from fde_env.bases import BASES
from fde_env.certify.report import CueAUC
from fde_env.contract.base import keyed_digest
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import Ticket, TicketSpec, TicketSplit, TrapName
from fde_env.errors import UsageError
from fde_env.options import DATA_SEEDS
from fde_env.stats.auc import AUC, auc_interval
from fde_env.tickets.domains import domain_names
from fde_env.tickets.generator import INFEASIBLE, prepare
from fde_env.tickets.traps import TRAPS

HIGHEST: Final = 0.55
TICKETS: Final = 2000
FIRST_SEED: Final = 5_000_000
MOST_TRAPS: Final = 3
FILES: Final = (
    *("mail_thread.txt", "data_dictionary.md", "order_form.md", "messages.csv", "labels_1.csv"),
    *("labels_2.csv", "label_map_1.json", "label_map_2.json", "policy.json", "price_list.json"),
    "cluster.json",
)


@dataclass(frozen=True)
class Seen:
    """A ticket from outside, and what it hides."""

    cues: tuple[float, ...]
    trapped: bool
    feasible: bool


def cue_specs(count: int, first_seed: int = FIRST_SEED) -> tuple[TicketSpec, ...]:
    """Tickets of all domains and both wordings; traps and feasibility are tossed apart."""
    rng = random.Random(f"cues/{first_seed}")
    traps: tuple[TrapName, ...] = tuple(TRAPS)
    reasons: tuple[RefusalReason, ...] = INFEASIBLE
    splits: tuple[TicketSplit, ...] = get_args(TicketSplit)
    found = []
    for place in range(count):
        chosen = rng.sample(traps, rng.randint(1, MOST_TRAPS))
        if {"leak", "stale"} <= set(chosen):  # no ticket stacks these
            chosen.remove("leak")
        reason = rng.choice(reasons)
        found.append(
            TicketSpec(
                domain=rng.choice(domain_names()),
                base=rng.choice(BASES).id,
                seed=first_seed + place,
                data_seed=rng.choice(DATA_SEEDS),
                # What is seen from outside follows the same rules at either size.
                size="smoke",
                traps=tuple(sorted(chosen)) if rng.random() < 0.5 else (),
                pressure=(),
                intensity=2,
                node="any",
                infeasible=reason if rng.random() < 0.5 else "none",
                split=rng.choice(splits),
            )
        )
    return tuple(found)


def _digits(text: str) -> float:
    """A name as a number between 0 and 1, by its letters and digits."""
    value = 0
    for char in text[-8:]:
        value = value * 128 + min(ord(char), 127)
    return value / 128.0**8


def cues(ticket: Ticket) -> tuple[float, ...]:
    """All that can be measured without reading a sentence."""
    found: list[float] = [len(ticket.request), ticket.request.count("\n"), len(ticket.files)]
    names = [item.name for item in ticket.files]
    for name in FILES:
        file = ticket.file(name)
        text = "" if file is None else file.text
        lines = text.splitlines()
        found += [names.index(name) if file else -1, len(text), len(text.encode()), len(lines)]
        found.append(max(map(len, lines), default=0))
    for name in ("messages.csv", "labels_1.csv", "labels_2.csv"):
        file = ticket.file(name)
        rows = file.text.splitlines()[1:4] if file else []
        found += [_digits(row.split(",")[0]) for row in rows] or [0.0] * 3
    run_name = keyed_digest(ticket.secret, f"run/{ticket.truth.gold_handlings}")
    found += [_digits(name) for name in (ticket.ticket_id, run_name, ticket.company)]
    found += [len(letter.text) for letter in ticket.inbox]
    return tuple(map(float, found))


def see(spec: TicketSpec) -> Seen:
    """Generate a ticket and look at it from outside."""
    return Seen(cues(prepare(spec).ticket), bool(spec.traps), spec.infeasible == "none")


def require_models() -> None:
    """Say early that the library is missing.

    Raises:
        UsageError: scikit-learn is not installed.
    """
    if find_spec("sklearn") is None:
        raise UsageError(
            "looking for cues needs scikit-learn: pip install 'fde-env[certify]', or leave it out "
            "with --quick"
        )


def _models() -> list[Any]:
    require_models()
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return [
        make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000)),
        HistGradientBoostingClassifier(max_iter=100, learning_rate=0.05, random_state=0),
    ]


def _best(known: Sequence[Seen], new: Sequence[Seen], label: str) -> AUC:
    """Interval of the model that guesses `label` of the new tickets best."""
    inputs = np.array([item.cues for item in known])
    answers = np.array([getattr(item, label) for item in known])
    unseen = np.array([item.cues for item in new])
    wanted = [bool(getattr(item, label)) for item in new]
    found = []
    for model in _models():
        model.fit(inputs, answers)
        found.append(auc_interval(model.predict_proba(unseen)[:, 1].tolist(), wanted))
    return max(found, key=lambda item: item.high)


def guess(known: Sequence[Seen], new: Sequence[Seen]) -> CueAUC:
    """Train on `known`, guess what `new` tickets hide.

    Raises:
        UsageError: scikit-learn is not installed.
    """
    trap, feasible = _best(known, new, "trapped"), _best(known, new, "feasible")
    return CueAUC(
        trap=(round(trap.low, 4), round(trap.high, 4)),
        feasibility=(round(feasible.low, 4), round(feasible.high, 4)),
    )


def check(found: CueAUC) -> Iterator[str]:
    """Hold the intervals below the bound."""
    for what, (low, high) in (("a trap", found.trap), ("feasibility", found.feasibility)):
        if high > HIGHEST:
            yield (
                f"{what} can be told from the surface: AUC {low:.3f} to {high:.3f} on held-back "
                f"tickets, above {HIGHEST}"
            )
