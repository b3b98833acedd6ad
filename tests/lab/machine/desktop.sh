# SPDX-License-Identifier: GPL-2.0-or-later
# The desktop of `--desktop` on the laptop (sourced by `world`): an ordinary user with a session, beside the system
# bus and all that runs there. `prepare_desktop` before polkit starts, `start_desktop` after everything else.

# The user, as a computer's first one is made, and what the system grants to whoever sits in front of it. Nobody
# tracks sessions here, so polkit is told which of its actions an active session may do without a password (as their
# own files say), and NetworkManager finds the user where a session would be noted.
prepare_desktop()
{
    on cl bash -eu <<'ROOT' >>/lab/out/cl/setup.log 2>&1
useradd --create-home --uid 1000 --user-group --groups netdev --shell /bin/bash user
install -d -m 700 -o user -g user /run/user/1000
install -d -m 1777 /tmp/.X11-unix /tmp/.ICE-unix
# The run's own folder is for root alone.
install -m 755 /lab/job/machine/session /usr/local/bin/lab-session
install -m 755 /lab/job/machine/bin/{screenshot,tray} /usr/local/bin/
install -d -m 1777 /run/pictures
# The tree's cache of icons does not know Causeway's; one that is older than its folder does not count.
touch /usr/share/icons/hicolor
# Debian gives this one to members of netdev, as the first user is.
granted='"org.freedesktop.NetworkManager.settings.modify.system", '
granted+=$(awk -F'"' '/<action id=/ { id = $2 } /<allow_active>yes</ { printf "\"%s\", ", id }' \
    /usr/share/polkit-1/actions/*.policy)
cat >/etc/polkit-1/rules.d/90-active-session.rules <<RULES
polkit.addRule(function(action, subject) {
    if (subject.user == "user" && [${granted%, }].indexOf(action.id) >= 0)
        return polkit.Result.YES;
});
RULES
chmod 644 /etc/polkit-1/rules.d/90-active-session.rules
mkdir -p /run/systemd/seats /run/systemd/sessions /run/systemd/machines /run/systemd/users
printf '%s\n' NAME=user STATE=active SESSIONS=1 ACTIVE_SESSIONS=1 ONLINE_SESSIONS=1 >/run/systemd/users/1000
ROOT
}

start_desktop()
{
    await_line 90 'session: ready' /lab/out/cl/session.log \
        on cl setpriv --reuid=1000 --regid=1000 --init-groups env -i /bin/bash /usr/local/bin/lab-session
}

# Only root can write into the developer's folder from inside.
keep_pictures()
{
    on cl cp -r /run/pictures /lab/out/
}
