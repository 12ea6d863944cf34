"""
Write the table of ``docs/operations/models.md``: the models that can be brought by name.

``python scripts/models_page.py`` with the project's own environment. What stands in the table is read from
the catalogue the command reads too; a test compares the page.
"""

from pathlib import Path

from kinodex.engines.installing.catalogue import Entry, entries

PAGE = Path(__file__).parents[1] / "docs" / "operations" / "models.md"
BEGIN, END = "<!-- made by scripts/models_page.py -->\n", "<!-- end -->\n"

HEADINGS = ("Name", "Good for", "Languages", "Licence", "MB", "Pictures", "Vectors", "Published figures")


def table() -> str:
    """Return the table in Markdown."""
    rows = [HEADINGS, ("---",) * len(HEADINGS), *(_row(model) for model in entries())]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(model: Entry) -> tuple[str, ...]:
    figures = "; ".join(f"{each.name} {each.value:g} ({each.source})" for each in model.benchmarks)
    return (
        f"`{model.name}`",
        model.use,
        ", ".join(model.languages),
        model.licence,
        str(model.size_mb),
        f"{model.side_px} px, {model.precision}",
        str(model.dimensions),
        figures or "none",
    )


def page() -> str:
    """Return the page with the table put in its place."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(page())
