"""`measure.py PEER WARM-UP-URL CALLS URL CALLS CONCURRENCY`: what measure.ts does, for peers in Python."""

import asyncio
import json
import resource
import runpy
import sys
import time

peer, warm_up_url, warm_up_calls, url, calls, concurrency = sys.argv[1:]
run = runpy.run_path(peer)["run"]


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


if int(warm_up_calls) > 0:
    asyncio.run(run(warm_up_url, int(warm_up_calls), int(concurrency)))
before = cpu()
begun_at = time.monotonic()
asyncio.run(run(url, int(calls), int(concurrency)))
elapsed = (time.monotonic() - begun_at) * 1e3
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"cpu": cpu() - before, "elapsed": elapsed, "rss": rss}))
