"""Asks a target that may fail: each failure is an event, and a request is sent again only so often.

A request that failed is sent again as it was, draft included. To draft anew would make what is
drafted depend on what gets through: tokens whose requests fail more often would reach the target
less often than their law says.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from specrecord.events import Event, Fault, Verify
from specrecord.models.base import TargetFaultError, Timing, VerifyOutput

Clock = Callable[[], int]  # microseconds since the run began


@dataclass(frozen=True)
class RetryPolicy:
    """How often a request is sent, and how long is waited between: seconds, doubling from `first`
    to `longest`.

    A server that asks for a longer wait gets it, up to `asked`. `pause` waits.
    """

    attempts: int = 4
    first: float = 0.5
    longest: float = 8.0
    asked: float = 120.0
    pause: Callable[[float], None] = lambda seconds: None

    def wait(self, failures: int, fault: TargetFaultError) -> float | None:
        """Seconds to wait after so many failures of one request; None to give up."""
        if fault.lasting or failures >= self.attempts:
            return None
        if fault.retry_after is not None:
            return fault.retry_after if fault.retry_after <= self.asked else None
        return float(min(self.longest, self.first * 2 ** (failures - 1)))


@dataclass
class RetryingRequest:
    """One round's request, of which `window` tokens are no candidates (see `Verify`).

    `held` are events from before the answer that were worked out while it was waited for.
    """

    now: Clock
    retry_policy: RetryPolicy
    interrupted: Callable[[], bool]
    round: int
    window: int = 0
    held: Sequence[Event] = ()

    def ask(
        self, request: Callable[[], VerifyOutput], tokens: Callable[[VerifyOutput], int]
    ) -> Generator[Event, None, VerifyOutput | None]:
        """Yields a `fault` for each failure and a `verify` at success; returns None when it gave
        up.

        `tokens` counts the new tokens that an answer is about.
        """
        failures = 0
        while True:
            start = self.now()
            try:
                evidence = request()
            except TargetFaultError as fault:
                failures += 1
                if not (yield from self.failed(fault, failures)):
                    return None
                continue
            time = self.now()
            yield from self.held
            yield verify_event(time, time - start, tokens(evidence), self.window, evidence.timing)
            return evidence

    def failed(self, fault: TargetFaultError, failures: int) -> Generator[Event, None, bool]:
        """Yields the fault and waits; returns whether to try again."""
        wait = self.retry_policy.wait(failures, fault)
        again = wait is not None and not self.interrupted()
        next_step = f"tried again after {wait:.1f} s" if again else "given up"
        yield Fault(self.now(), fault.name, f"{fault}; {next_step}", self.round)
        if wait is not None and again:
            self.retry_policy.pause(wait)
        return again and not self.interrupted()


def verify_event(
    time: int, duration: int, tokens: int, window: int, timing: Timing | None
) -> Verify:
    """The event of one answered request; a local target has no timing."""
    if timing is None:
        return Verify(time, duration, tokens, window=window)
    # Rounded down, so that the parts never add up to more than the whole.
    return Verify(
        time,
        duration,
        tokens,
        _microseconds(timing.queue),
        _microseconds(timing.network),
        window,
        _microseconds(timing.prompt),
        _microseconds(timing.completion),
        timing.sent,
        timing.received,
        _microseconds(timing.connect),
    )


def _microseconds(seconds: float | None) -> int | None:
    return None if seconds is None else int(seconds * 1_000_000)
