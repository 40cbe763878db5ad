#!/usr/bin/env bash
# Builds the second implementation: artifacts/reference-c/libreference.so, or what OUT names. Options of the compiler may
# follow, such as -DBREAK=3 or -fsanitize=thread.
set -euo pipefail
shopt -s extglob
cd "$(dirname "$0")/../.."
out=${OUT:-artifacts/reference-c/libreference.so}
mkdir -p "$(dirname "$out")"
gcc -std=c11 -O1 -g -Wall -Wextra -Werror -fPIC -shared -pthread \
    -I Spec/include "$@" -o "$out" tests/reference-c/!(stress).c
