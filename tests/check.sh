# Sourced by the scripts whose checks are functions and commands: runs and counts them.
# The script sets log, where the output of a check goes. It may set only, a part of the names of those that run, and
# define on_pass NAME SECONDS and on_fail NAME, which tell more of a check that has ended.
# shellcheck shell=bash
passed=0 failed=0
log='' only=''

on_pass() { :; }
on_fail() { :; }

# check NAME COMMAND…: passes when the command exits with 0; if not, the end of its output is told.
check() {
    local name=$1 began=$SECONDS code=0
    shift
    [[ $name == *"$only"* ]] || return 0
    "$@" >"$log" 2>&1 </dev/null || code=$?
    if [ "$code" -eq 0 ]; then
        passed=$((passed + 1))
        on_pass "$name" $((SECONDS - began))
    else
        failed=$((failed + 1))
        echo "FAILED: $name (exit code $code)"
        tail -n 40 "$log"
        on_fail "$name"
    fi
}

# summary WHAT: the counts, and whether every check passed; the last command of the script.
summary() {
    echo "$1: $passed checks passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
