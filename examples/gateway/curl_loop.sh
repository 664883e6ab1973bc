#!/usr/bin/env bash
# curl from xargs, 20 processes at once.
seq 1 "${COUNT:-100}" | xargs -P 20 -I{} curl -s -o /dev/null -w '%{http_code}\n' "$API/products/{}" | sort | uniq -c
