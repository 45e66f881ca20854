"""Bills and records of runs that a benchmark trained, without training any."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bench_kit import PLAIN, plan, run
from delivery_kit import STORE, make, play

from fde_env.contract.evidence import Evidence
from fde_env.errors import StoreCorrupt
from fde_env.evaluate.attempt import Attempt
from fde_env.evaluate.executors.ray_cluster import gpus_of
from fde_env.evaluate.played import TrainedRun
from fde_env.evaluate.trained import LEDGER, Book, keep_record, store_name, trained_in
from fde_env.runs.runner import Runner
from fde_env.runs.store import Store


def trained(wall_seconds: float = 1.0) -> TrainedRun:
    """A recorded run as if it had just been trained, in so many seconds."""
    env = play(make(trap="none", seed=2), "reference").env
    assert env.evidence is not None
    assert env.bill is not None
    provenance = env.evidence.provenance.model_copy(update={"wall_seconds": wall_seconds})
    evidence = env.evidence.model_copy(update={"provenance": provenance})
    return TrainedRun(evidence, env.bill, env.run_dir)


def names(*runs: TrainedRun | None) -> list[str]:
    played: Any = [SimpleNamespace(trained=item) for item in runs]
    return [item.name for item in trained_in("u", played, carried=False)]


def test_branches_share_a_run_and_two_runs_of_one_spec_are_two() -> None:
    once, again = trained(1.0), trained(2.0)
    assert names(None, once, once, None) == ["u/0"]
    assert names(once, again, once) == ["u/0", "u/1"]


def test_a_bill_that_comes_again_is_entered_once(tmp_path: Path) -> None:
    played: Any = [SimpleNamespace(trained=trained())]
    (first,) = trained_in("u", played, carried=False)
    (other,) = trained_in("v", played, carried=False)
    book = Book(tmp_path)
    for item in (first, other, first):
        book.enter(item)
    # As after a kill: whoever goes on reads what has been entered.
    Book(tmp_path).enter(first)
    lines = (tmp_path / LEDGER).read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2


def test_what_was_replayed_is_not_billed_in_the_runs_ledger(tmp_path: Path) -> None:
    summary = run(tmp_path / "out", plan("careful", tickets=[PLAIN]))
    assert summary.rows[0].compute_usd
    assert not (tmp_path / "out" / LEDGER).exists()


def test_a_record_that_is_carried_arrives_whole_or_not_at_all(tmp_path: Path) -> None:
    made = trained()
    folder = tmp_path / "made"
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "adapter_config.json").write_bytes(b"{}")
    played: Any = [SimpleNamespace(trained=TrainedRun(made.evidence, made.bill, folder))]
    (there,) = trained_in("u", played, carried=True)
    store = Store(tmp_path / "home")
    keep_record(there, store)
    key = made.evidence.run_key
    assert store.evidence(key) == made.evidence
    assert (store.run_dir(key) / "adapter" / "adapter_config.json").read_bytes() == b"{}"
    torn = SimpleNamespace(name="u/0", evidence=there.evidence[:-9], adapter={})
    with pytest.raises(StoreCorrupt, match="did not arrive whole"):
        keep_record(torn, store)  # type: ignore[arg-type]


def test_stores_are_known_by_a_name_of_their_own(tmp_path: Path) -> None:
    one, other = Store(tmp_path / "one"), Store(tmp_path / "other")
    assert store_name(one) == store_name(Store(tmp_path / "one"))
    assert store_name(one) != store_name(other)


def request_of(evidence: Evidence) -> Any:
    return SimpleNamespace(spec=evidence.spec, show_alarms=False)


def test_only_a_try_again_takes_up_a_record_and_only_one_made_since(tmp_path: Path) -> None:
    evidence = trained().evidence
    kept = Store(tmp_path).keep_run(evidence, {}) / "evidence.json"
    made = kept.stat().st_mtime
    for since, found in ((None, None), (made + 1, None), (made - 1, evidence)):
        assert Store(tmp_path, since=since).fresh(evidence.run_key) == found
    runner = Runner(execution="live", store=Store(tmp_path, since=made - 1))
    assert runner.open(request_of(evidence)).evidence() == evidence
    # The pack and older records are no work of this unit's.
    assert Store(STORE, since=made).fresh(evidence.run_key) is None


def test_the_next_try_clears_what_a_killed_one_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FDE_HOME", str(tmp_path))
    (unit,) = plan("null", tickets=[PLAIN]).units()
    first = Attempt(unit, begun=0.0)
    left = first.store(again=False).new_work_dir()
    other = Store().new_work_dir()
    assert left.is_dir()
    first.next.clear()
    assert not left.exists()
    assert other.is_dir()


@pytest.mark.parametrize(("execution", "asked"), [("live", 3), ("auto", 3), ("replay", 0)])
def test_a_unit_asks_for_the_gpus_that_it_may_train_on(execution: str, asked: int) -> None:
    options = {"execution": execution, "gpus": 3}
    (unit,) = plan("null", tickets=[PLAIN], options=options).units()
    assert gpus_of(unit) == asked
