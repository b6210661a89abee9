"""How often a request that failed is sent again, and how long is waited between.

It is sent again as it was, draft included. To draft anew would make what is drafted depend on what
gets through: tokens whose requests fail more often would reach the target less often than their
probability says.
"""

from collections.abc import Callable
from dataclasses import dataclass

from specrecord.models.base import TargetFaultError


@dataclass(frozen=True)
class RetryPolicy:
    """`attempts` of one request at most; seconds between them, doubling from `first` to `longest`.

    A server that asks for a longer wait gets it, up to `asked`. `sleep` waits.
    """

    attempts: int = 4
    first: float = 0.5
    longest: float = 8.0
    asked: float = 120.0
    sleep: Callable[[float], None] = lambda seconds: None

    def delay(self, failures: int, fault: TargetFaultError) -> float | None:
        """Seconds to wait after so many failures of one request; None to give up."""
        if fault.lasting or failures >= self.attempts:
            return None
        if fault.retry_after is not None:
            return fault.retry_after if fault.retry_after <= self.asked else None
        return float(min(self.longest, self.first * 2 ** (failures - 1)))
