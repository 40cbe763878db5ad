#!/usr/bin/env bash
# Builds libaio2-compat.so into artifacts/native, against the libaio2.so.2 that stands there: Native/build.sh calls it.
set -euo pipefail
cd "$(dirname "$0")/../.."

out=artifacts/native
[ -e "$out/libaio2.so.2" ] || { echo "Native/compat/build.sh: run Native/build.sh first" >&2; exit 1; }

# Found beside itself, or one folder up, where libaio.so.1 stands for those who load it by that name.
"${CC:-cc}" -O2 -std=gnu11 -Wall -Wextra -Wconversion -Wno-sign-conversion -Werror -fPIC -fvisibility=hidden -pthread \
    -I Spec/include -shared -o "$out/libaio2-compat.so" Native/compat/*.c Kernel/Memory/native/fixup.c \
    -Wl,-soname,libaio2-compat.so -Wl,--version-script=Native/compat/libaio2-compat.map -Wl,-z,defs -Wl,-z,nodelete \
    -Wl,-z,relro,-z,now -Wl,-rpath,'$ORIGIN:$ORIGIN/..' -L "$out" -laio2
rm -rf "$out/aio2"
mkdir "$out/aio2"
ln -s ../libaio2-compat.so "$out/aio2/libaio.so.1"
echo "$out/libaio2-compat.so: $(stat -c %s "$out/libaio2-compat.so") bytes"
