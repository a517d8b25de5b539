"""How a request to Canvas can fail."""

from __future__ import annotations

from grader.errors import GraderError


class RefusedRequest(GraderError):
    """Canvas has refused a request, and would refuse it again."""

    def __init__(self, status: int, said: str) -> None:
        self.status, self.said = status, said
        super().__init__(f"Canvas refuses this ({status}{f': {said}' if said else ''})")


class UncertainRequest(GraderError):
    """A request failed, and may have been carried out unless `is_untouched`. Another try makes sense."""

    def __init__(self, reason: str, wait_seconds: float = 0.0, *, is_untouched: bool = False) -> None:
        self.wait_seconds, self.is_untouched = wait_seconds, is_untouched
        super().__init__(reason)
