"""The reader and its children: what comes back, and that none outlives its time, its parent or an error."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kinodex.domain.errors import FileEmpty, NotAVideo, VideoBroken
from kinodex.media.pyav import Allowance, PyavReader, sandbox_state


def children() -> list[int]:
    """Process ids of our decoding children."""
    mine = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            is_ours = parent == os.getpid() and b"kinodex.media.child" in (entry / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if is_ours:
            mine.append(int(entry.name))
    return mine


@pytest.fixture(scope="module")
def long_film(scene, write_film, tmp_path_factory):
    """A film that takes a child some tenths of a second."""
    pictures = [frame for seed in range(8) for frame in scene(seed, size=(640, 360))]
    return write_film(tmp_path_factory.mktemp("long") / "film.mp4", pictures)


def test_a_film_comes_back_as_facts_shots_pictures_and_sound(film, tmp_path):
    reader, heard = PyavReader(), []
    facts = reader.probe(film)

    decoded = reader.decode(film, tmp_path, facts=facts, progress=heard.append)
    pictures = reader.read_frames(tmp_path, decoded.frames[::-1])

    assert [shot.span.start_s for shot in decoded.shots] == [0.0, 2.0, 4.0]
    assert [picture.shape for picture in pictures] == [(180, 320, 3)] * len(decoded.frames)
    assert len(reader.read_sound(tmp_path, 1.0, 2.0)) == 16_000
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert reader.load_decoded(tmp_path) == decoded


def test_sound_is_cut_at_the_end_and_empty_past_it(film, tmp_path):
    reader = PyavReader()
    reader.decode(film, tmp_path, facts=reader.probe(film), progress=lambda _: None)

    assert len(reader.read_sound(tmp_path, 5.5, 99.0)) == pytest.approx(8000, abs=600)
    assert len(reader.read_sound(tmp_path, 50.0, 99.0)) == 0
    loudness = np.sqrt(np.square(reader.read_sound(tmp_path, 0.5, 1.5)).mean())
    assert loudness == pytest.approx(0.5 / np.sqrt(2), abs=0.03)


def test_an_empty_file_is_named_so(tmp_path):
    (tmp_path / "a.mp4").touch()

    with pytest.raises(FileEmpty):
        PyavReader().probe(tmp_path / "a.mp4")


def test_what_is_no_video_is_named_so(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"<html>" * 100)

    with pytest.raises(NotAVideo):
        PyavReader().probe(tmp_path / "a.mp4")


def test_a_folder_that_is_not_complete_is_nothing(film, tmp_path):
    reader = PyavReader()
    assert reader.load_decoded(tmp_path) is None

    reader.decode(film, tmp_path, facts=reader.probe(film), progress=lambda _: None)
    (tmp_path / "decoded.json").unlink()

    assert reader.load_decoded(tmp_path) is None


def test_what_progress_raises_ends_the_child_and_comes_through(long_film, tmp_path):
    reader = PyavReader()
    facts = reader.probe(long_film)

    def withdraw(_share: float) -> None:
        raise LookupError("withdrawn")

    with pytest.raises(LookupError):
        reader.decode(long_film, tmp_path, facts=facts, progress=withdraw)

    assert not children()
    assert reader.load_decoded(tmp_path) is None


def test_a_child_that_takes_too_long_is_killed(film):
    with pytest.raises(VideoBroken, match="longer than"):
        PyavReader(Allowance(floor_s=0.01)).probe(film)

    assert not children()


def test_a_child_that_is_killed_means_a_broken_video(long_film, tmp_path):
    reader = PyavReader()
    facts = reader.probe(long_film)

    def kill(_share: float) -> None:
        for child in children():
            os.kill(child, signal.SIGKILL)

    with pytest.raises(VideoBroken, match="signal 9"):
        reader.decode(long_film, tmp_path, facts=facts, progress=kill)


def test_a_child_without_enough_memory_means_a_broken_video(film):
    with pytest.raises(VideoBroken):
        PyavReader(Allowance(memory_bytes=64 * 1024 * 1024)).probe(film)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process together with its parent")
def test_a_child_ends_with_its_parent(long_film, tmp_path):
    code = (
        "import os, signal, sys, time\n"
        "from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[3])\n"
        "from test_pyav import children\n"
        "from kinodex.media.pyav import PyavReader\n"
        "def stop(share):\n"
        "    (child,) = children()\n"
        "    os.kill(child, signal.SIGSTOP)\n"
        "    print(child, flush=True)\n"
        "    time.sleep(60)\n"
        "reader, path = PyavReader(), Path(sys.argv[1])\n"
        "reader.decode(path, Path(sys.argv[2]), facts=reader.probe(path), progress=stop)\n"
    )
    arguments = [str(long_film), str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True
    ) as parent:
        child = int(parent.stdout.readline())
        parent.kill()

    deadline = time.monotonic() + 5
    while _is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not _is_alive(child)


def _is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_confined_child_reaches_neither_network_nor_files_nor_programs():
    state = sandbox_state()
    if not {"Landlock", "seccomp"} <= set(state.active):
        pytest.skip(f"this kernel does not confine fully: {' '.join(state.missing)}")

    assert state.reached == ()


def test_every_measure_is_either_active_or_missing_with_a_reason():
    state = sandbox_state()

    assert len(state.active) + len(state.missing) == 8
    assert all(sentence.endswith(".") for sentence in state.missing)
