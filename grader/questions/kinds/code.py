"""`code`: a function, a class or an object to write, judged by pytest checks."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from grader.errors import did_you_mean
from grader.language.fault import at
from grader.language.params import Variant
from grader.language.templates import TextError
from grader.questions import wording
from grader.questions.base import Question, rendered
from grader.questions.definitions import defined_names
from grader.questions.posed import Key, Mark, Posed
from grader.questions.problems import Problem, text_problems
from grader.worker.families import FAMILIES

BROKEN_FILE = "broken.py"


class Code(Question[Posed, Key, Any]):
    """Code to write. The reference and the checks are in reference.py and checks.py next to the YAML."""

    by_checks: ClassVar[bool] = True

    kind: Literal["code"]
    signature: Annotated[
        str | None,
        Field(description='Parameters and types of a function: "(image: Tensor, stride: int) -> Tensor".'),
    ] = None
    starter: Annotated[
        str | None, Field(description="The code in the stub, where an empty function is not enough.")
    ] = None
    fix: Annotated[
        bool, Field(description="Whether students fix the code of broken.py, which is then in the stub.")
    ] = False
    forbid: Annotated[
        list[str], Field(description=f"What students must not use: {', '.join(FAMILIES)}.")
    ] = []
    require: Annotated[list[str], Field(description="What students must use, from the same families.")] = []
    in_place: Annotated[bool, Field(description="Whether the code may change its inputs.")] = False
    equivalent: Annotated[
        dict[str, str],
        Field(description="Why a mutant or impostor counts as right, by its name in course check."),
    ] = {}

    @model_validator(mode="after")
    def _one_starter(self) -> Code:
        if [self.signature is not None, self.starter is not None, self.fix].count(True) != 1:
            msg = "A code question needs one of 'signature', 'starter' and 'fix: true'"
            raise ValueError(msg)
        return self

    def problems(self, names: frozenset[str]) -> Iterator[Problem]:
        """Yield everything wrong with the question."""
        yield from super().problems(names)
        yield from self._family_problems()
        if self.starter is not None:
            yield from text_problems(self.starter, ("starter",), names)
        if self.fix:
            return
        if self.starter is None or "{" not in self.starter:  # else it is checked when it is rendered
            yield from self._starter_problems(self.starter or self._function())

    def _family_problems(self) -> Iterator[Problem]:
        for what, families in (("forbid", self.forbid), ("require", self.require)):
            done = {"forbid": "forbidden", "require": "required"}[what]
            for index, family in enumerate(families):
                if family not in FAMILIES:
                    sentence = f"'{family}' cannot be {done}."
                    yield Problem((what, index), sentence, did_you_mean(family, FAMILIES))
        for index, family in enumerate(self.require):
            if family in self.forbid:
                yield Problem(
                    ("require", index), f"'{family}' is both forbidden and required.", "Remove one."
                )

    def _starter_problems(self, text: str) -> Iterator[Problem]:
        path = ("starter",) if self.starter else ("signature",)
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            told = getattr(error, "msg", None) or "it is nested too deeply"
            line = getattr(error, "lineno", None) or 0
            yield Problem(path, f"This is not Python: {told}.", 'Write "(x: Tensor) -> Tensor".', line)
            return
        if self.id not in defined_names(tree):
            yield Problem(
                path, f"The starter does not define '{self.id}'.", "Start with its def, class or assignment."
            )

    def _starter(self, variant: Variant) -> str:
        if self.starter is None:
            return self._function()
        if self.fix:
            return self.starter  # code as it is in its file
        starter = rendered(self.starter, variant, "starter")
        for problem in self._starter_problems(starter) if "{" in self.starter else ():
            with at(*problem.path):
                raise TextError(problem.sentence, problem.remedy, problem.line)
        return starter

    def _function(self) -> str:
        return f"def {self.id}{self.signature}:\n    ..."

    def pose(self, variant: Variant) -> Posed:
        """Write the question as the student of this variant sees it."""
        starter = self._starter(variant)
        return self.posed(
            variant,
            how=self._how(),
            starter=starter,
            forbid=tuple(self.forbid),
            require=tuple(self.require),
            in_place=self.in_place,
            is_broken=self.fix,
        )

    def _how(self) -> str:
        """Say what to do with the starter, and what must and must not be used; '' if nothing is special."""
        limits = self._limits()
        return " ".join(filter(None, (wording.MEND if self.fix else "", limits)))

    def _limits(self) -> str:
        if not self.forbid and not self.require:
            return ""
        how = wording.CODE
        if self.forbid:
            forbidden = (wording.NO.format(family=FAMILIES[family].noun) for family in self.forbid)
            how = wording.CODE_WITHOUT.format(families=wording.listed(forbidden))
        if self.require:
            required = (FAMILIES[family].with_article for family in self.require)
            how += wording.CODE_WITH.format(families=wording.listed(required))
        return how

    def key(self, variant: Variant) -> Key:
        """Compute only the misconceptions: the checks decide."""
        return Key(solution="", wrong=self.authored_wrongs(variant))

    @classmethod
    def read(cls, posed: Posed, value: Any) -> Any:
        """Raise NotImplementedError: code has no value to read."""
        raise NotImplementedError

    @classmethod
    def judge(cls, posed: Posed, key: Key, answer: Any) -> Mark:
        """Raise NotImplementedError: code has no value to judge."""
        raise NotImplementedError

    def reference_problems(self, reference: str) -> Iterator[Problem]:
        """Yield a problem if the stub's parameters have other names or defaults in reference.py."""
        if self.signature is None:
            return
        own = parameters_of(self._function())[self.id]
        written = parameters_of(reference).get(self.id, own)
        if written != own:
            sentence = f"The stub takes ({own}), but the reference takes ({written})."
            yield Problem(("signature",), sentence, "Use the same parameters in both.")

    @property
    def starts_from(self) -> str:
        """Return the file with the code to fix; '' if students start from an empty function."""
        return BROKEN_FILE if self.fix else ""

    def starting_with(self, code: str) -> Self:
        """Return the question with the code to fix as its starter."""
        return self.model_copy(update={"starter": code})

    def excuse(self, name: str) -> str:
        """Return the author's reason why this wrong solution counts as right; '' if there is none."""
        return self.equivalent.get(name, "")


def parameters_of(source: str) -> Mapping[str, str]:
    """Return the parameters of each function at the top level, without their types."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    for function in functions:
        for node in ast.walk(function.args):
            if isinstance(node, ast.arg):
                node.annotation = None
    return {function.name: ast.unparse(function.args) for function in functions}
