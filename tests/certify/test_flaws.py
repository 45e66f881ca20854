"""One deliberate flaw of each kind: the ticket is rejected, and the check says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from certify_kit import case, case_of, failed, ticket, with_file, with_truth

from fde_env import env
from fde_env.certify.case import Case
from fde_env.certify.checks import CHECKS, effect
from fde_env.certify.runner import certify_case
from fde_env.contract.verdict import Verdict
from fde_env.tickets.traps import TRAPS
from fde_oracle import grade
from fde_oracle.rules import RULES

MAIL = "mail_thread.txt"


def _gold_is_the_misread_one() -> Case:
    made = ticket(trap="permute")
    digest = case_of(made).scene.handling(made.truth.misread_intake)
    assert digest is not None
    return with_truth(made, gold_handlings=(digest.digest,))


def _nobody_vouches_for_anything() -> Case:
    # Without the messages that the team lead went through, no data tells the maps apart.
    made = ticket(trap="permute")
    file = made.file(MAIL)
    assert file is not None
    vouched = "\n".join(line for line in file.text.splitlines() if line.startswith("  M-"))
    return with_file(made, MAIL, old=vouched, new=" " * len(vouched))


def _region_of_the_truth_is_not_the_papers() -> Case:
    made = ticket(trap="none")
    region = made.truth.policy.region.model_copy(update={"rows_per_step": 32})
    policy = made.truth.policy.model_copy(update={"region": region})
    return with_truth(made, policy=policy)


def _a_wrong_answer_is_let_pass() -> Case:
    return with_truth(ticket(trap="mask"), gold_loss_on=("completion", "all"))


def _a_right_answer_in_other_words_is_not() -> Case:
    made = ticket(trap="none")
    region = made.truth.policy.region.model_copy(update={"batch_size_high": 4})
    policy = made.truth.policy.model_copy(update={"region": region})
    return with_truth(made, policy=policy)


def _a_longer_file() -> Case:
    return with_file(ticket(trap="noise"), "data_dictionary.md", append="Note.\n")


def _one_more_file() -> Case:
    made = ticket(trap="noise")
    more = made.files[0].model_copy(update={"name": "old_labels.csv"})
    return case_of(made.model_copy(update={"files": (*made.files, more)}))


def _a_longer_request() -> Case:
    made = ticket(trap="leak")
    return case_of(made.model_copy(update={"request": made.request + " "}))


def _the_wrong_reason_is_right() -> Case:
    return with_truth(ticket(infeasible="licence"), refusal_reasons=("personal_data",))


def _every_reason_is_right() -> Case:
    reasons = ("licence", "budget", "deadline")
    return with_truth(ticket(infeasible="licence"), refusal_reasons=reasons)


def _the_budget_would_do() -> Case:
    made = ticket(infeasible="budget")
    policy = made.truth.policy.model_copy(update={"budget_usd": 1e6})
    return with_truth(made, policy=policy)


def _it_cannot_be_met_though_the_truth_says_so() -> Case:
    made = ticket(trap="none")
    policy = made.truth.policy.model_copy(update={"deadline_hours": 1e-6})
    return with_truth(made, policy=policy)


FLAWS: dict[str, tuple[Callable[[], Case], str, str]] = {
    "gold handling": (_gold_is_the_misread_one, "gold", "gold handlings do not hold"),
    "reference": (_region_of_the_truth_is_not_the_papers, "reference", "reference earns 0.4"),
    "hidden hazard": (_nobody_vouches_for_anything, "careful", "cannot be found with the tools"),
    "surviving mutant": (_a_wrong_answer_is_let_pass, "mutants", "passes: plan.loss_on = 'all'"),
    "spelling": (_a_right_answer_in_other_words_is_not, "spellings", "in other words fails"),
    "longer file": (_a_longer_file, "surface", "data_dictionary.md has"),
    "one more file": (_one_more_file, "surface", "old_labels.csv"),
    "longer request": (_a_longer_request, "surface", "the request has"),
    "wrong reason": (_the_wrong_reason_is_right, "reference", "is not why it cannot be"),
    "any reason": (_every_reason_is_right, "infeasible", "by its truth the budget forbids it"),
    "budget": (_the_budget_would_do, "infeasible", "by its figures it does not"),
    "deadline": (_it_cannot_be_met_though_the_truth_says_so, "infeasible", "rule every pool out"),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flawed_ticket_is_rejected_with_the_reason(flaw: str) -> None:
    make, check, words = FLAWS[flaw]
    reasons = list(CHECKS[check](make()))
    assert any(words in why for why in reasons), reasons


@pytest.mark.parametrize("flaw", ["gold handling", "surviving mutant", "longer file"])
def test_a_flawed_ticket_gets_no_certificate(flaw: str) -> None:
    make, check, words = FLAWS[flaw]
    made = make()
    found = certify_case(made)
    (one, *_) = [item for item in found.findings if item.check == check]
    assert words in one.why
    assert one.ticket == made.ticket.ticket_id
    assert "bank: " in one.hides


def test_a_trap_with_the_wrong_declared_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    swapped: dict[str, Any] = {"tbdl": "benign", "benign": "tbdl"}
    wrong = {
        name: replace(trap, if_misread=swapped[trap.if_misread]) for name, trap in TRAPS.items()
    }
    monkeypatch.setattr(effect, "TRAPS", MappingProxyType(wrong))
    for trap, words in (("permute", "declared to learn all the same"), ("mask", "did otherwise")):
        assert any(words in why for why in effect.check(case(trap=trap)))


def test_a_run_that_was_not_recorded_is_no_certificate() -> None:
    found = certify_case(case(data_seed=2, trap="permute"))
    assert found.careful is None
    assert any("was not recorded" in item.why for item in found.findings)


@pytest.mark.parametrize(
    ("stage", "passes", "check", "words"),
    [
        ("deploy", True, "fixed", "always-ship should fail at deploy and fails at none"),
        ("card", True, "fixed", "always-claim-learned should fail at eval, card"),
        ("cost", True, "mutants", "a wrong answer passes: cost.total_usd"),
        ("cost", False, "reference", "the reference earns 0.45"),
    ],
)
def test_a_broken_rule_is_found(
    monkeypatch: pytest.MonkeyPatch, stage: Any, passes: bool, check: str, words: str
) -> None:
    def rule(*_: Any) -> Verdict:
        return Verdict(stage=stage, passed=passes, rule_id="broken", reason="broken")

    monkeypatch.setattr(grade, "RULES", MappingProxyType({**RULES, stage: rule}))
    why = failed(case(trap="noise"))
    assert any(words in reason for reason in why[check]), why


def test_a_rule_that_pays_for_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "episode_return", lambda *_: 0.05)
    assert failed(case())["null"] == ["the null agent earns 0.05"]
