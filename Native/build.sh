#!/usr/bin/env bash
# Builds what C programs link, into artifacts/native: libaio2.so.2 with its links, headers, man pages and libaio2.pc; and
# libaio2-compat.so for programs that use libaio.
# Takes .NET 10's native compiler where it can be had, else .NET 9's; AIO_TFM=net9.0 chooses. Then: Native/install.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

out=artifacts/native
log=$(mktemp)
trap 'rm -f "$log"' EXIT
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)

choose() {
    local tfm
    for tfm in ${AIO_TFM:-net10.0 net9.0}; do
        if dotnet restore Native/Native.csproj "-p:AioTfm=$tfm" -v quiet >"$log" 2>&1; then
            echo "$tfm"
            return
        fi
    done
    cat "$log" >&2
    echo "Native/build.sh: no native compiler of .NET can be restored" >&2
    return 1
}

tfm=$(choose)
if ! dotnet publish Native/Native.csproj -c Release "-p:AioTfm=$tfm" -v quiet >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
case $tfm in
    net10.0) root=artifacts ;;
    *) root=artifacts/$tfm ;;
esac
library=$(ls "$root"/publish/Native/release*/libaio2.so)

rm -rf "$out"
mkdir -p "$out/include/linux" "$out/man/man2" "$out/man/man7"
cp "$library" "$out/libaio2.so.2"
ln -s libaio2.so.2 "$out/libaio2.so"
cp Native/include/*.h Spec/include/aio2_calls.h "$out/include/"
cp Spec/include/linux/aio2_abi.h "$out/include/linux/"
cp Spec/man/*.2 "$out/man/man2/"
cp Spec/man/*.7 Native/man/*.7 "$out/man/man7/"
sed "s/@VERSION@/$version/" Native/libaio2.pc.in >"$out/libaio2.pc"
echo "$out/libaio2.so.2: $tfm, $(stat -c %s "$out/libaio2.so.2") bytes"
Native/compat/build.sh
