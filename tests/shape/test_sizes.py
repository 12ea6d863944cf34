"""Modules and functions stay short enough to be read at one sitting, and have names that say something."""

import ast
import functools
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "scripts", "benchmarks", "tests")
LONGEST_MODULE = 400
LONGEST_BODY = 50

EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "service", "services"}

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Function = ast.FunctionDef | ast.AsyncFunctionDef


@functools.cache
def modules() -> list[tuple[Path, ast.Module]]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def docstring_lines(node: Documented) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def body_lines(function: Function) -> int:
    """Return the lines of a function without its signature and docstring."""
    end = function.body[-1].end_lineno or 0
    return end - function.body[0].lineno + 1 - docstring_lines(function)


def code_lines(tree: ast.Module) -> int:
    """Return the lines of a module without docstrings: a contract may take the room it needs."""
    end = max((node.end_lineno or 0 for node in tree.body), default=0)
    return end - sum(docstring_lines(node) for node in ast.walk(tree) if isinstance(node, Documented))


def words(name: str) -> set[str]:
    """Return the words of a module's or a class's name, in small letters."""
    spaced = "".join(f" {letter}" if letter.isupper() else letter for letter in name)
    return set(spaced.lower().replace("_", " ").split())


def test_modules_are_short() -> None:
    product = ((path, tree) for path, tree in modules() if path.parts[0] != "tests")
    lengths = {str(path): code_lines(tree) for path, tree in product}
    assert len(lengths) > 100
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{path}:{node.name}": body_lines(node)
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_BODY} == {}


def test_names_say_what_a_thing_is() -> None:
    names = {
        f"{path}:{name}": words(name)
        for path, tree in modules()
        for name in (*path.parent.parts, path.stem, *_classes(tree))
    }
    assert [name for name, found in names.items() if found & EMPTY_WORDS] == []


def _classes(tree: ast.Module) -> list[str]:
    return [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
