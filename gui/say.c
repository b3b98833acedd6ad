/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the window says, in the user's language. */
#include "say.h"

#include <glib/gi18n.h>
#include <string.h>

#include "client/client.h"

const char *say_state(VpnState state)
{
    switch (state) {
    case VPN_DISCONNECTED:
        return _("Not connected");
    case VPN_CONNECTING:
        return _("Connecting…");
    case VPN_CONNECTED:
        return _("Connected");
    case VPN_RECONNECTING:
        return _("Reconnecting…");
    case VPN_DISCONNECTING:
        return _("Disconnecting…");
    case VPN_FAILED:
        return _("Connection failed");
    }
    g_assert_not_reached();
}

const char *say_status(const VpnStatus *status)
{
    if (status->state == VPN_CONNECTING)
        return say_stage_doing(status->stage);
    if (status->state == VPN_RECONNECTING)
        return _("Connection lost, reconnecting…");
    return say_state(status->state);
}

const char *say_stage(Stage stage)
{
    switch (stage) {
    case STAGE_PREPARE:
        return _("Prepare");
    case STAGE_RESOLVE:
        return _("Find the gateway");
    case STAGE_IPSEC:
        return _("Encrypt");
    case STAGE_L2TP:
        return _("Open the tunnel");
    case STAGE_PPP:
        return _("Set up the link");
    case STAGE_AUTHENTICATION:
        return _("Log in");
    case STAGE_NETWORK:
        return _("Set up the network");
    case STAGE_CONNECTED:
        return _("Connected");
    }
    g_assert_not_reached();
}

const char *say_stage_doing(Stage stage)
{
    switch (stage) {
    case STAGE_PREPARE:
        return _("Preparing…");
    case STAGE_RESOLVE:
        return _("Looking for the gateway…");
    case STAGE_IPSEC:
        return _("Agreeing on encryption…");
    case STAGE_L2TP:
        return _("Opening the tunnel…");
    case STAGE_PPP:
        return _("Setting up the link…");
    case STAGE_AUTHENTICATION:
        return _("Logging in…");
    case STAGE_NETWORK:
        return _("Setting up the network…");
    case STAGE_CONNECTED:
        return _("Connected");
    }
    g_assert_not_reached();
}

const char *say_field(const char *field_name)
{
    const Field *field = field_find(field_name);

    if (field)
        return _(field->label);
    return strcmp(field_name, "ppp.new-password") == 0 ? _("New password") : field_name;
}

/* The service's own words follow upon the name of the field, in English and for administrators. */
static char *say_invalid(const GError *error)
{
    g_autofree char *message = client_error_message(error);
    g_autofree char *name = g_strndup(message, strcspn(message, ":"));
    const Field *field = field_find(name);

    if (!field)
        return g_steal_pointer(&message);
    /* Translators: the name of a setting, such as Gateway */
    return g_strdup_printf(_("“%s” is missing or wrong."), _(field->label));
}

const char *say_no_service(void)
{
    return _("Causeway’s service does not answer. Try again; if it stays so, ask whoever looks "
             "after this computer to start it.");
}

char *say_error(const GError *error)
{
    switch (client_error_kind(error)) {
    case CLIENT_ERROR_NOT_AUTHORIZED:
        return g_strdup(
            _("You are not allowed to do this. Ask whoever looks after this computer."));
    case CLIENT_ERROR_NO_SERVICE:
        return g_strdup(say_no_service());
    case CLIENT_ERROR_EXISTS:
        return g_strdup(_("There is a connection of this name already. Choose another name."));
    case CLIENT_ERROR_NOT_FOUND:
        return g_strdup(_("It is not there any more."));
    case CLIENT_ERROR_ALREADY_ACTIVE:
        return g_strdup(_("It is connected already."));
    case CLIENT_ERROR_INVALID:
        return say_invalid(error);
    case CLIENT_ERROR_OTHER:
        break;
    }
    return client_error_message(error);
}

char *say_duration(gint64 seconds)
{
    guint all = (guint)CLAMP(seconds, 0, G_MAXINT32);
    guint days = all / 86400, hours = all / 3600 % 24, minutes = all / 60 % 60;
    g_autofree char *day = g_strdup_printf(ngettext("%u day", "%u days", days), days);
    g_autofree char *hour = g_strdup_printf(ngettext("%u hour", "%u hours", hours), hours);
    g_autofree char *minute = g_strdup_printf(ngettext("%u minute", "%u minutes", minutes),
                                              minutes);

    if (days > 0)
        return hours > 0 ? g_strdup_printf("%s %s", day, hour) : g_steal_pointer(&day);
    if (hours > 0)
        return minutes > 0 ? g_strdup_printf("%s %s", hour, minute) : g_steal_pointer(&hour);
    if (minutes > 0)
        return g_steal_pointer(&minute);
    return g_strdup_printf(ngettext("%u second", "%u seconds", all), all);
}

char *say_rate(guint64 bytes_per_second)
{
    g_autofree char *size = g_format_size(bytes_per_second);

    /* Translators: a data rate; %s is a size such as 1.2 MB. */
    return g_strdup_printf(_("%s/s"), size);
}

typedef struct {
    const char *token;
    const char *words; /* names of algorithms are the same in all languages */
    gboolean weak;
} SuitePart;

/* Looked up by the longest beginning: what follows in a token is a length. */
static const SuitePart parts[] = {
    {"aes", "AES", FALSE},
    {"camellia", "Camellia", FALSE},
    {"chacha20poly1305", "ChaCha20-Poly1305", FALSE},
    {"3des", "3DES", TRUE},
    {"des", "DES", TRUE},
    {"blowfish", "Blowfish", TRUE},
    {"null", "NULL", TRUE},
    {"md5", "MD5", TRUE},
    {"sha1", "SHA-1", FALSE},
    {"sha256", "SHA-256", FALSE},
    {"sha384", "SHA-384", FALSE},
    {"sha512", "SHA-512", FALSE},
    {"aesxcbc", "AES-XCBC", FALSE},
    {"curve25519", "Curve25519", FALSE},
    {"x25519", "Curve25519", FALSE},
};

static char *group_words(const char *token, gboolean *ret_weak)
{
    guint bits = 0;

    if (g_str_has_prefix(token, "modp"))
        bits = (guint)g_ascii_strtoull(token + strlen("modp"), NULL, 10);
    if (bits > 0) {
        *ret_weak = bits < 2048 || strchr(token + strlen("modp"), 's');
        return g_strdup_printf(_("Diffie-Hellman %u bit"), bits);
    }
    if (g_str_has_prefix(token, "ecp"))
        return g_strdup_printf(_("elliptic curve %u bit"),
                               (guint)g_ascii_strtoull(token + strlen("ecp"), NULL, 10));
    return NULL;
}

/* "aes256gcm16": the cipher, its key and its mode. */
static char *cipher_words(const SuitePart *part, const char *token)
{
    char *end;
    guint bits = (guint)g_ascii_strtoull(token + strlen(part->token), &end, 10);
    const char *mode = g_str_has_prefix(end, "gcm") ? " GCM"
                     : g_str_has_prefix(end, "ccm") ? " CCM"
                     : g_str_has_prefix(end, "ctr") ? " CTR" : "";

    if (bits == 0)
        return g_strdup_printf("%s%s", part->words, mode);
    return g_strdup_printf(_("%s%s %u bit"), part->words, mode, bits);
}

/* NULL when a person need not see it. */
static char *part_words(const char *token, gboolean *ret_weak)
{
    const SuitePart *best = NULL;

    *ret_weak = FALSE;
    /* The function that keys are made with is named after the hash, which is shown. */
    if (g_str_has_prefix(token, "prf") || *token == '\0')
        return NULL;
    char *group = group_words(token, ret_weak);
    if (group)
        return group;
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (g_str_has_prefix(token, parts[i].token) &&
            (!best || strlen(parts[i].token) > strlen(best->token)))
            best = &parts[i];
    }
    if (!best)
        return g_strdup(token);
    *ret_weak = best->weak;
    if (strcmp(best->token, "aes") == 0 || strcmp(best->token, "camellia") == 0)
        return cipher_words(best, token);
    return g_strdup(best->words);
}

static char *join_parts(const char *suite, gboolean only_weak)
{
    g_auto(GStrv) tokens = g_strsplit(suite ? suite : "", "-", 16);
    g_autoptr(GString) text = g_string_new(NULL);

    for (char **token = tokens; *token; token++) {
        gboolean weak;
        g_autofree char *words = part_words(*token, &weak);
        if (words && (weak || !only_weak))
            /* Translators: between the parts of a list. */
            g_string_append_printf(text, "%s%s", text->len > 0 ? _(", ") : "", words);
    }
    return text->len > 0 ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

char *say_suite(const char *suite)
{
    char *words = join_parts(suite, FALSE);

    return words ? words : g_strdup("");
}

char *say_suite_weak(const char *suite)
{
    return join_parts(suite, TRUE);
}

const char *say_nat(const char *nat)
{
    if (g_strcmp0(nat, "none") == 0)
        return _("None");
    if (g_strcmp0(nat, "local") == 0)
        return _("On this side");
    if (g_strcmp0(nat, "remote") == 0)
        return _("On the gateway's side");
    if (g_strcmp0(nat, "both") == 0)
        return _("On both sides");
    return "";
}

const char *say_data_path(const char *data_path)
{
    if (g_strcmp0(data_path, "kernel") == 0)
        return _("In the system’s kernel");
    if (g_strcmp0(data_path, "user") == 0)
        return _("In Causeway");
    return "";
}

char *say_unmarked(const char *text)
{
    g_autoptr(GString) plain = g_string_new(text);

    g_string_replace(plain, "&", "\uff06", 0);
    g_string_replace(plain, "<", "\u2039", 0);
    g_string_replace(plain, ">", "\u203a", 0);
    return g_string_free(g_steal_pointer(&plain), FALSE);
}

const char *say_icon(VpnState state)
{
    switch (state) {
    case VPN_CONNECTED:
        return "causeway-connected-symbolic";
    case VPN_CONNECTING:
    case VPN_RECONNECTING:
    case VPN_DISCONNECTING:
        return "causeway-connecting-symbolic";
    case VPN_FAILED:
        return "causeway-failed-symbolic";
    case VPN_DISCONNECTED:
        return "causeway-disconnected-symbolic";
    }
    g_assert_not_reached();
}
