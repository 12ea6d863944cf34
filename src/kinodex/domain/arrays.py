"""Names for the arrays that cross boundaries."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
"""One decoded picture as shown: RGB, ``uint8``, shape ``(height, width, 3)``."""

Vectors = NDArray[np.float32]
"""Embeddings: ``float32``, shape ``(n, dimensions)``, each row of length 1."""

Sound = NDArray[np.float32]
"""Mono sound at 16 kHz: ``float32`` in [-1, 1], shape ``(samples,)``."""

AnyArray = NDArray[Any]
"""An array whose dtype the docstring beside it states."""
