#!/usr/bin/env bash
# A sweep on a Slurm cluster, of this machine alone: eight tasks of an array, of which
# one is killed, one requeued, one out of time, and one lost with its node. What the
# shards are put together to must be, byte for byte, what one process writes.
#
#     tests/slurm.sh [SHORTFALL]        by default target/release/shortfall
#
# Slurm's own daemons run beside each other on ports of their own, with all they write
# in a folder that is thrown away; none that runs already is touched. On Debian and
# Ubuntu they are installed if they are missing, which takes root.
set -eEuo pipefail
cd "$(dirname "$0")/.."

SHORTFALL=$(realpath "${1:-${SHORTFALL:-target/release/shortfall}}")
export SHORTFALL
cluster=$PWD/scenarios/cluster
scratch=$(mktemp -d)
export SLURM_CONF=$scratch/slurm.conf
munged='' slurmctld='' slurmd=''

say() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

# Ends the test, with what the daemons and jobs have said.
fail() {
    say "FAILED: $*" >&2
    tail -n 20 "$scratch"/*.log "$scratch"/*.out >&2 || true
    exit 1
}

# Processes of jobs, and of the daemons, know which cluster they belong to.
processes() {
    local process
    for process in /proc/[0-9]*; do
        if grep -qzsxF "SLURM_CONF=$SLURM_CONF" "$process/environ"; then
            echo "${process#/proc/}"
        fi
    done
}

# Stops and removes everything, whatever has happened.
clean() {
    trap - EXIT ERR
    set +e
    timeout 10 scancel --user="$(id -un)" 2>/dev/null
    # shellcheck disable=SC2086 # those that were not started yet are no words
    kill $slurmd $slurmctld $munged 2>/dev/null
    local left tries
    for tries in {1..20}; do
        mapfile -t left < <(processes)
        [ ${#left[@]} -eq 0 ] && break
        sleep 0.5
        [ "$tries" -lt 4 ] || kill -KILL "${left[@]}" 2>/dev/null
    done
    rm -rf "$scratch"
}
trap clean EXIT
trap 'exit 130' INT TERM
trap 'fail "line $LINENO"' ERR

# Waits until a command succeeds: `within SECONDS COMMAND...`.
within() {
    local limit=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$limit" ] || fail "waited in vain for: $*"
        sleep 0.1
    done
}

install() {
    if ! command -v slurmctld slurmd munged sbatch >/dev/null; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q >/dev/null
        apt-get install -y -q --no-install-recommends slurm-wlm munge >/dev/null
    fi
}

# A port of this machine on which nobody listens.
free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    echo "$port"
}

configure() {
    local host user
    host=$(hostname -s)
    user=$(id -un)
    chmod 755 "$scratch"
    mkdir "$scratch/state" "$scratch/spool"
    (umask 077 && head -c 1024 /dev/urandom >"$scratch/munge.key")
    # `cred_expire`: so long is a task held back that is requeued.
    cat >"$SLURM_CONF" <<END
ClusterName=shortfall
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$scratch/munge.socket,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
SlurmctldLogFile=$scratch/slurmctld.log
SlurmdLogFile=$scratch/slurmd.log
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,batch_sched_delay=0,sched_interval=1
ReturnToService=2
KillWait=5
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES State=UP
END
}

start_slurmd() {
    slurmd -D -N "$(hostname -s)" >>"$scratch/daemons.log" 2>&1 &
    slurmd=$!
    disown
}

start() {
    munged --foreground --key-file="$scratch/munge.key" --socket="$scratch/munge.socket" \
        --pid-file="$scratch/munge.pid" --log-file="$scratch/munge.log" \
        --seed-file="$scratch/munge.seed" >>"$scratch/daemons.log" 2>&1 &
    munged=$!
    disown
    within 10 test -S "$scratch/munge.socket"
    slurmctld -D >>"$scratch/daemons.log" 2>&1 &
    slurmctld=$!
    disown
    start_slurmd
    within 30 is_node idle
}

is_node() { [[ $(timeout 5 sinfo --noheader --format=%T 2>/dev/null) == "$1" ]]; }

# Submits a job, for which there is time enough: `submit OPTION... SCRIPT ARGUMENT...`.
submit() { timeout 20 sbatch --parsable --chdir="$scratch" --time=5 "$@"; }

# Whether no task of a job waits or runs any more.
is_over() { [[ -z $(timeout 5 squeue --noheader --jobs="$1" 2>&1) ]]; }

# Whether a job, or a task of an array, is in a state, as far as Slurm knows.
is_in_state() {
    timeout 5 scontrol --oneliner show job "$1" | grep -q "JobState=$2 "
}

# A field of what Slurm knows of a job.
field_of() {
    timeout 5 scontrol --oneliner show job "$1" | grep -o " $2=[^ ]*" | cut -d= -f2
}

# Whether a task of the array was started again, or will be.
has_restarted() { [[ $(field_of "${array}_$1" Restarts) -gt 0 ]]; }

log_of() { printf '%s/shards/shard-%04d-of-0008.log' "$scratch" "$1"; }

# Whether a shard has some points in its log, two of the six it will have; each takes
# some ten thousand bytes.
has_begun() {
    local size
    size=$(stat --format=%s "$(log_of "$1")" 2>/dev/null || echo 0)
    [ "$size" -gt 20000 ]
}

# The process that does a shard.
process_of() {
    local process
    for process in $(processes); do
        if [[ $(tr '\0' ' ' <"/proc/$process/cmdline") == "$SHORTFALL sweep "* ]] &&
            grep -qzxF "SLURM_ARRAY_TASK_ID=$1" "/proc/$process/environ"; then
            echo "$process"
        fi
    done 2>/dev/null
}

# A word that must be in a file.
expect() { grep -qF -- "$1" "$2" || fail "$2 does not say: $1"; }

# Forty-eight points, six of them a shard, which take a core two seconds.
write_sweep() {
    cp tests/small.toml "$scratch"
    cat >"$scratch/gas.toml" <<'END'
[sweep]
title    = "A ban on gas, by share and by cover"
scenario = "small.toml"
trials   = 20_000

[factors.share]
path  = "policies.ban.export-ban.share"
range = { low = "10 %", high = "80 %", steps = 8 }

[factors.cover]
path  = "commodities.gas.cover"
range = { low = "10 days", high = "60 days", steps = 6 }
END
}

# The sweep in one process, to compare with.
one_process() {
    timeout 100 "$SHORTFALL" sweep "$scratch/gas.toml" --out "$scratch/one" --quiet >/dev/null
    say "one process has done 48 points"
}

submit_all() {
    array=$(submit --array=1-8 --cpus-per-task=1 "$cluster/sweep.sbatch" gas.toml shards)
    merge=$(submit --dependency="afterok:$array" --kill-on-invalid-dep=yes \
        "$cluster/merge.sbatch" shards merged)
    say "array $array of 8 tasks is submitted, and job $merge to merge them"
}

# Kills the process of task 3, and takes away some bytes that a crash of the machine
# would not have let reach the disk; sends task 2 what it gets by `--signal` before the
# time limit.
kill_task_and_end_time_of_another() {
    within 60 has_begun 3
    local process
    process=$(process_of 3)
    [ -n "$process" ] || fail "task 3 was done too soon"
    kill -KILL "$process"
    within 60 has_begun 2
    # It tries again while the task is being requeued, and complains in the end.
    timeout 2 scancel --quiet --batch --signal=USR1 "${array}_2" || true
    within 20 is_in_state "${array}_3" FAILED
    truncate --size=-7 "$(log_of 3)"
    say "task 3: its process is killed, its log is torn"
    within 60 has_restarted 2
    expect "stopping: finishing the trials under way" "$scratch/shortfall-${array}_2.out"
    say "task 2: near its time limit, it has requeued itself"
}

requeue_task() {
    within 40 has_begun 5
    timeout 10 scontrol requeue "${array}_5"
    within 40 has_restarted 5
    say "task 5: requeued"
}

# Ends the node's daemon and all tasks on it at once, and has Slurm find out.
lose_node() {
    within 60 has_begun 7
    kill -KILL "$slurmd"
    local process
    for process in $(processes); do
        case $(tr '\0' ' ' <"/proc/$process/cmdline") in
        munged* | slurmctld*) ;;
        *) kill -KILL "$process" ;;
        esac
    done 2>/dev/null
    local host
    host=$(hostname -s)
    timeout 10 scontrol update nodename="$host" state=down reason=lost
    within 20 has_restarted 7
    start_slurmd
    timeout 10 scontrol update nodename="$host" state=resume
    within 30 is_up
    say "task 7: its node is lost and comes back"
}

is_up() { ! is_node down && ! is_node 'down*' && ! is_node unknown; }

# All is done but task 3, and nothing is merged.
expect_incomplete() {
    within 100 is_over "$array"
    local task
    for task in 1 2 4 5 6 7 8; do
        is_in_state "${array}_$task" COMPLETED || fail "task $task is not completed"
    done
    within 10 is_over "$merge"
    [ ! -e "$scratch/merged" ] || fail "unfinished shards were merged"
    local status=0
    "$SHORTFALL" merge "$scratch/shards" --out "$scratch/merged" 2>"$scratch/refused.out" || status=$?
    [ "$status" -eq 2 ] || fail "merge ends with $status"
    expect "shard-0003-of-0008.log is damaged from byte" "$scratch/refused.out"
    [ "$(wc -l <"$scratch/refused.out")" -eq 1 ] || fail "more than one shard was refused"
    say "the others are done; merge refuses: $(sed "s,$scratch/,," "$scratch/refused.out")"
}

# A task submitted again alone has an array of its own, which does not say of how many
# it is.
submit_task_again() {
    local again
    again=$(submit --array=3 --cpus-per-task=1 "$cluster/sweep.sbatch" gas.toml shards)
    within 30 is_over "$again"
    is_in_state "${again}_3" FAILED || fail "task 3 knew of how many it is"
    expect "set SHORTFALL_SHARDS" "$scratch/shortfall-${again}_3.out"
    say "task 3 alone, of how many unsaid: refused"

    local sound
    sound=$(grep -o "from byte [0-9]*" "$scratch/refused.out" | cut -d" " -f3)
    [ "$sound" -gt 8000 ] || fail "no point of task 3 is sound"
    again=$(submit --array=3 --cpus-per-task=1 "$cluster/sweep.sbatch" gas.toml shards 8)
    merge=$(submit --dependency="afterok:$again" --kill-on-invalid-dep=yes \
        "$cluster/merge.sbatch" shards merged)
    within 40 is_over "$again"
    is_in_state "${again}_3" COMPLETED || fail "task 3 is not completed"
    expect "bytes were not finished and are done again" "$scratch/shortfall-${again}_3.out"
    say "task 3 alone, of 8: it goes on after the last sound record"
    within 40 is_over "$merge"
    is_in_state "$merge" COMPLETED || fail "job $merge has not merged the shards"
}

compare() {
    diff -r "$scratch/one" "$scratch/merged" || fail "the files differ"
    local files
    files=$(find "$scratch/merged" -type f | wc -l)
    [ "$files" -gt 4 ] || fail "there are $files files only"
    say "$files files are those of one process, byte for byte"
}

install
configure
write_sweep
one_process
start
say "Slurm $(sinfo --version | cut -d' ' -f2) is up"
submit_all
kill_task_and_end_time_of_another
requeue_task
lose_node
expect_incomplete
submit_task_again
compare
echo "1 passed in $SECONDS s"
