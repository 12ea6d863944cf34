"""Transcripts sent along with a video."""

import pytest

from kinodex.domain.errors import TranscriptInvalid
from kinodex.domain.timeline import Span
from kinodex.pipeline.steps.parse_transcript import parse_transcript

SRT = b"""1\r
00:00:01,000 --> 00:00:02,500\r
<i>Hello</i> there,\r
General.\r
\r
2\r
00:01:00,250 --> 01:00:01,000\r
Fish &amp; chips\r
"""
VTT = b"""WEBVTT - a title

NOTE a remark

intro
00:01.500 --> 00:02.000 align:start
<v Anna>Good morning

00:03.000 --> 00:02.000
backwards
"""


def test_subrip_cues_become_utterances() -> None:
    first, second = parse_transcript(SRT)
    assert (first.span, first.text) == (Span(1.0, 2.5), "Hello there, General.")
    assert (second.span, second.text) == (Span(60.25, 3601.0), "Fish & chips")


def test_webvtt_cues_become_utterances_and_a_cue_that_ends_before_it_starts_is_left_out() -> None:
    (only,) = parse_transcript(VTT)
    assert (only.span, only.text) == (Span(1.5, 2.0), "Good morning")


@pytest.mark.parametrize("content", [b"", b"just text", b"\xff\x00\xfe", b'{"json": 1}'])
def test_anything_else_is_refused_with_an_example(content: bytes) -> None:
    with pytest.raises(TranscriptInvalid):
        parse_transcript(content)
