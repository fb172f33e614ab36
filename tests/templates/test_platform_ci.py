"""CI of a platform's repository: its own linters find nothing, and its scripts do what they say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
import yaml
from support.plans import ROOT
from support.releases import NOW

from bedplate.governance.ledger import Entry, append
from bedplate.scaffold.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedplate.governance.ledger import Event

IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "somebody"), ("EMAIL", "somebody@acme.example"))
}

TOKEN = "a-token"  # noqa: S105 - of a stand-in


def _made(folder: Path, ci: str) -> Path:
    target = folder / "acme-ml"
    render(ROOT / "templates/platform-repo", {"ci": ci, "blueprint": "starter"}, target)
    return target


@pytest.fixture(scope="module")
def github(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that GitHub checks, as a repository of git."""
    made = _made(tmp_path_factory.mktemp("github"), "github")
    _git(made, "init", "--quiet", "--initial-branch", "main")
    _git(made, "add", "--all")
    _git(made, "commit", "--quiet", "--message", "First")
    return made


@pytest.fixture(scope="module")
def gitlab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository that GitLab checks."""
    return _made(tmp_path_factory.mktemp("gitlab"), "gitlab")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env=os.environ | IDENTITY,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    bedplate = str(Path(sys.executable).with_name("bedplate"))
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"BEDPLATE": bedplate} | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def _clean(folder: Path, *command: str) -> None:
    done = _run(folder, *command)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.needs("zizmor")
def test_zizmor_finds_nothing(github: Path) -> None:
    """No workflow has more rights, credentials or foreign text than it needs."""
    _clean(github, "zizmor", "--offline", "--no-progress", ".github/workflows")


@pytest.mark.needs("actionlint")
def test_actionlint_finds_nothing(github: Path) -> None:
    """It knows the label of the runner in the VPC, by the repository's own file."""
    _clean(github, "actionlint")


@pytest.mark.needs("check-jsonschema")
def test_the_schemas_of_both_hosts_accept_the_files(github: Path, gitlab: Path) -> None:
    """A misspelled key would be ignored, or stop everything."""
    files = [str(path) for path in sorted((github / ".github/workflows").glob("*.yml"))]
    _clean(github, "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files)
    builtin = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    _clean(gitlab, "check-jsonschema", *builtin, ".gitlab-ci.yml")


def _scripts(value: object) -> Iterator[str]:
    """Yield every text of a pipeline's file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _scripts(each)


def test_both_hosts_do_the_same(github: Path, gitlab: Path) -> None:
    """Each has every check, the gated deployment and the nightly comparison, without keys."""
    jobs = [yaml.safe_load(f.read_text()) for f in (github / ".github/workflows").glob("*.yml")]
    pipeline = yaml.safe_load((gitlab / ".gitlab-ci.yml").read_text())
    wanted = (
        "bedplate policy test",
        "bedplate check --format sarif --output findings.sarif",
        "sh ci/preview.sh > preview.md",
        'bedplate audit verify "$ENVIRONMENT"',
        'bedplate up "$ENVIRONMENT" --deployer ',
        "sh ci/record.sh",
        "sh ci/verify.sh",
        'bedplate drift "$ENVIRONMENT" --deployer audit',
    )
    for host in (jobs, pipeline):
        texts = "\n".join(_scripts(host))
        assert [each for each in wanted if each not in texts] == []
        assert "AWS_SECRET_ACCESS_KEY" not in texts
        assert "AWS_WEB_IDENTITY_TOKEN_FILE" in str(host)


def test_a_preview_says_what_differs_and_leaves_nothing_behind(github: Path) -> None:
    """It judges what is committed, and its release is not kept."""
    done = _run(github, "sh", "ci/preview.sh")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# Bedplate check\n")
    assert "| dev | **clean** |" in done.stdout
    assert "\n## dev, against what is live\n\n```text\nRelease " in done.stdout
    assert done.stdout.endswith("Nothing is live yet: everything is created.\n\n```\n")
    assert _git(github, "status", "--porcelain") == ""


@pytest.fixture
def recorded(github: Path, tmp_path: Path) -> Path:
    """Return a clone in which something was recorded, and something else was written."""
    _git(tmp_path, "clone", "--quiet", str(github), "clone")
    clone = tmp_path / "clone"
    events: tuple[Event, ...] = ("release", "deployed")
    for event in events:
        entry = Entry(NOW, "Sara Nasser", event, "dev", "sha256:aa", {})
        append(clone / "ledger/dev.jsonl", entry)
    (clone / "evidence/dev").mkdir(parents=True)
    (clone / "evidence/dev/aa.json").write_text("{}\n")
    (clone / "scratch.txt").write_text("not part of the record\n")
    return clone


def test_the_record_is_pushed_to_a_branch_of_its_own(recorded: Path, tmp_path: Path) -> None:
    """Ledger and evidence go there, and nothing else; where nothing is new, nothing is pushed."""
    remote = tmp_path / "remote.git"
    _git(tmp_path, "init", "--quiet", "--bare", str(remote))
    given = {"REMOTE": str(remote), "TOKEN": "unused", "ENVIRONMENT": "dev", "BRANCH": "record/dev"}
    first = _run(recorded, "sh", "ci/record.sh", **given)
    second = _run(recorded, "sh", "ci/record.sh", **given)

    assert (first.returncode, first.stdout) == (0, "The record is on record/dev.\n"), first.stderr
    assert (second.returncode, second.stdout) == (0, "Nothing was recorded.\n")
    shown = _git(remote, "show", "--stat", "--format=%s", "--name-only", "record/dev")
    assert shown.split("\n\n") == [
        "Record of a deployment of dev",
        "evidence/dev/aa.json\nledger/dev.jsonl\n",
    ]


def test_every_record_is_verified(recorded: Path) -> None:
    """One that was edited fails the night's job, and the others are read all the same."""
    sound = _run(recorded, "sh", "ci/verify.sh")
    ledger = recorded / "ledger/dev.jsonl"
    ledger.write_text(ledger.read_text().replace("Sara Nasser", "Sara Nassar", 1))
    edited = _run(recorded, "sh", "ci/verify.sh")

    assert (sound.returncode, sound.stdout) == (
        0,
        "ledger/dev.jsonl: 2 entries, 0 signed, all as they were written.\n",
    )
    assert edited.returncode == 1
    assert edited.stdout == (
        "ledger/dev.jsonl: entry 2: It does not follow from the entry before it: "
        "one of the two was edited or moved.\n"
    )


class _GitLab(BaseHTTPRequestHandler):
    """As much of GitLab as keeps notes of one merge request."""

    notes: dict[int, str]
    tokens: set[str]

    def _answer(self, value: object) -> None:
        self.tokens.add(self.headers["PRIVATE-TOKEN"])
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _text(self) -> str:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        return parse_qs(data.decode())["body"][0]

    def do_GET(self) -> None:
        assert self.path.startswith("/api/v4/projects/7/merge_requests/12/notes?")
        page = [{"id": number, "body": text} for number, text in self.notes.items()]
        self._answer(page if self.path.endswith("page=1") else [])

    def do_POST(self) -> None:
        self.notes[len(self.notes) + 1] = self._text()
        self._answer({})

    def do_PUT(self) -> None:
        self.notes[int(self.path.rpartition("/")[2])] = self._text()
        self._answer({})

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _gitlab(notes: dict[int, str], tokens: set[str]) -> Iterator[str]:
    handler = type("Handler", (_GitLab,), {"notes": notes, "tokens": tokens})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v4"
        server.shutdown()


def test_a_note_is_written_once_and_then_replaced(gitlab: Path, tmp_path: Path) -> None:
    """Pushing again changes the note; what people wrote stays."""
    notes = {1: "Looks good"}
    tokens: set[str] = set()
    text = tmp_path / "preview.md"
    with _gitlab(notes, tokens) as address:
        for content in ("first: ä\n", "second\n"):
            text.write_text(content)
            done = _run(
                gitlab,
                *(sys.executable, "ci/note.py", str(text)),
                CI_API_V4_URL=address,
                CI_PROJECT_ID="7",
                CI_MERGE_REQUEST_IID="12",
                NOTES_TOKEN=TOKEN,
            )
            assert done.returncode == 0, done.stderr

    assert notes == {1: "Looks good", 2: "<!-- bedplate preview -->\nsecond\n"}
    assert tokens == {TOKEN}
