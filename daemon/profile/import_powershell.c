/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that IT departments send for Windows PowerShell, in the middle of a mail or as a
 * script: Add-VpnConnection and its relatives of the VpnClient module (their reference pages
 * name the parameters and values below). */
#include "profile/import_formats.h"

#include <string.h>

#include "profile/import_powershell_words.h"

#define VARIABLES_MAX 200
#define ARGUMENTS_MAX 40
#define PARENTHESES_MAX 200 /* words in them */

typedef struct {
    char *name;        /* of the parameter as the table spells it; NULL: not known */
    GPtrArray *values; /* of char *, secrets perhaps */
    gboolean unknown;  /* a value would have to be computed */
} Argument;

typedef struct {
    ImportResult *result;
    GHashTable *variables;   /* lower-case name → text */
    GHashTable *tables;      /* lower-case name → GPtrArray of Argument, for splatting */
    GHashTable *connections; /* lower-case name → Imported, or NULL of another kind */
    const char *stem;
    Words words;
} Reading;

typedef struct {
    const char *name;
    const char *const *parameters; /* the first two may be given without their names */
    void (*run)(Reading *reading, GPtrArray *arguments);
} Cmdlet;

static void run_connection(Reading *reading, GPtrArray *arguments);
static void run_route(Reading *reading, GPtrArray *arguments);
static void run_ipsec(Reading *reading, GPtrArray *arguments);

static const char *const connection_parameters[] = {
    "Name", "ServerAddress", "TunnelType", "EncryptionLevel", "AuthenticationMethod",
    "SplitTunneling", "AllUserConnection", "L2tpPsk", "RememberCredential",
    "UseWinlogonCredential", "EapConfigXmlStream", "DnsSuffix", "IdleDisconnectSeconds",
    "MachineCertificateEKUFilter", "MachineCertificateIssuerFilter", "ServerList",
    "CustomConfiguration", "PlugInApplicationID", "Force", "PassThru", "AsJob", "CimSession",
    "ThrottleLimit", "WhatIf", "Confirm", NULL};
static const char *const route_parameters[] = {
    "ConnectionName", "DestinationPrefix", "RouteMetric", "AllUserConnection", "PassThru", "AsJob",
    "CimSession", "ThrottleLimit", "WhatIf", "Confirm", NULL};
static const char *const ipsec_parameters[] = {
    "ConnectionName", "AuthenticationTransformConstants", "CipherTransformConstants", "DHGroup",
    "EncryptionMethod", "IntegrityCheckMethod", "PfsGroup", "RevertToDefault", "Force",
    "PassThru", "AsJob", "CimSession", "ThrottleLimit", "WhatIf", "Confirm", NULL};
/* What these say about the command itself, or about Windows, means nothing here. */
static const char *const harmless[] = {
    "AllUserConnection", "RememberCredential", "EncryptionLevel", "Force", "PassThru", "AsJob",
    "CimSession", "ThrottleLimit", "WhatIf", "Confirm", "RouteMetric", NULL};
static const char *const switches[] = {
    "SplitTunneling", "AllUserConnection", "RememberCredential", "UseWinlogonCredential", "Force",
    "PassThru", "AsJob", "WhatIf", "Confirm", "RevertToDefault", NULL};

static const Cmdlet cmdlets[] = {
    {"Add-VpnConnectionRoute", route_parameters, run_route},
    {"Set-VpnConnectionIPsecConfiguration", ipsec_parameters, run_ipsec},
    {"Add-VpnConnection", connection_parameters, run_connection},
    {"Set-VpnConnection", connection_parameters, run_connection},
};

gboolean import_powershell_is(const ImportInput *input)
{
    return input->text && import_contains(input->text, "Add-VpnConnection");
}

/* ---- arguments ---- */

static void free_secret(gpointer text)
{
    secret_string_free(text);
}

static void argument_free(gpointer data)
{
    Argument *argument = data;

    g_free(argument->name);
    g_ptr_array_unref(argument->values);
    g_free(argument);
}

static Argument *argument_new(const char *name)
{
    Argument *argument = g_new0(Argument, 1);

    argument->name = g_strdup(name);
    argument->values = g_ptr_array_new_with_free_func(free_secret);
    return argument;
}

static const Argument *find(GPtrArray *arguments, const char *name)
{
    for (guint i = 0; i < arguments->len; i++) {
        const Argument *argument = g_ptr_array_index(arguments, i);
        if (g_ascii_strcasecmp(argument->name, name) == 0)
            return argument;
    }
    return NULL;
}

/* The one value of a parameter; NULL when it is not there or would have to be computed. */
static const char *value_of(GPtrArray *arguments, const char *name)
{
    const Argument *argument = find(arguments, name);

    return argument && !argument->unknown && argument->values->len > 0
               ? g_ptr_array_index(argument->values, 0) : NULL;
}

/* A switch is on by being there, unless it says $false. */
static gboolean is_on(GPtrArray *arguments, const char *name)
{
    const char *value = value_of(arguments, name);

    return find(arguments, name) &&
           !(value && (g_ascii_strcasecmp(value, "false") == 0 || strcmp(value, "0") == 0));
}

/* PowerShell takes any beginning of a name that fits one parameter only. */
static const char *full_name(const char *const *parameters, const char *given)
{
    const char *found = NULL;
    gsize length = strlen(given);

    for (guint i = 0; parameters[i]; i++) {
        if (g_ascii_strcasecmp(parameters[i], given) == 0)
            return parameters[i];
        if (g_ascii_strncasecmp(parameters[i], given, length) == 0) {
            if (found)
                return NULL;
            found = parameters[i];
        }
    }
    return found;
}

/* A word as a value: TRUE when it was one. */
static gboolean add_value(Reading *reading, Argument *argument, Word *word)
{
    if (word->kind == WORD_TEXT || word->kind == WORD_QUOTED) {
        argument->unknown |= word->unknown;
        g_ptr_array_add(argument->values, g_steal_pointer(&word->text));
        return TRUE;
    }
    if (word->kind != WORD_VARIABLE)
        return FALSE;
    g_autofree char *lower = g_ascii_strdown(word->text, -1);
    const char *value = g_hash_table_lookup(reading->variables, lower);
    if (!value && (strcmp(lower, "true") == 0 || strcmp(lower, "false") == 0))
        value = lower;
    if (value)
        g_ptr_array_add(argument->values, g_strdup(value));
    else
        argument->unknown = TRUE;
    return TRUE;
}

/* Values with commas between them, perhaps in parentheses; stops before what is none. */
static void take_values(Reading *reading, Argument *argument)
{
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};
    guint open = 0;

    for (guint words = 0; words < PARENTHESES_MAX; words++) {
        const char *before = reading->words.at;
        words_next(&reading->words, &word);
        if (word.kind == WORD_OPEN) {
            open++;
            continue;
        }
        if (open > 0 && word.kind == WORD_SEPARATOR) {
            if (--open == 0)
                break;
            continue;
        }
        if (open > 0 && (word.kind == WORD_NEWLINE || word.kind == WORD_COMMA))
            continue;
        /* In parentheses a bare word is a command: (Read-Host "Server"). */
        argument->unknown |= open > 0 && word.kind == WORD_TEXT;
        if (argument->values->len >= ARGUMENTS_MAX || !add_value(reading, argument, &word)) {
            if (word.kind == WORD_END || word.kind == WORD_SEPARATOR || open == 0) {
                reading->words.at = before;
                break;
            }
            /* ($x + 1), (Read-Host …) */
            argument->unknown = TRUE;
            continue;
        }
        if (open > 0)
            continue;
        before = reading->words.at;
        words_next(&reading->words, &word);
        if (word.kind != WORD_COMMA) {
            reading->words.at = before;
            break;
        }
    }
    if (open > 0)
        argument->unknown = TRUE;
}

/* @{ Name = "x"; ServerAddress = "y" } */
static GPtrArray *take_table(Reading *reading)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(argument_free);
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};

    while (arguments->len < ARGUMENTS_MAX) {
        words_next(&reading->words, &word);
        if (word.kind == WORD_NEWLINE)
            continue;
        if (word.kind == WORD_SEPARATOR && reading->words.at[-1] == ';')
            continue;
        if (word.kind != WORD_TEXT && word.kind != WORD_QUOTED)
            break;
        Argument *argument = argument_new(word.text);
        g_ptr_array_add(arguments, argument);
        words_next(&reading->words, &word);
        if (word.kind != WORD_EQUALS)
            break;
        take_values(reading, argument);
    }
    return arguments;
}

/* The parameters of a table, by the names that the command has for them. */
static void add_splatted(Reading *reading, const Cmdlet *cmdlet, const char *name,
                         GPtrArray *arguments)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    GPtrArray *table = g_hash_table_lookup(reading->tables, lower);

    if (!table)
        import_tell(reading->result->warnings, "%s: what @%s stands for is not in the text.",
                    cmdlet->name, name);
    for (guint i = 0; table && i < table->len; i++) {
        const Argument *from = g_ptr_array_index(table, i);
        const char *full = full_name(cmdlet->parameters, from->name);
        Argument *argument = argument_new(full ? full : from->name);
        argument->unknown = from->unknown;
        for (guint j = 0; j < from->values->len; j++)
            g_ptr_array_add(argument->values, g_strdup(g_ptr_array_index(from->values, j)));
        g_ptr_array_add(arguments, argument);
    }
}

static void take_option(Reading *reading, const Cmdlet *cmdlet, const Word *word,
                        GPtrArray *arguments)
{
    const char *full = full_name(cmdlet->parameters, word->text);
    Argument *argument = argument_new(full ? full : word->text);

    g_ptr_array_add(arguments, argument);
    if (word->valued || !full || !import_in(switches, full)) {
        take_values(reading, argument);
        return;
    }
    /* Set-VpnConnection -SplitTunneling $true: there it is no switch. */
    const char *before = reading->words.at;
    g_auto(Word) next = {WORD_END, NULL, FALSE, FALSE};
    words_next(&reading->words, &next);
    if (next.kind == WORD_VARIABLE)
        add_value(reading, argument, &next);
    else
        reading->words.at = before;
}

/* Everything up to the end of the command; the line may have been broken by a mail program. */
static GPtrArray *take_arguments(Reading *reading, const Cmdlet *cmdlet, gboolean *ret_named)
{
    GPtrArray *arguments = g_ptr_array_new_with_free_func(argument_free);
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};
    guint positional = 0;

    while (arguments->len < ARGUMENTS_MAX) {
        const char *before = reading->words.at;
        words_next(&reading->words, &word);
        if (word.kind == WORD_NEWLINE && words_line_continues(&reading->words))
            continue;
        if (word.kind == WORD_END || word.kind == WORD_NEWLINE || word.kind == WORD_SEPARATOR)
            break;
        *ret_named |= word.kind == WORD_OPTION || word.kind == WORD_SPLAT;
        if (word.kind == WORD_OPTION) {
            take_option(reading, cmdlet, &word, arguments);
        } else if (word.kind == WORD_SPLAT) {
            add_splatted(reading, cmdlet, word.text, arguments);
        } else if (word.kind == WORD_TEXT || word.kind == WORD_QUOTED ||
                   word.kind == WORD_VARIABLE) {
            /* More than these no command takes: it is prose. */
            if (positional >= 2)
                break;
            Argument *argument = argument_new(cmdlet->parameters[positional++]);
            g_ptr_array_add(arguments, argument);
            reading->words.at = before;
            take_values(reading, argument);
        }
    }
    return arguments;
}

/* ---- commands ---- */

/* The connection that a command is about. */
static Imported *find_connection(Reading *reading, GPtrArray *arguments, const char *command)
{
    const char *name = value_of(arguments, "ConnectionName");
    g_autofree char *lower = name ? g_utf8_casefold(name, -1) : NULL;
    gpointer connection = NULL;

    if (lower && g_hash_table_lookup_extended(reading->connections, lower, NULL, &connection))
        return connection;
    import_tell(reading->result->warnings,
                "%s is left out: it is for \"%s\", which the text does not "
                "make.",
                command, name ? name : "");
    return NULL;
}

static void tell_unknown(Imported *imported, GPtrArray *arguments,
                         const char *const *parameters, const char *const *taken)
{
    for (guint i = 0; i < arguments->len; i++) {
        const Argument *argument = g_ptr_array_index(arguments, i);
        if (argument->unknown && !import_in(harmless, argument->name))
            import_tell(imported->warnings, "%s: its value is computed by the script and has to be "
                        "filled in by hand.", argument->name);
        else if (!import_in(taken, argument->name) && !import_in(harmless, argument->name))
            import_leave_out(imported, argument->name);
    }
}

static void set_authentication(Imported *imported, const Argument *methods)
{
    gboolean pap = FALSE, chap = FALSE, mschapv2 = FALSE;

    for (guint i = 0; i < methods->values->len; i++) {
        const char *method = g_ptr_array_index(methods->values, i);
        pap |= g_ascii_strcasecmp(method, "Pap") == 0;
        chap |= g_ascii_strcasecmp(method, "Chap") == 0;
        mschapv2 |= g_ascii_strcasecmp(method, "MSChapv2") == 0;
        if (g_ascii_strcasecmp(method, "Eap") == 0)
            import_tell(imported->warnings, "Windows logs in by EAP here, which is not available; "
                        "another method is tried. If it is refused, ask for MS-CHAPv2.");
    }
    if (!pap && !chap && !mschapv2)
        return;
    import_set_boolean(imported, FIELD_PPP_REFUSE_PAP, !pap);
    import_set_boolean(imported, FIELD_PPP_REFUSE_CHAP, !chap);
    import_set_boolean(imported, FIELD_PPP_REFUSE_MSCHAPV2, !mschapv2);
}

static void set_connection(Imported *imported, GPtrArray *arguments)
{
    static const char *const taken[] = {
        "Name",           "ServerAddress", "TunnelType", "L2tpPsk", "AuthenticationMethod",
        "SplitTunneling", "DnsSuffix",     NULL};
    const char *psk = value_of(arguments, "L2tpPsk");
    const Argument *methods = find(arguments, "AuthenticationMethod");

    import_set(imported, FIELD_CONNECTION_GATEWAY, value_of(arguments, "ServerAddress"));
    if (psk)
        import_set_secret(imported, FIELD_IPSEC_PSK, psk, strlen(psk));
    if (methods)
        set_authentication(imported, methods);
    if (find(arguments, "SplitTunneling")) {
        gboolean all = !is_on(arguments, "SplitTunneling");
        import_set_boolean(imported, FIELD_IPV4_DEFAULT_ROUTE, all);
        import_set_boolean(imported, FIELD_IPV6_DEFAULT_ROUTE, all);
    }
    import_append(imported, FIELD_DNS_SEARCH, value_of(arguments, "DnsSuffix"));
    if (is_on(arguments, "UseWinlogonCredential"))
        import_tell(imported->warnings,
                    "Windows logs in with the name and password of the computer's "
                    "user; here they have to be given.");
    static const char *const told[] = {"Name", "ServerAddress", "TunnelType", "L2tpPsk",
                                       "AuthenticationMethod", "SplitTunneling", "DnsSuffix",
                                       "UseWinlogonCredential", NULL};
    tell_unknown(imported, arguments, connection_parameters,
                 find(arguments, "UseWinlogonCredential") ? told : taken);
}

static void run_connection(Reading *reading, GPtrArray *arguments)
{
    const char *name = value_of(arguments, "Name");
    const char *type = value_of(arguments, "TunnelType");
    g_autofree char *lower = g_utf8_casefold(name ? name : "", -1);
    gpointer known = NULL;

    if (g_hash_table_lookup_extended(reading->connections, lower, NULL, &known)) {
        if (known)
            set_connection(known, arguments);
        return;
    }
    /* Windows tries several kinds when none is named. */
    if (type && g_ascii_strcasecmp(type, "L2tp") != 0 &&
        g_ascii_strcasecmp(type, "Automatic") != 0) {
        import_tell(reading->result->warnings,
                    "\"%s\" is of the kind %s, not L2TP, and is left out.", name ? name : "", type);
        g_hash_table_insert(reading->connections, g_steal_pointer(&lower), NULL);
        return;
    }
    Imported *imported = import_begin(reading->result);
    if (!imported)
        return;
    if (!type || g_ascii_strcasecmp(type, "L2tp") != 0)
        import_tell(imported->warnings, "Windows tries several kinds of VPN with this gateway; "
                    "whether it takes L2TP the text does not say.");
    set_connection(imported, arguments);
    import_end(imported, name, reading->stem);
    g_hash_table_insert(reading->connections, g_steal_pointer(&lower), imported);
}

static void run_route(Reading *reading, GPtrArray *arguments)
{
    Imported *imported = find_connection(reading, arguments, "Add-VpnConnectionRoute");
    const char *prefix = value_of(arguments, "DestinationPrefix");
    static const char *const taken[] = {"ConnectionName", "DestinationPrefix", NULL};

    if (!imported)
        return;
    if (prefix)
        import_add_route(imported, prefix);
    tell_unknown(imported, arguments, route_parameters, taken);
}

/* The values of Set-VpnConnectionIPsecConfiguration, as suites spell them. */
static const struct {
    const char *windows, *suite;
} algorithms[] = {
    {"DES", "des"},          {"DES3", "3des"},        {"AES128", "aes128"},
    {"AES192", "aes192"},    {"AES256", "aes256"},    {"GCMAES128", "aes128gcm16"},
    {"GCMAES192", "aes192gcm16"}, {"GCMAES256", "aes256gcm16"}, {"MD5", "md5"},
    {"MD596", "md5"},        {"SHA1", "sha1"},        {"SHA196", "sha1"},
    {"SHA256", "sha256"},    {"SHA256128", "sha256"}, {"SHA384", "sha384"},
    {"Group1", "modp768"},   {"Group2", "modp1024"},  {"Group14", "modp2048"},
    {"Group24", "modp2048s256"}, {"ECP256", "ecp256"}, {"ECP384", "ecp384"},
    {"PFS1", "modp768"},     {"PFS2", "modp1024"},    {"PFS2048", "modp2048"},
    {"PFS24", "modp2048s256"},
};

/* Adds the algorithm that a parameter names; FALSE when it names none that is known. */
static gboolean add_algorithm(GString *suite, GPtrArray *arguments, const char *parameter)
{
    const char *value = value_of(arguments, parameter);

    for (guint i = 0; value && i < G_N_ELEMENTS(algorithms); i++) {
        if (g_ascii_strcasecmp(algorithms[i].windows, value) == 0) {
            g_string_append_printf(suite, "%s%s", suite->len > 0 ? "-" : "", algorithms[i].suite);
            return TRUE;
        }
    }
    return FALSE;
}

static void run_ipsec(Reading *reading, GPtrArray *arguments)
{
    static const char *const taken[] = {
        "ConnectionName", "AuthenticationTransformConstants", "CipherTransformConstants",
        "DHGroup", "EncryptionMethod", "IntegrityCheckMethod", "PfsGroup", "RevertToDefault", NULL};
    Imported *imported = find_connection(reading, arguments, "Set-VpnConnectionIPsecConfiguration");
    g_autoptr(GString) ike = g_string_new(NULL), esp = g_string_new(NULL);
    const char *ike_cipher = value_of(arguments, "EncryptionMethod");
    const char *pfs = value_of(arguments, "PfsGroup");

    if (!imported || is_on(arguments, "RevertToDefault"))
        return;
    if (ike_cipher && g_ascii_strncasecmp(ike_cipher, "GCM", 3) == 0)
        import_tell(imported->warnings, "EncryptionMethod %s does not exist in IKEv1, which L2TP "
                    "uses; Causeway chooses.", ike_cipher);
    else if (add_algorithm(ike, arguments, "EncryptionMethod") &&
             add_algorithm(ike, arguments, "IntegrityCheckMethod")) {
        add_algorithm(ike, arguments, "DHGroup");
        import_set(imported, FIELD_IPSEC_IKE, ike->str);
    }
    if (add_algorithm(esp, arguments, "CipherTransformConstants")) {
        if (!strstr(esp->str, "gcm"))
            add_algorithm(esp, arguments, "AuthenticationTransformConstants");
        if (pfs && g_ascii_strcasecmp(pfs, "PFSMM") == 0)
            add_algorithm(esp, arguments, "DHGroup");
        else
            add_algorithm(esp, arguments, "PfsGroup");
        import_set(imported, FIELD_IPSEC_ESP, esp->str);
    }
    tell_unknown(imported, arguments, ipsec_parameters, taken);
}

/* ---- the text ---- */

/* $name = "text" or $name = @{ … }; `reading->words.at` stands at the $. */
static void take_assignment(Reading *reading)
{
    g_auto(Word) word = {WORD_END, NULL, FALSE, FALSE};

    words_next(&reading->words, &word);
    if (word.kind != WORD_VARIABLE)
        return;
    g_autofree char *name = g_ascii_strdown(word.text, -1);
    words_next(&reading->words, &word);
    if (word.kind != WORD_EQUALS || g_hash_table_size(reading->variables) >= VARIABLES_MAX ||
        g_hash_table_size(reading->tables) >= VARIABLES_MAX)
        return;
    const char *before = reading->words.at;
    words_next(&reading->words, &word);
    g_hash_table_remove(reading->variables, name);
    g_hash_table_remove(reading->tables, name);
    /* $x = Add-VpnConnection …: a command, which is looked at as such. */
    if (word.kind == WORD_TEXT || word.kind == WORD_NEWLINE)
        reading->words.at = before;
    if (word.kind == WORD_HASH)
        g_hash_table_insert(reading->tables, g_steal_pointer(&name), take_table(reading));
    else if (word.kind == WORD_QUOTED && !word.unknown)
        g_hash_table_insert(reading->variables, g_steal_pointer(&name),
                            g_steal_pointer(&word.text));
}

static gboolean is_word_letter(char letter)
{
    return g_ascii_isalnum(letter) || letter == '-' || letter == '_';
}

/* The command that begins here, and where its arguments do.  Mail programs turn the dash into a
 * longer one. */
static const Cmdlet *command_at(const char *at, const char **ret_arguments)
{
    for (guint i = 0; i < G_N_ELEMENTS(cmdlets); i++) {
        const char *name = cmdlets[i].name, *p = at;
        for (; *name; name++) {
            if (*name == '-' && (guchar)*p >= 0x80 && g_utf8_get_char(p) >= 0x2013 &&
                g_utf8_get_char(p) <= 0x2015)
                p = g_utf8_next_char(p);
            else if (g_ascii_tolower(*p) == g_ascii_tolower(*name))
                p++;
            else
                break;
        }
        if (*name == '\0' && !is_word_letter(*p)) {
            *ret_arguments = p;
            return &cmdlets[i];
        }
    }
    return NULL;
}

/* Prose and other commands around are passed over: in them an apostrophe is no quotation mark. */
static void read_text(Reading *reading, const char *text)
{
    gboolean line_begins = TRUE, word_begins = TRUE, named;

    reading->words = (Words){text, reading->variables};
    while (*reading->words.at) {
        const char *at = reading->words.at, *arguments;
        const Cmdlet *cmdlet = word_begins ? command_at(at, &arguments) : NULL;
        if (cmdlet) {
            reading->words.at = arguments;
            named = FALSE;
            g_autoptr(GPtrArray) given = take_arguments(reading, cmdlet, &named);
            line_begins = word_begins = TRUE;
            /* A name in prose is mentioned, not run: no option follows it. */
            if (named || (cmdlet->run == run_route && given->len == 2))
                cmdlet->run(reading, given);
            else
                reading->words.at = arguments;
            continue;
        }
        if (*at == '$' && line_begins) {
            take_assignment(reading);
            line_begins = FALSE;
            if (reading->words.at > at)
                continue;
        }
        if (*at == '#' && line_begins) {
            reading->words.at += strcspn(at, "\n");
            continue;
        }
        line_begins = *at == '\n' || (line_begins && strchr(" \t\r>", *at));
        word_begins = !is_word_letter(*at) && *at != '"' && *at != '\'';
        reading->words.at = g_utf8_next_char(at);
    }
}

gboolean import_powershell_read(const ImportInput *const *inputs, gsize count,
                                ImportResult *result, GError **error)
{
    Reading reading = {
        .result = result,
        .variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret),
        .tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify)g_ptr_array_unref),
        .connections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    for (gsize i = 0; i < count; i++) {
        g_autofree char *stem = import_stem(inputs[i]->name);
        reading.stem = stem;
        read_text(&reading, inputs[i]->text);
    }
    g_hash_table_unref(reading.variables);
    g_hash_table_unref(reading.tables);
    g_hash_table_unref(reading.connections);
    return TRUE;
}
