"""Ctrl-C, a full disk, paths in answers, many resources: nothing half-made, and a sentence."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from support.plans import ROOT
from support.releases import AUTHOR, key, release

from bedplate.errors import BedplateError
from bedplate.governance.ledger import Entry, append
from bedplate.governance.records import Records
from bedplate.governance.releasing import recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BEDPLATE = (sys.executable, "-m", "bedplate")
SOON_S = 60
"""Seconds in which a command gets as far as a test waits for; a busy machine takes its time."""
MANY = f"""
import json, resource, sys
sys.path.insert(0, {str(ROOT / "tests/lib")!r})
from contextlib import closing
from datetime import date
from pathlib import Path
from support.plans import BUCKET, ROOT, RULE, pack, plan, provider
from support.plans import resource as made
from support.releases import NOW
from bedplate.governance.release import make_release, read_release
from bedplate.governance.release_difference import difference
from bedplate.policy.evaluate import evaluate
from bedplate.policy.facts import facts
from bedplate.policy.regorus_engine import RegorusEngine
from bedplate.spec.resolve import resolve

spec = resolve("dev", ROOT / "stacks").spec
folder = Path(sys.argv[1])
plans = [
    plan(provider(), *(made(BUCKET, f"b{{n:05}}", {{"bucket": f"acme-{{n}}", "tags": {{"x": tag}}}})
                       for n in range(10_000)))
    for tag in "ab"
]
one, two = (make_release(spec, each, {{}}, folder, "S", NOW, {{}}) for each in plans)
(folder / "one.json").write_text(one.dumps())
changed = difference(read_release(folder / "one.json"), two).resources.changed
with closing(RegorusEngine()) as engine:
    known = facts(spec, date(2026, 11, 25))
    found = evaluate(plans[0], pack(folder, rule=RULE), known, engine, {{}})
# A process takes over ru_maxrss of the one that started it; the kernel's own mark starts anew.
own = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
most = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
print(json.dumps([len(changed), sum(f.verdict == "fail" for f in found), most // 1024]))
"""


@contextmanager
def _full_disk(most_bytes: int) -> Iterator[None]:
    """Let this process, and those it starts, write no file beyond a size: as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _interrupted(
    words: tuple[str, ...],
    folder: Path,
    is_there: Callable[[], bool],
    number: signal.Signals = signal.SIGINT,
) -> Any:
    """Run a command, stop it as soon as it has come so far; return code and error text."""
    with subprocess.Popen(
        [*BEDPLATE, *words],
        cwd=folder,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        end = time.monotonic() + SOON_S
        while not is_there() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        # A terminal sends it to all processes in the foreground, hooks included.
        os.killpg(process.pid, number)
        out, err = process.communicate(timeout=SOON_S)
    return process.returncode, out, err


def test_ctrl_c_in_new_leaves_nothing(tmp_path: Path) -> None:
    """Pressed while the template is baked."""

    def is_there() -> bool:
        return any(tmp_path.glob(".acme.*/made/acme"))

    done = _interrupted(("new", "acme", "--blueprint", "starter", "--defaults"), tmp_path, is_there)

    assert done == (130, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_release_leaves_nothing(project: Path, number: signal.Signals) -> None:
    """By Ctrl-C, or by whoever ends a CI's job, while a layer is simulated."""
    program = project / "infra/foundation/__main__.py"
    program.parent.mkdir(parents=True)
    program.write_text(
        "import pathlib, time\n"
        "pathlib.Path(__file__).with_name('began').touch()\n"
        f"time.sleep({SOON_S})\n"
    )
    is_there = program.with_name("began").exists
    done = _interrupted(("release", "dev", "--author", "Sara Nasser"), project, is_there, number)

    assert done == (128 + number, "", "")
    assert sorted(each.name for each in project.iterdir()) == ["infra", "stacks"]


def test_ctrl_c_at_the_very_beginning_says_nothing(tmp_path: Path) -> None:
    """Pressed while the command line itself is loaded."""
    (tmp_path / "typer.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    done = subprocess.run(
        [*BEDPLATE, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Records:
    """Return the records of an environment, with one entry in its ledger."""
    monkeypatch.chdir(tmp_path)
    made = Records(tmp_path, "prod")
    append(made.ledger, Entry(release().created, AUTHOR, "note", "prod", "", {}))
    return made


def test_ctrl_c_between_release_and_ledger_takes_the_release_back(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are there, or neither is."""

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("bedplate.governance.recording.append", pressed)
    before = records.ledger.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        recorded(release(), records)

    assert list(records.releases.iterdir()) == []
    assert records.ledger.read_bytes() == before


def test_a_release_whose_run_was_killed_is_finished(records: Records) -> None:
    """The file is there, its entry is not: the same command adds the entry, once."""
    file = recorded(release(), records)
    whole = records.ledger.read_text()
    records.ledger.write_text(whole.splitlines(keepends=True)[0])
    again = recorded(release(), records)
    with pytest.raises(Exception, match=r"exists already: .* of these very files\."):
        recorded(release(), records)

    assert (again, records.ledger.read_text()) == (file, whole)


def test_a_full_disk_takes_no_release_half(records: Records) -> None:
    """The release finds no room: neither it nor its entry is there."""
    before = records.ledger.read_bytes()
    with pytest.raises(BedplateError) as caught, _full_disk(100):
        recorded(release(), records)

    assert caught.value.message == (
        f"releases/prod/{release().short}.json can't be written: file too large. "
        "Fix: make room, or let the folder be written to."
    )
    assert list(records.releases.iterdir()) == []
    assert records.ledger.read_bytes() == before


def test_a_release_whose_entry_finds_no_room_is_taken_back(records: Records) -> None:
    """The ledger, which is longer, is as it was."""
    line = records.ledger.read_bytes()
    filled = line * (len(release().dumps()) // len(line) + 2)
    records.ledger.write_bytes(filled)
    with pytest.raises(BedplateError) as caught, _full_disk(len(filled) + 10):
        recorded(release(), records)

    assert caught.value.message == (
        f"{records.ledger} can't be written: file too large. "
        "Fix: make room, then repeat the command."
    )
    assert list(records.releases.iterdir()) == []
    assert records.ledger.read_bytes() == filled


@pytest.mark.parametrize("most_bytes", [1000, 4000, 12_000])
def test_a_full_disk_leaves_no_repository(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_bytes: int
) -> None:
    """Whether the template, its hook or a file finds no room; nothing lies about afterwards."""
    monkeypatch.chdir(tmp_path)
    with _full_disk(most_bytes):
        done = run("new", "acme", "--blueprint", "starter", "--defaults")

    assert (done.code, done.out, done.err) == (
        2,
        "",
        (
            "acme can't be made: file too large. "
            "Fix: name a folder that you may write to, on a disk with room.\n"
        ),
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "answer",
    ["repo_slug=../../evil", "repo_slug=..", "organisation=a/../../b", "platform=/etc",
     "domain=~/x", "team=..\\evil"],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["new", "file"])
def test_an_answer_that_leads_out_of_the_folder_is_refused(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, verb: str
) -> None:
    """Before anything is made, anywhere; given by a file or by an option."""
    inside = tmp_path / "here"
    inside.mkdir()
    monkeypatch.chdir(inside)
    name, _, value = answer.partition("=")
    (tmp_path / "answers.yaml").write_text(json.dumps({name: value}))
    given = ("--set", answer) if verb == "new" else ("--answers", str(tmp_path / "answers.yaml"))
    done = run("new", "acme", "--defaults", *given)

    assert (done.code, done.err) == (
        2, f"`{value}` for {name} leads out of the folder. Fix: answer with a name.\n",
    )  # fmt: skip
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["answers.yaml", "here"]


@pytest.mark.parametrize("verb", ["check", "release", "approvals", "cost"])
def test_an_environment_is_a_name_and_no_path(
    run: Callable[..., Any], project: Path, verb: str
) -> None:
    """No file outside the folder is read."""
    (project / "outside.yaml").write_text("environment: outside\n")
    done = run(verb, "../outside")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("There is no environment `../outside` in stacks. Fix: ")


def test_an_approver_with_a_path_for_a_name_writes_where_approvals_lie(tmp_path: Path) -> None:
    """The file's name is made of letters and digits alone."""
    records = Records(tmp_path, "prod")

    assert records.approval_file(release(), "../../etc/passwd") == (
        tmp_path / "approvals/prod" / release().short / "etc-passwd.json"
    )
    assert key("x").public.text


def test_ten_thousand_resources_fit_into_memory(tmp_path: Path) -> None:
    """Released, read back, compared and judged in half a gigabyte."""
    done = subprocess.run(
        [sys.executable, "-c", MANY, str(tmp_path)], capture_output=True, text=True, check=True
    )
    changed, failed, megabytes = json.loads(done.stdout)

    assert (changed, failed) == (10_000, 10_000)
    assert megabytes < 512


PLANTED = "AKIAPLANTED7F3C91AAA"
"""Of the form of an AWS access key."""


@pytest.mark.parametrize(
    "line",
    [
        f"platform: {PLANTED}",
        f"owner: {{team: x, email: {PLANTED}, cost_center: '1'}}",
        f"{PLANTED}: 1",
        f"cluster: {{version: '{PLANTED}'}}",
        f"gpu_pools: {{l4: {{instance_types: [{PLANTED}], max_gpus: 1}}}}",
        f"charts: {{argo-cd: {{values: {{configs: {{params: {{secret: {PLANTED}}}}}}}}}}}",
    ],
)
def test_a_secret_in_a_file_is_never_repeated(
    run: Callable[..., Any], project: Path, line: str
) -> None:
    """A key that stands in an environment file is refused by place and kind, not by value."""
    (project / "stacks/prod.yaml").write_text(f"environment: prod\n{line}\n")
    shown = [run(*words) for words in (("check", "prod"), ("release", "prod", "--author", "S"),
                                       ("explain", "prod"), ("diff", "dev", "prod"))]  # fmt: skip

    assert [done.code for done in shown] == [1] * len(shown)
    assert not [done for done in shown if PLANTED in done.out + done.err]
    assert all(
        re.search(
            r"prod\.yaml:2:\d+: .*it looks like an AWS access key\. Fix: ", done.out + done.err
        )
        for done in shown
    )
