#!/usr/bin/env bash
# Builds the aio2 command and runs the main job: the guided demo, then a copy of a real tree through AIO v2.
# With arguments it runs `aio2` with them instead, e.g. ./demo.sh copy --help
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v dotnet >/dev/null; then
    echo "demo.sh: the .NET SDK 10 is missing: https://learn.microsoft.com/dotnet/core/install/linux-debian" >&2
    exit 1
fi
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

aio2=artifacts/bin/Cli/release/aio2
if ! log=$(dotnet build Cli/Cli.csproj -c Release -v quiet 2>&1); then
    echo "$log" >&2
    exit 1
fi

if [ $# -gt 0 ]; then
    exec "$aio2" "$@"
fi

"$aio2" --version
"$aio2" demo

copies=$(mktemp -d)
trap 'rm -rf "$copies"' EXIT
echo
echo "\$ aio2 copy Spec $copies/Spec"
"$aio2" copy Spec "$copies/Spec"
diff -r Spec "$copies/Spec"
echo "diff -r finds no difference"
