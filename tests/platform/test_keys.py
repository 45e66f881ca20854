"""Keys are made once, readable by their owner alone, and known by fingerprint."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448

from fde_env.errors import NotVouched, UsageError
from fde_env.platform.keys import (
    APPROVER,
    PublicKey,
    SigningKey,
    load_public_key,
    load_signing_key,
    operator_home,
    trusted,
)


def test_a_key_signs_after_it_was_written_and_read(tmp_path: Path) -> None:
    made = SigningKey.new("ann")
    public = load_public_key(made.write(tmp_path))
    read = load_signing_key(tmp_path, "ann")
    assert public == made.public == read.public
    assert public.holds(b"said", read.sign(b"said"))
    assert not public.holds(b"else", read.sign(b"said"))


def test_the_private_half_is_its_owners_alone(tmp_path: Path) -> None:
    SigningKey.new("ann").write(tmp_path / "keys")
    assert (tmp_path / "keys" / "ann.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0


def test_a_private_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    SigningKey.new("ann").write(tmp_path)
    (tmp_path / "ann.key").chmod(0o644)
    with pytest.raises(UsageError, match="read by others"):
        load_signing_key(tmp_path, "ann")


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    SigningKey.new("ann").write(tmp_path)
    before = (tmp_path / "ann.key").read_bytes()
    with pytest.raises(UsageError, match="never overwritten"):
        SigningKey.new("ann").write(tmp_path)
    assert (tmp_path / "ann.key").read_bytes() == before


@pytest.mark.parametrize("name", ["", "../ann", "a/b", "ann key", "-x", "a" * 65, "a\n"])
def test_a_name_that_is_no_plain_word_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="a key's name"):
        SigningKey.new(name).write(tmp_path)


def test_a_missing_key_is_told_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="fde keys new ann"):
        load_signing_key(tmp_path, "ann")


def test_keys_of_another_kind_and_no_keys_are_refused(tmp_path: Path) -> None:
    pem, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    curve = ec.generate_private_key(ec.SECP256R1())
    for name, other in (("ec", curve), ("ed448", ed448.Ed448PrivateKey.generate())):
        path = tmp_path / f"{name}.pub"
        path.write_bytes(other.public_key().public_bytes(pem, form))
        with pytest.raises(UsageError, match="no Ed25519 key"):
            load_public_key(path)
    secret = curve.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "ec.key").write_bytes(secret)
    (tmp_path / "ec.key").chmod(0o600)
    with pytest.raises(UsageError, match="no Ed25519 key"):
        load_signing_key(tmp_path, "ec")
    (tmp_path / "junk.pub").write_text("junk")
    with pytest.raises(UsageError, match="no usable public key"):
        load_public_key(tmp_path / "junk.pub")


def test_trusted_keys_are_named_by_file_by_fingerprint_or_by_default(tmp_path: Path) -> None:
    made = SigningKey.new(APPROVER)
    path = made.write(tmp_path)
    only = frozenset({made.public.fingerprint})
    assert trusted((str(path),), tmp_path, APPROVER) == only
    assert trusted((made.public.fingerprint,), tmp_path / "none", APPROVER) == only
    assert trusted((), tmp_path, APPROVER) == only
    other = SigningKey.new("ann").public.fingerprint
    assert trusted((other,), tmp_path, APPROVER) == {other}


def test_where_nobody_is_known_nobody_is_trusted(tmp_path: Path) -> None:
    with pytest.raises(NotVouched, match="--key"):
        trusted((), tmp_path, APPROVER)
    with pytest.raises(UsageError, match="no usable public key"):
        trusted(("no-such.pub",), tmp_path, APPROVER)


def test_a_fingerprint_is_the_hash_of_the_public_bytes() -> None:
    raw = SigningKey.new("ann").public.raw
    assert PublicKey(raw).fingerprint == hashlib.sha256(bytes.fromhex(raw)).hexdigest()


def test_the_known_vector_of_rfc_8032() -> None:
    # RFC 8032, section 7.1, test 2: public key, message 0x72, signature.
    public = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert PublicKey(public).holds(b"\x72", signature)
    assert not PublicKey(public).holds(b"\x73", signature)


def test_home_is_no_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("FDE_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert operator_home() == tmp_path / "fde-env"
    monkeypatch.setenv("FDE_HOME", str(tmp_path / "h"))
    assert operator_home() == tmp_path / "h" / "operator"


@pytest.mark.parametrize(
    ("package", "use"),
    [
        ("cryptography", "from fde_env.platform.keys import SigningKey; SigningKey.new('a')"),
        (
            "mlflow",
            (
                "from fde_env.platform.mlflow_registry import MlflowRegistry\n"
                "import tempfile, pathlib; folder = pathlib.Path(tempfile.mkdtemp())\n"
                "MlflowRegistry(folder / 'r.db', template=folder)"
            ),
        ),
    ],
)
def test_a_missing_package_is_told_with_what_to_install(package: str, use: str) -> None:
    program = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from fde_env.errors import UsageError\n"
        f"try:\n    exec({use!r})\n"
        "except UsageError as error:\n    print(error)"
    )
    words = [sys.executable, "-c", program]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert package in said
    assert "pip install 'fde-env[ops]'" in said


def test_importing_the_operators_side_loads_no_heavy_package() -> None:
    program = (
        "import sys, fde_env.cli, fde_env.platform.examine, fde_env.platform.folder\n"
        "print(*{'cryptography', 'mlflow', 'huggingface_hub', 'jinja2'} & set(sys.modules))"
    )
    words = [sys.executable, "-c", program]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == ""
