"""Finds out which verifiers can be trusted at a server. Nothing is believed unseen.

A scoring call is held against what the server said while it generated: it writes a few tokens
greedily and tells their log-probabilities, then scores the same tokens, and the two must agree.
(llama-cpp-python 0.3.36 echoes rows that are shifted by one; used naively they are silently wrong.
Shifted rows are recognised and put right.)
"""

from dataclasses import replace
from functools import partial

from specrecord.models.base import TargetFaultError
from specrecord.models.remote.completions.verifier import AGREEMENT, Verifier
from specrecord.models.remote.completions.verifiers import VERIFIERS
from specrecord.models.remote.probing.prober import FATAL, Prober, ProbeResult
from specrecord.models.remote.probing.sampling import sampling_doubt


def try_verifiers(prober: Prober, result: ProbeResult) -> None:
    """Try all verifiers, best first, into `result.works`, and whether the server draws from what it
    tells, into `result.sampling`; `result.capabilities` learns how to ask.
    """
    if prober.trouble is not None:
        result.works |= dict.fromkeys(VERIFIERS, prober.trouble)
        return
    _learn_scale(prober, result)
    for name, verifier in VERIFIERS.items():
        result.works[name] = _why_not(prober, verifier, result)
    try:
        result.sampling = sampling_doubt(prober, result) or ""
    except TargetFaultError as fault:
        if fault.name in FATAL:
            raise
        result.sampling = f"its draws could not be checked: {fault}"
    own = bool(result.sampling)
    result.capabilities = prober.client.capabilities = replace(result.capabilities, own=own)


def _learn_scale(prober: Prober, result: ProbeResult) -> None:
    """Whether a token's log-probability moves with the temperature, into `result.capabilities`.
    Two requests.
    """
    client = prober.client

    def likeliest(temperature: float) -> float:
        reply = client.ask([prober.prompt], 1, temperature=temperature)
        return max(client.read(reply.choices[0])[0].top.values(), default=0.0)

    try:
        raw, cold = (prober.in_time(partial(likeliest, temperature)) for temperature in (1.0, 0.3))
    except TargetFaultError as fault:
        if fault.name in FATAL:
            raise
        raw = cold = 0.0
    # A token that is all but certain has the same logarithm either way.
    scaled = None if raw > -AGREEMENT else abs(raw - cold) > AGREEMENT
    result.capabilities = client.capabilities = replace(result.capabilities, scaled=scaled)


def _why_not(prober: Prober, kind: type[Verifier], result: ProbeResult) -> str | None:
    """Why a verifier cannot be used here; None if it can, and then by `result.capabilities`."""
    reason = kind.why_untried(result.capabilities, prober.sample)
    if reason is not None:
        return reason
    for capabilities in kind.variants(result.capabilities):
        prober.client.capabilities = capabilities
        verifier = kind(prober.client)
        try:
            reason = prober.in_time(partial(verifier.disagreement, prober.sample))
        except TargetFaultError as fault:
            if fault.name in FATAL:
                raise
            reason = str(fault)
        if reason is None:
            rounding = max(capabilities.rounding, verifier.rounding)
            result.capabilities = replace(capabilities, rounding=round(rounding, 4))
            prober.client.capabilities = result.capabilities
            return None
    prober.client.capabilities = result.capabilities
    return reason
