#!/usr/bin/env bash
# A campaign under a real scheduler, on this one machine: munge, a controller, a node, and the job array of docs/campaigns.md
# with 8 shards, of which one is killed. Proves that the lost shard is told, that a rerun does only what was lost, and that the
# merged verdict is whole. Needs root; leaves no process and nothing outside a temporary folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
aio2=$PWD/${AIO2:-artifacts/bin/Cli/release/aio2}
[ -x "$aio2" ] || { echo "slurm.sh: $aio2 is missing: dotnet build Cli -c Release" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "slurm.sh: must be root: slurmd starts jobs as other users" >&2; exit 1; }

work=$(mktemp -d)
pids=()
cleanup() {
    status=$?
    trap - EXIT
    scancel --user=root --quiet 2>/dev/null || true
    # The node's last: it has to end the steps of what was cancelled.
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do
        for _ in $(seq 100); do [ -d "/proc/$pid" ] || break; sleep 0.1; done
        kill -KILL "$pid" 2>/dev/null || true
    done
    if [ "$status" -ne 0 ]; then
        for log in "$work"/*.log; do echo "--- $log"; tail -n 30 "$log"; done
    fi
    rm -rf "$work"
    exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fail() { echo "slurm.sh: $*" >&2; exit 1; }

# Waits until a command succeeds; what never does fails the test.
until_true() {
    local what=$1 tries=$2
    shift 2
    for _ in $(seq "$tries"); do
        if "$@" >/dev/null 2>&1; then return 0; fi
        sleep 0.1
    done
    fail "$what"
}

# A port that nobody listens on.
free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
    fail "no free port"
}

# A key, a socket and a configuration of its own: a Slurm that this machine may have is not touched.
chmod 755 "$work"
mkdir -m 700 "$work/munge"
mkdir -m 755 "$work/munge-run" "$work/state" "$work/spool" "$work/results"
dd if=/dev/urandom of="$work/munge/key" bs=1 count=1024 status=none
chmod 400 "$work/munge/key"
node=$(hostname -s)
cpus=$(nproc)
cat >"$work/slurm.conf" <<CONF
ClusterName=aio2
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge-run/socket
CryptoType=crypto/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
KillWait=2
MinJobAge=300
BatchStartTimeout=60
NodeName=$node NodeAddr=127.0.0.1 CPUs=$cpus State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
CONF
# Nothing here is kept by a cgroup, but slurmd loads a plugin for the kind that the machine has.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    printf 'CgroupPlugin=cgroup/v2\nIgnoreSystemd=yes\n' >"$work/cgroup.conf"
else
    printf 'CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n' >"$work/cgroup.conf"
fi
export SLURM_CONF=$work/slurm.conf TMPDIR=$work

munged --foreground --force --key-file="$work/munge/key" --socket="$work/munge-run/socket" \
    --pid-file="$work/munge-run/pid" --log-file="$work/munged.log" --seed-file="$work/munge/seed" >"$work/munged.out.log" 2>&1 &
pids+=($!)
until_true "munged does not start" 100 munge --socket="$work/munge-run/socket" -n
slurmctld -D -i -f "$work/slurm.conf" >"$work/slurmctld.out.log" 2>&1 &
pids+=($!)
until_true "the controller does not start" 200 scontrol ping
slurmd -D -f "$work/slurm.conf" >"$work/slurmd.out.log" 2>&1 &
pids=("$!" "${pids[@]}")
until_true "the node does not come up" 300 sh -c "sinfo -h -o %t | grep -qE '^(idle|mix|alloc)'"

# The script of the documentation, as it stands there.
sed -n '/^```bash slurm$/,/^```$/p' docs/campaigns.md | sed '1d;$d' >"$work/conform.sbatch"
grep -q '^#SBATCH --array=1-8$' "$work/conform.sbatch" || fail "docs/campaigns.md has no job array of 8 shards"

# One shard of the eight is killed while it runs: its results are lost, those of the others are not. Until then it would take
# far longer than they do, so that it cannot end before.
time=${CAMPAIGN_TIME:-4s}
cat >"$work/aio2" <<SH
#!/bin/bash
if [ "\$SLURM_ARRAY_TASK_ID" = 5 ] && [ ! -e "$work/killed" ]; then
    touch "$work/began"
    set -- "\${@/#$time/30m}"
fi
exec "$aio2" "\$@"
SH
chmod 755 "$work/aio2"
export AIO2=$work/aio2 AIO2_RESULTS=$work/results AIO2_SEED=7 AIO2_TIME=$time
job=$(cd "$work" && sbatch --parsable --no-requeue conform.sbatch)
until_true "shard 5 does not start" 1200 test -e "$work/began"
scancel --signal=KILL --full "${job}_5"
until_true "shard 5 outlives its kill" 600 sh -c "! squeue -h -j ${job}_5 -o %T | grep -qv COMPLETING"
touch "$work/killed"
until_true "the array does not end" 1800 sh -c "! squeue -h -j $job -o %A | grep -q ."
[ ! -e "$work/results/5.json" ] || fail "shard 5 was to be killed and left a result"
[ "$(find "$work/results" -name '*.json' ! -name '.*' | wc -l)" = 7 ] || fail "seven shards should have left a result: $(ls "$work/results")"

code=0
"$aio2" conform merge "$work"/results/[1-8].json >"$work/merged.log" 2>&1 || code=$?
[ "$code" = 3 ] || fail "merge of seven shards ended with $code, not 3"
grep -q 'lost: shard 5 of 8' "$work/merged.log" || fail "merge does not tell which shard is lost: $(cat "$work/merged.log")"

# The same job once more: what is there stays as it is.
before=$(cd "$work/results" && stat -c '%n %Y %i' [1-8].json)
(cd "$work" && sbatch --wait conform.sbatch >"$work/again.log") || fail "the second run failed: $(cat "$work"/conform-*.log)"
after=$(cd "$work/results" && stat -c '%n %Y %i' [1-46-8].json)
[ "$before" = "$after" ] || fail "the second run did again what was done"
[ -e "$work/results/5.json" ] || fail "the second run did not do shard 5"

"$aio2" conform merge "$work"/results/[1-8].json >"$work/merged.log" || fail "the merged verdict does not conform: $(cat "$work/merged.log")"
grep -E 'conforms;|parallel:' "$work/merged.log"
echo "8 shards under Slurm $(slurmctld -V | cut -d' ' -f2): one was killed, told as lost, and done by the rerun"
