#!/usr/bin/env bash
# Debian's own programs, unchanged, on libaio2-compat.so: fio moves 10 GiB and more, then qemu, sysbench, the thin-provisioning
# tools, sanlock and MariaDB do their work. Each has to end well, and its trace has to show that the library was what it used.
# Exits 0 only if every program did.
set -uo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8

case "${1:-}" in
    --help)
        echo "tests/compat/programs.sh           all of them: one to three minutes"
        echo "tests/compat/programs.sh fio       only those whose name has 'fio' in it"
        exit
        ;;
esac

library=$PWD/artifacts/native/libaio2-compat.so
[ -e "$library" ] || { echo "tests/compat/programs.sh: $library is missing: run Native/build.sh" >&2; exit 2; }
disk=$PWD/artifacts/test/programs
memory=$(mktemp -d /dev/shm/compat-XXXXXX)
rm -rf "$disk"
mkdir -p "$disk"
trap 'rm -rf "$memory" "$disk"/*.data "$disk"/*.raw' EXIT
wanted=$((10 * 1024 * 1024))
moved=0
. tests/check.sh
log=$disk/log only=${1:-}

# The program with the library, its calls in $disk/trace.
traced() { env AIO2_COMPAT_TRACE=1 LD_PRELOAD="$library ${before:-}" timeout -k 5 240 "$@" 2>"$disk/trace"; }

# How often a call stands in the trace with a result that is no error; and in how many processes.
calls() { grep -cE "^aio2-compat\[[0-9]+\]: $1\(.* = [0-9]+\$" "$disk/trace"; }
processes() { sed -n 's/^aio2-compat\[\([0-9]*\)\].*/\1/p' "$disk/trace" | sort -u | wc -l; }

# What a program says besides, on the same stream.
complaints() { grep -v '^aio2-compat\[' "$disk/trace"; }

on_pass() { echo "  $1: $(calls io_submit) io_submit in $(processes) processes, $2 s"; }
on_fail() { complaints | tail -n 15; }

# A job of fio's: jobs, then its options. No error in any job, and every job used the library. Adds to $moved (KiB).
fio_job() {
    local jobs=$1 kib
    shift
    traced fio --name=job --verify_state_save=0 --ioengine=libaio --numjobs="$jobs" --group_reporting --output-format=terse --terse-version=3 \
        --fallocate=none --randrepeat=1 "$@" >"$disk/terse" || { cat "$disk/terse"; return 1; }
    # Fields of the terse format: 5 error, 6 KiB read, 47 KiB written.
    kib=$(awk -F';' '$5 != 0 { exit 1 } { sum += $6 + $47 } END { print sum + 0 }' "$disk/terse") || { cat "$disk/terse"; return 1; }
    [ "$kib" -gt 0 ] && [ "$(calls io_submit)" -gt 0 ] && [ "$(calls io_getevents)" -gt 0 ] || return
    case " $* " in
        *" --thread "*) [ "$(processes)" -eq 1 ] || return ;;
        *) [ "$(processes)" -eq "$jobs" ] || return ;;
    esac
    moved=$((moved + kib))
}

on_disk=(--filename="$disk/fio.data" --size=64m)
in_memory=(--filename="$memory/fio.data" --size=256m)

run_fio() {
    # Hot files, where the library is the larger part of the work.
    check "fio randread, 2 forked jobs" fio_job 2 "${in_memory[@]}" --rw=randread --bs=64k --iodepth=16 --loops=5
    check "fio randwrite, 2 threads" fio_job 2 "${in_memory[@]}" --rw=randwrite --bs=64k --iodepth=16 --loops=4 --thread
    check "fio randrw, 4 forked jobs" fio_job 4 "${in_memory[@]}" --rw=randrw --bs=32k --iodepth=8 --loops=2
    check "fio write, 4 threads" fio_job 4 "${in_memory[@]}" --rw=write --bs=256k --iodepth=4 --loops=2 --thread
    check "fio randread, userspace_reap" fio_job 2 "${in_memory[@]}" --rw=randread --bs=16k --iodepth=32 --userspace_reap \
        --iodepth_batch_complete_min=0 --loops=2
    check "fio randread, batches" fio_job 1 "${in_memory[@]}" --rw=randread --bs=4k --iodepth=64 --iodepth_batch=16 \
        --iodepth_batch_complete_min=8 --iodepth_batch_complete_max=32
    # A file system on a device, through the page cache and around it.
    local direct
    for direct in 0 1; do
        check "fio write, direct=$direct" fio_job 1 "${on_disk[@]}" --rw=write --bs=256k --iodepth=8 --direct=$direct
        check "fio randread, direct=$direct, 2 forked jobs" fio_job 2 "${on_disk[@]}" --rw=randread --bs=64k --iodepth=16 --direct=$direct
        check "fio randwrite, direct=$direct, 2 threads" fio_job 2 "${on_disk[@]}" --rw=randwrite --bs=64k --iodepth=16 --direct=$direct --thread
        check "fio randrw, direct=$direct, userspace_reap" fio_job 1 "${on_disk[@]}" --rw=randrw --bs=64k --iodepth=16 --direct=$direct \
            --userspace_reap --fsync=64
        check "fio randwrite, direct=$direct, verify" fio_job 1 "${on_disk[@]}" --rw=randwrite --bs=16k --iodepth=16 --direct=$direct \
            --verify=crc32c --verify_fatal=1 --do_verify=1
    done
    check "fio write, verify, 2 forked jobs" fio_job 2 --directory="$memory" --size=128m --rw=write --bs=64k --iodepth=16 \
        --verify=crc32c --verify_fatal=1 --do_verify=1 --verify_async=1
    check "fio randrw, verify, 2 threads" fio_job 2 --directory="$memory" --size=128m --rw=randrw --bs=16k --iodepth=16 \
        --verify=crc32c --verify_fatal=1 --do_verify=1 --thread
    # Until it is enough.
    while [ "$moved" -lt "$wanted" ] && [ "$failed" -eq 0 ] && [ -z "$only" ]; do
        check "fio randrw, until 10 GiB are moved" fio_job 2 "${in_memory[@]}" --rw=randrw --bs=128k --iodepth=16 --loops=4
    done
}

# qemu reaps the ring itself and waits on an eventfd: neither io_getevents nor the magic is ever looked at.
qemu_writes_and_reads_back() {
    truncate -s 64M "$disk/qemu.raw"
    traced qemu-io -n -t none -i native -f raw -c 'aio_write -P 7 0 1M' -c 'aio_write -P 9 1M 64k' -c aio_flush \
        -c 'aio_read -P 7 4k 512k' -c 'aio_read -P 9 1M 64k' -c aio_flush "$disk/qemu.raw" >"$disk/said" || return
    cat "$disk/said"
    ! grep -qi 'fail\|error' "$disk/said" && [ "$(calls io_setup)" -ge 1 ] && [ "$(calls io_submit)" -ge 4 ] &&
        [ "$(head -c 1114112 "$disk/qemu.raw" | tr -d '\007\011' | wc -c)" -eq 0 ]
}

qemu_bench_ends() {
    traced qemu-img bench -n -t none -i native -f raw -w --pattern=3 -c 20000 -d 32 -s 16k "$disk/qemu.raw" || return
    [ "$(calls io_submit)" -gt 100 ]
}

sysbench_runs() {
    local mode files=(fileio --file-total-size=64M --file-num=4 --validate=on)
    # It checks what it reads as soon as it has submitted the read, with a buffer for all of them.
    (cd "$disk" && sysbench "${files[@]}" prepare >/dev/null) || return
    for mode in rndrw seqwr rndrd; do
        (cd "$disk" && traced sysbench "${files[@]}" --file-test-mode=$mode --file-io-mode=async --threads=2 --events=8000 --time=0 run) || return
        [ "$(calls io_queue_init)" -ge 1 ] && [ "$(calls io_submit)" -gt 0 ] && [ "$(calls io_getevents)" -gt 0 ] || return
    done
    (cd "$disk" && sysbench "${files[@]}" cleanup >/dev/null)
}

# Metadata of a thin pool: written, checked and read back.
thin_tools_agree() {
    local from=$disk/thin.xml
    {
        echo '<superblock uuid="" time="0" transaction="1" flags="0" version="2" data_block_size="128" nr_data_blocks="16384">'
        echo '  <device dev_id="1" mapped_blocks="8192" transaction="0" creation_time="0" snap_time="0">'
        echo '    <range_mapping origin_begin="0" data_begin="0" length="8192" time="0"/>'
        echo '  </device>'
        echo '</superblock>'
    } >"$from"
    truncate -s 4M "$disk/thin.data"
    local step
    for step in restore check dump; do
        case $step in
            restore) traced thin_restore -i "$from" -o "$disk/thin.data" ;;
            check) traced thin_check "$disk/thin.data" ;;
            dump) traced thin_dump "$disk/thin.data" -o "$disk/thin.out" ;;
        esac || return
        echo "$step: $(calls io_submit) io_submit, $(calls io_getevents) io_getevents"
        [ "$(calls io_submit)" -gt 10 ] && [ "$(calls io_getevents)" -gt 0 ] || return
    done
    diff "$from" <(grep . "$disk/thin.out")
}

sanlock_keeps_a_lockspace() {
    truncate -s 2M "$disk/lease.data"
    traced sanlock direct init -s "LS:0:$disk/lease.data:0" && [ "$(calls io_submit)" -gt 0 ] || return
    traced sanlock direct read_leader -s "LS:1:$disk/lease.data:0" >"$disk/said" && [ "$(calls io_submit)" -gt 0 ] &&
        grep -q 'space_name LS' "$disk/said"
}

# InnoDB takes contexts from libaio and reaps them by a system call of its own. Debian's would rather use io_uring: it is told
# that there is none, by a library in front of liburing.
innodb_keeps_its_rows() {
    local data=$disk/innodb rows=$disk/rows.data doubling
    local server=(mariadbd --no-defaults --user="$(id -un)" --bootstrap --datadir="$data" --innodb-use-native-aio=1
        --innodb-flush-method=O_DIRECT --innodb-buffer-pool-size=8M --innodb-log-file-size=8M --secure-file-priv=
        --lc-messages-dir=/usr/share/mysql)
    echo 'int io_uring_queue_init(unsigned n, void *ring, unsigned flags) { (void)n; (void)ring; (void)flags; return -1; }' |
        gcc -shared -fPIC -x c - -o "$disk/refused.so" || return
    rm -rf "$data" "$rows"
    mkdir "$data"
    {
        echo 'CREATE DATABASE t; '
        echo 'CREATE TABLE t.x (a INT PRIMARY KEY AUTO_INCREMENT, b VARBINARY(4000)) ENGINE=InnoDB;'
        echo "INSERT INTO t.x (b) VALUES (REPEAT('A', 3000));"
        for doubling in {1..12}; do echo 'INSERT INTO t.x (b) SELECT REPEAT(CHAR(65 + a % 26), 3000) FROM t.x;'; done
    } >"$disk/rows.sql"
    before=$disk/refused.so traced "${server[@]}" <"$disk/rows.sql" || return
    complaints | grep 'native AIO' && [ "$(calls io_submit)" -gt 0 ] && [ "$(calls 'syscall io_getevents')" -gt 0 ] || return
    # Read again from the files, by a server without the library.
    echo "SELECT COUNT(*), SUM(LENGTH(b)), COUNT(DISTINCT b) FROM t.x INTO OUTFILE '$rows';" |
        "${server[@]}" 2>>"$disk/trace" || return
    [ "$(tr '\t' ' ' <"$rows")" = "4096 12288000 26" ]
}

check_fio_volume() {
    [ -n "$only" ] || [ "$moved" -ge "$wanted" ] || { echo "FAILED: fio moved only $moved KiB"; failed=$((failed + 1)); }
}

echo "== fio"
run_fio
check_fio_volume
echo "  fio moved $((moved / 1024)) MiB in all"
echo "== others"
check "qemu-io" qemu_writes_and_reads_back
check "qemu-img bench" qemu_bench_ends
check "sysbench" sysbench_runs
check "thin-provisioning tools" thin_tools_agree
check "sanlock" sanlock_keeps_a_lockspace
check "mariadbd" innodb_keeps_its_rows
summary programs
