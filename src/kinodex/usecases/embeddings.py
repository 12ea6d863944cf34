"""Vectors of texts and pictures, the same that searches compare."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinodex.domain import errors
from kinodex.domain.arrays import Frame, Vectors
from kinodex.domain.assets import AssetKind, AssetStatus
from kinodex.domain.ids import AssetId
from kinodex.domain.spaces import Space
from kinodex.engines.executor import Executor
from kinodex.stores.protocols import BlobStore, Records
from kinodex.usecases.assets import require_asset
from kinodex.usecases.blobs import asset_key
from kinodex.usecases.pictures import QueryPictures

LONGEST_TEXT = 1_000
"""
In characters. The engine reads some 256 tokens, about so many letters of English, and a text of which
part was left out in silence would get a vector that is not its own.
"""
TRUNCATIONS = ("none", "start", "end")


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector: ``float32``, shape ``(space.dimensions,)``, length 1."""

    values: Vectors
    space: Space


@dataclass(frozen=True, slots=True)
class TextVectors:
    """A text among pictures (``visual``), and among sentences that were said or written."""

    visual: Vector
    sentence: Vector


@dataclass(frozen=True, slots=True)
class PictureVectors:
    """A picture among texts (``visual``; its middle square stands for it), and among other pictures."""

    visual: Vector
    appearance: Vector


class Embeddings:
    """Embeds what fits into a request."""

    def __init__(
        self, *, executor: Executor, pictures: QueryPictures, records: Records, blobs: BlobStore
    ) -> None:
        self._executor = executor
        self._pictures = pictures
        self._records = records
        self._blobs = blobs

    def text(self, text: str, *, truncate: str) -> TextVectors:
        """
        Return the vectors of a text.

        Args:
            text: Words, best English ones.
            truncate: Which end of a text that is too long is left out; ``none`` refuses it.

        Raises:
            ParameterInvalid: Nothing in it, too long, or no such way to truncate.
            EngineNotReady: Weights are missing.
        """
        if truncate not in TRUNCATIONS:
            raise errors.ParameterInvalid(
                "text_truncate", f"{truncate[:80]!r} is not one of {', '.join(TRUNCATIONS)}"
            )
        clean = text.strip()
        if not clean:
            raise errors.ParameterInvalid("text", "there are no words in it")
        if len(clean) > LONGEST_TEXT and truncate == "none":
            reason = f"it has {len(clean)} characters and the maximum is {LONGEST_TEXT}"
            raise errors.ParameterInvalid("text", reason)
        kept = clean[-LONGEST_TEXT:] if truncate == "start" else clean[:LONGEST_TEXT]
        return TextVectors(
            Vector(self._executor.embed_words([kept])[0], self._executor.meaning_space),
            Vector(self._executor.embed_sentences([kept])[0], self._executor.sentence_space),
        )

    def picture(
        self,
        *,
        content: bytes | None = None,
        url: str | None = None,
        asset_id: AssetId | None = None,
        name: str = "image_file",
    ) -> PictureVectors:
        """
        Return the vectors of a picture: given as bytes, at a URL, or kept as an asset.

        Raises:
            ParameterMissing: None of them, or more than one.
            ParameterInvalid: It cannot be had or read; the message says why.
            NotFound: No such asset.
            EngineNotReady: Weights are missing.
        """
        if sum(each is not None for each in (content, url, asset_id)) != 1:
            raise errors.ParameterInvalid(name, "exactly one picture is due")
        if asset_id is not None:
            content = self._asset(asset_id)
        try:
            (frame,) = self._pictures.read((content,) if content else (), (url,) if url else ())
        except errors.ParameterInvalid as error:
            raise errors.ParameterInvalid(name, error.reason) from error
        return self._of_frame(frame)

    def together(self, parts: Sequence[Vector]) -> Vector:
        """Return the direction between several vectors of one space."""
        mean = np.mean([part.values for part in parts], axis=0)
        values: Vectors = (mean / np.linalg.norm(mean)).astype(np.float32)
        return Vector(values, parts[0].space)

    def _of_frame(self, frame: Frame) -> PictureVectors:
        found = self._executor.embed_picture(frame)
        views = found.meaning.shape[1]
        return PictureVectors(
            Vector(found.meaning[0, views // 2], self._executor.meaning_space),
            Vector(found.appearance[0], self._executor.appearance_space),
        )

    def _asset(self, asset_id: AssetId) -> bytes:
        with self._records.read() as transaction:
            asset = require_asset(transaction, asset_id)
        if asset.status is not AssetStatus.READY or asset.kind is not AssetKind.IMAGE:
            found = asset.kind if asset.kind and asset.status is AssetStatus.READY else asset.status
            raise errors.ParameterInvalid("asset_id", f"the asset is {found}, not a picture that is ready")
        try:
            return self._blobs.get_bytes(asset_key(asset_id))
        except FileNotFoundError as error:  # it was deleted at this moment
            raise errors.NotFound("asset", asset_id) from error
