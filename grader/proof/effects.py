"""Asserts on what student code was given: it works on a copy, so they pass or fail whatever it does.

They are found in the source alone, in its order. If an assert may depend on something that student code gave
back, it is not reported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from grader.course.file_names import CHECKS_FILE, VISIBLE_CHECKS_FILE
from grader.course.sources import is_check, parsed
from grader.errors import Fault

REMEDY = "Look at what comes back. A changed input is noticed without a check, unless 'in_place' is set."
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults_of_effects(folder: Path) -> Iterator[Fault]:
    """Yield a fault for each assert on an argument of student code."""
    for file in (folder / CHECKS_FILE, folder / VISIBLE_CHECKS_FILE):
        tree = parsed(file.read_bytes()) if file.is_file() else ast.Module([], [])
        functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
        students = {"student", *(one.name for one in functions if "student" in _parameters(one))}
        for function in functions:
            if is_check(function):
                walk = _Walk(students & _parameters(function))
                walk.through(function.body)
                for line, name in walk.found:
                    sentence = f"Student code got a copy of `{name}`, so this assert says nothing about it."
                    yield Fault(file, line, None, "", sentence, REMEDY)


def _parameters(function: _Function) -> set[str]:
    arguments = function.args
    return {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


@dataclass
class _Walk:
    """A pass through a check, statement by statement."""

    students: set[str]  # names that depend on student code
    given: set[str] = field(default_factory=set)  # names of values that student code was given
    objects: set[str] = field(default_factory=set)  # names of objects that student code made
    found: list[tuple[int, str]] = field(default_factory=list)

    def through(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self._look(statement)

    def _look(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assert(test=test):
                self._give(test)
                self._judge(test)
            case ast.Expr(value=ast.Call() as call):
                self._call(call)
            case ast.Assign(targets=targets, value=value):
                self._assign(targets, value)
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.AugAssign(target=target, value=value)
            ):
                self._assign([target], value)
            case ast.FunctionDef() | ast.ClassDef() if self._depends(statement):
                self.students.add(statement.name)
            case _:
                self._compound(statement)

    def _compound(self, statement: ast.stmt) -> None:
        match statement:
            case ast.For(target=target, iter=value):
                self._assign([target], value)
                self._within(statement, value)
            case ast.If(test=value) | ast.While(test=value):
                self._within(statement, value)
            case ast.With(items=items):
                for item in items:
                    self._assign([item.optional_vars] if item.optional_vars else [], item.context_expr)
                self._within(statement, None)
            case ast.Try():
                self._within(statement, None)

    def _within(self, statement: ast.stmt, condition: ast.expr | None) -> None:
        """Go through the blocks of a statement, unless values from student code decide about them."""
        if condition is not None:
            self._give(condition)
        before = len(self.found)
        for name in ("body", "handlers", "orelse", "finalbody"):
            for part in getattr(statement, name, []):
                self.through(part.body if isinstance(part, ast.ExceptHandler) else [part])
        if condition is not None and self._depends(condition):
            del self.found[before:]

    def _call(self, call: ast.Call) -> None:
        """Handle a call as a statement: an assert, or one that changes the object of its method."""
        self._give(call)
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        root = _root(call.func)
        if name.startswith("assert"):
            self._judge(call)
        elif root and any(map(self._depends, (*call.args, *(one.value for one in call.keywords)))):
            self.students.add(root)

    def _assign(self, targets: Iterable[ast.expr], value: ast.expr) -> None:
        self._give(value)
        depends, part = self._depends(value), _root(value) in self.given
        is_object = isinstance(value, ast.Call) and _is_class_of_students(value.func)
        for target in targets:
            names = _names(target)
            self.students = self.students | names if depends else self.students - names
            self.given = self.given | names if part and not depends else self.given - names
            self.objects = self.objects | names if is_object else self.objects - names

    def _give(self, node: ast.AST) -> None:
        """Note what an expression gives to student code."""
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and self._is_of_students(call.func):
                for value in (*call.args, *(one.value for one in call.keywords)):
                    self.given |= set(_outside_of_calls(value)) - self.students

    def _is_of_students(self, function: ast.expr) -> bool:
        root = _root(function)
        if isinstance(function, ast.Name):
            return root in self.students
        return root in {"student", *self.objects}

    def _depends(self, node: ast.AST) -> bool:
        return not self.students.isdisjoint(_names(node))

    def _judge(self, test: ast.expr) -> None:
        """Find an assert that depends on what was given, and on nothing that came back."""
        if not self._depends(test):
            for name in sorted(set(_outside_of_reference(test)) & self.given)[:1]:
                self.found.append((test.lineno, name))


def _is_class_of_students(function: ast.expr) -> bool:
    """Return whether this is the student's and named like a class: student.Net."""
    return isinstance(function, ast.Attribute) and _root(function) == "student" and function.attr[0].isupper()


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _root(node: ast.expr) -> str:
    """Return the name that a chain of attributes, items and calls begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _outside_of_calls(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif not isinstance(node, ast.Call | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outside_of_calls(child)


def _outside_of_reference(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif not (isinstance(node, ast.Call) and _root(node.func) == "reference"):
        for child in ast.iter_child_nodes(node):
            yield from _outside_of_reference(child)
