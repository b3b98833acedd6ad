# SPDX-License-Identifier: GPL-2.0-or-later
# Shared by the scripts that run inside a lab machine, by gateways and by clients (sourced, bash).

# say TEXT…: one line of the lab's own on stderr.
say()
{
    echo "lab: $*" >&2
}

# await_line SECONDS PATTERN LOG COMMAND…: starts a daemon that stays in the foreground and returns once it printed a
# line that matches PATTERN; everything it prints goes to LOG. False if it ended or stayed silent. Its pid: $DAEMON.
await_line()
{
    local seconds=$1 pattern=$2 log=$3 fifo line fd deadline
    shift 3
    fifo=/run/await.$BASHPID.$RANDOM
    mkfifo "$fifo"
    # The log's descriptor and ours are not for the daemon.
    "$@" </dev/null >"$fifo" 2>&1 &
    DAEMON=$!
    exec {fd}<"$fifo"
    rm -f "$fifo"
    deadline=$((SECONDS + seconds))
    while read -r -t $((deadline - SECONDS + 1)) -u "$fd" line; do
        printf '%s\n' "$line" >>"$log"
        # shellcheck disable=SC2053  # the pattern is meant as one
        if [[ $line == $pattern ]]; then
            cat <&"$fd" >>"$log" 2>&1 &
            exec {fd}<&-
            return 0
        fi
    done
    exec {fd}<&-
    say "$1: no line like '$pattern' within $seconds s; its log:"
    tail -n 20 "$log" >&2
    return 1
}
