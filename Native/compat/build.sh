#!/usr/bin/env bash
# Builds libaio2-compat.so into artifacts/native, against the libaio2.so.2 that stands there: Native/build.sh calls it.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=artifacts/native
[ -e "$out/libaio2.so.2" ] || { echo "Native/compat/build.sh: run Native/build.sh first" >&2; exit 1; }

# The node of the C library in which a program looks for syscall().
cc=${CC:-cc}
libc=$("$cc" -print-file-name=libc.so.6)
node=$(nm -D --defined-only "$libc" | sed -n 's/.* syscall@@\([A-Z0-9_.]*\)$/\1/p')
[ -n "$node" ] || { echo "Native/compat/build.sh: $libc has no syscall" >&2; exit 1; }
map=$(mktemp)
trap 'rm -f "$map"' EXIT
sed "s/@LIBC@/$node/" Native/compat/libaio2-compat.map.in >"$map"

# Found beside itself, or one folder up, where libaio.so.1 stands for those who load it by that name.
"$cc" -O2 -std=gnu11 -Wall -Wextra -Wconversion -Wno-sign-conversion -Werror -fPIC -fvisibility=hidden -pthread \
    -I Spec/include "-DSYSCALL_VERSION=\"$node\"" -shared -o "$out/libaio2-compat.so" Native/compat/*.c Kernel/Memory/native/fixup.c \
    -Wl,-soname,libaio2-compat.so -Wl,--version-script="$map" -Wl,-z,defs -Wl,-z,nodelete \
    -Wl,-z,relro,-z,now -Wl,-rpath,'$ORIGIN:$ORIGIN/..' -L "$out" -laio2
rm -rf "$out/aio2"
mkdir "$out/aio2"
ln -s ../libaio2-compat.so "$out/aio2/libaio.so.1"
echo "$out/libaio2-compat.so: $(stat -c %s "$out/libaio2-compat.so") bytes"
