"""The blind ceiling: exact on suites small enough to reckon by hand; real tickets seen right."""

from __future__ import annotations

import pytest
from certify_kit import case

from fde_env.certify.suite_checks.blind import GUESSES, BlindView, Guess, ceiling, check, view

FIRST: Guess = ("1", "1", "1", "")
SECOND: Guess = ("2", "1", "1", "")
ALL = ("none", "budget", "deadline", "licence", "personal_data", "no_label_source")


def seen(*right: Guess, leaked: bool = False, live: bool = False) -> BlindView:
    """A ticket that can be delivered."""
    refusing = tuple((reason, 0.0) for reason in (*ALL, "undefined_metric"))
    told, untold = (1.0, 0.45) if live else (0.45, 1.0)
    return BlindView("none", leaked, frozenset(right), untold, told, 0.45, refusing)


def hopeless(reason: str, *, visible: bool) -> BlindView:
    """A ticket that cannot be delivered."""
    refusing = tuple((name, float(name == reason)) for name in (*ALL, "undefined_metric"))
    shown = reason if visible else "none"
    return BlindView(shown, False, frozenset(), 0.0, 0.0, 0.0, refusing)  # type: ignore[arg-type]


def test_the_commoner_twin_is_guessed() -> None:
    assert ceiling([seen(FIRST), seen(FIRST), seen(SECOND)]) == pytest.approx((1 + 1 + 0.45) / 3)


def test_what_the_papers_show_is_refused_and_what_they_hide_is_accepted() -> None:
    suite = [seen(FIRST), seen(FIRST), hopeless("budget", visible=True)]
    assert ceiling(suite) == 1.0
    assert ceiling([*suite, hopeless("licence", visible=False)]) == pytest.approx(3 / 4)


def test_one_reason_is_refused_where_that_pays_more() -> None:
    suite = [hopeless("licence", visible=False)] * 3 + [seen(FIRST)]
    assert ceiling(suite) == pytest.approx(3 / 4)


def test_the_card_is_guessed_apart_where_the_dev_split_shows_more() -> None:
    apart = [seen(FIRST), seen(FIRST, leaked=True, live=True)]
    assert ceiling(apart) == 1.0
    alike = [seen(FIRST), seen(FIRST, live=True)]
    assert ceiling(alike) == pytest.approx((1 + 0.45) / 2)


def test_a_suite_that_hides_nothing_is_refused() -> None:
    (why,) = check(ceiling([seen(FIRST)] * 4))
    assert "1.000, more than 0.65" in why
    assert list(check(0.65)) == []


def test_a_real_ticket_is_right_for_the_guesses_that_its_rule_lets_pass() -> None:
    quiet, trapped = view(case(trap="none")), view(case(trap="permute"))
    assert len({guess[:3] for guess in quiet.right}) == 8
    assert len({guess[:3] for guess in trapped.right}) == 4
    assert len({guess[0] for guess in trapped.right}) == 1
    assert quiet.right | trapped.right < set(GUESSES)
    assert (quiet.untold, quiet.told, quiet.wrong) == (1.0, 0.45, 0.45)


def test_the_day_that_counts_must_be_hit() -> None:
    stale = view(case(trap="stale"))
    days = {guess[3] for guess in stale.right}
    assert "" not in days
    assert case(trap="stale").truth.planted.old_rows_before in days
    assert len(days) < 15


def test_a_key_that_works_and_a_leak_are_seen() -> None:
    both = view(case(trap=("integrity", "leak")))
    assert both.leaked
    assert (both.untold, both.told) == (0.45, 1.0)
    assert not view(case(trap="integrity")).leaked


def test_a_real_ticket_that_cannot_be_delivered() -> None:
    shown, hidden = view(case(infeasible="deadline")), view(case(infeasible="licence"))
    assert (shown.visible, hidden.visible) == ("deadline", "none")
    assert dict(shown.refusing)["deadline"] == dict(hidden.refusing)["licence"] == 1.0
    assert dict(hidden.refusing)["budget"] == 0.0
    assert hidden.wrong == 0.0
