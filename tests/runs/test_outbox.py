"""What a job leaves is untrusted: links, junk and wrong answers are refused, never believed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fde_env.errors import SandboxFailed
from fde_env.runs.outbox import Outbox


def outbox(folder: Path, labels: int = 5) -> Outbox:
    return Outbox(folder, labels)


def write(folder: Path, name: str, text: str | bytes) -> None:
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_message_is_there_or_not_yet(tmp_path: Path) -> None:
    box = outbox(tmp_path)
    assert box.message("frozen-0001") is None
    assert box.done() is None
    write(tmp_path, "frozen-0001.json", '{"step": 10}')
    assert box.message("frozen-0001") == {"step": 10}


@pytest.mark.parametrize("text", ["", "{", "nonsense", b"\xff\xfe", "[" * 50_000])
def test_what_is_not_json_is_refused(tmp_path: Path, text: str | bytes) -> None:
    write(tmp_path, "done.json", text)
    with pytest.raises(SandboxFailed, match="is not JSON"):
        outbox(tmp_path).done()


@pytest.mark.parametrize("text", ["[]", "3", "null", '"done"'])
def test_what_is_not_an_object_is_refused(tmp_path: Path, text: str) -> None:
    write(tmp_path, "done.json", text)
    with pytest.raises(SandboxFailed, match="is not an object"):
        outbox(tmp_path).done()


@pytest.mark.parametrize("name", ["done.json", "log.jsonl", "adapter/adapter_model.safetensors"])
def test_links_are_refused(tmp_path: Path, name: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"status": "completed"}\n', encoding="utf-8")
    out = tmp_path / "out"
    (out / "adapter").mkdir(parents=True)
    (out / name).symlink_to(secret)
    box = outbox(out)
    readers = {
        "done.json": box.done,
        "log.jsonl": lambda: list(box.new_events()),
        "adapter/adapter_model.safetensors": lambda: box.files(
            "adapter", ("adapter_model.safetensors",)
        ),
    }
    with pytest.raises(SandboxFailed):
        readers[name]()


def test_a_linked_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "host").mkdir()
    write(tmp_path / "host", "adapter_model.safetensors", "host file")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "adapter").symlink_to(tmp_path / "host")
    with pytest.raises(SandboxFailed):
        outbox(tmp_path / "out").files("adapter", ("adapter_model.safetensors",))


@pytest.mark.parametrize("name", ["done.json", "log.jsonl"])
def test_a_pipe_does_not_hang_the_host(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    box = outbox(tmp_path)
    with pytest.raises(SandboxFailed):
        box.done() if name == "done.json" else list(box.new_events())


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        [0, 1],
        [0, 1, 2, 3],
        [0, 1, 5],
        [0, 1, -2],
        [0, 1, True],
        [0, 1, 2.0],
        [0, 1, "2"],
        {"0": 1},
        "012",
    ],
)
def test_wrong_predictions_are_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(SandboxFailed, match="did not answer 3 rows"):
        outbox(tmp_path).labels(value, 3)
    assert outbox(tmp_path).labels([0, 4, 0], 3) == (0, 4, 0)
    assert outbox(tmp_path).labels([0, -1, 0], 3) == (0, -1, 0), "no answer is not a wrong one"


@given(st.lists(st.integers(1, 30), max_size=12), st.integers(0, 12))
def test_events_arrive_once_and_whole_however_they_are_written(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], count: int
) -> None:
    folder = tmp_path_factory.mktemp("out")
    events = [{"event": "step", "step": step} for step in range(count)]
    text = "".join(json.dumps(event) + "\n" for event in events).encode()
    box, seen = outbox(folder), []
    with (folder / "log.jsonl").open("ab", buffering=0) as log:
        for size in [*cuts, len(text)]:
            log.write(text[:size])
            text = text[size:]
            seen += list(box.new_events())
    assert seen == events


def test_a_line_that_is_no_json_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "log.jsonl", '{"event": "start"}\nTraceback\n')
    with pytest.raises(SandboxFailed, match="not JSON"):
        list(outbox(tmp_path).new_events())


def test_a_message_that_is_too_large_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "done.json", b'{"a": "' + b"x" * (5 << 20) + b'"}')
    with pytest.raises(SandboxFailed, match="more than"):
        outbox(tmp_path).done()
