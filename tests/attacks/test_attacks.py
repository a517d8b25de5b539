"""Every attack is defeated: it earns no point, changes nothing, leaves nothing, and harms no later submission."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.doctor.attacks import Attack, AttackResult, load_attacks, run_attacks

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
ATTACKS = load_attacks(HERE)


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> dict[Attack, AttackResult]:
    """The results of the attacks that `-k` selects."""
    items = (item for item in request.session.items if item.path == request.path)
    params = [item.callspec.params["attack"] for item in items if isinstance(item, pytest.Function)]
    asked = [attack for attack in params if isinstance(attack, Attack)]
    return {result.attack: result for result in run_attacks(asked, lambda _result: None)}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.family}/{attack.name}")
def test_attack(results: dict[Attack, AttackResult], attack: Attack) -> None:
    assert attack.sentence
    assert results[attack].gains == ()
    assert results[attack].layers
