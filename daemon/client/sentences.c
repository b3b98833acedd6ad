/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wrong with something that was typed.  What is right is decided by the profile's own
 * rules (profile/words.h); here it is only said, once for each kind of field, in the user's
 * language and with what to do instead.  And what the service says, translated. */
#include "client/sentences.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "base/failure.h"
#include "profile/language.h"
#include "profile/words.h"

static const char *translate(const char *text)
{
    /* The empty string's translation is the catalogue's head. */
    return *text ? dgettext(GETTEXT_PACKAGE, text) : text;
}

void sentences_begin(void)
{
    language_set(translate);
}

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

char *sentence_for_rule(const Field *field)
{
    if (field->id == FIELD_IPSEC_CERTIFICATE)
        return g_strdup(_("Choose the file with this computer's certificate."));
    if (field->id == FIELD_IPSEC_KEY)
        return g_strdup(_("Choose the file with the private key that belongs to the "
                          "certificate."));
    if (field->id == FIELD_PPP_REFUSE_MSCHAPV2)
        return g_strdup(_("Every way to log in is refused. Allow at least one of them."));
    if (field->id == FIELD_PPP_REQUIRE_MPPE)
        return g_strdup(_("MPPE is not available: it is IPsec that encrypts. Turn this off."));
    if (field->id == FIELD_IPV4_METHOD)
        return g_strdup(_("Nothing would go through the tunnel. Set IPv4 or IPv6 to "
                          "“Automatic”."));
    /* Translators: the name of a field, such as Gateway */
    return g_strdup_printf(_("“%s” does not go with the other settings."),
                           sentence_label(field));
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
        return g_strdup_printf(_("“%s” is not an IPv4 network, such as 10.0.0.0/8."), part);
    case FIELD_FORMAT_IPV6:
        return g_strdup_printf(_("“%s” is not an IPv6 network, such as 2001:db8::/32."), part);
    case FIELD_FORMAT_NAME:
        return g_strdup(_("A name has no slash in it, begins with neither a dot nor a dash, and "
                          "has no spaces at its ends."));
    case FIELD_FORMAT_TEXT:
        if (field->type == FIELD_TYPE_ADDRESSES)
            return g_strdup_printf(_("“%s” is not an IP address, such as 192.0.2.53."), part);
        break;
    case FIELD_FORMAT_UUID:
    case FIELD_FORMAT_USER_NAME:
        break;
    }
    return g_strdup_printf(_("“%s” cannot be used here."), part);
}

static char *sentence_for_file(const char *path)
{
    /* What is wrong with it may be the PIN in it, which is not to be repeated. */
    if (g_str_has_prefix(path, FIELD_TOKEN_SCHEME))
        return g_strdup(_("The name of something on a smart card must hold neither a PIN nor a "
                          "library, and %20 in place of a space."));
    return g_strdup_printf(_("“%s” is not a file. Choose one with the button."), path);
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
        return sentence_for_file(part);
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

char *sentence_for_message(const char *message)
{
    for (guint i = 0; i < FAILURE_CODE_COUNT; i++) {
        const char *sentence = failure_code_message((FailureCode)i);
        gsize length = strlen(sentence) - strlen(".");
        if (strncmp(message, sentence, length) != 0)
            continue;
        if (strcmp(message, sentence) == 0)
            return g_strdup(_(sentence));
        if (!g_str_has_prefix(message + length, " ("))
            continue;
        g_autofree char *detail = g_strdup(message + length + strlen(" "));
        if (g_str_has_suffix(detail, ")."))
            detail[strlen(detail) - strlen(".")] = '\0';
        return g_strconcat(_(sentence), " ", detail, NULL);
    }
    return g_strdup(translate(message));
}
