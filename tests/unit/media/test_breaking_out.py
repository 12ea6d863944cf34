"""
A file that has taken the decoder over: what its code can do from inside the confined process.

The child is the real one. Only what it would decode with is replaced by what runs the code that stands in
the file, which is the worst a damaged decoder could do.
"""

import resource
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kinodex.domain.errors import VideoBroken
from kinodex.domain.media import MediaFacts
from kinodex.media import pyav
from kinodex.media.pyav import Allowance, PyavReader, sandbox_state

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
BEGINNING = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"
FACTS = MediaFacts(
    duration_s=1.0,
    width_px=640,
    height_px=360,
    fps=25,
    size_bytes=1,
    container="mov,mp4,m4a,3gp,3g2,mj2",
    video_codec="h264",
)
TAKEN_OVER = """
from kinodex.media import decoding, probing
from kinodex.media.messages import Unreadable

def run(path, folder=None, **_):
    names = {"path": path, "folder": folder, "Unreadable": Unreadable}
    exec(path.read_bytes().split(b"CODE:")[1].decode(), names)
    raise Unreadable("the code ran to its end")

probing.probe = decoding.decode = run
"""

Attack = Callable[..., str]


@pytest.fixture
def attack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attack:
    """Run code inside a child and return what it says with ``Unreadable``, or how it ended."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "sitecustomize.py").write_text(TAKEN_OVER)
    monkeypatch.setattr(sys, "path", [str(tmp_path / "taken"), *sys.path])

    def run(code: str, *, folder: Path | None = None, **limits: float) -> str:
        path = tmp_path / "source"
        path.write_bytes(BEGINNING + b"CODE:" + textwrap.dedent(code).encode())
        reader = PyavReader(Allowance(**limits))  # type: ignore[arg-type]
        try:
            if folder is None:
                reader.probe(path)
            else:
                reader.decode(path, folder, facts=FACTS, progress=lambda _: None)
        except VideoBroken as refusal:
            return str(refusal)
        raise AssertionError("a file that is no video was read")

    return run


@pytest.fixture
def confined() -> None:
    state = sandbox_state()
    if not {"Landlock", "seccomp"} <= set(state.active):
        pytest.skip(f"this kernel does not confine fully: {' '.join(state.missing)}")


REACH = {
    "a file of the system": "open('/etc/passwd').read()",
    "a file beside its own": "(path.parent / 'neighbour').read_bytes()",
    "the list of the folder it lies in": "os.listdir(path.parent)",
    "a new file beside its own": "open(path.parent / 'new', 'w')",
    "a new file in the folder above": "open(path.parent.parent / 'kinodex-broke-out', 'w')",
    "its own file to write": "open(path, 'ab')",
    "its own file to remove": "os.remove(path)",
    "its own file to cut": "os.truncate(path, 0)",
    "permissions of files": "os.chmod(path, 0o777)",
    "owners of files": "os.chown(path, os.getuid(), os.getgid())",
    "times of files": "os.utime(path)",
    "attributes of files": "os.setxattr(path, 'user.x', b'1')",
    "a link out": "os.symlink('/etc/passwd', path.parent / 'link')",
    "the environment of the server": "open(f'/proc/{os.getppid()}/environ').read()",
    "the memory of the server": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "a signal to the server": "os.kill(os.getppid(), 0)",
    "another process": "os.fork()",
    "a program": "subprocess.run([sys.executable, '-c', ''], check=True)",
    "this process as a program": "os.execv(sys.executable, [sys.executable, '-c', ''])",
    "a connection": "socket.create_connection(('127.0.0.1', PORT), timeout=1)",
    "a datagram": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))",
    "a socket of this machine": "socket.socket(socket.AF_UNIX)",
    "more memory": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "more processor time": "resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))",
    "a namespace of its own": "ctypes_call('unshare', 0x10000000)",
    "another process's memory by tracing": "ctypes_call('ptrace', 16, os.getppid(), 0, 0)",
    "a life without its parent": "ctypes_call('prctl', 1, 0)",
}
IMPORTS = """
import ctypes, os, resource, socket, subprocess, sys

def ctypes_call(name, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
"""


ENDS_THE_PROCESS = {"this process as a program", "another process", "its own file to remove"}
MAY_NEED_PRIVILEGES = {
    "a namespace of its own",
    "another process's memory by tracing",
    "attributes of files",
    "more memory",
    "more processor time",
    "the memory of the server",
}


def _attempts(reach: dict[str, str]) -> str:
    tries = "".join(
        f"try:\n    {code}\n    reached.append({name!r})\n"
        "except (OSError, ValueError, subprocess.SubprocessError):\n    pass\n"
        for name, code in reach.items()
    )
    return f"reached = []\n{tries}raise Unreadable('reached: ' + (', '.join(reached) or 'nothing'))\n"


def test_nothing_is_reached_from_inside(attack: Attack, confined: None, tmp_path: Path) -> None:
    (tmp_path / "neighbour").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        told = attack(IMPORTS + _attempts(REACH).replace("PORT", str(server.getsockname()[1])))
        with pytest.raises(TimeoutError):
            server.accept()

    assert "reached: nothing." in told
    assert not (tmp_path.parent / "kinodex-broke-out").exists()
    assert (tmp_path / "source").exists()


def test_the_attempts_succeed_where_nothing_is_confined(tmp_path: Path) -> None:
    """Else the test above would prove nothing."""
    harmless = {name: code for name, code in REACH.items() if name not in ENDS_THE_PROCESS}
    path = tmp_path / "source"
    path.write_bytes(b"x")
    (path.parent / "neighbour").write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = IMPORTS + _attempts(harmless).replace("PORT", str(server.getsockname()[1]))
        program = f"from pathlib import Path\npath = Path({str(path)!r})\nUnreadable = SystemExit\n{code}"
        told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    reached = told.stderr.removeprefix("reached: ").strip().split(", ")
    assert set(harmless) - set(reached) <= MAY_NEED_PRIVILEGES


def test_its_environment_holds_none_of_ours(attack: Attack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINODEX_API_KEY", "secret")

    assert "KINODEX" not in attack("import os\nraise Unreadable(' '.join(os.environ))")


def test_a_bomb_of_processes_does_not_go_off(attack: Attack, confined: None) -> None:
    told = attack(
        """
        import os
        started = 0
        for _ in range(1000):
            try:
                started += os.fork() > 0 or os._exit(0)
            except OSError:
                pass
        raise Unreadable(f"{started} processes started")
        """
    )

    assert "0 processes started" in told


def test_memory_ends_at_the_limit(attack: Attack) -> None:
    told = attack("kept = []\nwhile True:\n    kept.append(b'x' * 2**26)\n", memory_bytes=512 * MIB)

    assert "it takes more than 512 MiB of memory" in told


def test_a_loop_without_end_ends_with_its_processor_time(
    attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass is given longer on the clock, here so long that a busy machine gives it its processor time."""
    monkeypatch.setattr(pyav, "_WALL_PER_CPU", 60.0)
    told = attack("while True:\n    pass\n", folder=tmp_path / "decoded", floor_s=1.0)

    assert "ended by signal 24" in told


def test_a_sleep_without_end_ends_with_its_time_on_the_clock(attack: Attack) -> None:
    assert "longer than 1 s" in attack("import time\ntime.sleep(600)", floor_s=0.5)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"x" * 65536, "cannot be understood"),
        (b'{"type":"finished"}\n', "more than 8 things"),
        (b'{"type":"confined","active":[],"missing":[]}\n', "more than 8 things"),
    ],
)
def test_talk_without_end_is_cut_off(line: bytes, sentence: str, attack: Attack) -> None:
    """Descriptor 3 is where its answers go."""
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = attack(
        f"""
        import os
        for fd in range(3, 9):
            try:
                while True:
                    os.write(fd, {line!r})
            except OSError:
                pass
        """
    )

    assert sentence in told
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 64 * 1024


def test_progress_without_end_ends_with_its_time(attack: Attack) -> None:
    began = time.monotonic()
    told = attack(
        """
        import os
        while True:
            for fd in range(3, 9):
                try:
                    os.write(fd, b'{"type":"progressed","share":0.5}\\n')
                except OSError:
                    pass
        """,
        floor_s=1.0,
    )

    assert "longer than 2 s" in told or "signal 24" in told
    assert time.monotonic() - began < 30


def test_a_file_without_end_ends_at_the_limit(attack: Attack, tmp_path: Path) -> None:
    folder = tmp_path / "decoded"
    attack(
        """
        with open(folder / "frames.pack", "wb") as pack:
            pack.truncate(40 * 2**30)
        """,
        folder=folder,
    )

    assert (folder / "frames.pack").stat().st_size == 0


def test_complaints_without_end_end_at_the_limit(attack: Attack) -> None:
    told = attack("import sys\nwhile True:\n    sys.stderr.write('x' * 4096)\n    sys.stderr.flush()")

    assert "decoder" in told


def test_an_end_without_an_answer_is_told_apart_from_damage(attack: Attack) -> None:
    assert "ended with status 7" in attack("import os\nos._exit(7)")
    assert "gave no facts" in attack("import os\nos._exit(0)")


def test_a_huge_result_is_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "decoded"
    folder.mkdir()
    with (folder / "decoded.json").open("wb") as file:
        file.truncate(10 * 2**30)

    with pytest.raises(VideoBroken, match="more than 67108864 bytes"):
        PyavReader().load_decoded(folder)
