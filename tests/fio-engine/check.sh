#!/usr/bin/env bash
# Tests of bench/fio/aio2.c: builds it as bench/setup.sh does, then lets fio read, write and verify with it, buffered and
# direct, in forked jobs and in threads. What it reports is compared with what the page cache must have held.
# Needs what Native/build.sh makes. Exits 0 only if every check passes.
set -uo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8

work=$PWD/artifacts/test/fio-engine
engine=external:$PWD/artifacts/bench-peers/fio-aio2.so
rm -rf "$work"
mkdir -p "$work"
trap 'rm -f "$work"/*.data' EXIT
. tests/check.sh
log=$work/log
on_fail() { tail -n 40 "$work/report" 2>/dev/null; }

# 4096 blocks; the engine's lines in $work/report. No job may have met an error.
run() {
    timeout -k 5 120 fio --name=job --ioengine="$engine" --filename="$work/$file.data" --size=16m --bs=4k --iodepth=32 \
        --verify_state_save=0 --output-format=json --output="$work/json" "$@" 2>"$work/report" &&
        [ "$(grep -c '"error" : 0,' "$work/json")" -ge 1 ] && ! grep -E '"error" : [1-9]' "$work/json"
}

# A number of the report: of all jobs together.
told() { sed -n "s/.*$1.*/\1/p" "$work/report" | awk '{ sum += $1 } END { print sum + 0 }'; }
ios() { told 'job: \([0-9]*\) I\/Os'; }
reads() { told 'buffered reads: \([0-9]*\),'; }
hits() { told ', \([0-9]*\) from the cache'; }
percent() { told ', \([0-9.]*\) % of the bytes'; }
in_cache() { told 'in the cache: \([0-9]*\) I\/Os'; }
at_device() { told 'at the device: \([0-9]*\) I\/Os'; }
device_us() { told 'together \([0-9]*\)\.[0-9]* ms'; }

expect() { [ "$2" "$3" "$4" ] || { echo "$1: $2 is not $3 $4"; return 1; }; }

written() { run --rw=write --end_fsync=1 "$@"; }

# What was just read is in the cache, but for what the machine had to give to others.
a_hot_file() {
    run --rw=read --invalidate=0 && run --attributes --rw=randread --invalidate=0 "$@" && cat "$work/report" &&
        expect ios "$(ios)" -eq 4096 && expect reads "$(reads)" -eq 4096 && expect hits "$(hits)" -ge 3900 &&
        expect percent "$(percent | cut -d. -f1)" -ge 95 && expect cache "$(in_cache)" -eq "$(hits)"
}

# fio drops the file from the cache before it reads. A device may answer inside the attempt that does not wait, the more so where
# the machine is busy: then what was not cached counts as a hit. But not most of it, as where the file is hot.
a_cold_file() {
    sync "$work/$file.data" && run --attributes=1 --rw=randread --invalidate=1 "$@" && cat "$work/report" &&
        expect reads "$(reads)" -eq 4096 && expect hits "$(hits)" -le 3072 && expect device "$(at_device)" -ge 1024 &&
        expect time "$(device_us)" -gt 0
}

# O_DIRECT has no cache to tell of, and goes to the device each time.
a_direct_file() {
    run --attributes --rw=randread --direct=1 "$@" && cat "$work/report" &&
        expect reads "$(reads)" -eq 0 && expect cache "$(in_cache)" -eq 0 && expect device "$(at_device)" -eq 4096
}

# Each block once by a write and once by its verification, and the syncs between.
verified() {
    run --attributes --rw=randwrite --verify=crc32c --verify_fatal=1 --fsync=64 --fdatasync=48 "$@" && cat "$work/report" &&
        expect ios "$(ios)" -ge $((2 * 4096 + 4096 / 64))
}

# The verification is one that can fail.
a_spoilt_block_is_found() {
    written --verify=crc32c --do_verify=0 || return
    run --rw=read --verify=crc32c --verify_only || return
    printf 'spoilt' | dd of="$work/$file.data" bs=1 seek=$((777 * 4096 + 1000)) conv=notrunc status=none
    ! run --rw=read --verify=crc32c --verify_only
}

# Batches of several iocbs in one call, and a depth that makes the batch more than one call takes.
batches() {
    run --attributes --rw=randread --iodepth_batch=16 --iodepth_batch_complete_max=32 "$@" && expect ios "$(ios)" -eq 4096 &&
        run --attributes --rw=randrw --iodepth=20000 --iodepth_batch=20000 --number_ios=20000 --loops=5 "$@" &&
        expect ios "$(ios)" -ge 20000
}

many_jobs() {
    run --attributes --rw=randrw --numjobs=4 --group_reporting "$@" && expect jobs "$(grep -c 'aio2: job' "$work/report")" -eq 4 &&
        expect ios "$(ios)" -eq $((4 * 4096))
}

nothing_is_said_unless_asked() { run --rw=randread && [ ! -s "$work/report" ]; }

errors_are_reported() {
    ! run --rw=randwrite --direct=1 --bs=1000 --ioengine="$engine" && cat "$work/report" && grep -q 'Invalid argument' "$work/report"
}

# With fio's own source, and only if it is not there already.
file=build
check "the engine builds" bench/setup.sh
check "it was built" test -e "${engine#external:}"
for how in --thread=0 --thread=1; do
    file=job$how
    check "a file is written, $how" written "$how"
    check "a hot file is in the cache, $how" a_hot_file "$how"
    check "a cold file is at the device, $how" a_cold_file "$how"
    check "a direct file is at the device, $how" a_direct_file "$how"
    check "random writes are verified, $how" verified "$how"
    check "random direct writes are verified, $how" verified --direct=1 "$how"
    check "batches, $how" batches "$how"
    check "four jobs, $how" many_jobs "$how"
done
file=other
check "a spoilt block is found" a_spoilt_block_is_found
check "nothing is said unless asked" nothing_is_said_unless_asked
check "errors are reported" errors_are_reported

summary "fio's engine"
