"""Spoken and written lines in SQL, searched by word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import sqlalchemy as sa

from kinodex.domain.ids import IndexId, VideoId
from kinodex.domain.options import Modality
from kinodex.domain.timeline import Box, Span
from kinodex.stores.protocols import TextHit, TextLine
from kinodex.stores.sql.dialects import Dialect, TextMatch
from kinodex.stores.sql.revisions import count_change
from kinodex.stores.sql.spelling import Spelling
from kinodex.stores.sql.tables import text_lines
from kinodex.stores.sql.words import Term, any_of, phrase, tokens


@dataclass(frozen=True, slots=True)
class SqlTextStore:
    """The lines as one transaction sees them."""

    connection: sa.Connection
    dialect: Dialect

    def add(self, index_id: IndexId, lines: Sequence[TextLine]) -> None:
        """Store the lines of a video and make them searchable in the same transaction."""
        if lines:
            rows = [self._row(index_id, line) for line in lines]
            self.connection.execute(sa.insert(text_lines), rows)
            count_change(self.connection, index_id)
            written = (line.text for line in lines if line.modality is Modality.SCREEN_TEXT)
            self._spelling.learn(index_id, {token for text in written for token in tokens(text)})

    def lines(self, video_id: VideoId, modality: Modality, span: Span | None = None) -> Sequence[TextLine]:
        """Return the lines of a video in order of time, those that overlap the span if one is given."""
        line = text_lines.c
        query = sa.select(text_lines).where(line.video_id == video_id, line.modality == modality.value)
        if span is not None:
            query = query.where(line.start_s < span.end_s, line.end_s > span.start_s)
        return [_line(row) for row in self.connection.execute(query.order_by(line.start_s, line.number))]

    def find(
        self,
        index_id: IndexId,
        query: str,
        *,
        modality: Modality,
        exact: bool,
        videos: Sequence[VideoId] | None,
        limit: int,
    ) -> Sequence[TextHit]:
        """Return the best lines for a query, best first; none for a query without a word."""
        terms = phrase(query) if exact else any_of(query)
        if not terms or (videos is not None and not videos):
            return []
        scope = _scope(index_id, modality)
        if exact:
            return self._hits(self.dialect.match_phrase(terms, scope=scope), terms, videos, limit=limit)
        hits = self._hits(self.dialect.match_any(terms, scope=scope), terms, videos, limit=limit)
        if modality is not Modality.SCREEN_TEXT:
            return hits
        alike = {
            term.token: words
            for term in terms
            if not term.is_prefix and (words := self._spelling.alike(index_id, term.token))
        }
        if alike and len(hits) < limit:
            others = [Term(word, word) for word in dict.fromkeys(chain.from_iterable(alike.values()))]
            match = self.dialect.match_any(others, scope=scope)
            known = {(hit.line.video_id, hit.line.number) for hit in hits}
            found = self._hits(match, terms, videos, limit=limit)
            hits += [hit for hit in found if (hit.line.video_id, hit.line.number) not in known]
        return [_with_alike(hit, alike) for hit in hits[:limit]]

    @property
    def _spelling(self) -> Spelling:
        return Spelling(self.connection, self.dialect)

    def _hits(
        self, match: TextMatch, terms: Sequence[Term], videos: Sequence[VideoId] | None, *, limit: int
    ) -> list[TextHit]:
        found = (
            sa.select(text_lines, match.rank.label("rank")).select_from(match.source).where(match.condition)
        )
        if videos is not None:
            found = found.where(self.dialect.among(text_lines.c.video_id, videos))
        best = found.order_by(sa.desc("rank"), text_lines.c.video_id, text_lines.c.number).limit(limit)
        return [_hit(row, terms) for row in self.connection.execute(best)]

    def _row(self, index_id: IndexId, line: TextLine) -> dict[str, object]:
        scope, box = _scope(index_id, line.modality), line.box
        return {
            "index_id": index_id,
            "video_id": line.video_id,
            "modality": line.modality.value,
            "number": line.number,
            "start_s": line.span.start_s,
            "end_s": line.span.end_s,
            "text": line.text,
            "box_left": None if box is None else box.left,
            "box_top": None if box is None else box.top,
            "box_width": None if box is None else box.width,
            "box_height": None if box is None else box.height,
            "scope": scope,
            "words": self.dialect.searchable(tokens(line.text), scope=scope),
        }


def _scope(index_id: IndexId, modality: Modality) -> str:
    """Return index and modality as one token: looking it up beats filtering what was found."""
    return f"{index_id}{modality.value.replace('_', '')}"


def _hit(row: sa.Row[Any], terms: Sequence[Term]) -> TextHit:
    stored = frozenset(tokens(row.text))
    held = tuple(term.text for term in terms if term.is_in(stored))
    return TextHit(_line(row), rank=float(row.rank), coverage=len(held) / len(terms), words=held)


def _with_alike(hit: TextHit, alike: Mapping[str, Sequence[str]]) -> TextHit:
    if not alike:
        return hit
    stored = frozenset(tokens(hit.line.text))
    pairs = ((asked, word) for asked, words in alike.items() for word in words if asked not in stored)
    first: dict[str, str] = {}
    for asked, word in pairs:
        if word in stored:
            first.setdefault(asked, word)
    return replace(hit, alike=tuple(first.items()))


def _line(row: sa.Row[Any]) -> TextLine:
    boxed = row.box_left is not None
    return TextLine(
        video_id=row.video_id,
        modality=Modality(row.modality),
        number=row.number,
        span=Span(row.start_s, row.end_s),
        text=row.text,
        box=Box(row.box_left, row.box_top, row.box_width, row.box_height) if boxed else None,
    )
