#!/bin/sh
# Builds artifacts/bench-peers/fio-aio2.so, an engine for the fio that is installed: fetches the source package of that very
# version into artifacts/fio-src, configures it for its headers, and compiles aio2.c. Needs Native/build.sh first.
#
#	bench/fio/build.sh && fio --name=n --ioengine=external:artifacts/bench-peers/fio-aio2.so --rw=randread --size=64m
set -eu

say() { echo "bench/fio/build.sh: $*" >&2; }

here=$(cd "$(dirname "$0")" && pwd)
artifacts=$(cd "$here/../.." && pwd)/artifacts
native=$artifacts/native
[ -e "$native/libaio2.so" ] || { say "$native/libaio2.so is missing: run Native/build.sh"; exit 1; }
version=$(dpkg-query -W -f '${source:Version}' fio 2>/dev/null) && [ -n "$version" ] ||
	{ say "fio is not installed as a Debian package: run bench/setup.sh"; exit 1; }
source=$artifacts/fio-src/$version

# apt's own sources, as sources of source packages; with lists and a cache of their own, so that apt's stay as they are.
fetch() {
	rm -rf "$source"
	apt=$source/apt
	mkdir -p "$apt/parts" "$apt/lists/partial" "$apt/cache/archives/partial"
	for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		name=$(basename "$list")
		case $list in
		*.sources) sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/parts/$name" ;;
		*.list) [ ! -e "$list" ] || sed -n 's/^deb\(-src\)\{0,1\}[[:blank:]]/deb-src /p' "$list" >"$apt/parts/$name" ;;
		esac
	done
	set -- -q -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt/parts" -o "Dir::State::Lists=$apt/lists" \
		-o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=$(id -un)"
	# A source that cannot be reached matters only if the package is not found in the others.
	apt-get "$@" update || say "not every source could be read"
	(cd "$source" && apt-get "$@" --only-source source "fio=$version")
	mv "$source"/fio-*/ "$source/tree"
}

if [ ! -e "$source/tree/config-host.h" ]; then
	mkdir -p "$source"
	if ! { fetch && (cd "$source/tree" && ./configure); } >"$artifacts/fio-src/log" 2>&1; then
		tail -n 20 "$artifacts/fio-src/log" >&2
		say "fio $version cannot be fetched and configured; $artifacts/fio-src/log has all of it"
		exit 1
	fi
	rm -rf "$source/apt"
fi

# fio's headers as the system's: what they make compilers say is not ours.
mkdir -p "$artifacts/bench-peers"
engine=$artifacts/bench-peers/fio-aio2.so
cc -O2 -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter -shared -fPIC -D_GNU_SOURCE -include "$source/tree/config-host.h" \
	-isystem "$source/tree" -I"$native/include" -o "$engine.$$" "$here/aio2.c" \
	-L"$native" "-Wl,-rpath,$native" -Wl,-z,now -laio2
mv "$engine.$$" "$engine"
echo "$engine: for fio $version"
