"""
The words of screen text of each index, to find those that were read wrong.

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

from kinodex.stores.sql.columns import Words
from kinodex.stores.sql.spelling import can_be_wrong
from kinodex.stores.sql.words import tokens

revision = "0017"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and learn the words of the lines that are there."""
    words = op.create_table(
        "screen_words",
        sa.Column("index_id", Words(), nullable=False),
        sa.Column("word", Words(), nullable=False),
        sa.Column("backwards", Words(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["index_id"], ["indexes.id"], name="screen_words_index_id_fk", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("index_id", "word", name="screen_words_pk"),
    )
    op.create_index("screen_words_forwards_ix", "screen_words", ["index_id", "letters", "word"])
    op.create_index("screen_words_backwards_ix", "screen_words", ["index_id", "letters", "backwards"])
    lines = op.get_bind().execute(
        sa.text("SELECT index_id, text FROM text_lines WHERE modality = 'screen_text'")
    )
    known = {(line.index_id, word) for line in lines for word in tokens(line.text) if can_be_wrong(word)}
    op.bulk_insert(
        words,
        [
            {"index_id": index_id, "word": word, "backwards": word[::-1], "letters": len(word)}
            for index_id, word in sorted(known)
        ],
    )
