# SPDX-License-Identifier: GPL-2.0-or-later
# What tests/run and tests/demo need on the machine (sourced, bash): tools that build Causeway and start the lab.
# Nothing here starts a service, takes a port or rewrites configuration; all else lives in the lab's own tree.

BUILD_PACKAGES=(gcc clang libclang-rt-dev libc6-dev meson ninja-build pkg-config python3 gettext
    libglib2.0-dev libjson-glib-dev nettle-dev libmnl-dev libseccomp-dev libgnutls28-dev libp11-kit-dev
    libgtk-4-dev libadwaita-1-dev libgtk-3-dev libnm-dev libnma-dev libnma-gtk4-dev libsecret-1-dev libqrencode-dev libzbar-dev
    xvfb) # a display for the tests of windows, that nobody sees; it is started by them and ends with them
LAB_PACKAGES=(dbus-daemon user-mode-linux mmdebstrap iproute2 util-linux kmod)

install_packages()
{
    local name missing=()
    for name in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "# installing: ${missing[*]}"
    # Fresh machines may have no lists yet, or old ones; others may hold apt's lock for a while.
    apt-get -q -o DPkg::Lock::Timeout=300 update </dev/null >/dev/null || echo "# apt-get update ended with $?"
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -q -y -o DPkg::Lock::Timeout=300 \
        install --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# configure FOLDER OPTION…: also over a folder that an older run left.
configure()
{
    local folder=$1
    shift
    if [ -e "$folder/build.ninja" ]; then
        meson setup --reconfigure "$folder" "$repo" "$@" >"$folder/setup.log" 2>&1 && return 0
        rm -rf "$folder"/{build.ninja,meson-*}
    fi
    mkdir -p "$folder"
    meson setup "$folder" "$repo" "$@" >"$folder/setup.log" 2>&1 || {
        tail -n 40 "$folder/setup.log" >&2
        return 1
    }
}

# compile FOLDER
compile()
{
    ninja -C "$1" >"$1/compile.log" 2>&1 || {
        grep -A15 -E 'error:|FAILED:' "$1/compile.log" | head -60 >&2
        return 1
    }
}

# The tree that `lab` puts on the laptop.
install_for_lab()
{
    rm -rf "$repo/build/destdir"
    DESTDIR=$repo/build/destdir meson install --no-rebuild -C "$repo/build" >"$repo/build/install.log" 2>&1 || {
        tail -n 20 "$repo/build/install.log" >&2
        return 1
    }
}
