"""The archive of evidence: the same bytes for the same members, and nothing in it unseen."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.limits import limited
from support.releases import key

from bedplate.governance import bundle
from bedplate.governance.bundle import MANIFEST, SIGNATURE, BundleError, digest_of, read, write

MEMBERS = {"plan.json": b"{}\n", "ledger/prod.jsonl": b"one\ntwo\n"}
END = "Fix: get it from the evidence bucket, or write it again with `bedplate audit bundle`."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a bundle of two members."""
    return write(tmp_path / "evidence" / "x.zip", {"release": "sha256:aa"}, MEMBERS, None).path


def _zip(file: Path, *members: tuple[zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file


def _info(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def _refusal(file: Path) -> str:
    with pytest.raises(BundleError) as caught:
        read(file)
    start = f"{file} is no evidence bundle: "
    assert caught.value.message.startswith(start)
    assert caught.value.message.endswith(f". {END}")
    return caught.value.message.removeprefix(start).removesuffix(f" {END}")


def test_the_bytes_are_the_same_everywhere(file: Path) -> None:
    """No clock, folder, user or compressor enters them: the digest is a constant."""
    again = write(file.parent / "y.zip", {"release": "sha256:aa"}, dict(reversed(MEMBERS.items())),
                  None)  # fmt: skip

    assert again.path.read_bytes() == file.read_bytes()
    assert again.digest == digest_of(file.read_bytes())
    assert again.digest == (
        "sha256:2a56b4ead409d4d3f456f7b5420e9988f3e1dad9f19ef1ec0c8b1df5e102506a"
    )


def test_what_was_written_is_read(file: Path) -> None:
    """The manifest names each member with its digest and size."""
    found = read(file)

    assert found.members == MEMBERS
    assert found.manifest["release"] == "sha256:aa"
    assert found.manifest["members"]["plan.json"] == {
        "sha256": digest_of(b"{}\n").removeprefix("sha256:"),
        "bytes": 3,
    }


def test_a_signature_is_a_member_beside_the_manifest(tmp_path: Path) -> None:
    """It covers the manifest, and the manifest does not name it."""
    made = write(tmp_path / "x.zip", {}, MEMBERS, key("Layla Haddad"))
    found = read(made.path)

    assert set(found.members) == {*MEMBERS, SIGNATURE}
    assert set(found.manifest["members"]) == set(MEMBERS)


def test_no_changed_byte_goes_unseen(file: Path) -> None:
    """Every byte of the file is covered, be it in a member (by its checksum) or around it."""
    content = file.read_bytes()
    for where in range(len(content)):
        changed = bytearray(content)
        changed[where] ^= 1
        file.write_bytes(bytes(changed))
        with pytest.raises(BundleError):
            read(file)


def test_a_damaged_member_is_named(file: Path) -> None:
    """A changed byte in its content, with the archive left as it is."""
    content = file.read_bytes()
    file.write_bytes(content.replace(b"two\n", b"too\n", 1))

    assert _refusal(file) == (
        "Its member ledger/prod.jsonl is damaged: its checksum differs, or it is cut."
    )


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "a/../x", "a//x", "./x", "a/", "a\\x", "C:x", "x y", "ä", ".x", "-x", "a" * 201],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is unpacked by a name that no bundle has."""
    file = _zip(tmp_path / "x.zip", (_info(name), b"x"))

    assert _refusal(file) == f"It has a member {name[:200]!a}, which is no name of a bundle's."


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFDIR | 0o755, stat.S_IFIFO])
def test_only_plain_files_are_members(tmp_path: Path, mode: int) -> None:
    """No links, folders or pipes."""
    file = _zip(tmp_path / "x.zip", (_info("x", mode), b"/etc/passwd"))

    assert _refusal(file) == "Its member x is no plain file."


def test_two_members_of_one_name_are_refused(tmp_path: Path) -> None:
    """Readers would not agree which one counts."""
    with pytest.warns(UserWarning, match="Duplicate name"):
        file = _zip(tmp_path / "x.zip", (_info("x"), b"1"), (_info("x"), b"2"))

    assert _refusal(file) == "It has two members x."


def test_what_grows_when_it_is_read_is_refused(tmp_path: Path) -> None:
    """A megabyte of zeros in a kilobyte is not even begun."""
    info = _info("x")
    info.compress_type = zipfile.ZIP_DEFLATED
    file = _zip(tmp_path / "x.zip", (info, bytes(1024 * 1024)))

    assert file.stat().st_size < 4096
    assert _refusal(file) == "Its member x is compressed."


def test_members_that_share_bytes_are_refused(tmp_path: Path) -> None:
    """Many entries over one content say that they are larger than the file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(_info("x0"), bytes(5 * 1024 * 1024))
        for number in range(1, 60):
            twin = _info(f"x{number}")
            first = archive.filelist[0]
            for field in ("header_offset", "CRC", "compress_size", "file_size"):
                setattr(twin, field, getattr(first, field))
            archive.filelist.append(twin)
    file = tmp_path / "x.zip"
    file.write_bytes(buffer.getvalue())

    assert _refusal(file) == "Its members say that they are larger than itself."


def test_bytes_around_the_members_are_refused(file: Path) -> None:
    """Before, behind and in the comment: readers of archives would not mind."""
    content = file.read_bytes()
    said = "There is more in it than its members, or they are packed otherwise."
    file.write_bytes(b"#!/bin/sh\n" + content)
    assert _refusal(file) == said
    file.write_bytes(content[:-2] + b"\x05\x00hello")
    assert _refusal(file) == said


def test_a_bundle_of_another_form_is_refused(tmp_path: Path) -> None:
    """No manifest, one that is no JSON, one of another schema, one without members."""
    file = tmp_path / "x.zip"
    forms = {
        b"": f"It has no {MANIFEST}.",
        b"[": f"Its {MANIFEST} is not bedplate.evidence/v1.",
        b'{"schema": "other/v1"}': f"Its {MANIFEST} is not bedplate.evidence/v1.",
        json.dumps({"schema": bundle.SCHEMA}).encode(): f"Its {MANIFEST} names no members.",
    }
    for manifest, said in forms.items():
        file.write_bytes(bundle.packed({MANIFEST: manifest} if manifest else {"x": b""}))
        assert _refusal(file) == said


def test_a_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is looked at first."""
    file = tmp_path / "x.zip"
    with file.open("wb") as stream:
        stream.truncate(bundle.MOST_BYTES + 1)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))

    assert _refusal(file) == "It is larger than 256 MiB."


def test_what_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    """So is a folder."""
    assert _refusal(tmp_path / "none.zip") == "There is no such file."
    assert _refusal(tmp_path) == "There is no such file."


@given(st.binary(max_size=200))
def test_any_bytes_are_a_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever the file holds, the answer is a refusal, never another exception."""
    file = tmp_path_factory.mktemp("bundle") / "x.zip"
    file.write_bytes(content)

    assert _refusal(file) == "It is no archive that can be read."


def test_a_full_disk_leaves_the_bundle_that_was_there(tmp_path: Path) -> None:
    """A real limit on the size of files: what was there stays whole, and nothing else is left."""
    file = write(tmp_path / "x.zip", {}, MEMBERS, None).path
    before = file.read_bytes()
    code = (
        "from pathlib import Path; from bedplate.governance.bundle import write\n"
        f"write(Path({str(file)!r}), {{}}, {{'plan.json': bytes(100_000)}}, None)\n"
    )
    done = limited(code, 50_000)

    assert done.stderr.splitlines()[-1] == (
        f"bedplate.governance.bundle.BundleError: {file} can't be written: file too large. "
        "Fix: make room, or let the folder be written to."
    )
    assert (file.read_bytes(), list(tmp_path.iterdir())) == (before, [file])
