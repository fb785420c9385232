"""The source as data: modules, what they import, and what is reported when a habit slips.

A checker takes source files and answers what it found as {subject: complaint}. Subjects are stable
names (`path`, `path::function`), so that an exception can be listed beside its reason.
"""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

Reported = dict[str, str]
Graph = Mapping[str, set[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef

ROOT = Path(__file__).parents[2]
PACKAGES = ("newsfolio", "strategies", "markets", "reports", "drafts", "backtests")
GENERIC = frozenset({"each", "found", "it", "known", "one", "said", "such", "thing", "told"})
_BAGS = ("dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict")
_HOLDERS = ("list", "tuple", "Sequence", "Iterable", "Iterator")
_BY_NAME = ("importorskip", "import_module", "find_spec")
_CYTHON_FUNCTION = re.compile(r"^( *)(?:cdef|cpdef|def)\b[^=]*?(\w+)\(")
_CYTHON_IMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import|c?import\s+([\w.]+))", re.MULTILINE)


@dataclass(frozen=True)
class SourceFile:
    """A file of Python or Cython, at its path below a root."""

    root: Path
    path: str

    @property
    def module(self) -> str:
        parts = Path(self.path).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def is_python(self) -> bool:
        return self.path.endswith(".py")

    @cached_property
    def lines(self) -> list[str]:
        return (self.root / self.path).read_text(encoding="utf-8").splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree; a Cython file has an empty one."""
        return ast.parse("\n".join(self.lines) if self.is_python else "")

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def functions(self) -> list[tuple[str, Function]]:
        """Functions and methods with their dotted names, nested ones too."""
        return list(_functions(self.tree, ""))

    @cached_property
    def imports(self) -> list[tuple[str, str]]:
        """(module, name) of all imports anywhere in the file; the name is empty in `import x`.

        A call with a module's name, as pytest.importorskip, is an import.
        """
        if not self.is_python:
            hits = _CYTHON_IMPORT.findall("\n".join(self.lines))
            return [(source or plain, "") for source, plain in hits]
        return _imports(self.nodes)

    @property
    def top_imports(self) -> list[tuple[str, str]]:
        """Those that happen when the module is loaded."""
        return _imports(self.tree.body)


def _imports(nodes: Iterable[ast.AST]) -> list[tuple[str, str]]:
    pairs = []
    for node in nodes:
        if isinstance(node, ast.Import):
            pairs += [(name.name, "") for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            pairs += [("." * node.level + (node.module or ""), name.name) for name in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in _BY_NAME:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                pairs.append((first.value, ""))
    return pairs


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = prefix + child.name
            if not isinstance(child, ast.ClassDef):
                yield name, child
            yield from _functions(child, f"{name}.")
        else:
            yield from _functions(child, prefix)


def source_files(root: Path, *folders: str) -> list[SourceFile]:
    """All files of the folders below a root, in the order of their paths."""
    paths = (path for folder in folders for path in (root / folder).rglob("*.p*"))
    return [
        SourceFile(root, path.relative_to(root).as_posix())
        for path in sorted(paths)
        if path.suffix in (".py", ".pyx", ".pxi")
    ]


@cache
def project_files(*folders: str) -> tuple[SourceFile, ...]:
    """Those of this project, each parsed once for all tests that look at it."""
    if len(folders) == 1:
        return tuple(source_files(ROOT, *folders))
    return tuple(file for folder in folders for file in project_files(folder))


# --- the graph of imports ----------------------------------------------------------------------


def import_graph(files: Iterable[SourceFile]) -> dict[str, set[str]]:
    """Which of these modules imports which, late and type-only imports too."""
    by_name = {file.module: file for file in files}
    graph = {}
    for module, file in by_name.items():
        pairs = [(source, f"{source}.{name}") for source, name in file.imports]
        targets = {dotted if dotted in by_name else source for source, dotted in pairs}
        graph[module] = {name for name in targets if name in by_name and name != module}
    return graph


def circles(graph: Graph) -> list[list[str]]:
    """Strongly connected components of more than one module (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    components: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for target in sorted(graph[module]):
            if target not in index:
                visit(target)
                low[module] = min(low[module], low[target])
            elif target in stack:
                low[module] = min(low[module], index[target])
        if low[module] == index[module]:
            component = stack[stack.index(module) :]
            del stack[-len(component) :]
            components.append(sorted(component))

    for module in sorted(graph):
        if module not in index:
            visit(module)
    return [component for component in components if len(component) > 1]


def layer_of(module: str, layers: Iterable[str]) -> str | None:
    """The longest of the layers' names that is the module or a sub-package around it.

    A whole package is a layer for its own `__init__` alone, so that no module goes without one.
    """
    around = [
        name for name in layers if module == name or ("." in name and module.startswith(f"{name}."))
    ]
    return max(around, key=len, default=None)


def upward_imports(graph: Graph, rows: tuple[tuple[str, ...], ...]) -> Reported:
    """Imports that do not go down, and modules without a layer.

    Rows stand top to bottom; those of a row do not know each other.
    """
    rank = {name: depth for depth, row in enumerate(rows) for name in row}
    inside = {name: layer_of(name, rank) for name in graph}
    reported = {name: "is in no layer" for name, layer in inside.items() if layer is None}
    for module, targets in graph.items():
        for target in targets:
            above, below = inside[module], inside[target]
            if above and below and above != below and rank[below] <= rank[above]:
                reported[f"{module} -> {target}"] = f"{above} does not stand above {below}"
    return reported


# --- habits ------------------------------------------------------------------------------------


def long_files(files: Iterable[SourceFile], most: int = 400) -> Reported:
    return {file.path: f"{len(file.lines)} lines" for file in files if len(file.lines) > most}


def body_length(function: Function) -> int:
    """Lines from the first statement behind the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def cython_functions(lines: list[str]) -> Iterator[tuple[str, int]]:
    """Functions of a Cython file with the lines of their bodies, signatures apart."""
    for number, line in enumerate(lines):
        if start := _CYTHON_FUNCTION.match(line):
            end = number
            while end + 1 < len(lines) and not lines[end].split("#")[0].rstrip().endswith(":"):
                end += 1
            body, depth = 0, len(start[1])
            for offset, follow in enumerate(lines[end + 1 :], 1):
                if follow.strip() and len(follow) - len(follow.lstrip()) <= depth:
                    break
                body = offset if follow.strip() else body
            yield start[2], body


def long_bodies(files: Iterable[SourceFile], most: int = 40) -> Reported:
    reported = {}
    for file in files:
        lengths = [(name, body_length(node)) for name, node in file.functions]
        if not file.is_python:
            lengths = list(cython_functions(file.lines))
        for name, length in lengths:
            if length > most:
                reported[f"{file.path}::{name}"] = f"{length} lines"
    return reported


def parameter_count(function: Function) -> int:
    """Parameters of a signature without self and cls."""
    arguments = function.args
    plain = [*arguments.posonlyargs, *arguments.args]
    receiver = bool(plain) and plain[0].arg in ("self", "cls")
    rest = sum(star is not None for star in (arguments.vararg, arguments.kwarg))
    return len(plain) - receiver + len(arguments.kwonlyargs) + rest


def many_parameters(files: Iterable[SourceFile], most: int = 7) -> Reported:
    return {
        f"{file.path}::{name}": f"{parameter_count(node)} parameters"
        for file in files
        for name, node in file.functions
        if parameter_count(node) > most
    }


def second_classes(files: Iterable[SourceFile]) -> Reported:
    """Classes whose name another module has too."""
    places = defaultdict(list)
    for file in files:
        for node in file.nodes:
            if isinstance(node, ast.ClassDef):
                places[node.name].append(file.path)
    return {name: ", ".join(paths) for name, paths in places.items() if len(set(paths)) > 1}


def generic_locals(files: Iterable[SourceFile]) -> Reported:
    """Assigned names and parameters that say nothing of what they hold; fields are apart."""
    counts: Counter[str] = Counter()
    for file in files:
        fields = {
            id(target)
            for node in file.nodes
            if isinstance(node, ast.ClassDef)
            for statement in node.body
            for target in (getattr(statement, "target", None), *getattr(statement, "targets", ()))
        }
        for node in file.nodes:
            if isinstance(node, ast.Name):
                name = "" if id(node) in fields or isinstance(node.ctx, ast.Load) else node.id
            else:
                name = _bound(node)
            if name in GENERIC:
                counts[f"{file.path}: {name}"] += 1
    return {subject: f"{count} times" for subject, count in counts.items()}


def _bound(node: ast.AST) -> str:
    """The name that a parameter, an exception or a pattern binds."""
    if isinstance(node, ast.arg):
        return node.arg
    return (isinstance(node, ast.ExceptHandler | ast.MatchAs) and node.name) or ""


def private_imports(files: Iterable[SourceFile]) -> Reported:
    """Names with a leading underscore that are taken from another module of ours."""
    return {
        f"{file.path}: {source}.{name}": "is private"
        for file in files
        for source, name in file.imports
        if name.startswith("_") and source.split(".")[0] in (*PACKAGES, "tests", "benchmarks")
        and not name.startswith("__")
        and not (file.root / source.replace(".", "/") / f"{name}.py").exists()
    }  # fmt: skip


def imports_of_tests(files: Iterable[SourceFile]) -> Reported:
    """Test modules that take something from a test module."""
    reported = {}
    for file in files:
        for source, name in file.imports:
            parts = f"{source}.{name}".split(".")
            if parts[0] == "tests" and any(part.startswith("test_") for part in parts[:-1]):
                reported[f"{file.path}: {source}"] = "is a test module"
    return reported


def optional_methods(files: Iterable[SourceFile]) -> Reported:
    """`getattr` and `hasattr` with a name that is written down: an ability without a protocol."""
    counts: Counter[str] = Counter()
    for file in files:
        for node in file.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                constant = len(node.args) > 1 and isinstance(node.args[1], ast.Constant)
                if node.func.id in ("getattr", "hasattr") and constant:
                    name = node.args[1].value  # type: ignore[attr-defined]
                    counts[f"{file.path}: {node.func.id} {name}"] += 1
    return {subject: f"{count} times" for subject, count in counts.items()}


def imported_packages(files: Iterable[SourceFile]) -> dict[str, set[str]]:
    """Top-level packages, each with the files that import it."""
    users = defaultdict(set)
    for file in files:
        if file.is_python:
            for source, _ in file.imports:
                users[source.split(".")[0]].add(file.path)
    return users


def crowded_folders(root: Path, folders: Iterable[str], most: int = 17) -> Reported:
    """Folders with more modules and sub-packages than one takes in at a glance."""
    reported = {}
    for top in folders:
        for folder in (root / top, *(path for path in (root / top).rglob("*") if path.is_dir())):
            entries = [
                path
                for path in folder.iterdir()
                if path.suffix in (".py", ".pyx", ".pxi") or (path / "__init__.py").exists()
            ]
            count = sum(path.name != "__init__.py" for path in entries)
            if count > most:
                reported[folder.relative_to(root).as_posix()] = f"{count} entries"
    return reported


def bags(files: Iterable[SourceFile]) -> Reported:
    """Dictionaries that say nothing of what is in them: `dict[str, Any]`, a bare `dict` within."""
    counts: Counter[str] = Counter()
    for file in files:
        for node in file.nodes:
            if isinstance(node, ast.Subscript):
                inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
                names = [part.id for part in inner if isinstance(part, ast.Name)]
                of_any = _named(node.value) in _BAGS and names[-1:] == ["Any"] and len(inner) == 2
                counts[file.path] += of_any or (_named(node.value) in _HOLDERS and "dict" in names)
    return {path: f"{count} times" for path, count in counts.items() if count}


def uses_of_any(files: Iterable[SourceFile]) -> dict[str, int]:
    """How often a file says `Any`; what an array of any kind of values is made of is apart."""
    counts: Counter[str] = Counter()
    for file in files:
        arrays = [node.slice for node in file.nodes if isinstance(node, ast.Subscript)
                  and _named(node.value) in ("NDArray", "floating", "dtype")]  # fmt: skip
        names = [node for node in file.nodes if isinstance(node, ast.Name) and node.id == "Any"]
        counts[file.path] += sum(node not in arrays for node in names)
    return {path: count for path, count in counts.items() if count}


def _named(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
