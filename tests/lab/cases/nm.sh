# SPDX-License-Identifier: GPL-2.0-or-later
# For cases with NetworkManager (`. "$cases/nm.sh"`): connections as files that it reads, up and down by nmcli.
# shellcheck shell=bash

nm_folder=/etc/NetworkManager/system-connections

# nm_connection NAME SERVICE [UUID]: lines of the groups after [vpn] on standard input, as they stand in the file.
# The connection is called NAME, or $NM_ID, and is everybody's, or $NM_USER's. The lab's gateway, user and
# secrets are %G, %U, %P, %K.
nm_connection()
{
    local name=$1 service=$2 uuid=${3-} text
    [ -n "$uuid" ] || uuid=$(</proc/sys/kernel/random/uuid)
    text=$(cat)
    text=${text//%G/$GW_PUBLIC_ADDRESS}
    text=${text//%U/$VPN_USER}
    text=${text//%P/$VPN_PASSWORD}
    text=${text//%K/$PSK}
    (
        umask 077
        {
            printf '[connection]\nid=%s\nuuid=%s\ntype=vpn\nautoconnect=false\n' "${NM_ID:-$name}" "$uuid"
            [ -z "${NM_USER-}" ] || echo "permissions=user:$NM_USER:"
            printf '\n[vpn]\nservice-type=org.freedesktop.NetworkManager.%s\n%s\n' "$service" "$text"
        } >"$nm_folder/$name.nmconnection"
    )
    NM_UUID=$uuid
    nmcli connection load "$nm_folder/$name.nmconnection" >"$state/load" 2>&1 || not_ok "$name is read" "$state/load"
    later nm_forget "$name" "$uuid"
}

nm_forget()
{
    [ -e "$nm_folder/$1.nmconnection" ] || return 0
    nmcli --wait 20 connection delete uuid "$2" >/dev/null 2>&1
}

# nm_up [UUID]: STATUS and ELAPSED as of `up`.
nm_up()
{
    local begin
    begin=$(now)
    STATUS=0
    timeout 80 nmcli connection up uuid "${1:-$NM_UUID}" >"$state/up.out" 2>"$state/up.err" </dev/null || STATUS=$?
    ELAPSED=$(($(now) - begin))
}

# nm_connect WHAT [UUID]: a connection that must come about; its interface is INTERFACE.
nm_connect()
{
    local before after
    before=$(compgen -G '/sys/class/net/causeway*')
    nm_up "${2:-$NM_UUID}"
    if [ "$STATUS" != 0 ]; then
        not_ok "$1: nmcli connects (status $STATUS after $ELAPSED ms)" "$state/up.err" /lab/out/cl/causewayd.log
        return 1
    fi
    ok "$1: nmcli connects"
    after=$(comm -13 <(sort <<<"$before") <(compgen -G '/sys/class/net/causeway*' | sort))
    INTERFACE=${after##*/}
}

# nm_disconnect WHAT [UUID]
nm_disconnect()
{
    check "$1: nmcli disconnects" timeout 30 nmcli connection down uuid "${2:-$NM_UUID}"
}

# nm_refuses WHAT KEY: it does not connect, and the log names the key.
nm_refuses()
{
    mark_log
    nm_up
    if [ "$STATUS" != 0 ] && log_since | grep -q "$2: "; then ok "$1: is refused by name"; else
        log_since >"$state/log"
        not_ok "$1: is refused by name (status $STATUS)" "$state/up.err" "$state/log"; fi
}

# What causewayd says about itself on the bus: its connections, NetworkManager's too.
causeway_objects()
{
    gdbus call --system --dest org.causeway.Causeway1 --object-path /org/causeway/Causeway1 \
        --method org.freedesktop.DBus.ObjectManager.GetManagedObjects
}

nm_log=/lab/out/cl/NetworkManager.log

mark_log()
{
    stat -c %s $nm_log >"$state/log.mark"
}

log_since()
{
    tail -c +$(($(<"$state/log.mark") + 1)) $nm_log
}

# nm_log_says WHAT PATTERN [SECONDS]: in NetworkManager's log, which has the plug-in's words too, since the mark.
nm_log_says()
{
    local line found end=$(($(now) + ${3:-10} * 1000))
    exec {log}< <(exec tail -n 0 -f $nm_log)
    local reader=$!
    while ! log_since | grep -qE "$2" && [ "$(now)" -lt $end ]; do
        read -r -t 1 line <&"$log" || true
    done
    log_since | grep -qE "$2"
    found=$?
    kill $reader
    exec {log}<&-
    if [ $found = 0 ]; then ok "$1"; else
        log_since >"$state/log"
        not_ok "$1" "$state/log"
    fi
}

# Kept from what was there before: the lab's case counts what is left.
if ! [ -e "$state/nm" ]; then
    : >"$state/nm"
    nmcli general logging level INFO domains ALL >/dev/null
fi

# Until no tunnel of ours is there any more.
await_no_interface()
{
    local monitor line end=$(($(now) + 20000))
    exec {monitor}< <(exec timeout 25 ip monitor link)
    while has_interface && [ "$(now)" -lt $end ]; do
        read -r -t 1 line <&"$monitor" || true
    done
    exec {monitor}<&-
    ! has_interface
}

# await_inactive UUID: until NetworkManager has it no more among what is active.
await_inactive()
{
    local monitor line end=$(($(now) + 20000))
    exec {monitor}< <(exec timeout 25 nmcli monitor)
    while nmcli -t -f UUID connection show --active | grep -q "$1" && [ "$(now)" -lt $end ]; do
        read -r -t 1 line <&"$monitor" || true
    done
    exec {monitor}<&-
    ! nmcli -t -f UUID connection show --active | grep -q "$1"
}

# nm_served_by causeway|l2tp: whose plug-in serves connections of NetworkManager-l2tp's type, as if it had been installed
# last. NetworkManager looks when it starts.
nm_served_by()
{
    local pid
    touch "/usr/lib/NetworkManager/VPN/nm-$1-service.name"
    pid=$(pids_of NetworkManager)
    kill "$pid"
    await_end "$pid"
    NetworkManager --no-daemon </dev/null >>$nm_log 2>&1 &
    disown
    nm-online --quiet --timeout=40 || not_ok "NetworkManager starts, for $1"
}
