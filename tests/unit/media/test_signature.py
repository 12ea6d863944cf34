"""Signatures read from planes are those read through swscale, whatever the format."""

import av
import numpy as np
import pytest

from kinodex.media.signature import SignatureReader

FORMATS = ("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv420p12le", "nv12", "rgb24", "bgra")


@pytest.fixture(scope="module")
def frame():
    ramp = np.linspace(20, 230, 640)[None, :, None] * np.linspace(0.3, 1, 360)[:, None, None]
    colours = np.array([1.0, 0.8, 0.6])
    return av.VideoFrame.from_ndarray((ramp * colours).astype(np.uint8), format="rgb24")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("read", ["read", "read_fine"])
def test_a_picture_has_one_signature_in_every_format(name, read, frame):
    reader = SignatureReader()
    reference = getattr(reader, read)(frame.reformat(format="yuv444p"))

    signature = getattr(reader, read)(frame.reformat(format=name, dst_color_range="MPEG"))

    assert signature.shape == (3, 18, 32)
    assert signature.dtype == np.uint8
    assert np.abs(signature.astype(int) - reference).max() <= 8


@pytest.mark.parametrize("size", [(2, 2), (64, 36), (100, 61), (1281, 719)])
def test_any_size_will_do(size, frame):
    reader = SignatureReader()

    signature = reader.read_fine(frame.reformat(*size, format="yuv420p"))

    assert signature[0, -1, -1] > signature[0, 0, 0]


def test_a_grey_picture_has_no_colour(frame):
    signature = SignatureReader().read(frame.reformat(format="gray"))

    assert (signature[1:] == 128).all()
    assert signature[0].std() > 10
