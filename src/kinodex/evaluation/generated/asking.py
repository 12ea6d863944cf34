"""The queries of the generated set, each with every moment that answers it."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from kinodex.evaluation.generated import voice
from kinodex.evaluation.generated.film import still_of
from kinodex.evaluation.generated.plan import SPOKEN_AFTER_S, PlannedShot
from kinodex.evaluation.generated.scenes import THINGS, Picture
from kinodex.evaluation.generated.words import SENTENCES, UNSAID, UNSEEN, UNWRITTEN
from kinodex.evaluation.judged import JudgedQuery, Place

PICTURES = 40
MOVES = 20
MIXED = 40
_EXACT_GRADE = 2


def queries_of(shots: Sequence[PlannedShot]) -> Iterator[JudgedQuery]:
    """Yield all queries; those with pictures name files of ``pictures_of``."""
    yield from _on_sentences(shots)
    titled = [(shot, shot.title) for shot in shots if shot.title is not None]
    for number, (shot, title) in enumerate(titled):
        yield _query("written", number, title.lower(), _whole(shot))
    yield from _on_things(shots)
    moving = [(shot, shot.moving) for shot in shots if shot.moving is not None][:MOVES]
    for number, (shot, move) in enumerate(moving):
        text = f"a {move.colour} {move.shape} moving {move.way}"
        yield _query("moving", number, text, _whole(shot))
    for number, text, shot in _mixed(shots):
        yield _query("mixed", number, text, _whole(shot))
    for kind, texts in (("said", UNSAID), ("seen", UNSEEN), ("written", UNWRITTEN)):
        for number, text in enumerate(texts):
            yield _query(f"not-{kind}", number, text)


def _on_sentences(shots: Sequence[PlannedShot]) -> Iterator[JudgedQuery]:
    for shot in shots:
        if shot.sentence is not None:
            sentence, place = SENTENCES[shot.sentence], _spoken(shot, shot.sentence)
            yield _query("said", shot.sentence, sentence.words, place)
            yield _query("meant", shot.sentence, sentence.meaning, place)


def _on_things(shots: Sequence[PlannedShot]) -> Iterator[JudgedQuery]:
    for number, thing in enumerate(THINGS):
        places = [_whole(shot) for shot in shots if shot.thing == number]
        for way, name in enumerate(thing.names):
            yield _query("seen", 2 * number + way, name, *places)
    for number, shot in enumerate(_pictured(shots)):
        others = [_whole(each) for each in shots if each.thing == shot.thing and each != shot]
        yield JudgedQuery(
            id=f"picture-{number:02d}",
            kind="picture",
            picture=picture_name(number),
            relevant=(_whole(shot, grade=_EXACT_GRADE), *others),
        )


def picture_name(number: int) -> str:
    """Return the path of the picture of a query, from the folder of the set."""
    return f"pictures/{number:02d}.jpg"


def pictures_of(shots: Sequence[PlannedShot]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and JPEG bytes of each picture of a query, changed as people's pictures are."""
    for number, shot in enumerate(_pictured(shots)):
        changed = _changed(still_of(shot), number)
        _, jpeg = cv2.imencode(".jpg", changed[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 85])
        yield picture_name(number), jpeg.tobytes()


def _query(kind: str, number: int, text: str, *places: Place) -> JudgedQuery:
    return JudgedQuery(id=f"{kind}-{number:02d}", kind=kind, text=text, relevant=places)


def _whole(shot: PlannedShot, *, grade: int = 1) -> Place:
    return Place(video=shot.filename, start=shot.start_s, end=shot.end_s, grade=grade)


def _spoken(shot: PlannedShot, sentence: int) -> Place:
    start_s = shot.start_s + SPOKEN_AFTER_S
    length_s = len(voice.sentence(sentence)) / voice.RATE_HZ
    return Place(video=shot.filename, start=start_s, end=round(start_s + length_s, 3))


def _pictured(shots: Sequence[PlannedShot]) -> Sequence[PlannedShot]:
    """Return two shots of each thing."""
    each = [[shot for shot in shots if shot.thing == number][:2] for number in range(len(THINGS))]
    return [shot for pair in each for shot in pair][:PICTURES]


def _mixed(shots: Sequence[PlannedShot]) -> Iterator[tuple[int, str, PlannedShot]]:
    """Yield queries for two things of one shot: what is seen, said or written."""
    several = [(parts, shot) for shot in shots if len(parts := _parts(shot)) > 1]
    for number, (parts, shot) in enumerate(several[:MIXED]):
        yield number, ", ".join(parts[:2]), shot


def _parts(shot: PlannedShot) -> list[str]:
    parts = [THINGS[shot.thing].names[0]] if shot.thing is not None else []
    parts += [SENTENCES[shot.sentence].words] if shot.sentence is not None else []
    return [*parts, *([shot.title.lower()] if shot.title is not None else [])]


def _changed(picture: Picture, number: int) -> Picture:
    """Return a picture cropped, mirrored, darkened, grey or small, by its number."""
    height, width = picture.shape[:2]
    changes = (
        lambda: picture[height // 8 : -height // 8, width // 8 : -width // 8],
        lambda: picture[:, ::-1],
        lambda: (255 * (picture / 255.0) ** 1.6).astype(np.uint8),
        lambda: np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8),
        lambda: cv2.resize(picture, (256, 144), interpolation=cv2.INTER_AREA),
    )
    changed: Picture = np.ascontiguousarray(changes[number % len(changes)]())
    return changed
