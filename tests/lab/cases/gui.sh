# SPDX-License-Identifier: GPL-2.0-or-later
# For cases with the application (`. "$cases/gui.sh"`).
# shellcheck shell=bash

# gui_test FILE SECONDS [WORD…]: a test of tests/gui, run as the desktop's user; what it asks for in lines `please: COMMAND` is
# done here, and its exit status told.
gui_test()
{
    local line status=0
    coproc window {
        exec as-user GW_ADDRESS="$GW_ADDRESS" PSK="$PSK" VPN_USER="$VPN_USER" VPN_PASSWORD="$VPN_PASSWORD" \
            INNER_HOST="$INNER_HOST" timeout "$2" python3 "$cases/../../gui/$1" "${@:3}" 2>&1
    }
    # Bash forgets them when the process has ended.
    local pid=$window_PID to=${window[1]} from
    exec {from}<&"${window[0]}"
    while read -r line <&"$from"; do
        case $line in
            'please: '*)
                status=0
                eval "${line#please: }" >"$state/please" 2>&1 || status=$?
                [ $status = 0 ] || cat "$state/please"
                echo $status >&"$to"
                ;;
            *) echo "$line" ;;
        esac
    done
    status=0
    wait "$pid" || status=$?
    exec {from}<&-
    return $status
}

# own_profile NAME PSK PASSWORD FIELD=VALUE…: of the desktop's user, in causewayd; an empty secret is none.
own_profile()
{
    as-user causeway remove "$1" >/dev/null 2>&1
    as-user causeway add "$1" gateway="$GW_PUBLIC_ADDRESS" ppp.user="$VPN_USER" "${@:4}" || return 1
    later as-user causeway remove "$1"
    [ -z "$2" ] || printf '%s' "$2" | as-user causeway set-secret "$1" ipsec.psk || return 1
    [ -z "$3" ] || printf '%s' "$3" | as-user causeway set-secret "$1" ppp.password
}

# serve_way: the test is the user's; the network is not. It writes to /run/way what is to happen to the way to the gateway,
# "up" or "down".
serve_way()
{
    local state_of_way
    mkfifo -m 666 /run/way
    later rm -f /run/way
    while read -r state_of_way; do
        at net ip link set gateway "$state_of_way"
    done <>/run/way &
    later at net ip link set gateway up
}
