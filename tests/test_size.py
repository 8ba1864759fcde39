"""Modules and functions stay small enough to be read in one go."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAX_FUNCTION_LINES = 40
MAX_LINES = {"collectors": 250, "dags": 60}
MODULES = sorted(
    path for name in ("alerts", "classifiers", "collectors", "dags", "veille")
    for path in (ROOT / name).rglob("*.py")
)  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_so_are_its_functions(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES.get(path.relative_to(ROOT).parts[0], 300)
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    sizes = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name for name, lines in sizes.items() if lines > MAX_FUNCTION_LINES} == set()
