# SPDX-License-Identifier: GPL-2.0-or-later
# What cases are written with (bash, sourced before each of them on the laptop; CASE is its name).
#
# A case begins with the gateway and the network as the lab made them and with nothing connected. When it ends, whatever
# is still connected is disconnected, and two things are checked that hold for every case: the machine is as it was
# before, and no L2TP left it, or came to it, in clear.

cases=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
state=/run/cases
mkdir -p "$state"

# --- results

ok()
{
    echo "ok $*"
}

# not_ok WHAT [FILE…]: with what helps to understand it.
not_ok()
{
    local what=$1
    shift
    echo "not ok $what"
    [ $# = 0 ] || tail -n 25 "$@"
    return 1
}

# check WHAT COMMAND…
check()
{
    local what=$1
    shift
    if "$@" >"$state/check" 2>&1; then
        ok "$what"
    else
        not_ok "$what" "$state/check"
    fi
}

# check_equal WHAT WANTED SEEN
check_equal()
{
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1 (wanted '$2', got '$3')"
    fi
}

# Milliseconds since the machine started.
now()
{
    local t
    t=${EPOCHREALTIME/[.,]/}
    echo $((t / 1000))
}

# Like sleep, for the length of a load or a fault, never to wait for something to have happened.
pause()
{
    read -r -t "$1" <> <(:) || true
}

# await_end PID…: until these processes are gone.
await_end()
{
    printf '%s\n' "$@" >"$state/pid"
    local pid
    for pid in "$@"; do
        python3 -S -c 'import os, select, sys
try:
    fd = os.pidfd_open(int(sys.argv[1]))
except OSError:  # ESRCH; EINVAL while the last of it goes
    sys.exit(0)
poll = select.poll()
poll.register(fd, select.POLLIN)
sys.exit(not poll.poll(20000))' "$pid" || return 1
    done
}

# later COMMAND…: when the case ends, however it does; the last one first.
LATER=()
later()
{
    LATER=("$(printf '%q ' "$@")" "${LATER[@]}")
}

# --- the other hosts

at()
{
    "$LAB/at" "$@"
}

# gateway_with NAME=VALUE…: a gateway that was started with these (see its start); without any, the lab's own.
gateway_with()
{
    local wanted=$* now=''
    [ ! -e "$state/gateway" ] || now=$(<"$state/gateway")
    [ "$wanted" != "$now" ] || return 0
    echo "changing" >"$state/gateway"
    at gw "$@" bash "$cases/gateway" restart >"$state/gateway.log" || {
        tail -n 20 "$state/gateway.log"
        not_ok "the gateway starts with '$wanted'"
        exit 1
    }
    echo "$wanted" >"$state/gateway"
}

# Switches it off without a word to its clients.
gateway_off()
{
    echo "off" >"$state/gateway"
    at gw bash "$cases/gateway" stop
}

# network_with RTT-MS LOSS-%
network_with()
{
    local wanted="$1 $2" now="$RTT $LOSS"
    [ ! -e "$state/network" ] || now=$(<"$state/network")
    [ "$wanted" != "$now" ] || return 0
    at net bash -c "$(<"$cases/shape")" shape "$1" "$2"
    echo "$wanted" >"$state/network"
}

# --- causewayd and its profiles

# Without starting a program: that takes its time here.
pids_of()
{
    local file name status pids=()
    for file in /proc/[0-9]*/comm; do
        read -r name 2>/dev/null <"$file" || continue
        [ "$name" = "${1:0:15}" ] || continue
        # One that has ended is only waiting for its parent to notice.
        read -r status 2>/dev/null <"${file%comm}stat" || continue
        [[ $status == *") Z "* ]] || pids+=("${file//[!0-9]/}")
    done
    echo "${pids[*]}"
}

pid_of_causewayd()
{
    pids_of causewayd
}

start_causewayd()
{
    if [ -d /run/systemd/system ]; then
        systemctl start causewayd
        return
    fi
    local -a command
    read -r -a command < <(sed -n 's/^Exec=//p' /usr/share/dbus-1/system-services/org.causeway.Causeway1.service)
    setsid env -i PATH="$PATH" "$@" "${command[@]}" </dev/null >>/lab/out/cl/causewayd.log 2>&1 &
    gdbus wait --system --timeout 20 org.causeway.Causeway1
}

# stop_causewayd [SIGNAL]
stop_causewayd()
{
    local pid
    pid=$(pid_of_causewayd)
    [ -n "$pid" ] || return 0
    kill -"${1:-TERM}" "$pid"
    await_end "$pid"
}

has_interface()
{
    compgen -G '/sys/class/net/causeway*' >/dev/null
}

# profile NAME FIELD=VALUE…: a fresh profile for the lab's gateway and user, with the right secrets.
profile()
{
    local name=$1
    shift
    if [ -e "$state/profile.$name" ]; then
        ! has_interface || causeway down "$name" >/dev/null 2>&1 || true
        causeway remove "$name" >/dev/null 2>&1 || true
    fi
    : >"$state/profile.$name"
    causeway add "$name" gateway="$GW_PUBLIC_ADDRESS" ppp.user="$VPN_USER" "$@" >"$state/add" 2>&1 || {
        not_ok "profile $name with $*" "$state/add"
        return 1
    }
    printf '%s' "$PSK" | causeway set-secret "$name" ipsec.psk &&
        printf '%s' "$VPN_PASSWORD" | causeway set-secret "$name" ppp.password
}

# up [NAME [WORD…]]: STATUS is its exit status, ELAPSED its milliseconds; its words are in $state/up.{out,err}.
up()
{
    local begin
    begin=$(now)
    STATUS=0
    timeout 100 causeway up "${1:-lab}" "${@:2}" >"$state/up.out" 2>"$state/up.err" </dev/null || STATUS=$?
    ELAPSED=$(($(now) - begin))
}

# connect WHAT [NAME]: a connection that must come about.
connect()
{
    up "${2:-lab}"
    if [ "$STATUS" = 0 ]; then
        ok "$1: connects"
    else
        not_ok "$1: connects (status $STATUS after $ELAPSED ms)" "$state/up.err" /lab/out/cl/causewayd.log
    fi
}

# disconnect [NAME]
disconnect()
{
    check "${1:-lab}: disconnects" timeout 20 causeway down "${1:-lab}"
}

# json_field NAME: the value in the first object of a JSON array on standard input, strings without their quotes.
json_field()
{
    local text value pattern
    text=$(tr '\n' ' ')
    # Strings without quotes in them, lists, objects, and the rest.
    pattern="\"$1\" *: *(\"[^\"]*\"|\\[[^]]*\\]|\\{[^}]*\\}|[^],} ]*)"
    [[ $text =~ $pattern ]] || return 1
    value=${BASH_REMATCH[1]}
    value=${value#\"}
    echo "${value%\"}"
}

# status FIELD [NAME]
status()
{
    causeway status "${2:-lab}" --json | json_field "$1"
}

# await_state WORD [NAME [SECONDS]]: until the state is WORD, or it connects and the stage is WORD.
await_state()
{
    local word=$1 name=${2:-lab} seconds=${3:-30} line found=1
    exec {watch}< <(exec timeout "$seconds" causeway status "$name" --json --watch 2>/dev/null)
    local watcher=$!
    while read -r line <&"$watch"; do
        case $line in
            *"\"state\":\"$word\""* | *"\"state\":\"connecting\",\"stage\":\"$word\""*) found=0; break ;;
        esac
    done
    kill "$watcher" 2>/dev/null
    exec {watch}<&-
    return $found
}

# record_states [NAME]: from now on, in $state/states, one line for each change; ends with the case.
record_states()
{
    : >"$state/states"
    exec {watch}< <(exec causeway status "${1:-lab}" --json --watch 2>/dev/null)
    RECORDER=$!
    # From the first line on it misses nothing.
    local line
    read -r line <&"$watch"
    cat <&"$watch" >>"$state/states" &
    later kill "$RECORDER"
    exec {watch}<&-
}

has_been()
{
    grep -q "\"state\":\"$1\"" "$state/states"
}

# flows WHAT [SECONDS]: traffic passes again by then.
flows()
{
    check "$1: traffic flows" ping -q -c 1 -w "${2:-30}" -i 0.5 "$INNER_HOST"
}

# assert_connected WHAT NAME FIELD=VALUE…
assert_connected()
{
    local what=$1 name=$2 text pair seen wrong=''
    shift 2
    text=$(causeway status "$name" --json)
    for pair in state=connected "$@"; do
        seen=$(json_field "${pair%%=*}" <<<"$text") || seen='(nothing)'
        # shellcheck disable=SC2053  # a pattern
        [[ $seen == ${pair#*=} ]] || wrong+=" ${pair%%=*} is '$seen' and not '${pair#*=}';"
    done
    if [ -z "$wrong" ]; then
        ok "$what: status tells so"
    else
        echo "$text"
        not_ok "$what: status tells so:$wrong"
    fi
}

# inner_ping WHAT [PING-OPTION…]: the gateway's inner address and a host behind it answer. The gateway may open its
# side of IPCP later than we do: when our last Ack was lost, with its own timer of three seconds.
inner_ping()
{
    local what=$1 address
    shift
    ping -q -c 1 -i 0.2 -w 15 "$INNER_ADDRESS" >/dev/null 2>&1
    for address in "$INNER_ADDRESS" "$INNER_HOST"; do
        ping -q -c 3 -i 0.1 -W 5 "$@" "$address" >"$state/ping" 2>&1 || {
            not_ok "$what: $address answers through the tunnel" "$state/ping"
            return 1
        }
    done
    ok "$what: pings pass through the tunnel"
}

# expect_failure CODE STAGE SECONDS [NAME]: `up` fails with that code in time, says what to do, and leaves nothing.
expect_failure()
{
    local code=$1 stage=$2 seconds=$3 wrong=''
    up "${4:-lab}"
    [ "$STATUS" = 1 ] || wrong+=" exit status $STATUS;"
    grep -Eq "^causeway: ($stage): $code: ." "$state/up.err" || wrong+=" not told;"
    [ "$code" = cancelled ] || grep -q "^hint: ." "$state/up.err" || wrong+=" no hint;"
    [ "$ELAPSED" -le $((seconds * 1000)) ] || wrong+=" took $ELAPSED ms;"
    if [ -z "$wrong" ]; then
        ok "$code is told within $seconds s"
        echo "$code after $ELAPSED ms"
    else
        not_ok "$code is told within $seconds s:$wrong" "$state/up.err"
    fi
}

# --- the machine as it was before

# Few programs: starting one is what takes time here. What changes by itself is left out: lifetimes, counters, and
# policies that belong to one socket and have no template (an IKE daemon's leave to speak for itself).
machine_state()
{
    local file
    {
        ip -d -batch - <<'IP' 2>&1
link show
address show
route show table all
rule show
tunnel show
l2tp show tunnel
xfrm state
xfrm policy
IP
        ip -6 rule show
        { iptables-legacy-save; nft list ruleset; } 2>/dev/null
        if [ -d /run/systemd/system ]; then
            { resolvectl dns; resolvectl domain; resolvectl default-route; } 2>&1
        fi
        echo "== DNS"
        stat -c '%N %F %a %U' /etc/resolv.conf
    } | awk '
        function flush_entry() { if (entry != "" && !(entry ~ /\tsocket / && entry !~ /tmpl/)) printf "%s", entry; entry = "" }
        /^#/ || /anti-replay context/ { next }
        { gsub(/ (expires|valid_lft|preferred_lft) [0-9]+sec/, ""); sub(/\[[0-9]+:[0-9]+\]/, ""); sub(/ +$/, "") }
        /^[^ \t]/ { flush_entry() }
        { entry = entry $0 "\n" }
        END { flush_entry() }'
    echo "$(</etc/resolv.conf)"
    echo "== settings"
    for file in /proc/sys/net/ipv4/ip_forward /proc/sys/net/core/xfrm_acq_expires \
            /proc/sys/net/ipv4/conf/{all,default,eth0}/{rp_filter,src_valid_mark,accept_local} \
            /proc/sys/net/ipv6/conf/{all,default,eth0}/{disable_ipv6,accept_ra,forwarding}; do
        [ ! -e "$file" ] || echo "$file $(<"$file")"
    done
    echo "== processes and files"
    [ -z "$(pids_of causeway-tunnel)" ] || echo "causeway-tunnel runs"
    compgen -G '/run/causeway/journal/*'
    true
}

# Until IPv6 is sure that nobody else has the addresses of a link that has just come up.
await_sure_addresses()
{
    local monitor end=$(($(now) + 5000))
    exec {monitor}< <(exec timeout 6 ip monitor address)
    while [ -n "$(ip -6 address show tentative)" ] && [ "$(now)" -lt "$end" ]; do
        read -r -t 1 <&"$monitor" || true
    done
    exec {monitor}<&-
}

# What assert_restored compares with, until the next one.
snapshot()
{
    await_sure_addresses
    machine_state >"$state/before"
}

# assert_restored WHAT [SECONDS]: at once, or within that time as the kernel's events come.
assert_restored()
{
    local what=$1 seconds=${2:-0} monitor
    local end=$(($(now) + seconds * 1000))
    if [ "$seconds" != 0 ]; then
        exec {monitor}< <(exec timeout $((seconds + 5)) ip monitor all)
    fi
    while machine_state >"$state/after"; ! cmp -s "$state/before" "$state/after"; do
        if [ "$(now)" -ge "$end" ]; then
            diff "$state/before" "$state/after" >"$state/difference"
            not_ok "$what: the machine is as before" "$state/difference"
            return 1
        fi
        read -r -t 1 <&"$monitor" || true
        while read -r -t 0.05 <&"$monitor"; do :; done
    done
    ok "$what: the machine is as before"
}

# --- nothing in clear

wire=/lab/out/laptop.pcap

mark_wire()
{
    stat -c %s "$wire" >"$state/wire"
}

# wire_since FILTER…: packets of the laptop's outer link since the mark.
wire_since()
{
    { head -c 24 "$wire"; tail -c +$(($(<"$state/wire") + 1)) "$wire"; } | tcpdump -nn -r - "$@" 2>/dev/null
}

l2tp_in_clear()
{
    wire_since 'udp port 1701 or ip proto 115' | grep .
}

assert_no_clear()
{
    if l2tp_in_clear >"$state/clear"; then
        not_ok "$1: no L2TP outside ESP" "$state/clear"
    else
        ok "$1: no L2TP outside ESP"
    fi
}

# --- around each case

begin_case()
{
    [ -n "$(pid_of_causewayd)" ] || [ -d /run/systemd/system ] || start_causewayd || exit 1
    network_with "$RTT" "$LOSS"
    gateway_with
    ! has_interface || causeway down --all >/dev/null 2>&1
    mark_wire
    snapshot
    cp "$state/before" "$state/begin"
}

end_case()
{
    local job command
    trap - EXIT
    for command in "${LATER[@]}"; do
        eval "$command"
    done
    for job in $(jobs -p); do
        kill "$job" 2>/dev/null
    done
    [ -n "$(pid_of_causewayd)" ] || start_causewayd || not_ok "causewayd starts again"
    timeout 30 causeway down --all >/dev/null 2>&1
    [ -n "${CLEAR_IS_MEANT-}" ] || assert_no_clear "at the end"
    cp "$state/begin" "$state/before"
    assert_restored "at the end" 5
}

if command -v causeway >/dev/null; then
    begin_case
    trap end_case EXIT
fi
