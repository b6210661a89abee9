"""llama-server in this process, by the package xllamacpp; needs nothing of specrecord.

python tools/engines/llama_server.py MODEL.gguf --port 8091 [--draft ngram|DRAFT.gguf]
    [--after 12 --most 48] [--sampling default|neutral|grammar]

With --draft ngram, up to `most` tokens are drafted where the last `after` stood before.
`neutral` starts it with no sampling settings of its own, `grammar` with one that no request undoes.
"""

import argparse
import time

import xllamacpp

_KINDS = xllamacpp.common_speculative_type


def parameters(given: argparse.Namespace) -> xllamacpp.CommonParams:
    """What llama-server's command line would make of the arguments; one thread, one slot."""
    params = xllamacpp.CommonParams()
    params.model.path, params.model_alias = given.model, {given.alias}
    params.hostnames, params.port = ["127.0.0.1"], given.port
    params.n_ctx, params.n_parallel = given.context, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = given.threads
    params.endpoint_metrics, params.warmup, params.fit_params = True, False, False
    if given.sampling == "neutral":
        params.sampling.top_k, params.sampling.top_p, params.sampling.min_p = 0, 1.0, 0.0
    if given.sampling == "grammar":
        params.sampling.grammar.type = xllamacpp.common_grammar_type.COMMON_GRAMMAR_TYPE_USER
        params.sampling.grammar.grammar = "root ::= [a-z ]*"
    if given.draft == "ngram":
        params.speculative.types = [_KINDS.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
        lookup = params.speculative.ngram_simple
        lookup.size_n, lookup.size_m = given.after, given.most
    elif given.draft is not None:
        params.speculative.types = [_KINDS.COMMON_SPECULATIVE_TYPE_DRAFT_SIMPLE]
        params.speculative.draft.mparams.path = given.draft
    return params


def main() -> None:
    """Serve until ended; the address is the only line on stdout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("model")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--alias", default="model")
    parser.add_argument("--context", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--draft")
    parser.add_argument("--after", type=int, default=12)
    parser.add_argument("--most", type=int, default=48)
    parser.add_argument("--sampling", choices=["default", "neutral", "grammar"], default="default")
    server = xllamacpp.Server(parameters(parser.parse_args()))
    print(server.listening_address, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
