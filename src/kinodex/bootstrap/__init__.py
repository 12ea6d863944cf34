"""
Composition root: settings in, use cases out; the only package that names concrete adapters.

``process`` opens everything a process needs and closes it in order, ``wiring`` puts the use cases together,
``engines`` and ``stores`` choose the parts they stand on, ``fetching`` says what may be reached, and
``web`` makes the application a web server serves.
"""

from kinodex.bootstrap.engines import build_executor, degraded
from kinodex.bootstrap.process import Running, opened, running
from kinodex.bootstrap.stores import s3_config
from kinodex.bootstrap.wiring import EVERYTHING

__all__ = ["EVERYTHING", "Running", "build_executor", "degraded", "opened", "running", "s3_config"]
