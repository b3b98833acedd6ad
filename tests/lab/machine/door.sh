# SPDX-License-Identifier: GPL-2.0-or-later
# Lets the command in `cl` act on the other hosts (sourced by `world`; the other side is `at`): a switched-off gateway,
# a changed delay, a link that goes down. A request is a folder with the host's name, a command and a place for its
# output and its status.

open_door()
{
    mkdir -m 700 /lab/door
    mkfifo /lab/door/requests
    serve_door &
}

serve_door()
{
    local request
    exec {requests}<>/lab/door/requests
    while read -r request <&"$requests"; do
        answer "$request" {requests}>&- 3>&- 4>&- &
    done
}

answer()
{
    local host status=0
    read -r host <"$1/host"
    on "$host" env -i PATH="$PATH" HOME=/root LC_ALL=C.UTF-8 "${GATEWAY_ENV[@]}" OUT=/lab/out/gateway \
        LAB=/lab/job/machine /bin/bash "$1/command" </dev/null >"$1/output" 2>&1 || status=$?
    echo "$status" >"$1/status"
}
