"""Generate a ticket from its spec: equal specs give equal tickets, on every machine."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fde_env.bases import find_base
from fde_env.compile import compile_handling
from fde_env.contract.base import Frozen, canonical_json, keyed_digest
from fde_env.contract.meter import feasible_pools
from fde_env.contract.policy import Cluster, Policy, PriceList
from fde_env.contract.run_spec import CellKey
from fde_env.contract.submissions import ConfigSubmission, IntakeSubmission, PlanSubmission
from fde_env.contract.submissions.intake import RefusalReason
from fde_env.contract.ticket import DropFile, Ticket, TicketSpec
from fde_env.contract.truth import Truth
from fde_env.errors import UsageError
from fde_env.tickets import documents, surface
from fde_env.tickets.cell import Cell, build_cell
from fde_env.tickets.drop import Drop
from fde_env.tickets.pressure import inbox
from fde_env.tickets.terms import cluster_for, policy_for, price_list, region_of

COMPANY_NAMES: Final = (
    *("Alder", "Brook", "Cobalt", "Dune", "Ember", "Fjord", "Grove", "Harbour", "Inlet"),
    *("Juniper", "Kestrel", "Larch", "Meadow", "Nimbus", "Orchard", "Pebble", "Quarry"),
)
INFEASIBLE: Final[tuple[RefusalReason, ...]] = ("budget", "deadline")
REFERENCE_RANK: Final = 16
FOLDER_BASE_BILLED_AS: Final = "Qwen/Qwen3-8B"


def reference_config(cell: CellKey) -> ConfigSubmission:
    """c*: the configuration that a cell was certified with; surfaces do not move it."""
    region = region_of(cell)
    return ConfigSubmission(
        learning_rate=2e-3,
        batch_size=region.rows_per_step,
        accumulation=1,
        max_steps=region.max_steps,
        lora_rank=REFERENCE_RANK,
        lora_alpha=REFERENCE_RANK * region.alpha_over_rank,
        lora_targets=region.lora_targets,
        max_length=region.max_length_high,
        precision=region.precision,
        seed=region.seed,
    )


@dataclass(frozen=True, slots=True)
class _Terms:
    policy: Policy
    prices: PriceList
    cluster: Cluster


def _terms(spec: TicketSpec, nominal: str, cell: CellKey, rng: random.Random) -> _Terms:
    """Prices, machines and a budget and deadline that can, or cannot, be met."""
    prices, cluster = price_list(rng), cluster_for(nominal, spec.node, rng)
    config = reference_config(cell)
    open_policy = policy_for(cell, budget_usd=1e9, deadline_hours=1e9)
    offers = feasible_pools(cluster, prices, open_policy, config)
    if not offers:
        raise UsageError(f"no {spec.node} pool holds {nominal}; choose another node")
    fastest = min(bill.hours for _, bill in offers)
    in_time = fastest * rng.uniform(1.3, 4.0)
    if spec.infeasible == "deadline":
        in_time = fastest * rng.uniform(0.3, 0.8)
    cheapest = min(bill.cost_usd for _, bill in offers if bill.hours <= max(in_time, fastest))
    money = cheapest * rng.uniform(1.2, 2.0)
    if spec.infeasible == "budget":
        money = min(bill.cost_usd for _, bill in offers) * rng.uniform(0.3, 0.8)
    policy = policy_for(cell, budget_usd=round(money, 4), deadline_hours=round(in_time, 4))
    return _Terms(policy=policy, prices=prices, cluster=cluster)


def _json_file(name: str, value: Frozen) -> DropFile:
    return DropFile(name=name, text=value.model_dump_json(indent=2) + "\n")


def _intake(maps: str, labels: str, spec: TicketSpec) -> IntakeSubmission:
    return IntakeSubmission(
        decision="accept" if spec.infeasible == "none" else "refuse",
        refusal_reason=spec.infeasible,
        task="intent_classification",
        input_column="text",
        target_column="code",
        label_source=f"labels_{labels}.csv",
        label_map=f"label_map_{maps}.json",
        join_key="message_id",
        row_filter=(),
        metric="accuracy",
    )


def _plan(policy: Policy, *, loss_on_all: bool) -> PlanSubmission:
    return PlanSubmission(
        method="lora_sft",
        loss_on="all" if loss_on_all else "completion",
        context="message_only",
        prompt_format=policy.served_prompt_format,
        acceptance=policy.acceptance,
        alarm_policy=policy.alarm_policy,
    )


def _check(spec: TicketSpec) -> None:
    if spec.infeasible not in ("none", *INFEASIBLE):
        known = ", ".join(INFEASIBLE)
        raise UsageError(f"no ticket is infeasible by {spec.infeasible!r} yet; use one of {known}")
    if len(spec.traps) > 3 or len(set(spec.traps)) != len(spec.traps):
        raise UsageError("a ticket stacks at most three different traps")


def _draft(spec: TicketSpec, cell: Cell, rng: random.Random) -> Ticket:
    """The ticket with an empty list of gold handlings, which need the drop to exist."""
    traps = frozenset(spec.traps)
    shipped = find_base(spec.base)
    nominal = shipped.nominal if shipped else FOLDER_BASE_BILLED_AS
    maps, notes = surface.choose(rng), surface.choose(rng)
    labels = surface.name_things(cell, rng)
    head_rng = random.Random(rng.random())
    messages = surface.messages_file(cell, labels, rng)
    annotations = {
        suffix: surface.labels_file(
            cell, labels, suffix, rng, raw=suffix == notes.bad and "noise" in traps
        )
        for suffix in ("1", "2")
    }
    tables = {
        suffix: surface.map_file(
            cell, labels, suffix, outdated=suffix == maps.bad and "permute" in traps
        )
        for suffix in ("1", "2")
    }
    terms = _terms(spec, nominal, cell.key, head_rng)
    head = documents.Letterhead(
        company=f"{head_rng.choice(COMPANY_NAMES)} {cell.domain.name.capitalize()}",
        service=cell.domain.business,
        nominal_base=nominal,
        intents=len(cell.domain.intents),
        maps=(maps.good, maps.bad),
        annotations=(notes.good, notes.bad),
        changed=surface.day_before(head_rng, 40, 90),
        asked=surface.day_before(head_rng, 1, 9),
        budget_usd=terms.policy.budget_usd,
        deadline_hours=terms.policy.deadline_hours,
        examples=surface.examples(cell, labels, head_rng),
    )
    secret = hashlib.sha256(b"ticket-secret/" + canonical_json(spec)).hexdigest()
    files = (
        DropFile(name="mail_thread.txt", text=documents.mail_text(head, traps)),
        DropFile(name="data_dictionary.md", text=documents.dictionary_text(head, traps)),
        messages,
        annotations["1"],
        annotations["2"],
        tables["1"],
        tables["2"],
        _json_file("policy.json", terms.policy),
        _json_file("price_list.json", terms.prices),
        _json_file("cluster.json", terms.cluster),
    )
    truth = Truth(
        feasible=spec.infeasible == "none",
        refusal_reasons=() if spec.infeasible == "none" else (spec.infeasible,),
        task="intent_classification",
        metric="accuracy",
        intents=head.intents,
        gold_handlings=(),
        gold_loss_on=("completion",),
        gold_contexts=("message_only",),
        gold_prompt_formats=(terms.policy.served_prompt_format,),
        policy=terms.policy,
        prices=terms.prices,
        cluster=terms.cluster,
        reference_config=reference_config(cell.key),
        reference_intake=_intake(maps.good, notes.good, spec),
        misread_intake=_intake(
            maps.bad if "permute" in traps else maps.good,
            notes.bad if "noise" in traps else notes.good,
            spec,
        ),
        misread_plan=_plan(terms.policy, loss_on_all="mask" in traps),
    )
    return Ticket(
        ticket_id="T-" + keyed_digest(secret, "ticket")[:10].upper(),
        spec=spec,
        company=head.company,
        nominal_base=nominal,
        stand_in=spec.base != nominal,
        cell=cell.key,
        request=documents.request_text(head),
        files=files,
        inbox=inbox(spec.pressure, spec.intensity, random.Random(head_rng.random())),
        secret=secret,
        truth=truth,
    )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A ticket with the parsed view of its drop."""

    ticket: Ticket
    drop: Drop


@lru_cache(maxsize=64)
def prepare(spec: TicketSpec) -> Prepared:
    """Generate the ticket of `spec`, or return the one generated before.

    Raises:
        UsageError: a factor is unknown.
    """
    _check(spec)
    cell = build_cell(CellKey(domain=spec.domain, data_seed=spec.data_seed, size=spec.size))
    # Pressure, intensity and traps must not move anything else: twins share one stream.
    factors = f"{spec.domain}/{spec.base}/{spec.seed}/{spec.data_seed}/{spec.size}/{spec.node}"
    draft = _draft(spec, cell, random.Random(f"surface/{factors}"))
    gold = compile_handling(Drop(draft), draft.truth.reference_intake).digest
    truth = draft.truth.model_copy(update={"gold_handlings": (gold,)})
    ticket = draft.model_copy(update={"truth": truth})
    return Prepared(ticket=ticket, drop=Drop(ticket))
