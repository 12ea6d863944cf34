import av
import numpy as np
import pytest

from kinodex import sample


@pytest.fixture(scope="module")
def clip() -> "av.container.InputContainer":
    with av.open(str(sample.path()), "r") as container:
        yield container


def test_the_clip_is_small_and_starts_to_play_before_it_is_whole() -> None:
    content = sample.path().read_bytes()
    assert len(content) <= 2_000_000
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_clip_is_one_that_every_version_of_the_api_takes(clip: "av.container.InputContainer") -> None:
    assert clip.duration is not None
    assert 15 <= clip.duration / av.time_base <= 40
    video, audio = clip.streams.video[0], clip.streams.audio[0]
    assert (video.codec_context.name, video.width, video.height) == ("h264", 640, 360)
    assert video.average_rate == 25
    assert audio.codec_context.name == "aac"


def test_there_is_a_question_for_what_is_said_written_and_seen() -> None:
    assert [question.kind for question in sample.QUESTIONS] == ["said", "written", "seen"]
    assert len({question.start_s for question in sample.QUESTIONS}) == len(sample.QUESTIONS)


def test_each_answer_is_a_shot(clip: "av.container.InputContainer") -> None:
    clip.seek(0)
    thumbnails, times_s = [], []
    for frame in clip.decode(video=0):
        thumbnails.append(frame.reformat(width=16, height=9, format="gray").to_ndarray().astype(float))
        times_s.append(frame.time)
    changes = np.abs(np.diff(thumbnails, axis=0)).mean(axis=(1, 2))
    cuts_s = [0.0, *(round(times_s[place + 1], 2) for place in np.flatnonzero(changes > 15))]
    ends_s = [*cuts_s[1:], round(times_s[-1] + 0.04, 2)]
    assert len(cuts_s) >= 5
    for question in sample.QUESTIONS:
        assert (question.start_s, question.end_s) in zip(cuts_s, ends_s, strict=True)
