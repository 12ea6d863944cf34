"""What stands behind the host of a URL: path and query, percent-encoded and never decoded."""

from urllib.parse import quote

_PATH_SAFE = "/%:@!$&'()*+,;=~-._|[]"
_QUERY_SAFE = "/?%:@!$&()*+,;=~-._|[]\\^`{}"
_HERE = frozenset({".", "%2e"})
_UP = frozenset({"..", ".%2e", "%2e.", "%2e%2e"})


def clean_target(path: str, query: str | None) -> str:
    """
    Return path and query as they are sent, as the URL standard writes them.

    Dot segments are resolved; a percent sign stays what it is; everything a request line cannot hold is
    percent-encoded as UTF-8. (https://url.spec.whatwg.org/#path-state)
    """
    encoded = quote(_without_dots(path), safe=_PATH_SAFE)
    return encoded if query is None else f"{encoded}?{quote(query, safe=_QUERY_SAFE)}"


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments, start=1):
        is_last = number == len(segments)
        if segment.lower() in _UP:
            del kept[-1:]
        elif segment.lower() not in _HERE:
            kept.append(segment)
            continue
        if is_last:
            kept.append("")
    return "/" + "/".join(kept)
