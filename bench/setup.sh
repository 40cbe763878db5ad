#!/bin/sh
# Installs the peers that `aio2 bench` measures against, compiles them, and says which are missing. Fetches the source of the
# installed fio too, into artifacts/fio-src, and builds our engine for it (fio/build.sh), which needs Native/build.sh first.
# Needs a Debian or Ubuntu with apt-get; elsewhere install the libraries named below by hand.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out="$here/../artifacts/bench-peers"
packages="gcc libc6-dev liburing-dev libaio-dev libisal-dev fio dpkg-dev coreutils"

if command -v apt-get >/dev/null; then
	missing=
	for p in $packages; do
		dpkg -s "$p" >/dev/null 2>&1 || missing="$missing $p"
	done
	if [ -n "$missing" ]; then
		sudo=
		[ "$(id -u)" = 0 ] || sudo=sudo
		# A package that cannot be had is a peer that is missing, not a failure.
		$sudo apt-get update -q || true
		for p in $missing; do
			$sudo apt-get install -q -y --no-install-recommends "$p" || echo "cannot install $p" >&2
		done
	fi
else
	echo "no apt-get here; needed: $packages" >&2
fi

mkdir -p "$out"
lost=0
build() {
	if cc -O2 -std=gnu11 -Wall -Wextra -o "$out/$1.$$" "$here/peers/$1.c" ${2:+"$2"}; then
		mv "$out/$1.$$" "$out/$1"
		echo "peer $1: ready"
	else
		echo "peer $1: MISSING" >&2
		lost=$((lost + 1))
	fi
}
build uring -luring
build libaio -laio
build preadv -pthread
build spsc -pthread
build decode
build isal -lisal
build native -ldl
for tool in fio dd; do
	if command -v "$tool" >/dev/null; then
		echo "peer $tool: ready"
	else
		echo "peer $tool: MISSING" >&2
		lost=$((lost + 1))
	fi
done
if "$here/fio/build.sh"; then
	echo "fio's engine aio2: ready"
else
	echo "fio's engine aio2: MISSING" >&2
	lost=$((lost + 1))
fi
[ "$lost" = 0 ] || echo "$lost peers are missing; their rows will say so" >&2
