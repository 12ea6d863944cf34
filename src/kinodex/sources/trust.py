"""The certificate authorities a download trusts."""

import ssl
from importlib.util import find_spec
from pathlib import Path

_KNOWN = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, RHEL
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/ssl/cert.pem",  # macOS, Alpine
)


def ca_bundle() -> Path | None:
    """
    Return a file of trusted authorities: the system's, else that of ``certifi`` if it is installed.

    libcurl as packed for Python knows no place of its own; with ``None`` every certificate is refused.
    """
    system = ssl.get_default_verify_paths().cafile
    for name in (system, *_KNOWN):
        if name is not None and Path(name).is_file():
            return Path(name)
    certifi = find_spec("certifi")
    if certifi is None or certifi.origin is None:
        return None
    bundle = Path(certifi.origin).with_name("cacert.pem")
    return bundle if bundle.is_file() else None
