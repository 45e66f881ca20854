"""Record what the quick tests replay: `python tests/record.py [backend | --golden]`.

Trains some smoke runs for real, in a sandbox, into `tests/data/store`, and writes the golden
episodes. Run it again whenever the domain's language, a base or a run's spec changes: records
are found by a digest of all three. Runs that are there already are kept. With `--golden` nothing
is trained: the golden episodes alone are written, from the runs that are there.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "kit"))

import golden_kit
from delivery_kit import AGENTS, GOLDEN, SMOKE, STORE, TESTS, golden_lines

from fde_env.env import FDEDeliveryEnv
from fde_env.runs.store import EVIDENCE, Store

# One cell and its handlings; every other ticket of the tests is another surface of these.
RUNS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "reference"),
    (("permute",), "misreader"),
    (("noise",), "misreader"),
    (("mask",), "misreader"),
    (("target",), "misreader"),
    (("template",), "misreader"),
    (("truncate",), "misreader"),
    (("stale",), "misreader"),
    (("stale",), "reference"),
    (("noise", "permute"), "misreader"),
    (("permute", "target"), "misreader"),
)


def record(backend: str) -> None:
    """Train the runs that are missing and drop what replay does not need."""
    used = set()
    for traps, agent in RUNS:
        options = {"trap": traps or "none", **SMOKE}
        env = FDEDeliveryEnv(store=Store(STORE), backend=backend, **options)
        observation, _ = env.reset(seed=0)
        policy, done = AGENTS[agent](env), False
        while not done:
            observation, _, done, _, _ = env.step(policy.act(observation))
        assert env._episode is not None
        assert env._episode.evidence is not None
        used.add(env._episode.evidence.run_key)
        found = env.result
        print(f"{traps} {agent}: accuracy {found.accuracy}, {found.alarms}")  # noqa: T201
    for path in list(STORE.rglob("*")):
        if path.is_file() and not (path.name == EVIDENCE and path.parent.name in used):
            path.unlink()
    for folder in sorted(STORE.rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    shutil.rmtree(STORE / "work", ignore_errors=True)


def write_golden() -> None:
    """Write the golden episodes, one step a line."""
    (TESTS / "golden").mkdir(exist_ok=True)
    for name in GOLDEN:
        lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in golden_lines(name))
        (TESTS / "golden" / f"{name}.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    golden_kit.write()


if __name__ == "__main__":
    if "--golden" not in sys.argv:
        record(sys.argv[1] if len(sys.argv) > 1 else "auto")
    write_golden()
