#!/bin/sh
# Checks the models: right variants must hold, wrong ones must be refuted. One line for each; exit 1 on any surprise.
# Needs spin and a C compiler. Builds in a directory of its own.
here=$(cd "$(dirname "$0")" && pwd)
for tool in spin gcc; do
	command -v "$tool" >/dev/null || { echo "check.sh: $tool is missing" >&2; exit 1; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

# variant EXPECTED MODEL OPTION...: EXPECTED is holds or refuted.
variant() {
	expected=$1 model=$2
	shift 2
	dir="$work/$model.$(echo "$*" | tr -c 'A-Za-z0-9=\n' _)"
	mkdir -p "$dir" && cd "$dir" || exit 1
	defines=
	for option in "$@"; do defines="$defines -D$option"; done
	# shellcheck disable=SC2086
	if ! spin $defines -a "$here/$model.pml" >spin.out 2>&1 ||
		! gcc -O2 -w -DSAFETY -DVECTORSZ=2048 -o pan pan.c >gcc.out 2>&1; then
		found="did not build: $(cat spin.out gcc.out 2>/dev/null | head -1)"
	else
		./pan -m400000 >pan.out 2>&1
		if grep -q 'errors: 0$' pan.out && ! grep -q 'max search depth too small\|out of memory' pan.out; then
			found=holds
		elif grep -q '^pan:[0-9]*: \(assertion violated\|invalid end state\)' pan.out; then
			found=refuted
		else
			found="unclear: $(grep -m1 'error\|pan:' pan.out)"
		fi
	fi
	if [ "$found" = "$expected" ]; then word=ok; else word=SURPRISE failed=1; fi
	printf '%-8s %-7s %-58s %s\n' "$word" "$model" "$*" "$found ($(grep -o '[0-9]* states, stored' pan.out 2>/dev/null || echo none))"
	cd "$work" && rm -rf "$dir"
}

variant holds   ring8  ORDER=1 CAP=1 NE=3 NR=1 DRAINER=2
variant holds   ring8  ORDER=1 CAP=1 NE=3 NR=2 DRAINER=1
variant holds   ring8  ORDER=1 CAP=2 NE=4 NR=1 DRAINER=1
variant holds   ring8  ORDER=1 CAP=2 NE=4 NR=1 DRAINER=1 BATCH=2
variant refuted ring8  ORDER=0 CAP=1 NE=3 NR=1 DRAINER=1
variant refuted ring8  ORDER=2 CAP=1 NE=3 NR=1 DRAINER=1
variant refuted ring8  ORDER=3 CAP=1 NE=3 NR=1 DRAINER=1
variant refuted ring8  ORDER=1 CAP=1 NE=3 NR=1 DRAINER=1 CLEARFIRST
variant holds   solo   ORDER=1 NE=3 CAP=1
variant refuted solo   ORDER=0 NE=3 CAP=1
variant holds   sleep  ORDER=1 NE=3 CAP=1 DRAINER=2
variant refuted sleep  ORDER=0 NE=3 CAP=1 DRAINER=2
variant holds   sleep  ORDER=1 NE=3 CAP=1 SUPPRESS UF KF
variant refuted sleep  ORDER=1 NE=3 CAP=1 SUPPRESS KF
variant refuted sleep  ORDER=1 NE=3 CAP=1 SUPPRESS UF
variant holds   limbo  MODE=2
variant refuted limbo  MODE=0
variant refuted limbo  MODE=1
variant holds   poll   CAP=1 NE=2 NC=2 AGAIN
variant holds   poll   CAP=2 NE=4 NC=1 NP=3 AGAIN
variant refuted poll   CAP=1 NE=2 NC=2
variant refuted poll   CAP=2 NE=4 NC=1
variant holds   resize
variant refuted resize NOSTAND
variant holds   lock   NT=2 NR=3 FENCE
variant holds   lock   NT=3 NR=2 FENCE
variant refuted lock   NT=2 NR=2
variant refuted lock   NT=2 NR=2 FENCE COUNTLATE
variant holds   mark   NC=3 FENCE
variant refuted mark   NC=1

exit $failed
