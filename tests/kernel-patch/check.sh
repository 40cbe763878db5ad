#!/usr/bin/env bash
# Makes the series for Debian's Linux 6.1, applies it, and lets the kernel's own tools judge: checkpatch, headers_install with the
# compile check of user-space headers, the selftest, and a small kernel. The sources (1.6 GB) are unpacked once, outside of the
# repository: AIO2_LINUX_CACHE, else ~/.cache/aio2. AIO2 names the aio2 to use.
set -euo pipefail
cd "$(dirname "$0")/../.."
aio2=${AIO2:-$PWD/artifacts/bin/Cli/release/aio2}
archive=/usr/src/linux-source-6.1.tar.xz
cache=${AIO2_LINUX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/aio2}
work=$PWD/artifacts/kernel-patch
here=$PWD

for tool in git perl make gcc flex bison bc rsync; do
    command -v "$tool" >/dev/null || { echo "kernel-patch: $tool is missing: apt-get install git perl make gcc flex bison bc rsync libelf-dev"; exit 1; }
done
[[ -e $archive ]] || { echo "kernel-patch: $archive is missing: apt-get install linux-source-6.1"; exit 1; }

# One unpacking for each version of the package; an interrupted one leaves nothing behind under the final name.
stamp=$(stat -c %s-%Y "$archive")
tree=$cache/linux-source-6.1-$stamp
if [[ ! -d $tree ]]; then
    echo "unpacking $archive into $tree"
    mkdir -p "$cache"
    part=$(mktemp -d "$cache/part.XXXXXX")
    tar -xf "$archive" -C "$part"
    mv "$part"/linux-source-6.1 "$tree"
    rm -rf "$part"
fi

rm -rf "$work"
mkdir -p "$work/build"
"$aio2" gen patch --tree "$tree" -o "$work/series" --author 'A. Author <author@example.org>' --date 2026-01-01T00:00:00Z
"$aio2" gen patch --tree "$tree" -o "$work/again" --author 'A. Author <author@example.org>' --date 2026-01-01T00:00:00Z >/dev/null
diff -r "$work/series" "$work/again" && echo "PASS the same spec and tree give the same bytes"

# A tree of links, so that the unpacked one stays as it is: only what the series touches is a file of its own.
linux=$work/linux
cp -rs "$tree" "$linux"
find "$linux" -name .gitattributes -delete
touched=$(sed -n 's/^+++ b\///p' "$work"/series/*.patch | sort -u)
git -C "$linux" init --quiet
while read -r path; do
    if [[ -e $linux/$path ]]; then
        cp --remove-destination "$(readlink -f "$linux/$path")" "$linux/$path"
        git -C "$linux" add --force "$path"
    fi
done <<<"$touched"
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.org
git -C "$linux" commit --quiet --message before
git -C "$linux" am --quiet "$work"/series/0001*.patch "$work"/series/0002*.patch "$work"/series/0003*.patch "$work"/series/0004*.patch "$work"/series/0005*.patch
echo "PASS git am takes the series"

for patch in "$work"/series/000[1-9]*.patch; do
    (cd "$tree" && perl scripts/checkpatch.pl --strict --quiet --no-summary "$patch") || { echo "FAIL checkpatch: $patch"; exit 1; }
done
echo "PASS checkpatch --strict reports nothing"

build() { make -C "$linux" O="$work/build" -j"$(nproc)" "$@" >"$work/make.log" 2>&1 || { tail -30 "$work/make.log"; echo "FAIL make $*"; exit 1; }; }

build ARCH=x86_64 tinyconfig
# EXPERT is on in tinyconfig, so that AIO2 is a choice; the user-space headers are compiled one by one.
"$tree/scripts/config" --file "$work/build/.config" --enable 64BIT --enable AIO2 --enable HEADERS_INSTALL --enable UAPI_HEADER_TEST
build ARCH=x86_64 olddefconfig
for option in 64BIT AIO2 HEADERS_INSTALL UAPI_HEADER_TEST; do
    grep -qx "CONFIG_$option=y" "$work/build/.config" || { echo "FAIL CONFIG_$option could not be set"; exit 1; }
done
build ARCH=x86_64 headers_install
cmp "$work/build/usr/include/linux/aio2_abi.h" <(sed 's/_UAPI_LINUX_AIO2_ABI_H/_LINUX_AIO2_ABI_H/' "$here/Spec/include/linux/aio2_abi.h") && echo "PASS make headers_install gives the header"

gcc -Wall -Wextra -Werror -O2 -isystem "$work/build/usr/include" -o "$work/aio2_abi_test" "$linux/tools/testing/selftests/aio2/aio2_abi_test.c"
make -C "$linux/tools/testing/selftests/aio2" KHDR_INCLUDES="-isystem $work/build/usr/include" OUTPUT="$work" >"$work/selftest.log" 2>&1 || { cat "$work/selftest.log"; echo "FAIL the selftest does not build"; exit 1; }
echo "PASS the selftest builds"
rc=0
"$work/aio2_abi_test" >"$work/selftest.out" || rc=$?
[[ $rc -eq 4 ]] && grep -q SKIP "$work/selftest.out" && echo "PASS without the calls it skips"

if [[ -e artifacts/native/libaio2.so ]]; then
    gcc -Wall -O2 -include tests/kernel-patch/shim.h -isystem "$work/build/usr/include" -ISpec/include -o "$work/led" \
        "$linux/tools/testing/selftests/aio2/aio2_abi_test.c" -Lartifacts/native -l:libaio2.so -Wl,-rpath,"$PWD/artifacts/native"
    "$work/led" >"$work/led.out" || { cat "$work/led.out"; echo "FAIL the selftest on libaio2.so"; exit 1; }
    grep -q 'pass:14 fail:0' "$work/led.out" && echo "PASS the selftest passes on libaio2.so"
else
    echo "FAIL artifacts/native/libaio2.so is missing: Native/build.sh"
    exit 1
fi

build ARCH=x86_64
nm "$work/build/vmlinux" >"$work/symbols"
for call in io_setup2 io_destroy2 io_submit2 io_getevents2 io_cancel2 io_issue2 io_list2 io_probe2 io_ring_ctl2; do
    grep -q " __x64_sys_$call\$" "$work/symbols" || { echo "FAIL vmlinux lacks __x64_sys_$call"; exit 1; }
done
echo "PASS a tinyconfig kernel with the series compiles, stubs and checked headers included"
rm -rf "$work/linux" "$work/build"
