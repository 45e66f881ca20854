"""Seconds to score 1,100 held-out rows against 77 labels with a shipped base.

    python containers/bench_predictor.py [base id]

Prints JSON: the median wall seconds of five calls, and whether the answers equal the plain
argmax over all labels, one forward pass a label, on the first rows.
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from fde_containers.predictor import LabelPredictor
from fde_env.bases import base_path
from fde_env.contract.run_spec import CellKey
from fde_env.runs.eval_sets import eval_sets

COMPARED = 100
CALLS = 5


def plain(model: torch.nn.Module, tokenizer: object, prompt: str, labels: tuple[str, ...]) -> int:
    """Index of the label with the largest summed log-probability, end token included."""
    scores = []
    for label in labels:
        head = tokenizer(prompt)["input_ids"]  # type: ignore[operator]
        tail = [*tokenizer(label)["input_ids"], tokenizer.eos_token_id]  # type: ignore[operator, attr-defined]
        row = torch.tensor([head + tail])
        with torch.inference_mode():
            logits = model(row).logits[0, len(head) - 1 : -1].log_softmax(-1)
        scores.append(logits[range(len(tail)), tail].sum().item())
    return max(range(len(labels)), key=scores.__getitem__)


def main(base: str) -> None:
    """Time and compare, and print the figures."""
    folder = base_path(base)
    sets = eval_sets(CellKey(domain="bank", data_seed=1, size="full"), "intent_line")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    prompts = list(sets.prompts["held_out"])
    predictor = LabelPredictor(tokenizer, sets.completions, prompts[0])
    seconds = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        found = predictor.predict(model, prompts)
        seconds.append(time.perf_counter() - begun)
    wanted = [plain(model, tokenizer, p, sets.completions) for p in prompts[:COMPARED]]
    figures = {
        "base": base,
        "rows": len(prompts),
        "labels": len(sets.completions),
        "median_seconds": round(statistics.median(seconds), 2),
        "threads": torch.get_num_threads(),
        "compared_rows": COMPARED,
        "equal": found[:COMPARED] == wanted,
    }
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "qwen3-tiny-a")
