# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for causeway(1); the words come from the command itself.
_causeway()
{
    local current=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words= IFS=$'\n'
    COMPREPLY=()
    if [ "${COMP_WORDS[COMP_CWORD-1]}" = --store ]; then
        words=$'causeway\nnetworkmanager'
    elif [ "$COMP_CWORD" -eq 1 ]; then
        words=$(causeway help 2>/dev/null | sed -n 's/^  \([a-z-]*\) .*/\1/p' | grep -v '^causeway$')
    else
        case $command:$COMP_CWORD in
        import:*)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
        export:[3-9]*)
            case ${COMP_WORDS[COMP_CWORD-1]} in
            --format) words=$'causeway\nnmconnection\nmobileconfig\npowershell\nstrongswan' ;;
            --output)
                compopt -o filenames
                mapfile -t COMPREPLY < <(compgen -f -- "$current")
                return ;;
            *) words=$'--format\n--output\n--with-secrets\n--store' ;;
            esac ;;
        set-secret:3)
            words=$'ipsec.psk\nipsec.key-passphrase\nl2tp.secret\nppp.password' ;;
        up:2|down:2|show:2|edit:2|remove:2|export:2|status:2|diagnose:2|log:2|set-secret:2)
            words=$(causeway list 2>/dev/null | sed 's/  .*//') ;;
        add:*|edit:*)
            compopt -o nospace
            words=$(causeway fields 2>/dev/null | sed -n 's/^\([a-z0-9]*\.[a-z0-9-]*\): .*/\1=/p') ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    # A name may hold blanks.
    local i
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=$(printf '%q' "${COMPREPLY[i]}")
    done
}
complete -F _causeway causeway
