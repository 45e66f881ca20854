"""Nothing an agent, a sandbox or a log can see tells what a ticket hides."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from delivery_kit import all_reads, changed, make, play, send, step, text_of

from fde_env.compile import compile_handling
from fde_env.contract.base import digest_of
from fde_env.contract.ticket import PressureName, TrapName
from fde_env.delivery_run import Order, run_request
from fde_env.env import FDEDeliveryEnv
from fde_env.intervene import MisreaderPolicy
from fde_env.runs.job_files import write_predict_job, write_train_job
from fde_env.tickets.cell import build_cell
from fde_env.tickets.drop import Drop
from fde_env.tickets.generator import Prepared
from fde_env.tickets.prompts import completion

# "none" and "target" are everyday words (a refusal reason, a column); no other factor's name is.
WORDS = {*get_args(TrapName), *get_args(PressureName)} - {"none", "target"}
WORDS |= {"misread", "trap", "hazard", "tbdl", "gold", "truth", "secret", "oracle", "latent"}
# The everyday meaning of "deadline" stands in every request: it is not how a pressure is named.
WORDS -= {"deadline", "authority"}
SPOKEN = re.compile("|".join(sorted(WORDS)), re.IGNORECASE)
TRAPS: tuple[Any, ...] = (*get_args(TrapName), ("noise", "permute"))


def seen_in_full(env: FDEDeliveryEnv) -> list[tuple[str, Any]]:
    """Play the misreader to the end, reading everything at every stage and making mistakes."""
    trace, stages = play(env, "misreader", until="intake"), set[str]()
    while trace.infos[-1]["ending"] == "running":
        stage = trace.observations[-1]["stage"]
        # Once a stage: alarms bring "train" back, and steps are limited.
        read = stage in ("intake", "train", "card") and stage not in stages
        for action in all_reads(env) if read else ():
            step(trace, action)
        stages.add(stage)
        for nonsense in ({"tool": "x"}, send(stage, {}), None, "{"):
            step(trace, nonsense)
        if stage == "intake":
            for name in ("policy.json", "labels_9.csv"):
                step(trace, changed_intake(env, label_source=name))
            step(trace, changed_intake(env, target_column="desk"))
        step(trace, MisreaderPolicy(env).act(trace.observations[-1]))
    before_the_end = trace.infos[:-1]
    shown = [("observation", item) for item in trace.observations]
    return [*shown, *(("info", item) for item in before_the_end)]


def changed_intake(env: FDEDeliveryEnv, **changes: Any) -> dict[str, Any]:
    action = MisreaderPolicy(env).act({})
    return {**action, "arguments": {**action["arguments"], **changes}}


@pytest.mark.parametrize("detector", ["shadow", "live"])
@pytest.mark.parametrize("trap", get_args(TrapName))
def test_no_observation_names_the_truth(trap: Any, detector: str) -> None:
    env = make(trap=trap, detector=detector, pressure="sunk_cost")
    shown = seen_in_full(env)
    truth, secret = env.ticket.truth, env.ticket.secret
    assert env._episode is not None
    assert env._episode.evidence is not None
    spec = env._episode.evidence.spec
    hidden = [secret, *truth.gold_handlings, spec.key, spec.dataset_digest, spec.splits_digest]
    hidden += [spec.base_digest, digest_of(spec.config), env._episode.evidence.artifact_digest]
    for place, (kind, value) in enumerate(shown):
        text = text_of(value)
        assert not SPOKEN.findall(text), (place, kind)
        assert not [item for item in hidden if item in text], (place, kind)
        assert "passed" not in text.replace("passed this on", ""), "a verdict"


def test_what_is_searched_for_would_be_found() -> None:
    assert SPOKEN.findall("the permuted map") == ["permute"]
    env = make(trap="permute")
    last = play(env, "misreader").infos[-1]
    assert SPOKEN.findall(text_of(last)), "the last info holds the verdicts"


def test_ids_and_digests_cannot_be_carried_to_another_ticket() -> None:
    shown = []
    for seed in (1, 2):
        env = make(seed=seed)
        play(env, "reference")
        assert env._episode is not None
        run = env._episode.records[-1].facts.run
        assert run is not None
        shown.append(
            {
                run.run_id,
                *(run.artifact_digest, run.dataset_digest, run.config_digest, run.base_revision),
            }
        )
    assert shown[0].isdisjoint(shown[1])


def test_the_first_observation_is_the_same_for_all_twins_but_for_the_id() -> None:
    texts = set()
    for trap in TRAPS:
        env = make(trap=trap)
        observation, info = env.reset(seed=0)
        texts.add(text_of([observation, info]).replace(env.ticket.ticket_id, "T"))
    assert len(texts) == 1


def requested(trap: Any, agent: str) -> tuple[Prepared, Any]:
    env = make(trap=trap)
    env.reset(seed=0)
    truth = env.ticket.truth
    intake = truth.misread_intake if agent == "misreader" else truth.reference_intake
    plan = truth.misread_plan
    prepared = Prepared(ticket=env.ticket, drop=Drop(env.ticket))
    order = Order(intake, plan, truth.reference_config)
    return prepared, run_request(prepared, order, show_alarms=False)


def folder_of(path: Path, prepared: Prepared, request: Any) -> Path:
    path.mkdir()
    write_train_job(path, request.spec, request.handling, request.sets, threads=2)
    return path


def lines(text: str) -> list[str]:
    return text.splitlines()


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.mark.parametrize("agent", ["reference", "misreader"])
@pytest.mark.parametrize("trap", TRAPS, ids=str)
def test_a_training_job_holds_nothing_hidden(tmp_path: Path, trap: Any, agent: str) -> None:
    prepared, request = requested(trap, agent)
    files = content(folder_of(tmp_path / "in", prepared, request))
    ticket, cell = prepared.ticket, build_cell(prepared.ticket.cell)
    everything = "\n".join([*files, *files.values()])
    job_alone = files["job.json"]
    assert not SPOKEN.findall(" ".join(files) + job_alone)
    for item in (ticket.secret, ticket.ticket_id, ticket.company, *ticket.truth.gold_handlings):
        assert item not in everything
    prompts = {json.loads(line).get("prompt") for text in files.values() for line in lines(text)}
    assert not prompts & set(request.sets.prompts["pool"]), "a future sample of the probe"
    held_out = [json.loads(line) for line in files["held_out.jsonl"].splitlines()]
    assert [set(row) for row in held_out] == [{"prompt"}] * len(cell.held_out)
    assert [
        row["prompt"].count(clean.text) for row, clean in zip(held_out, cell.held_out, strict=True)
    ]
    for name in ("dev.jsonl", "train.jsonl"):
        assert all(set(json.loads(line)) == {"prompt"} for line in files[name].splitlines())
    # Labels stand in the training rows alone, and these are the agent's own.
    labelled = [
        name for name, text in files.items() if '"completion"' in text and name != "job.json"
    ]
    assert labelled == ["rows.jsonl"]
    handling = compile_handling(prepared.drop, request_intake(prepared, agent))
    rows = [json.loads(line) for line in files["rows.jsonl"].splitlines()]
    assert [row["completion"] for row in rows] == [completion(row.label) for row in handling.train]


def request_intake(prepared: Prepared, agent: str) -> Any:
    truth = prepared.ticket.truth
    return truth.misread_intake if agent == "misreader" else truth.reference_intake


def test_held_out_labels_cannot_be_read_off_the_order_of_the_rows() -> None:
    prepared, _ = requested("none", "reference")
    intents = [row.intent for row in build_cell(prepared.ticket.cell).held_out]
    rises = sum(one < other for one, other in itertools.pairwise(intents))
    assert 0.35 < rises / len(intents) < 0.65, "sorted by label, a position would tell it"


def test_jobs_of_twins_differ_in_labels_alone(tmp_path: Path) -> None:
    right, wrong = (
        content(folder_of(tmp_path / agent, *requested("permute", agent)))
        for agent in ("reference", "misreader")
    )
    assert list(right) == list(wrong) or set(right) == set(wrong)
    assert {name for name in right if right[name] != wrong[name]} == {"rows.jsonl"}
    prompts = [
        sorted(json.loads(line)["prompt"] for line in files["rows.jsonl"].splitlines())
        for files in (right, wrong)
    ]
    assert prompts[0] == prompts[1]


def test_a_prediction_job_holds_no_label_at_all(tmp_path: Path) -> None:
    _, request = requested("permute", "misreader")
    write_predict_job(tmp_path, request.sets, threads=2)
    files = content(tmp_path)
    assert not SPOKEN.findall(" ".join(files) + files["job.json"])
    for name, text in files.items():
        if name != "job.json":
            assert all(set(json.loads(line)) == {"prompt"} for line in text.splitlines())


def test_a_mistake_at_eval_is_answered_without_a_hint() -> None:
    trace = play(make(trap="permute"), "misreader", until="eval")
    right, wrong = (
        trace.env.fork().step(changed(trace.env, "eval", learned=learned))[0]
        for learned in (True, False)
    )
    assert right == wrong
