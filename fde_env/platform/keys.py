"""Ed25519 keys of the people and machines that vouch for something.

Public-key signatures, so that a customer can check a receipt offline and hold no secret, and so
that whoever can check an approval cannot make one. A key is known by its fingerprint: SHA-256 of
the 32 bytes of the public key. Files are PEM, which other tools read as well. A private key is
as safe as the account that owns its file: an agent that is not trusted runs as another user.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fde_env.errors import NotVouched, UsageError
from fde_env.platform.extras import ops_extra
from fde_env.runs.store import HOME_VARIABLE

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

APPROVER: Final = "approver"
OPERATOR: Final = "operator"
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def operator_home() -> Path:
    """Where keys, book and registry stay: `$FDE_HOME/operator`, else the user's data folder.

    Not the cache that holds evidence: a cache is there to be emptied.
    """
    if os.environ.get(HOME_VARIABLE):
        return Path(os.environ[HOME_VARIABLE]).expanduser() / "operator"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "fde-env"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key; `raw` are its 32 bytes as 64 hex digits."""

    raw: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the key's bytes, 64 hex digits."""
        return fingerprint_of(self.raw)

    def holds(self, message: bytes, signature: str) -> bool:
        """Whether `signature` (hex) was made over `message` with this key's private half."""
        with ops_extra("checking a signature"):
            from cryptography.exceptions import InvalidSignature
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.raw))
            key.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True


def fingerprint_of(raw: str) -> str:
    """Fingerprint of the public key with these bytes (hex)."""
    return hashlib.sha256(bytes.fromhex(raw)).hexdigest()


class SigningKey:
    """A private key and the name that it was made under."""

    def __init__(self, private: Ed25519PrivateKey, name: str) -> None:
        self._private, self.name = private, name
        self.public = PublicKey(private.public_key().public_bytes_raw().hex())

    def sign(self, message: bytes) -> str:
        """Signature over `message`, 128 hex digits."""
        return self._private.sign(message).hex()

    @classmethod
    def new(cls, name: str) -> SigningKey:
        """A fresh key, not written anywhere."""
        with ops_extra("making a key"):
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        return cls(Ed25519PrivateKey.generate(), name)

    def _pem(self) -> tuple[bytes, bytes]:
        """Private and public half as PEM."""
        with ops_extra("writing a key"):
            from cryptography.hazmat.primitives import serialization as forms
        secret = self._private.private_bytes(
            forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption()
        )
        public = self._private.public_key().public_bytes(
            forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
        )
        return secret, public

    def write(self, folder: Path) -> Path:
        """Write `<name>.key` (readable by its owner alone) and `<name>.pub`; returns the latter.

        Raises:
            UsageError: there is a key of that name; a key is never overwritten.
        """
        secret, public = self._pem()
        private_path, public_path = key_paths(folder, self.name)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(private_path, flags, 0o600), "wb") as file:
                file.write(secret)
        except FileExistsError:
            raise UsageError(
                f"there is a key {private_path} and a key is never overwritten; "
                "choose another name, or move it away if nothing signed with it matters any more"
            ) from None
        public_path.write_bytes(public)
        return public_path


def key_paths(folder: Path, name: str) -> tuple[Path, Path]:
    """Files of the private and the public half of the key `name`.

    Raises:
        UsageError: the name is no plain word.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"a key's name is letters, digits, - and _ (at most 64), not {name!r}")
    return folder / f"{name}.key", folder / f"{name}.pub"


def load_signing_key(folder: Path, name: str) -> SigningKey:
    """The private key `name` of `folder`.

    Raises:
        UsageError: there is none, it is no Ed25519 key, or others can read it.
    """
    path, _ = key_paths(folder, name)
    with ops_extra("signing"):
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    try:
        if path.stat().st_mode & 0o077:
            raise UsageError(f"{path} can be read by others: chmod 600 it, or make a new key")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise UsageError(f"there is no key {path}; make it with `fde keys new {name}`") from None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path} holds no usable private key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{path} is no Ed25519 key; make one with `fde keys new`")
    return SigningKey(key, name)


def load_public_key(path: Path) -> PublicKey:
    """The public key in a PEM file.

    Raises:
        UsageError: it cannot be read or is no Ed25519 key.
    """
    with ops_extra("reading a key"):
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise UsageError(f"{path} holds no usable public key: {error}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError(f"{path} is no Ed25519 key; ask for the .pub file of `fde keys new`")
    return PublicKey(key.public_bytes_raw().hex())


def trusted(named: Sequence[str], folder: Path, default: str) -> frozenset[str]:
    """Fingerprints of the keys that a caller trusts.

    Args:
        named: paths of public keys, or fingerprints.
        folder: where this machine keeps keys.
        default: name of the key in `folder` that is meant when nothing is named.

    Raises:
        UsageError: a path holds no public key.
        NotVouched: nothing was named and there is no such key here.
    """
    if named:
        return frozenset(
            word if FINGERPRINT.fullmatch(word) else load_public_key(Path(word)).fingerprint
            for word in named
        )
    _, path = key_paths(folder, default)
    if not path.is_file():
        raise NotVouched(
            f"nobody is known here as {default}: name the key with --key (a .pub file, or a "
            f"fingerprint that you had from the {default} by another way)"
        )
    return frozenset({load_public_key(path).fingerprint})
