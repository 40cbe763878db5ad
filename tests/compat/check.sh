#!/usr/bin/env bash
# Tests of libaio2-compat.so, which Native/build.sh has made: its symbols, its laws, and the comparison with the kernel's AIO
# (--sequences N of it, 60 unless told). Exits 0 only if every check passes.
set -uo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8

sequences=60
case "${1:-}" in
    --sequences) sequences=${2:?--sequences needs a number} ;;
    --help)
        echo "tests/compat/check.sh [--sequences N]    e.g. --sequences 2000 for a long comparison with the kernel"
        exit
        ;;
    "") ;;
    *) echo "tests/compat/check.sh: unknown option $1; try --help" >&2; exit 2 ;;
esac

here=tests/compat
library=$PWD/artifacts/native/libaio2-compat.so
work=$PWD/artifacts/test/compat
rm -rf "$work"
mkdir -p "$work"
. tests/check.sh
log=$work/log

symbols() { nm -D --defined-only "$1" | awk '{ print $2, $3 }' | sort; }
libaio() { ldconfig -p | awk '$1 == "libaio.so.1" { print $NF; exit }'; }

# And one of the C library's, for those who use libaio's contexts in system calls of their own.
the_symbols_are_libaios() {
    diff <(symbols "$(libaio)") <(symbols "$library" | grep -v 'GLIBC') &&
        [ "$(symbols "$library" | grep -c '^T syscall@@GLIBC')" -eq 1 ]
}

build() {
    local name=$1
    shift
    gcc -g -O1 -Wall -Wextra -Werror -pthread "$@" -o "$work/$name"
}

# In the folder of its scratch files.
run() { (cd "$work" && timeout -k 5 200 "$@"); }

compat() { run env "$@"; }

the_laws_hold_of_the_kernel() { run ./calls && run ./life; }
the_laws_hold_of_the_library() {
    compat "$@" LD_PRELOAD="$library" ./calls --compat && compat "$@" LD_PRELOAD="$library" ./life --compat
}

# By name, as a program that opens libaio itself would.
it_is_found_as_libaio() { compat LD_LIBRARY_PATH="$(dirname "$library")/aio2" ./calls --compat; }

a_trace_is_written_only_if_wanted() {
    compat LD_PRELOAD="$library" ./calls --compat 2>"$work/silent" >"$work/said" && [ ! -s "$work/silent" ] &&
        [ "$(cat "$work/said")" = "calls: every law holds" ] || return
    compat AIO2_COMPAT_TRACE=1 LD_PRELOAD="$library" ./calls --compat 2>"$work/trace" || return
    local call
    for call in io_setup io_destroy io_submit io_getevents io_getevents@LIBAIO_0.1 io_pgetevents io_cancel@LIBAIO_0.1 \
        io_queue_init io_queue_release io_queue_run io_queue_wait; do
        grep -Eq "^aio2-compat\[[0-9]+\]: $call\(.*\) = " "$work/trace" || { echo "no $call in the trace"; return 1; }
    done
    ! grep -Ev '^aio2-compat\[[0-9]+\]: ' "$work/trace"
}

the_document_lists_the_differences() {
    diff <("$work/differential" --differences) <(sed -n '/^| what | on/,/^$/p' docs/compat.md | sed '/^$/d')
}

compare() {
    local engine=$1 count=$2
    compat "AIO2_ENGINE=$engine" ./differential --library "$library" --folder "$work" --seed 1 --sequences "$count"
}

check "the symbols are libaio's" the_symbols_are_libaios
check "build calls" build calls "$here/calls.c" -laio
check "build life" build life "$here/life.c" -rdynamic -laio
check "build differential" build differential "$here"/{side,draw,run,allowed,differential}.c -ldl
check "the laws hold of the kernel" the_laws_hold_of_the_kernel
check "the laws hold of the library" the_laws_hold_of_the_library AIO2_ENGINE=auto
check "the laws hold with threads" the_laws_hold_of_the_library AIO2_ENGINE=threads
check "it is found as libaio.so.1" it_is_found_as_libaio
check "a trace only if wanted" a_trace_is_written_only_if_wanted
check "the document lists the differences" the_document_lists_the_differences
check "the kernel and the library agree" compare auto "$sequences"
check "the kernel and the library agree, with threads" compare threads $((sequences / 4))
rm -f "$work"/kernel-* "$work"/compat-*

summary compat
