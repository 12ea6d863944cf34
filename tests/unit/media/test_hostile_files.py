"""Files made to reach beyond themselves, or to take more than their due."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kinodex.domain.errors import NotAVideo, VideoBroken
from kinodex.media.messages import Unreadable
from kinodex.media.probing import probe
from kinodex.media.pyav import PyavReader

DISGUISES = {
    "ffconcat": "ffconcat version 1.0\nfile neighbour.mp4\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{neighbour}\n#EXT-X-ENDLIST\n",
    "hls by file url": "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://{neighbour}\n#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 4 RTP/AVP 96\n",
    "dash": "<?xml version='1.0'?><MPD><Period><BaseURL>{neighbour}</BaseURL></Period></MPD>",
}


PROBE = """
import resource, sys
from pathlib import Path
from kinodex.domain.errors import VideoBroken
from kinodex.media.pyav import PyavReader

try:
    facts = PyavReader().probe(Path(sys.argv[1]))
    print(f"{facts.width_px}x{facts.height_px}")
except VideoBroken as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_list_named_like_a_video_never_leads_to_the_file_beside_it(disguise, film, tmp_path):
    """Neither by sight nor, where that lets it pass, by libav."""
    neighbour = tmp_path / "neighbour.mp4"
    neighbour.write_bytes(film.read_bytes())
    path = tmp_path / "video.mp4"
    path.write_text(DISGUISES[disguise].format(neighbour=neighbour))

    with pytest.raises(NotAVideo):
        PyavReader().probe(path)
    with pytest.raises(Unreadable, match="none of the formats"):
        probe(path, max_pixels=10_000_000)


@pytest.mark.parametrize(
    ("codec", "pixels", "ending", "side", "outcome"),
    [("libx264", "yuv420p", "mp4", 3600, "3600x3600"), ("png", "rgb24", "mov", 6000, "more than")],
)
def test_a_huge_flat_picture_costs_little_memory(codec, pixels, ending, side, outcome, write_film, tmp_path):
    """Some kilobytes that would be 20 or 100 MB; the child of a child, so that only its memory is counted."""
    flat = np.full((side, side, 3), 90, np.uint8)
    path = write_film(tmp_path / f"bomb.{ending}", [flat], codec=codec, pixels=pixels)
    assert path.stat().st_size < 200_000

    told = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)], capture_output=True, text=True, check=True
    )
    answer, used_mib = told.stdout.rsplit(maxsplit=1)

    assert outcome in answer
    assert int(used_mib) < 110


def test_pictures_that_grow_midway_are_refused_and_the_rest_is_read(scene, write_film, run_pass, tmp_path):
    small = write_film(tmp_path / "a.ts", scene(1), codec="mpeg2video")
    large = write_film(tmp_path / "b.ts", scene(2, size=(640, 360)), codec="mpeg2video", start_s=2.0)
    path = tmp_path / "c.ts"
    path.write_bytes(small.read_bytes() + large.read_bytes())

    decoded = run_pass(path, max_pixels=320 * 192)

    assert {frame.width_px for frame in decoded.frames} == {320}
    assert decoded.bad_packets


@pytest.mark.slow
def test_bytes_changed_at_random_never_end_without_an_answer(film, tmp_path):
    original, random = film.read_bytes(), np.random.default_rng(11)
    reader, path = PyavReader(), tmp_path / "video.mp4"
    for _ in range(4):
        content = np.frombuffer(original, np.uint8).copy()
        places = random.integers(0, len(content), 200)
        content[places] = random.integers(0, 256, 200)
        path.write_bytes(content.tobytes())
        _decode_or_refuse(reader, path, tmp_path / "out")


def _decode_or_refuse(reader: PyavReader, path: Path, folder: Path) -> None:
    try:
        facts = reader.probe(path)
        reader.decode(path, folder, facts=facts, progress=lambda _: None)
    except (NotAVideo, VideoBroken):
        return
    assert reader.load_decoded(folder) is not None
