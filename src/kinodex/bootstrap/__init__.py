"""
Composition root: settings in, use cases out; the only package that names concrete adapters.

``process`` opens everything a process needs and closes it in order, ``wiring`` puts the use cases together,
``engines`` and ``stores`` choose the parts they stand on, ``fetching`` says what may be reached, and
``web`` makes the application a web server serves.
"""

from kinodex.bootstrap.engines import build_executor, degraded, installed_models, verify_offline_profile
from kinodex.bootstrap.process import Running, opened, running
from kinodex.bootstrap.stores import s3_config
from kinodex.bootstrap.wiring import EVERYTHING
from kinodex.engines.dual_encoders.layout import PRECISIONS
from kinodex.engines.installing.catalogue import entries as known_models
from kinodex.engines.installing.catalogue import entry as known_model
from kinodex.engines.installing.folder import copy_from
from kinodex.engines.installing.hub import bring_from_hub

__all__ = [
    "EVERYTHING",
    "PRECISIONS",
    "Running",
    "bring_from_hub",
    "build_executor",
    "copy_from",
    "degraded",
    "installed_models",
    "known_model",
    "known_models",
    "opened",
    "running",
    "s3_config",
    "verify_offline_profile",
]
