# SPDX-License-Identifier: GPL-2.0-or-later
# For cases with PKCS#11 tokens (`. "$cases/tokens.sh"`): softhsm's, which p11-kit knows, with the gateway's certificates.
# shellcheck shell=bash

# shellcheck disable=SC2034  # for the cases
log=/lab/out/cl/causewayd.log
pin=27182818
card='pkcs11:token=Lab%20card'
module=/usr/lib/softhsm/libsofthsm2.so
certs=$state/certs

gateway_with CERT=yes
rm -rf "$certs"
cp -r /lab/out/gateway/certs "$certs"
openssl pkcs8 -topk8 -nocrypt -in "$certs/client.key" -out "$certs/client-plain.key"
mkdir -p /etc/pkcs11/modules
echo "module: $module" >/etc/pkcs11/modules/softhsm2.module
echo $pin >"$state/pin"

# put_certificate FILE LABEL ID TOKEN
put_certificate()
{
    GNUTLS_PIN=$pin p11tool --provider $module --login --batch --write --load-certificate="$certs/$1" --label "$2" --id "$3" \
        "pkcs11:token=${4// /%20}"
}

# token LABEL: with the client's key and certificate, and the authority's.
token()
{
    softhsm2-util --init-token --free --label "$1" --pin $pin --so-pin 31415926 &&
        softhsm2-util --import "$certs/client-plain.key" --token "$1" --label vpn --id 4a01 --pin $pin &&
        put_certificate client.crt vpn 4a01 "$1" && put_certificate ca.crt root 4a02 "$1"
}

# Which processes have loaded the token's library.
users_of_library()
{
    grep -l libsofthsm2 /proc/[0-9]*/maps 2>/dev/null | while IFS=/ read -r _ _ pid _; do
        cat "/proc/$pid/comm"
    done | sort -u
}

# What causewayd has said so far: in the lab's log, in the bus's when that has started it, or in the journal.
daemon_log()
{
    if [ -e $log ]; then cat $log /lab/out/cl/dbus.log; else journalctl --no-pager -o cat -u causewayd; fi
}

# How many wrong PINs the tokens have heard.
wrong_pins()
{
    daemon_log | grep -c 'the PIN is wrong'
}
