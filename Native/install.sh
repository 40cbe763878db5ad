#!/usr/bin/env bash
# Installs what Native/build.sh has made:  [DESTDIR=...] [PREFIX=/usr/local] [LIBDIR=$PREFIX/lib] Native/install.sh
# With --uninstall it takes away the same files.
set -euo pipefail
cd "$(dirname "$0")/../artifacts/native" || { echo "Native/install.sh: run Native/build.sh first" >&2; exit 1; }

prefix=${PREFIX:-/usr/local}
libdir=${LIBDIR:-$prefix/lib}
to=${DESTDIR:-}

# mode, file here, place there
files() {
    echo "755 libaio2.so.2 $libdir/libaio2.so.2"
    echo "755 libaio2-compat.so $libdir/libaio2-compat.so"
    local file
    for file in include/*.h include/linux/*.h; do echo "644 $file $prefix/$file"; done
    for file in man/man2/*.2 man/man7/*.7; do echo "644 $file $prefix/share/$file"; done
    echo "644 libaio2.pc $libdir/pkgconfig/libaio2.pc"
}

if [ "${1:-}" = --uninstall ]; then
    while read -r _ _ place; do rm -f "$to$place"; done < <(files)
    rm -f "$to$libdir/libaio2.so" "$to$libdir/aio2/libaio.so.1"
    rmdir "$to$libdir/aio2" 2>/dev/null || true
    exit
fi
while read -r mode file place; do
    install -D -m "$mode" "$file" "$to$place"
done < <(files)
ln -sf libaio2.so.2 "$to$libdir/libaio2.so"
# In a folder of its own, which ldconfig does not look into: only who asks for it gets it instead of libaio.
mkdir -p "$to$libdir/aio2"
ln -sf ../libaio2-compat.so "$to$libdir/aio2/libaio.so.1"
# pkg-config finds the rest by these two; DESTDIR is only where the files are put together.
sed -i "s:^prefix=.*:prefix=$prefix:; s:^libdir=.*:libdir=$libdir:" "$to$libdir/pkgconfig/libaio2.pc"
