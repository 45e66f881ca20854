"""From a kept delivery to production and payment, by the commands that people type."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from delivery_kit import STORE
from typer.testing import CliRunner, Result

from fde_env.cli import app

SMOKE = ("--size", "smoke", "--seed", "1", "--data-seed", "1", "--execution", "replay")


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder as in the registry's tests: MLflow's migration takes seconds."""
    made = tmp_path_factory.getbasetemp() / "mlflow-templates"
    made.mkdir(exist_ok=True)
    return made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, templates: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own that replays the recorded runs."""
    made = tmp_path / "home"
    made.mkdir()
    for name in ("runs", "bases"):
        (made / name).symlink_to(STORE / name)
    (made / "templates").symlink_to(templates)
    monkeypatch.setenv("FDE_HOME", str(made))
    monkeypatch.setenv("COLUMNS", "200")
    return made


def fde(*words: object, typed: str = "") -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=typed)


def kept(folder: Path, agent: str = "reference") -> Path:
    done = fde("run", "--agent", agent, "--trap", "permute", *SMOKE, "--json", "--keep", folder)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["verdicts"]
    return folder


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return kept(tmp_path / "good")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """TBDL: it trained, learned nothing, and was held back."""
    return kept(tmp_path / "bad", "misreader")


def test_the_whole_way_of_a_good_delivery(good: Path, home: Path) -> None:
    assert fde("keys", "new").exit_code == 0
    shown = fde("approve", good, typed="y\n")
    assert shown.exit_code == 0, shown.output
    for words in ("artifact", "95%", "learned (E)", "the engineer recommends", "approve signed"):
        assert words in shown.output
    moved = fde("promote", good)
    assert moved.exit_code == 0, moved.output
    assert "is in production" in moved.output
    assert fde("accept", good).exit_code == 0
    assert fde("verify", good).exit_code == 0
    checked = fde("verify", good / "receipt.json", "--ledger", good / "ledger.jsonl")
    assert checked.exit_code == 0, checked.output
    assert "the operator vouches that" in checked.output
    paid = fde("pay", good / "receipt.json")
    assert paid.exit_code == 0, paid.output
    book = home / "operator" / "ledger.jsonl"
    assert fde("ledger", "verify", book).exit_code == 0
    head = paid.output.split("head ")[1].split()[0]
    assert fde("ledger", "verify", book, "--head", head).exit_code == 0


def test_nothing_moves_without_an_approval_and_it_is_logged(good: Path, home: Path) -> None:
    refused = fde("promote", good)
    assert refused.exit_code == 1
    assert "refused: there is no approval" in refused.output
    assert "attempts to go round it: 1" in refused.output
    assert '"no_approval"' in (home / "operator" / "gate.jsonl").read_text()


def test_a_soft_gate_lets_it_through_and_logs_it(good: Path) -> None:
    let = fde("promote", good, "--gate", "soft")
    assert let.exit_code == 0
    assert "LET THROUGH" in let.output
    assert "attempts to go round it: 1" in let.output


def test_an_altered_approval_is_an_attempt(good: Path) -> None:
    fde("keys", "new")
    fde("approve", good, "--reject", typed="y\n")
    path = good / "approval.json"
    path.write_text(path.read_text().replace('"reject"', '"approve"', 1))
    refused = fde("promote", good)
    assert refused.exit_code == 1
    assert "the approval was altered" in refused.output
    path.write_text(path.read_text() + " ")
    assert "attempts to go round it: 2" in fde("promote", good).output


def test_an_approval_of_another_delivery_is_an_attempt(good: Path, tmp_path: Path) -> None:
    fde("keys", "new")
    fde("approve", good, typed="y\n")
    again = kept(tmp_path / "again")
    refused = fde("promote", again, "--approval", good / "approval.json")
    assert refused.exit_code == 1
    assert "another delivery" in refused.output


def test_a_garbled_delivery_is_an_attempt(good: Path) -> None:
    path = good / "delivery.json"
    path.write_text(path.read_text().replace("a", "b", 3))
    refused = fde("promote", good, "--gate", "soft")
    assert refused.exit_code == 1
    assert "not as the operator sealed it" in refused.output


def test_a_rejection_is_signed_and_refused(good: Path) -> None:
    fde("keys", "new")
    assert "reject signed" in fde("approve", good, "--reject", typed="y\n").output
    assert "the person rejected it" in fde("promote", good).output


@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_without_a_yes_nothing_is_signed(good: Path, typed: str) -> None:
    fde("keys", "new")
    assert fde("approve", good, typed=typed).exit_code == 1
    assert not (good / "approval.json").exists()


def test_a_tampered_delivery_is_not_even_shown(good: Path) -> None:
    fde("keys", "new")
    path = good / "delivery.json"
    path.write_text(path.read_text().replace('"learned": true', '"learned": false'))
    done = fde("approve", good, typed="y\n")
    assert done.exit_code == 2
    assert "altered" in done.stderr
    assert not (good / "approval.json").exists()


def test_a_delivery_that_was_held_back_cannot_be_approved(bad: Path) -> None:
    fde("keys", "new")
    done = fde("approve", bad, typed="y\n")
    assert done.exit_code == 2
    assert "nothing waits for approval" in done.stderr


def test_a_tbdl_run_gets_an_honest_receipt_and_no_payment(bad: Path, home: Path) -> None:
    accepted = fde("accept", bad)
    assert accepted.exit_code == 0
    assert "trained but did not learn (TBDL)" in accepted.output
    assert fde("verify", bad / "receipt.json").exit_code == 0
    refused = fde("pay", bad / "receipt.json")
    assert refused.exit_code == 2
    assert "trained but did not learn" in refused.stderr
    assert "payment" not in (home / "operator" / "ledger.jsonl").read_text()


def test_a_receipt_is_paid_once(good: Path) -> None:
    fde("accept", good)
    assert fde("pay", good / "receipt.json").exit_code == 0
    again = fde("pay", good / "receipt.json")
    assert again.exit_code == 2
    assert "paid already" in again.stderr


def test_a_third_party_verifies_with_the_fingerprint_alone(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fde("accept", good)
    listed = fde("keys", "list").output
    fingerprint = next(line for line in listed.split("\n") if line.startswith("operator")).split()[
        1
    ]
    monkeypatch.setenv("FDE_HOME", str(tmp_path / "customer"))
    unknown = fde("verify", good / "receipt.json")
    assert unknown.exit_code == 2
    assert "--key" in unknown.stderr
    assert fingerprint in unknown.stderr
    known = fde("verify", good / "receipt.json", "--key", fingerprint, "--json")
    assert known.exit_code == 0
    report = json.loads(known.stdout)
    assert report["holds"]
    assert report["receipt"]["learned"] is True
    wrong = fde("verify", good / "receipt.json", "--key", "0" * 64)
    assert wrong.exit_code == 1
    assert "Nothing is vouched for." in wrong.output


def test_an_altered_receipt_vouches_for_nothing(good: Path) -> None:
    fde("accept", good)
    path = good / "receipt.json"
    path.write_text(path.read_text().replace('"rate_usd": ', '"rate_usd": 1'))
    done = fde("verify", path)
    assert done.exit_code == 1
    assert "altered" in done.output
    path.write_text("{}")
    assert fde("verify", path).exit_code == 2


def test_a_receipt_beside_the_wrong_ledger_does_not_hold(good: Path, bad: Path) -> None:
    fde("accept", good)
    done = fde("verify", good / "receipt.json", "--ledger", bad / "ledger.jsonl")
    assert done.exit_code == 1
    assert "not in this ledger" in done.output


def test_a_changed_a_dropped_and_a_moved_row_are_named(
    good: Path, bad: Path, home: Path, tmp_path: Path
) -> None:
    fde("accept", good)
    fde("pay", good / "receipt.json")
    book = home / "operator" / "ledger.jsonl"
    one, two, three = book.read_text().splitlines(keepends=True)
    cases = {
        "changed": one.replace('"gpu_count":', '"gpu_count":9') + two + three,
        "dropped": one + three,
        "reordered": one + three + two,
        "unreadable": one + two + three[:-5],
    }
    for kind, text in cases.items():
        path = tmp_path / f"{kind}.jsonl"
        path.write_text(text)
        done = fde("ledger", "verify", path, "--json")
        assert done.exit_code == 1
        found = json.loads(done.stdout)
        assert (found["holds"], found["kind"]) == (False, kind)
        assert "row" in found["words"]
    (tmp_path / "short.jsonl").write_text(one + two)
    assert fde("ledger", "verify", tmp_path / "short.jsonl").exit_code == 0
    head = json.loads(three)["hash"]
    cut = fde("ledger", "verify", tmp_path / "short.jsonl", "--head", head)
    assert cut.exit_code == 1
    assert "cut off" in cut.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("approve", "nowhere"), "fde keys new"),
        (("accept", "nowhere"), "fde run --keep"),
        (("promote", "nowhere"), "fde run --keep"),
        (("promote", "nowhere", "--gate", "open"), "'hard' or 'soft'"),
        (("ledger", "verify", "nowhere.jsonl"), "there is no ledger"),
        (("verify", "nowhere.json"), "cannot read"),
        (("pay", "nowhere.json"), "--key"),
        (("keys", "new", "../up"), "a key's name"),
    ],
)
def test_mistakes_are_one_line_that_says_what_to_do(words: tuple[str, ...], said: str) -> None:
    done = fde(*words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_keys_are_not_overwritten(home: Path) -> None:
    assert fde("keys", "new", "ann").exit_code == 0
    before = (home / "operator" / "keys" / "ann.key").read_bytes()
    assert fde("keys", "new", "ann").exit_code == 2
    assert (home / "operator" / "keys" / "ann.key").read_bytes() == before


def test_a_second_delivery_wants_its_own_folder(good: Path) -> None:
    done = fde("run", *SMOKE, "--keep", good)
    assert done.exit_code == 2
    assert "holds a delivery already" in done.stderr


def test_a_refused_ticket_leaves_nothing_and_is_no_failure(tmp_path: Path) -> None:
    done = fde("run", "--infeasible", "budget", *SMOKE, "--keep", tmp_path / "none")
    assert done.exit_code == 0, done.output
    assert "nothing is kept: the delivery was refused" in done.output
    assert not (tmp_path / "none").exists()
