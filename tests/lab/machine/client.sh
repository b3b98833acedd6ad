# SPDX-License-Identifier: GPL-2.0-or-later
# The laptop (sourced by `world`): its system bus, polkit, causewayd and the ready profile, and the command.

await_name()
{
    on cl gdbus wait --system --timeout 20 "$1" || { say "no $1 on the laptop's bus"; return 1; }
}

start_bus()
{
    await_line 10 'unix:*' /lab/out/cl/dbus.log on cl dbus-daemon --system --nofork --nopidfile --print-address=1 ||
        return 1
    await_line 10 '*' /lab/out/cl/polkit.log on cl /usr/lib/polkit-1/polkitd || return 1
    await_name org.freedesktop.PolicyKit1
}

# The wired connection that a desktop has: NetworkManager takes over the address and the gateway that are there.
start_networkmanager()
{
    local address=198.51.100.10/24 router=198.51.100.1
    [ "$TOPOLOGY" = direct ] || address=192.168.7.10/24 router=192.168.7.1
    on cl sh -c 'umask 077; cat >/etc/NetworkManager/system-connections/wired.nmconnection' <<KEYFILE
[connection]
id=wired
type=ethernet
interface-name=eth0

[ipv4]
method=manual
address1=$address,$router
dns=198.51.100.1;

[ipv6]
method=link-local
KEYFILE
    on cl sh -c 'cat >/etc/NetworkManager/conf.d/lab.conf' <<'CONF'
[main]
plugins=keyfile
[keyfile]
unmanaged-devices=none
CONF
    if [ -n "$SYSTEMD" ]; then
        systemctl start NetworkManager
    else
        # With a /sys that it cannot write, NetworkManager does not wait for udev.
        on cl mount -o remount,bind,ro /sys
        on cl sh -c 'printf "[main]\ndns=default\nrc-manager=file\n" >/etc/NetworkManager/conf.d/dns.conf'
        on cl NetworkManager --no-daemon </dev/null >>/lab/out/cl/NetworkManager.log 2>&1 &
        await_name org.freedesktop.NetworkManager || return 1
    fi
    on cl nm-online --quiet --timeout=40 || { say "NetworkManager did not get online"; return 1; }
    # The route that was there before it has no metric: none of its own, a VPN's neither, could compete.
    on cl ip route del default via "$router" dev eth0 metric 0 || true
}

# Units that fail on this machine by its nature are masked, so a degraded one is news.
await_systemd()
{
    local state
    state=$(timeout 90 systemctl is-system-running --wait)
    case $state in
        running) ;;
        degraded) say "degraded: $(systemctl --failed --plain --no-legend | cut -d' ' -f1 | paste -sd' ')" ;;
        *) say "systemd on the laptop: $state"; return 1 ;;
    esac
    # The link's own resolver, as DHCP would have told.
    resolvectl dns eth0 198.51.100.1
}

start_client()
{
    [ -z "$DESKTOP" ] || prepare_desktop || return 1
    if [ -n "$SYSTEMD" ]; then
        await_systemd || return 1
    else
        on cl sh -c 'echo nameserver 198.51.100.1 >/etc/resolv.conf'
        start_bus || return 1
    fi
    [ -z "$NETWORKMANAGER" ] || start_networkmanager || return 1
    if [ -n "$LAYER" ] && [ -x /lab/layer/usr/bin/causeway ]; then
        if [ -z "$SYSTEMD" ]; then
            start_causewayd || return 1
        fi
        [ -n "$NOPROFILE" ] || make_profile || return 1
    fi
    [ -z "$DESKTOP" ] || start_desktop
}

# Without systemd nobody makes the users that Causeway installs.
start_causewayd()
{
    local -a command
    on cl systemd-sysusers >>/lab/out/cl/setup.log 2>&1
    read -r -a command < <(sed -n 's/^Exec=//p' /lab/layer/usr/share/dbus-1/system-services/org.causeway.Causeway1.service)
    on cl env -i PATH="$PATH" "${DAEMON_ENV[@]}" "${command[@]}" </dev/null >>/lab/out/cl/causewayd.log 2>&1 &
    await_name org.causeway.Causeway1
}

make_profile()
{
    {
        on cl causeway add lab gateway="$GW_PUBLIC_ADDRESS" ppp.user=lab-user "${PROFILE[@]}" &&
            printf '%s' 'lab pre-shared key 7' | on cl causeway set-secret lab ipsec.psk &&
            printf '%s' 'lab Passw0rd!' | on cl causeway set-secret lab ppp.password
    } >>/lab/out/cl/setup.log 2>&1 || {
        say "could not make the profile:"
        tail -n 20 /lab/out/cl/setup.log >&2
        return 1
    }
}

# Runs the command in `cl` with the developer's folder as working folder; output goes where the lab's goes.
run_command()
{
    {
        printf 'cd %q\n' "$WORKING_FOLDER"
        printf 'exec timeout --foreground --kill-after=5 %q ' "$TIMEOUT"
        printf '%q ' "${COMMAND[@]}"
    } >/lab/job/command
    local -a run=(env -i PATH=/usr/sbin:/usr/bin:/lab/job/machine/bin HOME=/root USER=root LC_ALL=C.UTF-8 TERM="${TERM:-dumb}" "${CLIENT_ENV[@]}"
        /bin/bash /lab/job/command)
    if [ -n "$INTERACTIVE" ] && [ "$KERNEL" = uml ]; then
        on cl setsid --ctty --wait "${run[@]}" </dev/ttyS0 >&3 2>&4
    elif [ -n "$INTERACTIVE" ]; then
        on cl "${run[@]}" <&5 >&3 2>&4
    else
        # Through a pipe: the serial line is no terminal for the command. What it leaves running may hold the pipe.
        local status=0 pipe reader
        exec {pipe}> >(exec cat >&3)
        reader=$!
        on cl setsid --wait "${run[@]}" </dev/null >&"$pipe" 2>&1 || status=$?
        exec {pipe}>&-
        timeout 2 tail --pid="$reader" -f /dev/null
        return $status
    fi
}

stop_client()
{
    [ -z "$DESKTOP" ] || keep_pictures
}
