"""Requests to Canvas that wait, try again, and say what is known about a failure.

canvasapi knows no timeout, follows redirects (a PUT would become a GET) and never retries, and it writes each
request and answer out for its log, even if nobody reads that. So its requests are made here.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from canvasapi import __version__
from canvasapi.requester import Requester
from requests.auth import AuthBase

from grader.errors import UsageFault, printable
from grader.lms.canvas_rest.request_failures import RefusedRequest, UncertainRequest
from grader.lms.token import VARIABLE, Token

FIRST_WAIT_SECONDS = 1.0  # doubled with each try
TRIES = 7  # about a minute
FIRST_TRIES = 3  # before the first answer: the address may be wrong
MAX_WAIT_SECONDS = 120.0  # a longer wait is left to the user
TIMEOUT_SECONDS = (10.0, 90.0)  # to connect, and for each part of an answer
MAX_SAID = 200  # characters of Canvas's own message
RequestContent = Sequence[tuple[str, Any]]  # of a request: names and values
_LATER = "Nothing is lost: run the command again later."

logging.getLogger("canvasapi").disabled = True
logging.getLogger("canvasapi.requester").disabled = True  # it would log the scores and comments of students


class Bearer(AuthBase):
    """Adds the token to each request. No other object holds it, so that canvasapi cannot print it."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token; without this, requests would prefer a password in ~/.netrc."""
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class PatientRequester(Requester):  # type: ignore[misc]  # canvasapi has no types
    """The requests of canvasapi.

    A GET is retried here; a PUT by its caller, who must first look at what has arrived.
    """

    def __init__(self, url: str, token: Token, tell: Callable[[str], None]) -> None:
        super().__init__(url, "")
        self._session.auth = Bearer(token)
        self._session.headers["User-Agent"] = f"python-canvasapi/{__version__}"
        _read_environment(self._session, url)
        self._tell = tell
        self._has_answered = False

    def waits(self) -> Iterator[None]:
        """Allow some tries; the caller passes each failure to `wait`."""
        for number in range(TRIES):
            if number >= FIRST_TRIES and not self._has_answered:
                return
            self._number = number
            yield

    def wait(self, failure: UncertainRequest) -> None:
        """Wait before another try, at least as long as Canvas asks for.

        Raises:
            UsageFault: Canvas asks for more time than a command should take.

        """
        own = FIRST_WAIT_SECONDS * 2**self._number * random.uniform(0.75, 1.25)  # noqa: S311 no secret
        seconds = max(own, failure.wait_seconds)
        if seconds > MAX_WAIT_SECONDS:
            raise UsageFault(f"{failure}. Canvas asks to wait {seconds:.0f} seconds. {_LATER}")
        self._tell(f"{failure}. Trying again in {seconds:.0f} s.")
        time.sleep(seconds)

    def request(
        self,
        method: str,
        endpoint: str,
        _kwargs: RequestContent | None = None,
        _url: None = None,
        **more: Any,
    ) -> Any:
        """Send a request and return the answer; canvasapi's pages come through here, too."""
        content = [*(_kwargs or []), *more.items()]
        send = {"GET": self._get, "PUT": self._put}[method]
        return send(f"{self.base_url}{endpoint}", [(name, _written(value)) for name, value in content])

    def _get(self, url: str, params: RequestContent) -> requests.Response:
        failure = UncertainRequest("")
        for _try in self.waits():
            try:
                return self._answer(lambda: self._session.get(url, params=params, **_ONCE))
            except UncertainRequest as error:
                failure = error
            if self._number < (TRIES if self._has_answered else FIRST_TRIES) - 1:
                self.wait(failure)
        raise UsageFault(f"{failure}, even after several tries. {_LATER}")

    def _put(self, url: str, data: RequestContent) -> requests.Response:
        return self._answer(lambda: self._session.put(url, data=data, **_ONCE))

    def _answer(self, ask: Callable[[], requests.Response]) -> requests.Response:
        """Return a good answer.

        Raises:
            UsageFault: no request can succeed.
            RefusedRequest: this one cannot.
            UncertainRequest: another try can.

        """
        try:
            response = ask()
        except requests.exceptions.SSLError:
            raise UsageFault(
                f"{self.original_url} has no valid certificate, so the token is not sent to it. "
                "Correct the address."
            ) from None
        except requests.exceptions.ConnectTimeout:
            raise UncertainRequest("Canvas cannot be reached", is_untouched=True) from None
        except requests.exceptions.Timeout:
            raise UncertainRequest("Canvas has not answered in time") from None
        except (requests.exceptions.RequestException, OSError) as error:
            raise UncertainRequest(_lost(error)) from None
        self._has_answered = True
        _judge(response, self.original_url)
        return response


_ONCE: dict[str, Any] = {"timeout": TIMEOUT_SECONDS, "allow_redirects": False}


def _read_environment(session: requests.Session, url: str) -> None:
    """Read proxies and certificates from the environment once: requests would read them for each request."""
    found = session.merge_environment_settings(url, {}, None, None, None)
    session.proxies, session.verify = found["proxies"], found["verify"]
    session.trust_env = False


def _written(value: Any) -> Any:
    """Return a value as Canvas reads it."""
    return str(value).lower() if isinstance(value, bool) else value


def _lost(error: Exception) -> str:
    is_new = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
    return "Canvas cannot be reached" if is_new else "The connection to Canvas was cut"


def _judge(response: requests.Response, url: str) -> None:
    """Raise an error unless this is an answer of Canvas that reports success."""
    status = response.status_code
    if status // 100 == 2:
        if "json" not in response.headers.get("Content-Type", ""):
            raise UsageFault(f"{url} does not answer like Canvas. Is this its address?")
        return
    if status // 100 == 3:
        where = printable(response.headers.get("Location", "elsewhere"))[:MAX_SAID]
        raise UsageFault(f"{url} redirects to {where}. Give the address that your browser shows in Canvas.")
    said = said_in(response)
    if status == 401 and "WWW-Authenticate" in response.headers:
        raise UsageFault(
            f"Canvas does not accept the token (401{f': {said}' if said else ''}). Make a new one in Canvas "
            f"(Account, Settings, New Access Token) and put it into {VARIABLE} or the file."
        )
    if status == 429 or (status == 403 and "rate limit exceeded" in response.text.lower()):
        seconds = seconds_to_wait(response.headers.get("Retry-After", ""))
        raise UncertainRequest(f"Canvas gets too many requests ({status})", seconds, is_untouched=True)
    if status in {408, 409, 425} or status >= 500:
        seconds = seconds_to_wait(response.headers.get("Retry-After", ""))
        what = "conflicts with another change" if status == 409 else "has failed"
        raise UncertainRequest(f"Canvas {what} ({status})", seconds)
    raise RefusedRequest(status, said)


def said_in(response: requests.Response) -> str:
    """Return Canvas's own message about a refusal, or ""."""
    try:
        found = response.json()
    except ValueError:
        return ""
    errors = (
        found.get("errors", found.get("error", found.get("message", ""))) if isinstance(found, dict) else ""
    )
    first = errors[0] if isinstance(errors, list) and errors else errors
    text = first.get("message", "") if isinstance(first, dict) else first
    return printable(text)[:MAX_SAID].rstrip(". ") if isinstance(text, str) else ""


def seconds_to_wait(text: str) -> float:
    """Return what a header Retry-After asks for: seconds, or a date.

    >>> seconds_to_wait("7"), seconds_to_wait(""), seconds_to_wait("soon")
    (7.0, 0.0, 0.0)
    """
    if text.strip().isdecimal() and text.isascii():
        return float(text.strip()[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0.0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
