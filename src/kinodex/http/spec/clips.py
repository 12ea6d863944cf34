"""Stretches of videos as files."""

from kinodex.http.spec.operation import Operation, needs, takes
from kinodex.http.spec.operations import LINK
from kinodex.http.spec.schema import Shape, flag, number, record, text

_ABOUT = (
    "VP9 and AAC in MP4, upright, at most 1920 px wide or high. The first frame is the one shown at `start`. "
    "Many at once wait for their turn."
)
_LINK = Shape(
    "ClipLink",
    record({"url": text("Works for an hour without a key.")}),
    {"url": "http://127.0.0.1:8080/media/…/clip-1500-4000.mp4?expires=…&signature=…"},
)
CLIP = Operation(
    answer=text("The clip."),
    media_type="video/mp4",
    other_answers={"application/json": _LINK},
    query=(
        needs("start", number("Where it begins, in seconds.")),
        needs("end", number("Where it ends, in seconds; 0.1 to 180 s later.")),
        takes("link", flag("Answer with JSON: the `url` of a link that works for an hour without a key.")),
    ),
    details=_ABOUT,
)
LINKED = Operation(
    answer=text("The clip."), media_type="video/mp4", query=LINK, errors=(401,), details=_ABOUT
)
