"""Checks of autograd, modules, loaders, contexts and side effects, on what students write."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.examiner.conftest import Bench

REFERENCE = """
    import contextlib
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, upstream):
            (x,) = ctx.saved_tensors
            return 2 * x * upstream

    class Net(nn.Module):
        def __init__(self, sizes):
            super().__init__()
            self.layers = nn.Sequential(*(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])))

        def forward(self, x):
            return self.layers(x)

    class Pairs(Dataset):
        def __init__(self, n):
            self.x = torch.arange(float(n))

        def __len__(self):
            return len(self.x)

        def __getitem__(self, place):
            if not 0 <= place < len(self.x):
                raise IndexError(place)
            return self.x[place], 2 * self.x[place]

    def loader(n):
        return DataLoader(Pairs(n), batch_size=4)

    @contextlib.contextmanager
    def frozen(net):
        for one in net.parameters():
            one.requires_grad_(False)
        yield net
        for one in net.parameters():
            one.requires_grad_(True)

    class Vector:
        def __init__(self, *values):
            self.values = values

        def __add__(self, other):
            return Vector(*(a + b for a, b in zip(self.values, other.values)))

        def __mul__(self, factor):
            return Vector(*(factor * a for a in self.values))

        __rmul__ = __mul__

        def __matmul__(self, other):
            return sum(a * b for a, b in zip(self.values, other.values))

        def __neg__(self):
            return -1 * self

        def __eq__(self, other):
            return isinstance(other, Vector) and self.values == other.values

        def __lt__(self, other):
            return self @ self < other @ other

        def __contains__(self, value):
            return value in self.values

    def step(weights, gradients, lr):
        weights -= lr * gradients

    def train(x, y):
        net = nn.Linear(1, 1)
        for _ in range(50):
            loss = nn.functional.mse_loss(net(x), y)
            loss.backward()
            with torch.no_grad():
                for one in net.parameters():
                    one -= 0.1 * one.grad
                    one.grad = None
        return net
"""
CHECKS = """
    import itertools
    import pytest
    import torch
    from torch import nn
    from torch.utils.data import DataLoader, Dataset
    from torch.testing import assert_close

    def test_Square_gradient(student, reference):
        '''The gradient of a square.'''
        x, upstream = torch.tensor([1.0, -2.0, 3.0]), torch.tensor([1.0, 10.0, 100.0])
        assert_close(student.grad(student.Square.apply, x), 2 * x)
        assert_close(student.Square.apply(x), x * x)
        assert_close(student.grad(student.Square.apply, (x,), upstream=upstream), 2 * x * upstream)

    def test_Net_is_a_module(student):
        '''It is a module with layers.'''
        net = student.Net([3, 4, 2])
        assert isinstance(net, nn.Module) and isinstance(net.layers, nn.Sequential)
        assert [isinstance(layer, nn.Linear) for layer in net.layers] == [True, True]
        assert len(net.layers) == len(net.layers[:1]) + 1 == 2
        assert list(student.state(net)) == [name for name, _ in net.named_parameters()]

    def test_Net_gradient(student):
        '''Its gradients.'''
        net, x = student.Net([3, 2]), torch.ones(5, 3)
        weight, bias = student.grad(net, x, wrt=["layers.0.weight", "layers.0.bias"])
        assert_close(weight, torch.full((2, 3), 5.0))
        assert_close(bias, torch.full((2,), 5.0))
        state = student.state(net)
        assert_close(student.grad(net, x), state["layers.0.weight"].sum(0).expand(5, 3))
        assert_close(net(x), nn.functional.linear(x, state["layers.0.weight"], state["layers.0.bias"]))

    def test_Pairs_items(student):
        '''A dataset of pairs.'''
        pairs = student.Pairs(7)
        assert isinstance(pairs, Dataset) and len(pairs) == 7
        assert_close(pairs[3], (torch.tensor(3.0), torch.tensor(6.0)))
        assert [x.item() for x, _ in pairs] == list(range(7))
        with pytest.raises(IndexError):
            pairs[7]

    def test_loader_batches(student):
        '''Batches of four.'''
        loader = student.loader(n=10)
        assert isinstance(loader, DataLoader) and len(loader) == 3
        for x, y in loader:
            assert_close(y, 2 * x)
        assert [len(x) for x, _ in loader] == [4, 4, 2]
        x, _ = next(iter(loader))
        assert_close(x, torch.arange(4.0))

    def test_frozen_within(student):
        '''Parameters are frozen inside.'''
        net = student.torch.nn.Linear(2, 1)
        with student.frozen(net) as inside:
            assert not inside.weight.requires_grad
        assert net.weight.requires_grad

    def test_frozen_no_grad(student):
        '''Contexts of torch.'''
        net, x = student.torch.nn.Linear(2, 1), torch.ones(1, 2)
        with student.torch.no_grad():
            assert not net(x).requires_grad
        assert net(x).requires_grad
        assert_close(student.torch.sin(x), torch.sin(x))

    def test_Vector_operators(student):
        '''Its operators.'''
        a, b = student.Vector(1, 2), student.Vector(3, 4)
        assert a + b == student.Vector(4, 6) != b
        multiplied = student.operator.mul
        assert multiplied(2, a).values == multiplied(a, 2).values == (2, 4)
        assert a @ b == 11
        assert (-a).values == (-1, -2)
        assert a < b and not b < a
        assert student.operator.contains(b, 3) and not student.operator.contains(b, 5)
        assert not a == 1

    def test_step_side_effects(student):
        '''It changes its first argument and nothing else.'''
        weights, gradients = torch.ones(2), torch.tensor([1.0, 2.0])
        seen = student.side_effects(student.step, (weights, gradients, 0.5))
        assert seen.value is None
        assert_close(seen.inputs[0], torch.tensor([0.5, 0.0]))
        assert seen.changed == (0,) and seen.gradients == ()
        assert seen.printed == "" and not seen.generators and not seen.settings

    @pytest.mark.parametrize("seed", range(3))
    def test_train_learns(student, seed):
        '''It learns a line.'''
        student.torch.manual_seed(seed)
        x = torch.linspace(-1, 1, 20)[:, None]
        net = student.train(x, 3 * x - 1)
        assert isinstance(net, nn.Linear)
        assert nn.functional.mse_loss(net(x), 3 * x - 1) < 0.2

    def test_train_seeded(student):
        '''Every check begins with the same seed.'''
        assert_close(student.torch.rand(2), torch.rand(2, generator=torch.Generator().manual_seed(0)))
"""
QUESTIONS = ("Square", "Net", "Pairs", "loader", "frozen", "Vector", "step", "train")
WRONG = {
    "Square": ("2 * x * upstream", "2 * x"),
    "Net": ("nn.Linear(a, b) for", "nn.Linear(a, b, bias=False) for"),
    "Pairs": ("class Pairs(Dataset)", "class Pairs"),
    "loader": ("batch_size=4", "batch_size=4, drop_last=True"),
    "frozen": ("one.requires_grad_(False)", "one.requires_grad_(True)"),
    "Vector": ("return self @ self < other @ other", "return self @ self <= other @ other or True"),
    "step": ("weights -= lr * gradients", "weights -= lr * gradients; gradients.zero_(); print('done')"),
    "train": ("one.grad = None", "pass"),
}


def outcomes(bench: Callable[..., Bench], *sources: str) -> list[dict[str, str]]:
    """Return the outcomes of each source by question."""
    made = bench(questions=QUESTIONS, reference=REFERENCE, checks=CHECKS)
    return [{one.id: one.outcome for one in report.questions} for report in made.grade(*sources)]


def test_the_reference_passes_and_each_mistake_is_seen(bench: Callable[..., Bench]) -> None:
    wrong = [REFERENCE.replace(*change) for change in WRONG.values()]
    right, *found = outcomes(bench, REFERENCE, *wrong)
    assert right == dict.fromkeys(QUESTIONS, "passed")
    for name, seen in zip(WRONG, found, strict=True):
        lost = {id_ for id_, outcome in seen.items() if outcome != "passed"}
        assert lost <= {name} | ({"loader"} if name == "Pairs" else set()) and name in lost, (name, seen)


SIDE_EFFECTS = """
    import torch

    def test_f_leaves_all_alone(student):
        '''Nothing else happens.'''
        x = torch.ones(2, requires_grad=True)
        seen = student.side_effects(student.f, (x, student.torch.nn.Linear(2, 1)))
        told = [seen.changed, seen.gradients, seen.printed, sorted(seen.generators), sorted(seen.settings)]
        assert not any(told), told
"""


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("return None", None),
        ("x.data += 1", "[(0,), (), '', [], []]"),
        ("net.weight.data.zero_()", "[(1,), (), '', [], []]"),
        ("net.eval()", "[(1,), (), '', [], []]"),
        ("net(x).sum().backward()", "[(), (0, 1), '', [], []]"),
        ("print('x is', 1)", "[(), (), 'x is 1\\n', [], []]"),
        ("torch.rand(1), random.random()", "[(), (), '', ['random', 'torch'], []]"),
        ("torch.set_grad_enabled(False)", "[(), (), '', [], ['grad mode']]"),
    ],
)
def test_side_effects_are_told(bench: Callable[..., Bench], line: str, told: str | None) -> None:
    source = f"import random, torch\ndef f(x, net):\n    {line}"
    reference = "def f(x, net):\n    pass"
    (report,) = bench(questions=("f",), reference=reference, checks=SIDE_EFFECTS).grade(source)
    (question,) = report.questions
    assert question.outcome == ("failed" if told else "passed")
    cause = question.checks[0].cause
    assert told is None or (cause is not None and told in cause.text)
