"""The shipped bases: found without importing torch, digested, as good as they claim."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fde_env.bases import BASES, Base, base_digest, base_path, bases_folder, find_base, nominal_of
from fde_env.contract.run_spec import CellKey
from fde_env.errors import UsageError
from fde_env.tickets import prompts
from fde_env.tickets.cell import build_cell
from fde_env.tickets.domains import domain_names

ONE_A_BASE = pytest.mark.parametrize("base", BASES, ids=lambda base: base.id)


def provenance(base_id: str) -> dict:
    return json.loads((base_path(base_id) / "provenance.json").read_text())


@ONE_A_BASE
def test_base_is_found_by_id_nominal_name_and_folder(base: Base) -> None:
    folder = base_path(base.id)
    assert folder.name == base.id
    assert base_path(base.nominal) == base_path(folder) == folder
    assert find_base(base.nominal) == base


def test_missing_base_says_what_to_do(tmp_path: Path) -> None:
    assert find_base("acme/unknown") is None
    with pytest.raises(UsageError, match=r"qwen3-tiny-a.*config\.json"):
        base_path(tmp_path / "nothing")


def test_finding_a_base_imports_nothing_heavy() -> None:
    code = (
        "import sys; from fde_env.bases import base_digest, base_path;"
        "base_digest(base_path('qwen3-tiny-a'));"
        "print(*{'torch', 'transformers', 'fde_containers'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""


def test_digest_follows_content_names_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    first = base_digest(tmp_path)
    (tmp_path / "provenance.json").write_text("{}")
    (tmp_path / "notes.md").write_text("hello")
    assert base_digest(tmp_path) == first
    (tmp_path / "model.safetensors").write_bytes(b"other weights")
    second = base_digest(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "other.safetensors")
    assert len({first, second, base_digest(tmp_path)}) == 3


def test_bases_are_twelve_megabytes_at_most() -> None:
    total = sum(file.stat().st_size for file in bases_folder().rglob("*") if file.is_file())
    assert total <= 12_000_000


@ONE_A_BASE
def test_provenance_claims_a_base_that_knows_the_task_in_part(base: Base) -> None:
    record = provenance(base.id)
    assert record["stands_in_for"] == base.nominal
    assert 600_000 <= record["parameters"] <= 1_800_000
    assert set(record["domains"]) == set(domain_names())
    assert all(0.2 <= accuracy <= 0.4 for accuracy in record["base_accuracy"].values())
    assert 0.22 <= record["base_accuracy"]["bank/1"] <= 0.36


def test_bases_come_from_the_training_code_in_the_repository() -> None:
    pytest.importorskip("torch")
    path = Path(__file__).parents[1] / "containers" / "pretrain_bases.py"
    spec = importlib.util.spec_from_file_location("pretrain_bases", path)
    script = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = script
    spec.loader.exec_module(script)
    for base in BASES:
        record = provenance(base.id)
        assert record["training_code_sha256"] == script.training_code_digest()
        assert record["recipe"] == dataclasses.asdict(script.RECIPES[base.id])


def test_bases_are_not_all_alike() -> None:
    accuracies = [provenance(base.id)["base_accuracy"]["bank/1"] for base in BASES]
    assert max(accuracies) - min(accuracies) >= 0.02


@ONE_A_BASE
def test_tokenizer_file_neither_truncates_nor_pads(base: Base) -> None:
    record = json.loads((base_path(base.id) / "tokenizer.json").read_text())
    assert record["truncation"] is None
    assert record["padding"] is None


def measured(base_id: str, size: str, rows: int) -> float:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    predictor = pytest.importorskip("fde_containers.predictor")
    folder = base_path(base_id)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    cell = build_cell(CellKey(domain="bank", data_seed=1, size=size))
    held_out = cell.held_out[:rows]
    questions = [prompts.render(r.text, "", "message_only", "intent_line") for r in held_out]
    labels = prompts.completions(cell.domain)
    answers = predictor.LabelPredictor(tokenizer, labels, questions[0]).predict(model, questions)
    return sum(a == r.intent for a, r in zip(answers, held_out, strict=True)) / len(held_out)


@ONE_A_BASE
def test_base_loads_and_answers_far_above_chance(base: Base) -> None:
    # 160 rows: the standard error is .036, so three of them around the target range.
    assert 0.12 <= measured(base.id, "smoke", 160) <= 0.47


@pytest.mark.slow
@ONE_A_BASE
def test_claimed_accuracy_is_the_measured_one(base: Base) -> None:
    claimed = provenance(base.id)["base_accuracy"]["bank/1"]
    # Two rows of 1,100 may tip over on another machine's rounding.
    assert measured(base.id, "full", 1100) == pytest.approx(claimed, abs=0.002)


def test_a_folder_called_like_a_nominal_base_is_that_base() -> None:
    assert nominal_of("qwen3-tiny-b") == ("Qwen/Qwen3-32B", True)
    assert nominal_of("google/gemma-2-9b-it") == ("google/gemma-2-9b-it", True)
    assert nominal_of("models/Qwen3-32B") == ("Qwen/Qwen3-32B", False)
    assert nominal_of("models/of-my-own") == ("Qwen/Qwen3-8B", True)
