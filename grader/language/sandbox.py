"""Jinja's sandbox with a charge for every operation: see `grader.language.meter`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from jinja2 import Environment, StrictUndefined, nodes, pass_context
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from grader.language.meter import MAX_SIZE, TooMuchError, check_format, meter

MAX_POWER = 1000
_VALUES = {"default", "d", "sum", "map", "select", "selectattr", "reject", "rejectattr", "groupby"}
_TURNS, _MEASURED = " turns", " measured"  # filters that a text cannot name


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox that charges for everything a text does."""

    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template: nodes.Template = _Metering().visit(super()._parse(source, name, filename))
        return template

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            _check_power(left, right)
        elif operator == "%" and isinstance(left, str):
            _check_format(left, right if isinstance(right, tuple) else (right,))
        elif operator == "*":
            is_number = all(isinstance(side, int | float) for side in (left, right))
            meter().work((left, right), counts=not is_number)
        return meter().measured(super().call_binop(context, operator, left, right))

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        given = (*args, *kwargs.values())
        method = getattr(obj, "__wrapped__", obj)  # Jinja wraps `format`
        owner = getattr(method, "__self__", None)
        if isinstance(owner, str) and method.__name__ in {"format", "format_map"}:
            _check_format(owner, given)
        else:
            is_method = isinstance(owner, str | bytes | int | float)
            meter().work((owner, *given), counts=is_method)
        return meter().measured(super().call(context, obj, *args, **kwargs))


class _Metering(NodeTransformer):
    """A code generator that charges for what Jinja does without calling its environment."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 as Jinja calls it
        self.generic_visit(node)
        node.iter = _filtered(node.iter, _TURNS)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 as Jinja calls it
        self.generic_visit(node)
        node.expr = _filtered(node.expr, _MEASURED)
        for operand in node.ops:
            operand.expr = _filtered(operand.expr, _MEASURED)
        return node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802 as Jinja calls it
        self.generic_visit(node)
        return _filtered(node, _MEASURED) if node.ctx == "load" else node

    def visit_literal(self, node: nodes.Node) -> nodes.Node:
        self.generic_visit(node)
        return _filtered(node, _MEASURED)

    visit_List = visit_Dict = visit_Concat = visit_literal  # noqa: N815

    def visit_TemplateData(self, node: nodes.TemplateData) -> nodes.Node:  # noqa: N802 as Jinja calls it
        return nodes.Const(node.data, lineno=node.lineno)  # so that `_written` writes it


def _filtered(node: nodes.Node, name: str) -> nodes.Expr:
    return nodes.Filter(cast("nodes.Expr", node), name, [], [], None, None, lineno=node.lineno)


@pass_context
def _written(_context: Context, value: Any) -> Any:
    return meter().measured(value)


def _check_power(left: Any, right: Any) -> None:
    if not all(isinstance(side, int | float) and abs(side) <= MAX_POWER for side in (left, right)):
        raise TooMuchError(f"In a power, base and exponent must be at most {MAX_POWER}.")


def _check_format(text: str, given: Sequence[Any]) -> None:
    check_format(text, given)
    meter().work((text, list(given)), counts=False)


def _range(*bounds: int) -> range:
    numbers = range(*bounds)
    if len(numbers) > MAX_SIZE:
        raise TooMuchError(f"A range is longer than {MAX_SIZE:,}. Make it shorter.")
    return numbers


def _paid(name: str, function: Any, *, counts: bool) -> Callable[..., Any]:
    """Wrap a filter or a test in charges for its arguments and its result."""

    @wraps(function)
    def paid(*args: Any, **kwargs: Any) -> Any:
        given = [*args, *kwargs.values()]
        if name == "format":
            text, *rest = given
            _check_format(str(text), rest)
        else:
            ours = [one for one in given if not isinstance(one, Context | EvalContext | Environment)]
            meter().work([ours[:1], *ours[1:]], counts=counts)  # the filtered value itself is not a count
        return meter().measured(function(*args, **kwargs))

    return paid


def metered_environment(**filters: Callable[..., Any]) -> Environment:
    """Return a Jinja environment for the texts of a course, with more filters, for use within `metered`."""
    # Not optimised: a text computes when it is rendered, not when it is parsed.
    environment = _Environment(
        undefined=StrictUndefined, autoescape=False, optimized=False, finalize=_written
    )
    # The same student always gets the same text. No links: a long text takes too long to search.
    del environment.filters["random"], environment.filters["urlize"], environment.globals["lipsum"]
    environment.filters |= filters
    environment.globals["range"] = _range
    for name, function in environment.filters.items():
        environment.filters[name] = _paid(name, function, counts=name not in _VALUES)
    for name, function in environment.tests.items():
        environment.tests[name] = _paid(name, function, counts=False)
    environment.filters[_TURNS] = lambda items: meter().turns(items)
    environment.filters[_MEASURED] = lambda value: meter().measured(value)
    return environment
