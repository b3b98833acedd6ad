/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other end of the test. */
#include "talk.h"

#include <arpa/inet.h>
#include <string.h>

Talk *talk_new(void)
{
    static const guint8 seed[ENTROPY_SEED_SIZE] = { 7 };
    static const guint8 identity[DHCP6_IDENTITY_SIZE] = { 0xaa, [15] = 0xbb };
    Talk *talk = g_new0(Talk, 1);

    talk->entropy = entropy_new(seed);
    talk->client = dhcp6_client_new(identity, talk->entropy);
    talk->now = 1000 * USEC_PER_SEC;
    talk->last = g_byte_array_new();
    return talk;
}

void talk_free(Talk *talk)
{
    dhcp6_client_free(talk->client);
    entropy_free(talk->entropy);
    g_byte_array_unref(talk->last);
    g_free(talk);
}

GByteArray *talk_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    int high = -1;

    for (; *hex; hex++) {
        int digit = g_ascii_xdigit_value(*hex);
        if (digit < 0)
            continue;
        if (high < 0) {
            high = digit;
            continue;
        }
        guint8 byte = (guint8)(high << 4 | digit);
        g_byte_array_append(bytes, &byte, 1);
        high = -1;
    }
    g_assert_cmpint(high, ==, -1);
    return bytes;
}

void talk_effects(Talk *talk)
{
    Dhcp6Effect effect;

    while (dhcp6_client_next(talk->client, &effect)) {
        switch (effect.type) {
        case DHCP6_EFFECT_SEND:
            talk->sent++;
            g_byte_array_set_size(talk->last, 0);
            g_byte_array_append(talk->last, effect.packet, (guint)effect.length);
            break;
        case DHCP6_EFFECT_SETTINGS:
            g_assert_true(dhcp6_settings_valid(effect.settings));
            talk->told++;
            talk->settings = *effect.settings;
            break;
        }
    }
}

void talk_router(Talk *talk, gboolean managed, gboolean other)
{
    dhcp6_client_router(talk->client, talk->now, managed, other);
    talk_effects(talk);
}

void talk_options(Talk *talk, const char *hex)
{
    g_autoptr(GByteArray) bytes = talk_hex(hex);

    dhcp6_client_router_options(talk->client, talk->now, bytes->data, bytes->len);
    talk_effects(talk);
}

static void step(Talk *talk, Usec until)
{
    Usec deadline = dhcp6_client_deadline(talk->client);

    talk->now = MAX(talk->now, MIN(deadline, until));
    if (deadline > until)
        return;
    dhcp6_client_tick(talk->client, talk->now);
    talk_effects(talk);
}

void talk_run(Talk *talk, Usec until)
{
    for (guint i = 0; dhcp6_client_deadline(talk->client) <= until; i++) {
        g_assert_cmpuint(i, <, 10000); /* a deadline that never moves on */
        step(talk, until);
    }
    talk->now = until;
}

gboolean talk_run_to_message(Talk *talk, Usec limit)
{
    Usec until = talk->now + limit;
    guint before = talk->sent;

    for (guint i = 0; talk->sent == before; i++) {
        g_assert_cmpuint(i, <, 10000);
        if (dhcp6_client_deadline(talk->client) > until) {
            talk->now = until;
            return FALSE;
        }
        step(talk, until);
    }
    return TRUE;
}

guint8 talk_type(const Talk *talk)
{
    g_assert_cmpuint(talk->last->len, >=, 4);
    return talk->last->data[0];
}

char *talk_option(const Talk *talk, guint16 code)
{
    const guint8 *data = talk->last->data;

    for (guint at = 4; at < talk->last->len;) {
        g_assert_cmpuint(at + 4, <=, talk->last->len);
        guint found = (guint)data[at] << 8 | data[at + 1];
        guint length = (guint)data[at + 2] << 8 | data[at + 3];
        at += 4;
        g_assert_cmpuint(at + length, <=, talk->last->len);
        if (found == code) {
            GString *hex = g_string_new(NULL);
            for (guint i = 0; i < length; i++)
                g_string_append_printf(hex, "%02x", data[at + i]);
            return g_string_free(hex, FALSE);
        }
        at += length;
    }
    return NULL;
}

void talk_answer(Talk *talk, guint8 type, const char *options_hex)
{
    g_autofree char *client = talk_option(talk, 1);
    g_autofree char *hex = g_strdup_printf(
        "%02x %02x%02x%02x 0001 %04x %s 0002 000a " TALK_SERVER " %s", type, talk->last->data[1],
        talk->last->data[2], talk->last->data[3], (guint)strlen(client) / 2, client, options_hex);
    g_autoptr(GByteArray) bytes = talk_hex(hex);

    dhcp6_client_input(talk->client, talk->now, bytes->data, bytes->len);
    talk_effects(talk);
}

static void append_address(GString *text, const guint8 *address)
{
    char buffer[INET6_ADDRSTRLEN];

    g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "",
                           inet_ntop(AF_INET6, address, buffer, sizeof buffer));
}

void talk_assert_dns(const Talk *talk, const char *addresses)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < talk->settings.n_dns; i++)
        append_address(text, talk->settings.dns[i]);
    g_assert_cmpstr(text->str, ==, addresses);
}

void talk_assert_search(const Talk *talk, const char *names)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < talk->settings.n_search; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", talk->settings.search[i]);
    g_assert_cmpstr(text->str, ==, names);
}

void talk_assert_address(const Talk *talk, const char *address)
{
    g_autoptr(GString) text = g_string_new(NULL);

    if (talk->settings.has_address)
        append_address(text, talk->settings.address);
    g_assert_cmpstr(text->str, ==, address);
}
