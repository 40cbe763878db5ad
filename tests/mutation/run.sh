#!/usr/bin/env bash
# Mutates the code and sees which changes the tests let pass. Each survivor must stand in survivors.txt with its reason,
# and each line there must still survive; anything else fails. Works on a copy, since mutated assemblies stay where they
# were built. Not part of test.sh: README.md beside this file tells how long it takes.
#
#   tests/mutation/run.sh [ring|codecs|calls|trace|checksums|payloads|pi ...]     all of them without a name
#   tests/mutation/run.sh --again ring                                judges what the last run left
#
# CONCURRENCY (1): test processes at a time.
set -euo pipefail
cd "$(dirname "$0")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 AIO2_LAWS_PERCENT=10
here=tests/mutation
out=artifacts/mutation

# name | test project | mutated project | files
targets() {
    cat <<'LIST'
ring|Abi.Tests|Abi|**/Ring/*.cs
codecs|Abi.Tests|Abi|**/Codecs/*.cs
calls|Abi.Tests|Abi|**/Calls/*.cs
trace|Abi.Tests|Abi|**/Trace/*.cs
checksums|Attributes.Tests|Attributes|**/Checksums/*.cs
payloads|Attributes.Tests|Attributes|**/Payloads/*.cs
pi|Attributes.Tests|Attributes|**/Pi/*.cs
LIST
}

for tool in jq git dotnet; do
    command -v "$tool" >/dev/null || { echo "run.sh: $tool is missing: apt-get install -y $tool" >&2; exit 2; }
done

copy_tree() {
    rm -rf "$out/tree"
    mkdir -p "$out/tree"
    git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$out/tree"
    # Tests of real threads show orders, which no mutant changes that the others let pass; one that hangs there costs minutes.
    rm "$out/tree/tests/Abi.Tests/Ring/RingThreadTests.cs"
    (cd "$out/tree" && dotnet tool restore >/dev/null)
}

# One line for each mutant that no test killed, or that is listed: its file, what stood there and what stands there now. No line
# numbers, so that the list holds while code around it moves.
suspects() {
    jq -r '
        def squeeze: gsub("[ \t\r\n]+"; " ");
        def cut($lines; $l):
            if $l.start.line == $l.end.line
            then $lines[$l.start.line - 1][$l.start.column - 1:$l.end.column - 1]
            else ([$lines[$l.start.line - 1][$l.start.column - 1:]]
                + $lines[$l.start.line:$l.end.line - 1]
                + [$lines[$l.end.line - 1][:$l.end.column - 1]] | join(" "))
            end;
        .files | to_entries[] | (.value.source | split("\n")) as $lines | .key as $file
        | .value.mutants[] | select(.status != "CompileError" and .status != "Ignored")
        | ($file | sub("^.*?(?<p>(Ring|Codecs|Calls|Trace|Checksums|Payloads|Pi)/)"; "\(.p)")) as $short
        | "\(.id)\t\(.status)\t\($short): \(cut($lines; .location) | squeeze | .[:120]) -> \(.replacement | squeeze | .[:120])"' "$1" |
        awk -F '\t' 'NR == FNR { listed[$0]; next } $2 == "Survived" || $2 == "NoCoverage" || $3 in listed { print $1 "\t" $3 }' "$here/survivors.txt" -
}

# Stryker's runner keeps one process for many mutants, and what a process makes once, such as a table, stays as it was in
# the first: a mutant may go unnoticed, or be blamed for another. So each suspect gets a process of its own: Stryker's assembly
# reads the mutant's number from a file.
alone() {
    local name=$1 tests=$2 id rest
    while IFS=$'\t' read -r id rest; do
        printf "\\x$(printf %02x $((id & 255)))\\x$(printf %02x $((id >> 8 & 255)))\\0\\0" >"$out/$name/mutant"
        if STRYKER_MUTANT_FILE=$PWD/$out/$name/mutant nice -n 15 timeout 120 \
            dotnet "$out/$name/bin/AioV2.$tests.dll" --no-progress >/dev/null 2>&1 </dev/null; then
            echo "$rest"
        fi
    done
}

judge() {
    local name=$1 report=$2 folder=$3 tests=$4 status=0
    suspects "$report" | alone "$name" "$tests" | LC_ALL=C sort >"$out/$name.survived"
    { grep "^$folder/" || true; } <"$here/survivors.txt" | LC_ALL=C sort >"$out/$name.listed"
    comm -23 "$out/$name.survived" "$out/$name.listed" >"$out/$name.new"
    comm -13 "$out/$name.survived" "$out/$name.listed" >"$out/$name.gone"
    if [ -s "$out/$name.new" ]; then
        echo "$name: survivors that survivors.txt does not explain:"
        sed 's/^/  /' "$out/$name.new"
        status=1
    fi
    if [ -s "$out/$name.gone" ]; then
        echo "$name: lines of survivors.txt that no longer survive; delete them:"
        sed 's/^/  /' "$out/$name.gone"
        status=1
    fi
    jq -r --arg name "$name" '[.files[].mutants[].status] | group_by(.) | map("\(length) \(.[0])") | "\($name): \(join(", "))"' "$report"
    return $status
}

run() {
    local name=$1 tests=$2 project=$3 files=$4 began=$SECONDS
    echo "== $name: $project/${files#\*\*/}"
    (cd "$out/tree/tests/$tests" && nice -n 15 dotnet stryker --test-runner mtp --concurrency "${CONCURRENCY:-1}" \
        --project "$project.csproj" --mutate "$files" --target-framework net10.0 --reporter json --reporter progress \
        --output "$OLDPWD/$out/$name" --skip-version-check >"$OLDPWD/$out/$name.log" 2>&1) &
    keep_assemblies $! "$name" "$tests"
    wait $! ||
        { tail -n 20 "$out/$name.log" >&2; echo "run.sh: Stryker failed; the whole log: $out/$name.log" >&2; return 1; }
    echo "$name: $((SECONDS - began)) s"
    judge "$name" "$out/$name/reports/mutation-report.json" "$(folder "$name")" "$tests"
}

# The mutated assembly is put back when Stryker ends; alone() needs it.
keep_assemblies() {
    rm -rf "$out/$2/bin"
    while kill -0 "$1" 2>/dev/null; do
        if [ ! -d "$out/$2/bin" ] && grep -q 'total mutants will be tested' "$out/$2.log" 2>/dev/null; then
            cp -r "$out/tree/artifacts/bin/$3/debug" "$out/$2/bin"
        fi
        sleep 1
    done
}

folder() { targets | sed -n "s:^$1|.*|\*\*/\([A-Za-z]*\)/.*:\1:p"; }

mkdir -p "$out"
if [ "${1:-}" = --again ]; then
    judge "$2" "$out/$2/reports/mutation-report.json" "$(folder "$2")" "$(targets | sed -n "s:^$2|\([^|]*\)|.*:\1:p")"
    exit
fi
[ $# -gt 0 ] || mapfile -t all < <(targets | cut -d'|' -f1)
[ $# -gt 0 ] || set -- "${all[@]}"
copy_tree
failed=0
for name in "$@"; do
    line=$(targets | grep "^$name|") || { echo "run.sh: no target $name; there are: $(targets | cut -d'|' -f1 | xargs)" >&2; exit 2; }
    IFS='|' read -r _ tests project files <<<"$line"
    run "$name" "$tests" "$project" "$files" || failed=1
done
exit $failed
