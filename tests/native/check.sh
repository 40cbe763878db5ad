#!/usr/bin/env bash
# Tests of what Native/build.sh has made: the library as a file, its installation, the headers, the examples and the C
# programs beside this script, plain and under the sanitizers; manual pages. Exits 0 only if every check passes.
set -uo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8

here=tests/native
work=$PWD/artifacts/test/native
stage=$work/usr
rm -rf "$work"
mkdir -p "$work"
. tests/check.sh
log=$work/log
aio2=${AIO2:-artifacts/bin/Cli/release/aio2}

# The runtime's own memory is reached from its heap, which LeakSanitizer does not read.
echo leak:libaio2.so >"$work/lsan"
export LSAN_OPTIONS=suppressions=$work/lsan:print_suppressions=0

only_the_nine_calls_are_exported() {
    diff <(nm -D --defined-only artifacts/native/libaio2.so.2 | awk '$2 == "T" { print $3 }' | sort) - <<'END'
io_cancel2@@AIO2_2.0
io_destroy2@@AIO2_2.0
io_getevents2@@AIO2_2.0
io_issue2@@AIO2_2.0
io_list2@@AIO2_2.0
io_probe2@@AIO2_2.0
io_ring_ctl2@@AIO2_2.0
io_setup2@@AIO2_2.0
io_submit2@@AIO2_2.0
END
}

the_file_says_what_it_is() {
    local dynamic
    dynamic=$(readelf -dW artifacts/native/libaio2.so.2) || return
    grep -q 'soname: \[libaio2.so.2\]' <<<"$dynamic" && grep -q NODELETE <<<"$dynamic" &&
        ! grep -q aio2fixup <<<"$dynamic" && ! readelf -dW artifacts/native/libaio2.so.2 | grep -q TEXTREL
}

installs_under_destdir_and_goes_without_a_trace() {
    DESTDIR=$work/image PREFIX=/usr Native/install.sh &&
        test -e "$work/image/usr/lib/libaio2.so" && test -e "$work/image/usr/share/man/man2/io_setup2.2" &&
        grep -qx prefix=/usr "$work/image/usr/lib/pkgconfig/libaio2.pc" &&
        DESTDIR=$work/image PREFIX=/usr Native/install.sh --uninstall &&
        test -z "$(find "$work/image" -type f -o -type l)"
}

strict=(-Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wcast-qual -Wundef -pedantic -Werror -I "$stage/include")

header_is_clean() {
    printf '#include <libaio2.h>\nint main(void) { return 0; }\n' >"$work/header.c"
    "$@" "${strict[@]}" -c "$work/header.c" -o "$work/header.o"
}

# The one-liner of the manual page.
build() {
    local source=$1 name
    shift
    name=$(basename "$source" .c)
    # shellcheck disable=SC2046
    gcc -g -Wall -Wextra -Werror -pthread -D_GNU_SOURCE "$@" "$source" -o "$work/$name" \
        $(pkg-config --cflags --libs libaio2)
}

# Programs bound themselves; this is for those that a debugger or sanitizer keeps from it.
run() { LD_LIBRARY_PATH=$stage/lib timeout -k 5 200 "$@"; }

examples_do_what_they_say() {
    run "$work/copy" "$work/in" "$work/out" && cmp "$work/in" "$work/out" || return
    run "$work/epoll" && run "$work/processes"
}

# A protected file for the pi example, made anew.
format_disk() {
    rm -f "$work/disk" "$work/disk.pi"
    "$aio2" pi format "$work/disk" --size 64K --type 1 --interval 512 --guard crc16
}

protection_is_shown() { format_disk && run "$work/pi" "$work/disk"; }

# valgrind 3.19 stops every thread while one waits in io_uring_enter.
memcheck() { AIO2_ENGINE=threads run valgrind -q --error-exitcode=9 --fair-sched=yes "$@"; }

examples_are_clean_under_memcheck() {
    memcheck "$work/copy" "$work/in" "$work/out" && cmp "$work/in" "$work/out" || return
    memcheck "$work/epoll" && memcheck "$work/processes" && memcheck "$work/records" || return
    format_disk && memcheck "$work/pi" "$work/disk"
}

each_engine_can_be_chosen_and_no_other() {
    local engine
    for engine in auto threads simulated; do
        AIO2_ENGINE=$engine run "$work/processes" || return
    done
    ! AIO2_ENGINE=steam run "$work/processes" && grep -q 'not supported' "$work/log"
}

# With requests in flight, by every way out.
leaves_on_each_engine() {
    local engine
    for engine in io_uring threads simulated; do
        AIO2_ENGINE=$engine run "$work/leave" || return
    done
}

# By the variable and by the command; a killed program's trace is ended by who watched it.
programs_can_be_recorded() {
    local trace=$work/run.trace
    rm -f "$trace"*
    AIO2_TRACE=$trace run "$work/copy" "$work/in" "$work/out" && "$aio2" trace show "$trace" | tail -n 1 | grep -q '0 lost, closed$' || return
    run "$aio2" trace record -o "$trace" -- "$work/copy" "$work/in" "$work/out" && cmp "$work/in" "$work/out" || return
    "$aio2" trace show "$trace" | grep -q ' SUBMIT .*result=-\?[0-9]' || return
    run "$aio2" trace record -o "$trace" -- sh -c '"$0"; exit 7' "$work/processes"
    [ $? -eq 7 ] || return
    run "$aio2" trace record -o "$trace" -- "$work/killed"
    [ $? -eq 137 ] && "$aio2" trace show "$trace" | tail -n 1 | grep -q 'killed by signal 9$' || return
    # What cannot be recorded runs all the same, and is told.
    AIO2_TRACE=$work/none/run.trace run "$work/copy" "$work/in" "$work/out" 2>"$work/said" && grep -q 'nothing is recorded' "$work/said"
}

page_is_clean() {
    mandoc -Tlint -W error "$1" && test -z "$(man --warnings -E UTF-8 -l -Tutf8 -Z "$1" 2>&1 >/dev/null)"
}

check "only the nine calls are exported" only_the_nine_calls_are_exported
check "soname, nodelete, one file" the_file_says_what_it_is
check "DESTDIR, prefix, --uninstall" installs_under_destdir_and_goes_without_a_trace
PREFIX=$stage Native/install.sh
export PKG_CONFIG_PATH=$stage/lib/pkgconfig
for std in gnu89 c99 c11 c2x; do check "libaio2.h as $std" header_is_clean gcc "-std=$std"; done
for std in c++11 c++17 c++20; do check "libaio2.h as $std" header_is_clean g++ -x c++ "-std=$std"; done
for page in artifacts/native/man/man?/*; do check "$page" page_is_clean "$page"; done

head -c 3000001 /dev/urandom >"$work/in"
for kind in "" -fsanitize=address -fsanitize=undefined; do
    options=(${kind:+$kind -fno-sanitize-recover=all})
    for source in Native/examples/*.c "$here"/*.c; do
        check "build $source $kind" build "$source" "${options[@]}"
    done
    check "examples $kind" examples_do_what_they_say
    check "protection information $kind" protection_is_shown
    [ -n "$kind" ] || check "examples under memcheck" examples_are_clean_under_memcheck
    # The sanitizers need more.
    [ -n "$kind" ] || check stack run "$work/stack"
    for program in pointers fork threads signals records leave interpose; do check "$program $kind" run "$work/$program"; done
done
check "exit and exec on each engine" leaves_on_each_engine
check "AIO2_TRACE" programs_can_be_recorded
check "AIO2_ENGINE" each_engine_can_be_chosen_and_no_other
check "records without the library" gcc -O2 "$here/records.c" -I "$stage/include" -o "$work/alone"

summary native
