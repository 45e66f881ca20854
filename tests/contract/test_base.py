"""Canonical JSON and digests: stable across processes and versions, and blind to key order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from fde_env.contract.base import canonical_json, digest_of, keyed_digest
from fde_env.contract.submissions import RowClause

CLAUSE = RowClause(column="split", operator="eq", value="träin")
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8).filter(str.isprintable),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
)


def test_canonical_json_is_sorted_compact_and_utf8() -> None:
    assert canonical_json(CLAUSE) == '{"column":"split","operator":"eq","value":"träin"}'.encode()
    assert canonical_json({"b": 1, "a": [0.1, None]}) == b'{"a":[0.1,null],"b":1}'


def test_golden_digests() -> None:
    # A change here renames every run in every store.
    assert digest_of(CLAUSE) == ("1b3cedc71cb0ba9a17bbed24f8418d473e12780cfd908a4ae726bc94a4b27f7d")
    assert keyed_digest("secret", "value") == "50e03ebe65be98bb8bf11ba2c892d54c"


@given(st.dictionaries(st.text(max_size=4), PLAIN, max_size=5))
def test_key_order_does_not_matter(value: dict[str, Any]) -> None:
    assert digest_of(dict(reversed(value.items()))) == digest_of(value)


@given(PLAIN, PLAIN)
def test_different_values_have_different_digests(one: Any, other: Any) -> None:
    same = canonical_json(one) == canonical_json(other)
    assert (digest_of(one) == digest_of(other)) == same


def test_a_keyed_digest_needs_its_key() -> None:
    assert keyed_digest("one", "value") != keyed_digest("other", "value")
    assert keyed_digest("one", "value") != keyed_digest("one", "other")
