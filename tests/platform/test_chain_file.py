"""A chain on disk: no byte can be altered unseen, no two processes tear it, no kill halves it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from platform_kit import POOL, PRICES

from fde_env.contract.meter import bill
from fde_env.errors import StoreCorrupt, UsageError
from fde_env.platform.ledger import LedgerFile, MeterRow, meter_row

APPENDS = """
import sys
from pathlib import Path
from fde_env.contract.meter import bill
from fde_env.contract.policy import Pool, PriceList
from fde_env.platform.ledger import LedgerFile, meter_row
pool = Pool(node_type="H200", gpu_count=2, region="eu-west", memory_gib=131.0,
            tokens_per_second=8000.0)
prices = PriceList(usd_per_gpu_hour=(("H200", 3.0),), billed_tokens_per_row=128, assumed=())
book = LedgerFile(Path(sys.argv[1]))
print("ready", flush=True)
for i in range(int(sys.argv[3])):
    due = bill(i + 1, 16, pool, prices)
    book.enter(lambda rows: meter_row(rows, f"run-{sys.argv[2]}-{i}", pool, due))
"""


def add(book: LedgerFile, run_id: str) -> MeterRow:
    return book.enter(lambda rows: meter_row(rows, run_id, POOL, bill(100, 16, POOL, PRICES)))


@pytest.fixture
def book(tmp_path: Path) -> LedgerFile:
    made = LedgerFile(tmp_path / "ledger.jsonl")
    for i in range(2):
        add(made, f"run-{i}")
    return made


def start(path: Path, name: str, rows: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", APPENDS, str(path), name, str(rows)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_rows_survive_and_hold(book: LedgerFile) -> None:
    assert book.fault(book.rows()[-1].hash) is None
    assert [row.run_id for row in LedgerFile(book.path).rows()] == ["run-0", "run-1"]


def test_a_file_that_is_not_there_holds_no_rows(tmp_path: Path) -> None:
    assert LedgerFile(tmp_path / "none.jsonl").rows() == ()


def test_each_altered_byte_is_found_in_its_row(book: LedgerFile) -> None:
    content = book.path.read_bytes()
    for at in range(len(content)):
        for flip in (0x01, 0x20) if chr(content[at]).isalpha() else (0x01,):
            spoiled = bytearray(content)
            spoiled[at] ^= flip
            book.path.write_bytes(bytes(spoiled))
            fault = book.fault()
            assert fault is not None, (at, flip)
            assert fault.position == content[:at].count(b"\n") + 1, (at, flip, fault)


@pytest.mark.parametrize("added", [b" ", b"\n", b"\r", b"{}\n", b"\xff"])
def test_added_bytes_are_found(book: LedgerFile, added: bytes) -> None:
    content = book.path.read_bytes()
    for at in (0, content.index(b"\n"), len(content)):
        book.path.write_bytes(content[:at] + added + content[at:])
        assert book.fault() is not None, at


def test_each_removed_byte_is_found(book: LedgerFile) -> None:
    content = book.path.read_bytes()
    for at in range(len(content)):
        book.path.write_bytes(content[:at] + content[at + 1 :])
        assert book.fault() is not None, at


def test_a_figure_spelled_in_another_way_is_found(book: LedgerFile) -> None:
    text = book.path.read_text().replace('"gpu_count":2', '"gpu_count":2.0', 1)
    book.path.write_text(text)
    fault = book.fault()
    assert fault is not None
    assert (fault.position, fault.kind) == (1, "unreadable")


def test_nothing_is_added_to_a_ledger_that_does_not_hold(book: LedgerFile) -> None:
    add(book, "run-2")
    lines = book.path.read_text().splitlines(keepends=True)
    book.path.write_text(lines[0] + lines[2])
    before = book.path.read_bytes()
    with pytest.raises(StoreCorrupt, match="row 2 dropped"):
        add(book, "run-9")
    assert book.path.read_bytes() == before


def test_what_the_maker_of_a_row_raises_adds_nothing(book: LedgerFile) -> None:
    before = book.path.read_bytes()

    def refuse(_: object) -> MeterRow:
        raise UsageError("no")

    with pytest.raises(UsageError, match="no"):
        book.enter(refuse)
    assert book.path.read_bytes() == before
    add(book, "run-3")  # the lock was given back


def test_a_full_disk_leaves_the_ledger_as_it_was(
    book: LedgerFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = book.path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        add(book, "run-9")
    assert book.path.read_bytes() == before
    assert {path.name for path in book.path.parent.iterdir()} == {
        "ledger.jsonl",
        "ledger.jsonl.lock",
    }


def test_two_processes_append_without_tearing_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    writers = [start(path, name, 25) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    rows = LedgerFile(path).rows()
    assert [row.seq for row in rows] == list(range(1, 51))
    assert {row.run_id for row in rows} == {f"run-{name}-{i}" for name in "ab" for i in range(25)}


def test_a_killed_writer_leaves_a_ledger_that_holds_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    writer = start(path, "a", 1_000_000)
    assert writer.stdout is not None
    assert writer.stdout.readline() == "ready\n"
    while not path.exists():
        time.sleep(0.01)
    writer.kill()
    writer.wait(10)
    book = LedgerFile(path)
    before = len(book.rows())
    assert add(book, "run-after").seq == before + 1
