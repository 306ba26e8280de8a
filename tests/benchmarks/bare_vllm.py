"""The peer of `bench_vllm.py`, run under vLLM's interpreter: `LLM.generate` over all prompts in one call.

A line of JSON in is a round: prompts, a seed each, sampling. A line out: its seconds and tokens.
"""

import json
import os
import sys
import time


def main() -> None:
    """Load the model, say so, and answer rounds until the input ends."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from vllm import LLM, SamplingParams
    from vllm.platforms import current_platform

    # on a CPU, requests with seeds and prompts in pieces do not go together: see the engine's own process
    pieces = False if current_platform.is_cpu() else None
    llm = LLM(**json.loads(sys.stdin.readline()), enable_chunked_prefill=pieces)
    out.write("{}\n")
    out.flush()
    for line in sys.stdin:
        job = json.loads(line)
        sampling = [SamplingParams(**job["sampling"], seed=seed) for seed in job["seeds"]]
        started = time.perf_counter()
        done = llm.generate(job["prompts"], sampling, use_tqdm=False)
        seconds = time.perf_counter() - started
        tokens = sum(len(one.outputs[0].token_ids) for one in done)
        out.write(json.dumps({"seconds": seconds, "tokens": tokens}) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
