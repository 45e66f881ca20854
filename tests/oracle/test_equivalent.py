"""Other spellings of a right answer pass as well; certification holds every ticket to them."""

from __future__ import annotations

from typing import Any

import pytest
from delivery_kit import FINISHED, Scene, scene

from fde_env.certify.scene import changed
from fde_env.certify.spellings import SPELLINGS
from fde_env.contract.stage import STAGES, Stage
from fde_oracle.grade import judge

LEARNED, UNLEARNED = "permute, learned", "permute, not learned"


def reason(played: Scene, stage: Stage, changes: dict[str, Any]) -> str:
    """Empty when the gold answer with `changes` passes, else why it does not."""
    seen = played.seen
    right = seen.right(stage)
    new = seen.with_submission(right, changed(right.submission, changes))
    found = judge(played.truth, new)
    return "" if found.passed else found.reason


@pytest.mark.parametrize("stage", SPELLINGS)
@pytest.mark.parametrize("name", FINISHED)
def test_a_right_answer_in_other_words_passes(name: str, stage: Stage) -> None:
    played = scene(name)
    for spelling in SPELLINGS[stage](played.seen, played.seen.right(stage)):
        assert reason(played, stage, dict(spelling)) == "", spelling


def test_there_are_other_spellings_of_all_but_the_fixed_choices() -> None:
    given = {
        stage: len(list(spell(scene(UNLEARNED).seen, scene(UNLEARNED).seen.right(stage))))
        for stage, spell in SPELLINGS.items()
    }
    assert set(STAGES) - set(given) == {"plan", "train"}
    assert min(given.values()) >= 1
    assert given["intake"] >= 4
    assert given["config"] >= 9
    assert given["card"] >= 11


def test_twin_files_and_columns_that_say_the_same() -> None:
    # Without the hazards both maps, both annotation files and both columns hold the same labels.
    played = scene("none, learned")
    for name in ("label_map_1.json", "label_map_2.json"):
        for labels in ("labels_1.csv", "labels_2.csv"):
            for column in ("code_1", "code_2"):
                changes = {"label_map": name, "label_source": labels, "target_column": column}
                assert reason(played, "intake", changes) == "", changes


def test_a_run_that_did_not_learn_may_be_held_or_staged_for_rejection() -> None:
    played = scene(UNLEARNED)
    assert reason(played, "deploy", {"action": "stage"}) == ""
    assert reason(played, "deploy", {"recommendation": "approve"}) == "", "nobody is asked"
    both = {"action": "stage", "recommendation": "approve"}
    assert reason(played, "deploy", both) != ""


def test_more_than_a_thousandth_off_fails() -> None:
    played = scene(LEARNED)
    right: Any = played.seen.right("eval").submission
    assert reason(played, "eval", {"accuracy": right.accuracy + 0.0009}) == ""
    assert reason(played, "eval", {"accuracy": right.accuracy + 0.0011}) != ""
