# SPDX-License-Identifier: GPL-2.0-or-later
# The lab's network (sourced by `world`).
#
#   cl ─── [nat] ─── net ─── [gnat] ─── gw ─── inner
#
#   direct       cl 198.51.100.10                                       gw 203.0.113.10
#   nat          cl 192.168.7.10, nat 198.51.100.10                     gw 203.0.113.10
#   double-nat   cl 192.168.7.10, nat 198.51.100.10, gnat 203.0.113.10, gw 172.16.7.10
#
# `net` is the Internet: it delays and loses packets (half of --rtt each way), answers DNS, and knows no way to the
# addresses behind the gateway (10.77.0.0/16, and 192.0.2.0/24, a web server as seen through the tunnel).

declare -A PID
LINKS=''

# make_host NAME FORWARD LOWER…: without LOWER, a light one whose root is the tree itself, read-only
make_host()
{
    local name=$1 fd
    exec {fd}< <(exec unshare --net --mount --uts --ipc --pid --fork --kill-child \
        /bin/bash /lab/job/machine/host "$@")
    read -r -t 20 -u "$fd" PID["$name"] || { say "host $name did not start"; return 1; }
    exec {fd}<&-
    name_namespace "$name" "/proc/${PID[$name]}/ns/net"
}

name_namespace()
{
    [ -d /run/netns ] || mkdir -p /run/netns
    : >"/run/netns/$1"
    mount --bind "$2" "/run/netns/$1"
}

# on HOST COMMAND…
on()
{
    local name=$1
    shift
    if [ "${PID[$name]}" = self ]; then
        "$@"
    else
        nsenter --target "${PID[$name]}" --net --mount --uts --ipc --pid -- "$@"
    fi
}

# Words for `ip -batch`, by host: the machine's clock is slow when it comes to starting programs.
declare -A BATCH

# ip_on HOST WORDS…
ip_on()
{
    local name=$1
    shift
    BATCH[$name]+="$*"$'\n'
}

# link HOST IF ADDRESS HOST IF ADDRESS
link()
{
    LINKS+="link add name $2 netns $1 type veth peer name $5 netns $4"$'\n'
    ip_on "$1" address add "$3" dev "$2"
    ip_on "$4" address add "$6" dev "$5"
    ip_on "$1" link set lo up
    ip_on "$4" link set lo up
    ip_on "$1" link set "$2" up
    ip_on "$4" link set "$5" up
}

run_batches()
{
    local name
    # From `net`: the kernel also wants the first name to be free where it is asked.
    ip -n net -batch - <<<"$LINKS" || return 1
    for name in "${!BATCH[@]}"; do
        ip -n "$name" -batch - <<<"${BATCH[$name]}" || return 1
    done
}

masquerade()
{
    on "$1" iptables-legacy -t nat -A POSTROUTING -o wan -j MASQUERADE
}

make_network()
{
    local lower=/lab/tree

    if [ -n "$SYSTEMD" ]; then
        PID[cl]=self
        name_namespace cl /proc/1/ns/net
    elif [ -n "$LAYER" ]; then
        make_host cl 0 /lab/layer $lower
    else
        make_host cl 0 $lower
    fi
    make_host net 1
    make_host gw 1 /lab/gwtree
    make_host inner 0

    if [ "$TOPOLOGY" = direct ]; then
        link cl eth0 198.51.100.10/24 net client 198.51.100.1/24
        ip_on cl route add default via 198.51.100.1
    else
        make_host nat 1
        link nat wan 198.51.100.10/24 net client 198.51.100.1/24
        link cl eth0 192.168.7.10/24 nat lan 192.168.7.1/24
        ip_on nat route add default via 198.51.100.1
        ip_on cl route add default via 192.168.7.1
        masquerade nat
    fi

    if [ "$TOPOLOGY" = double-nat ]; then
        make_host gnat 1
        link gnat wan 203.0.113.10/24 net gateway 203.0.113.1/24
        link gw eth0 172.16.7.10/24 gnat lan 172.16.7.1/24
        ip_on gnat route add default via 203.0.113.1
        ip_on gw route add default via 172.16.7.1
        masquerade gnat
        for port in 500 4500; do
            on gnat iptables-legacy -t nat -A PREROUTING -i wan -p udp --dport $port -j DNAT --to-destination 172.16.7.10
        done
    else
        link gw eth0 203.0.113.10/24 net gateway 203.0.113.1/24
        ip_on gw route add default via 203.0.113.1
    fi

    link gw eth1 10.77.1.1/24 inner eth0 10.77.1.2/24
    ip_on inner route add default via 10.77.1.1
    ip_on inner address add 192.0.2.80/32 dev lo
    ip_on inner address add 2001:db8:1::2/64 dev eth0 nodad
    ip_on inner route add default via 2001:db8:1::1
    ip_on gw route add 192.0.2.0/24 via 10.77.1.2
    ip_on net route add blackhole 10.77.0.0/16
    ip_on net route add blackhole 192.0.2.0/24

    run_batches || return 1
    shape client && shape gateway
}

# Half of the round-trip time and the loss in each direction.
shape()
{
    local -a loss=()
    [ "$LOSS" = 0 ] || loss=(loss "$LOSS%")
    [ "$RTT" != 0 ] || [ "$LOSS" != 0 ] || return 0
    tc -n net qdisc add dev "$1" root netem delay "$(half "$RTT")ms" "${loss[@]}" limit 20000 ||
        { say "this kernel cannot delay or lose packets (sch_netem)"; return 1; }
}

half()
{
    local us=$(($1 * 500))
    printf '%d.%03d' $((us / 1000)) $((us % 1000))
}

# The names that hosts know without DNS.
write_hosts()
{
    cat >/lab/job/hosts <<HOSTS
127.0.0.1 localhost
::1 localhost
$GW_PUBLIC_ADDRESS gw.lab
10.77.1.2 inner
HOSTS
}
