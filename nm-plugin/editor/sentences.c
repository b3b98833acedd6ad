/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with something that was typed.  What is right is decided by the profile's own
 * rules (profile/words.h); here it is only said, once for each kind of field, in the user's
 * language and with what to do instead. */
#include "sentences.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "profile/words.h"

const char *sentence_label(const Field *field)
{
    return _(field->label);
}

const char *sentence_help(const Field *field)
{
    return _(field->help);
}

const char *sentence_unit(const Field *field)
{
    if (g_strcmp0(field->unit, "s") == 0)
        return _("seconds");
    return g_strcmp0(field->unit, "bytes") == 0 ? _("bytes") : NULL;
}

const char *sentence_placeholder(const Field *field)
{
    if (field_is_list(field))
        return _("Automatic");
    /* A nought beside a range is what the table has for "choose yourself". */
    if ((field->flags & FIELD_ZERO_TOO) && strcmp(field->default_text, "0") == 0)
        return _("Automatic");
    return *field->default_text ? field->default_text : NULL;
}

char *sentence_for_missing(const Field *field)
{
    /* Translators: the name of a field, such as Gateway */
    return g_strdup_printf(_("“%s” is still empty; it is needed to connect."),
                           sentence_label(field));
}

char *sentence_for_rule(const Field *field, const char *words)
{
    if (field->id == FIELD_IPSEC_CERTIFICATE)
        return g_strdup(_("Choose the file with this computer's certificate."));
    if (field->id == FIELD_IPSEC_KEY)
        return g_strdup(_("Choose the file with the private key that belongs to the "
                          "certificate."));
    if (field->id == FIELD_PPP_REFUSE_MSCHAPV2)
        return g_strdup(_("No way to log in is left. Untick this, or another of the ways that "
                          "are refused."));
    return g_strdup_printf("%s: %s", sentence_label(field), words);
}

static char *sentence_for_number(const Field *field)
{
    if ((field->flags & FIELD_ZERO_TOO) && strcmp(field->default_text, "0") == 0)
        return g_strdup_printf(_("Enter a number from %u to %u, or leave this empty."),
                               field->minimum, field->maximum);
    if (field->flags & FIELD_ZERO_TOO)
        return g_strdup_printf(_("Enter a number from %u to %u, or 0 to switch this off."),
                               field->minimum, field->maximum);
    return g_strdup_printf(_("Enter a number from %u to %u."), field->minimum, field->maximum);
}

/* `part` does not look like what the field wants. */
static char *sentence_for_shape(const Field *field, const char *part)
{
    switch (field->format) {
    case FIELD_FORMAT_HOST:
        return g_strdup_printf(
            _("“%s” cannot be the name of a VPN server. Enter the name or the address that you "
              "were given, such as vpn.example.com, without spaces."), part);
    case FIELD_FORMAT_SUITES:
        return g_strdup_printf(
            _("“%s” is not written as it should be. Copy it from your administrator's "
              "instructions, such as aes256-sha1-modp1024, or leave this empty."), part);
    case FIELD_FORMAT_DOMAIN:
        return g_strdup_printf(_("“%s” is not the name of a domain, such as example.com."), part);
    case FIELD_FORMAT_IPV4:
    case FIELD_FORMAT_IPV6:
        return g_strdup_printf(_("“%s” is not a network, such as 10.0.0.0/8."), part);
    case FIELD_FORMAT_TEXT:
    case FIELD_FORMAT_NAME:
    case FIELD_FORMAT_UUID:
    case FIELD_FORMAT_USER_NAME:
        break;
    }
    return g_strdup_printf(_("“%s” cannot be used here."), part);
}

static char *sentence_for_part(const Field *field, const char *part)
{
    if (!g_utf8_validate(part, -1, NULL))
        return g_strdup(_("This contains characters that cannot be read. Type it again."));
    if (field->type == FIELD_TYPE_UINT)
        return sentence_for_number(field);
    if (strlen(part) > field->maximum)
        return g_strdup(_("This is too long."));
    for (const char *p = part; *p; p = g_utf8_next_char(p)) {
        GUnicodeType type = g_unichar_type(g_utf8_get_char(p));
        if (type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
            type == G_UNICODE_PARAGRAPH_SEPARATOR)
            return g_strdup(_("This contains a line break or another invisible character, "
                              "perhaps from copying. Type it by hand."));
    }
    if (field->type == FIELD_TYPE_FILE)
        return g_str_has_prefix(part, "pkcs11:")
                   ? g_strdup(_("Certificates on a smart card cannot be used here yet. Choose a "
                                "file instead."))
                   : g_strdup_printf(_("“%s” is not a file. Choose one with the button."), part);
    return sentence_for_shape(field, part);
}

char *sentence_for_text(const Field *field, const char *text)
{
    if (*text == '\0')
        return NULL;
    if (field_is_secret(field))
        return strlen(text) > field->maximum ? g_strdup(_("This is too long.")) : NULL;
    if (!field_is_list(field)) {
        g_autofree char *problem = words_problem(field, text);
        return problem ? sentence_for_part(field, text) : NULL;
    }
    if (strlen(text) > field->maximum)
        return g_strdup(_("This is too long."));
    g_auto(GStrv) parts = words_split(text);
    for (char **part = parts; *part; part++) {
        g_autofree char *problem = words_problem(field, *part);
        if (problem)
            return sentence_for_part(field, *part);
    }
    return NULL;
}
