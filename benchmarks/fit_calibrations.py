"""
Fit the constants that turn similarities into probabilities, and print what they do.

    python benchmarks/fit_calibrations.py --models FOLDER --clips FOLDER

Lines: ``calibration/lines.tsv`` holds spoken lines, a paraphrase of each, a short query for it, and
another line of the same talk; all other pairs count as unrelated.

Words and pictures: ``calibration/pictures.tsv`` holds queries and the public sample clips that show the
thing; every other clip, and grounds without content, count as unrelated.

Pictures: frames against cropped, flipped, darkened and grey copies of themselves, and against frames of
other clips.

Platt scaling (Platt 1999), classes weighted to the share of true pairs a search meets among its best
candidates.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from kinodex.domain.arrays import AnyArray, Frame
from kinodex.domain.spaces import Calibration
from kinodex.engines.conse import ConseVisual
from kinodex.engines.minilm_onnx import MiniLmSentences

HERE = Path(__file__).parent / "calibration"
SHARE_LINES = 0.1
SHARE_WORDS = 0.1
SHARE_PICTURES = 0.2
BANDS = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Similarities, and whether each is of a true pair."""

    similarity: AnyArray
    is_match: AnyArray


def main() -> None:
    """Fit and print all three."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--clips", type=Path, required=True)
    arguments = parser.parse_args()
    sentences = MiniLmSentences(arguments.models, threads=2)
    visual = ConseVisual(arguments.models, threads=2, sentences=sentences)
    clips = {path.stem: read_clip(path) for path in sorted(arguments.clips.glob("*.mp4"))}
    report("lines", line_pairs(sentences), share=SHARE_LINES)
    report("words", word_pairs(visual, clips), share=SHARE_WORDS)
    report("pictures", picture_pairs(visual, clips), share=SHARE_PICTURES)


def report(name: str, pairs: Pairs, *, share: float) -> None:
    """Print the fitted constants, and the share of true and unrelated pairs in each band."""
    fitted = fit(pairs, share=share)
    print(f"{name}: Calibration(slope={fitted.slope:.2f}, offset={fitted.offset:.2f})")
    probability = np.array([fitted.probability(value) for value in pairs.similarity])
    for band in BANDS:
        true, false = (probability[pairs.is_match == flag] >= band for flag in (True, False))
        at = (np.log(band / (1 - band)) - fitted.offset) / fitted.slope
        print(f"  p >= {band:.2f} (from {at:.2f}): true {true.mean():.3f}, unrelated {false.mean():.4f}")


def fit(pairs: Pairs, *, share: float) -> Calibration:
    """Return slope and offset by Newton's method on the weighted log loss."""
    design = np.column_stack([pairs.similarity, np.ones(len(pairs.similarity))]).astype(np.float64)
    match = pairs.is_match.astype(np.float64)
    weight = np.where(pairs.is_match, share / match.sum(), (1 - share) / (1 - match).sum())
    theta = np.array([5.0, -2.0])
    for _ in range(100):
        probability = 1 / (1 + np.exp(-design @ theta))
        gradient = design.T @ (weight * (probability - match))
        curvature = design.T * (weight * probability * (1 - probability)) @ design
        theta = theta - np.linalg.solve(curvature + 1e-9 * np.eye(2), gradient)
    return Calibration(slope=float(theta[0]), offset=float(theta[1]))


def line_pairs(sentences: MiniLmSentences) -> Pairs:
    """Pair every line with every paraphrase and query."""
    rows = [line.split("\t") for line in (HERE / "lines.tsv").read_text().splitlines()]
    texts = [sentences.embed_sentences([row[part] for row in rows]) for part in range(4)]
    lines = np.concatenate([texts[0], texts[3]])
    similarity = np.concatenate([(texts[part] @ lines.T).ravel() for part in (1, 2)])
    return Pairs(similarity, np.tile(np.eye(len(rows), len(lines), dtype=bool).ravel(), 2))


def word_pairs(visual: ConseVisual, clips: dict[str, list[Frame]]) -> Pairs:
    """Pair every query with every clip: the best view of its frames."""
    rows = [line.split("\t") for line in (HERE / "pictures.tsv").read_text().splitlines()]
    shown = {**clips, **{f"plain {place}": [frame] for place, frame in enumerate(plain_grounds())}}
    words = np.concatenate([visual.embed_words([query]) for query, _ in rows])
    best = np.stack([best_views(visual, frames, words) for frames in shown.values()], axis=1)
    is_match = np.array([[name in wanted.split(",") for name in shown] for _, wanted in rows])
    for (query, _), row, right in zip(rows, best, is_match, strict=True):
        if right.any():
            wrong = row[~right]
            print(f"  {query}: {np.round(row[right], 2).tolist()}; others up to {wrong.max():.2f}")
    found = [right[row.argmax()] for row, right in zip(best, is_match, strict=True) if right.any()]
    print(f"  right clip first: {np.mean(found):.2f} of {len(found)} queries")
    return Pairs(best.ravel(), is_match.ravel())


def best_views(visual: ConseVisual, frames: Sequence[Frame], words: AnyArray) -> AnyArray:
    """Return for each query its cosine with the nearest view of any frame."""
    views = np.concatenate([visual.embed_frames([frame]).meaning[0] for frame in frames])
    best: AnyArray = (words @ views.T).max(axis=1)
    return best


def picture_pairs(visual: ConseVisual, clips: dict[str, list[Frame]]) -> Pairs:
    """Pair changed copies of frames with the frames of every clip: the nearest of each clip."""
    stored = {name: visual.embed_frames(frames[:12]).appearance for name, frames in clips.items()}
    similarity, is_match = [], []
    for name, frames in clips.items():
        for changed in changed_copies(frames[len(frames) // 2]):
            query = visual.embed_frames([changed]).appearance[0]
            for other, vectors in stored.items():
                similarity.append(float((vectors @ query).max()))
                is_match.append(other == name)
    return Pairs(np.array(similarity), np.array(is_match))


def changed_copies(frame: Frame) -> list[Frame]:
    """Return a picture as people send it: cropped, flipped, darker, grey, small."""
    height, width = frame.shape[:2]
    crop = frame[height // 8 : -height // 8, width // 8 : -width // 8]
    grey = np.repeat(frame.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
    dark = (255 * (frame / 255.0) ** 1.6).astype(np.uint8)
    small = cv2.resize(frame, (160, 160 * height // width), interpolation=cv2.INTER_AREA)
    return [crop, np.ascontiguousarray(frame[:, ::-1]), dark, grey, small]


def plain_grounds() -> list[Frame]:
    """Return pictures that show nothing: plain, noisy and blurred colours, a slide with two words."""
    random = np.random.default_rng(0)
    plain = [np.full((224, 320, 3), colour, np.uint8) for colour in (0, 128, 255)]
    noise = [random.integers(0, 256, (224, 320, 3), dtype=np.uint8) for _ in range(3)]
    coarse = [random.integers(0, 256, (8, 8, 3), dtype=np.uint8) for _ in range(6)]
    blurred = [cv2.resize(small, (320, 224), interpolation=cv2.INTER_CUBIC) for small in coarse]
    slide = np.full((224, 320, 3), 255, np.uint8)
    cv2.putText(slide, "Quarterly report", (20, 110), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2)
    return [*plain, *noise, *blurred, slide]


def read_clip(path: Path, *, most: int = 40) -> list[Frame]:
    """Return one frame a second."""
    frames: list[Frame] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= len(frames):
                frames.append(frame.to_ndarray(format="rgb24"))
            if len(frames) == most:
                break
    return frames


if __name__ == "__main__":
    main()
