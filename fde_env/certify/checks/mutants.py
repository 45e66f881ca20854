"""Every field is graded: a wrong value fails its own stage and moves no other verdict."""

from __future__ import annotations

from collections.abc import Iterator

from fde_env.certify.case import Case


def check(case: Case) -> Iterator[str]:
    """Grade one-field mutants of the reference on the reference's frozen facts."""
    found = case.tally
    for survivor in found.survivors:
        yield f"a wrong answer passes: {survivor}"
    for crossed in found.crossed:
        yield f"a wrong answer reaches beyond its stage: {crossed}"
    for field in found.untouched:
        yield f"no wrong value is known for {field}, so nothing shows that it is graded"
