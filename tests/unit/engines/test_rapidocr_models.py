import numpy as np
import pytest

from kinodex.domain.errors import EngineFailed, EngineNotReady
from kinodex.engines.rapidocr_models import PpOcr, bundled_model


def test_a_network_missing_from_the_package_is_never_fetched() -> None:
    with pytest.raises(EngineNotReady, match="sh scripts/setup"):
        bundled_model("PP-OCRv6_det_large.onnx", engine="test")


def test_a_network_that_fails_is_told_in_our_words() -> None:
    ocr = PpOcr(threads=1, engine="test")
    broken = np.zeros((1, 3, 7, 7), np.float64)

    with pytest.raises(EngineFailed, match="test"):
        ocr._call(ocr._detector.session, broken)
