"""A statement under a signature, as a file that a third party can check offline.

What is signed is the kind of the statement and its canonical JSON, so a signature over an
approval is never one over a receipt. A file has exactly one spelling: whoever alters any byte of
it, be it a space, has broken it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar, cast

from pydantic import Field, ValidationError

from fde_env.contract.base import Frozen, canonical_json, digest_of
from fde_env.errors import NotVouched, UsageError
from fde_env.platform.keys import PublicKey, SigningKey, fingerprint_of

FILE_BYTES = 4 << 20


class Statement(Frozen):
    """What can be signed; `KIND` tells one sort of statement from every other."""

    KIND: ClassVar[str]


Said = TypeVar("Said", bound=Statement)


class Signed(Frozen, Generic[Said]):
    """A statement, the public key that vouches for it, and the signature."""

    kind: str
    body: Said
    public_key: str = Field(pattern=r"^[0-9a-f]{64}$", description="Ed25519, 32 bytes.")
    signature: str = Field(pattern=r"^[0-9a-f]{128}$", description="Ed25519, 64 bytes.")

    @property
    def signer(self) -> str:
        """Fingerprint of the key."""
        return fingerprint_of(self.public_key)

    @property
    def digest(self) -> str:
        """SHA-256 of the whole: names this very statement under this very signature."""
        return digest_of(self)


def signed_bytes(body: Statement) -> bytes:
    """The message that a signature of `body` covers."""
    return f"fde-env/{body.KIND}\n".encode() + canonical_json(body)


def sign(body: Said, key: SigningKey) -> Signed[Said]:
    """`body` under the signature of `key`."""
    return _signed(type(body))(
        kind=body.KIND, body=body, public_key=key.public.raw, signature=key.sign(signed_bytes(body))
    )


def _signed(said: type[Said]) -> type[Signed[Said]]:
    """The model of a signed `said`; its parameter is known at run time only."""
    return cast("type[Signed[Said]]", Signed.__class_getitem__(said))


def objection(signed: Signed[Any], signers: Collection[str]) -> str | None:
    """What is wrong with a signature, in words; None when one of `signers` (fingerprints) made it.

    The signature is looked at first: a forged one says nothing about who was named in it.
    """
    if signed.kind != signed.body.KIND:
        return f"it says to be a {signed.kind} and is none"
    if not PublicKey(signed.public_key).holds(signed_bytes(signed.body), signed.signature):
        return "the signature does not fit: what was signed was altered, or never signed"
    if signed.signer not in signers:
        return f"it is signed by a key that is not trusted here (fingerprint {signed.signer})"
    return None


def dump_signed(signed: Signed[Any]) -> str:
    """The one spelling of a signed file."""
    value = signed.model_dump(mode="json")
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def write_signed(path: Path, signed: Signed[Any]) -> None:
    """Write a signed file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.write_bytes(dump_signed(signed).encode())
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error}") from error


def read_signed(path: Path, said: type[Said]) -> Signed[Said]:
    """Read a signed file; whether its signature holds is `objection`'s business.

    Raises:
        UsageError: there is no such file.
        NotVouched: it is no signed statement of that sort, or not spelled as it was written.
    """
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error}") from error
    try:
        signed = _signed(said).model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise NotVouched(f"{path} is no signed {said.KIND}: {where}: {first['msg']}") from error
    if dump_signed(signed).encode() != content:
        raise NotVouched(f"{path} was altered after it was signed: not spelled as it was written")
    return signed
