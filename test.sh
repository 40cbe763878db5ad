#!/usr/bin/env bash
# Runs every test, after installing what the tests need: C compilers for the header, qemu to run what the cross
# compilers made, spin for the models of the ring, and the benchmarks' peers. Nothing is skipped: what cannot run has failed.
# Leaves the counts in artifacts/test/summary as "N passed, N failed, N skipped"; exits 0 only if none failed.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en LC_ALL=C.UTF-8

results=artifacts/test
mkdir -p "$results"
rm -f "$results/summary"
passed=0 failed=0 skipped=0 again=()

# command (or file) that proves a package is there : package
needs=(
    gcc:gcc
    cc:gcc
    g++:g++
    spin:spin
    git:git
    diff:diffutils
    sh:dash
    dd:coreutils
    dpkg-source:dpkg-dev
    ln:coreutils
    mkfifo:coreutils
    unshare:util-linux
    setpriv:util-linux
    mount:mount
    fio:fio
    qemu-io:qemu-utils
    qemu-img:qemu-utils
    sysbench:sysbench
    thin_restore:thin-provisioning-tools
    sanlock:sanlock
    mariadbd:mariadb-server-core
    valgrind:valgrind
    /usr/bin/chromium:chromium
    python3:python3
    mandoc:mandoc
    man:man-db
    pkg-config:pkg-config
    abidiff:abigail-tools
    /usr/bin/python3:python3
    /usr/lib/python3/dist-packages/msgpack/__init__.py:python3-msgpack
    /usr/include/linux/types.h:linux-libc-dev
    /usr/include/stdio.h:libc6-dev
    /usr/src/linux-source-6.1.tar.xz:linux-source-6.1
    make:make
    perl:perl
    flex:flex
    bison:bison
    bc:bc
    rsync:rsync
    /usr/include/gelf.h:libelf-dev
    /usr/include/liburing.h:liburing-dev
    /usr/include/libaio.h:libaio-dev
    /usr/include/isa-l.h:libisal-dev
    sbatch:slurm-wlm
    slurmctld:slurm-wlm
    slurmd:slurm-wlm
    munged:munge
    hostname:hostname
    sed:sed
)
case $(uname -m) in
    x86_64) needs+=(
        gcc-12:gcc-12
        /usr/lib/gcc/x86_64-linux-gnu/12/32/libgcc.a:gcc-12-multilib
        /usr/lib/gcc/x86_64-linux-gnu/12/32/libstdc++.a:g++-12-multilib
        aarch64-linux-gnu-gcc:gcc-aarch64-linux-gnu
        arm-linux-gnueabihf-gcc:gcc-arm-linux-gnueabihf
        s390x-linux-gnu-gcc:gcc-s390x-linux-gnu
        /usr/aarch64-linux-gnu/include/stdio.h:libc6-dev-arm64-cross
        /usr/arm-linux-gnueabihf/include/stdio.h:libc6-dev-armhf-cross
        /usr/s390x-linux-gnu/include/stdio.h:libc6-dev-s390x-cross
        qemu-aarch64-static:qemu-user-static
        qemu-arm-static:qemu-user-static
        qemu-s390x-static:qemu-user-static
    ) ;;
esac

missing() {
    local need
    for need in "${needs[@]}"; do
        case ${need%%:*} in
            /*) [ -e "${need%%:*}" ] || echo "${need##*:}" ;;
            *) command -v "${need%%:*}" >/dev/null || echo "${need##*:}" ;;
        esac
    done | sort -u
}

set_up() {
    if ! command -v dotnet >/dev/null; then
        echo "test.sh: the .NET SDK 10 is missing: https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2
        exit 1
    fi
    local packages
    mapfile -t packages < <(missing)
    [ ${#packages[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "test.sh: these packages are missing; as root run: apt-get install -y --no-install-recommends ${packages[*]}" >&2
        exit 1
    fi
    echo "== installing ${packages[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >"$results/apt.log" 2>&1 ||
        { tail -n 20 "$results/apt.log" >&2; exit 1; }
    mapfile -t packages < <(missing)
    [ ${#packages[@]} -eq 0 ] || { echo "test.sh: still missing after installation: ${packages[*]}" >&2; exit 1; }
}

# One step is one test: it passes when the command exits with 0. What a failed one said last is told again at the end,
# where a log that keeps only its last part has it.
step() {
    local name=$1 log status=0
    shift
    log=$results/${name// /-}.log
    echo "== $name"
    "$@" 2>&1 | tee "$log" || status=$?
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
    else
        echo "FAILED: $name: $* (exit code $status)"
        again+=("$(printf 'FAILED: %s: %s (exit code %s)\n' "$name" "$*" "$status"; tail -n 40 "$log")")
        failed=$((failed + 1))
    fi
}

# The solution's tests count one by one, as the runner's summary tells them.
solution() {
    local log=$results/dotnet-test.log status=0 total bad good skip
    echo "== dotnet test"
    dotnet test --solution AioV2.sln -c Release --no-build --no-ansi --no-progress 2>&1 | tee "$log" || status=$?
    count() { sed -n "s/^ *$1: *\([0-9][0-9]*\) *\$/\1/p" "$log" | tail -n 1; }
    total=$(count total) bad=$(count failed) good=$(count succeeded) skip=$(count skipped)
    # A project in which nothing ran is a failure of its own: the runner only mentions it.
    local idle
    while read -r idle; do
        echo "FAILED: no test ran in $idle"
        failed=$((failed + 1))
    done < <(for project in tests/*.Tests; do
        grep -qE "AioV2\.$(basename "$project")\.dll .* (passed|failed)" "$log" || basename "$project"
    done)
    if [ -z "$total" ] || [ -z "$bad" ] || [ -z "$good" ] || [ -z "$skip" ] ||
        [ "$total" -eq 0 ] || [ "$total" -ne $((bad + good + skip)) ]; then
        echo "FAILED: dotnet test gave no summary that adds up (exit code $status)"
        failed=$((failed + 1))
        return
    fi
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + skip))
    [ "$bad" -eq 0 ] || again+=("$(grep -A 12 -E '^failed ' "$log" | cut -c 1-400 | head -n 120)")
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        echo "FAILED: dotnet test exited with $status although no test failed"
        failed=$((failed + 1))
    fi
}

set_up
aio2=artifacts/bin/Cli/release/aio2
step "build" dotnet build AioV2.sln -c Release -v quiet
solution
step "ring models" bash tests/model/check.sh
step "conformance" "$aio2" conform --seed 1 --time 60s --runs 1000000
step "soak" "$aio2" soak --seed 1 --time 60s
step "campaign" tests/campaign/slurm.sh
step "native library" nice Native/build.sh
step "native checks" tests/native/check.sh
step "libaio's ABI" tests/compat/check.sh
step "libaio's programs" tests/compat/programs.sh
step "fio's engine" tests/fio-engine/check.sh
step "native conformance" "$aio2" conform --library artifacts/native/libaio2.so --seed 1 --time 20s
step "Linux series" nice tests/kernel-patch/check.sh
step "second implementation" tests/reference-c/build.sh
step "its conformance" "$aio2" conform --library artifacts/reference-c/libreference.so --seed 1 --time 20s --runs 1000000
step "its stress under sanitizers" nice tests/reference-c/stress.sh
step "benchmarks run" "$aio2" bench --quick

[ ${#again[@]} -eq 0 ] || printf '\n== what failed\n%s\n' "${again[@]}"
echo "$passed passed, $failed failed, $skipped skipped" | tee "$results/summary"
[ "$failed" -eq 0 ] && [ "$skipped" -eq 0 ] && [ "$passed" -gt 0 ]
