#!/usr/bin/env bash
# Runs stress.c against the second implementation, plainly and under the sanitizers of threads, addresses and undefined
# behaviour; each for SECONDS (5) with SEED (1). Any report is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=artifacts/reference-c
sources=(tests/reference-c/*.c)
mkdir -p "$out"

run() {
    local name=$1
    shift
    gcc -std=c11 -O1 -g -Wall -Wextra -Werror -pthread -I Spec/include "$@" -o "$out/stress-$name" "${sources[@]}"
    echo "$name: $("$out/stress-$name" "${SECONDS_EACH:-5}" "${SEED:-1}")"
}

run plain
# The one fence stands between two words of a hint (RING-10); the sanitizer knows no fences.
run thread -fsanitize=thread -Wno-tsan
ASAN_OPTIONS=detect_leaks=1 run address -fsanitize=address,undefined -fno-sanitize-recover=all
