/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that people put together by hand of strongSwan or Libreswan, xl2tpd and pppd:
 * several files, given together, make up one profile. */
#include "profile/import_strongswan.h"

#include <string.h>

#include "profile/import_formats.h"
#include "profile/language.h"

#define ALSO_MAX 8

/* ---- containers ---- */

static void free_secret(gpointer text)
{
    secret_string_free(text);
}

GHashTable *swan_values_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_secret);
}

SwanConnection *swan_connection_new(SwanFiles *files, const char *name)
{
    if (files->connections->len >= SWAN_ITEMS_MAX)
        return NULL;
    SwanConnection *connection = g_new0(SwanConnection, 1);
    connection->name = g_strdup(name);
    connection->values = swan_values_new();
    g_ptr_array_add(files->connections, connection);
    return connection;
}

SwanSecret *swan_secret_new(GPtrArray *secrets)
{
    if (secrets->len >= SWAN_ITEMS_MAX)
        return NULL;
    SwanSecret *secret = g_new0(SwanSecret, 1);
    secret->ids = g_new0(char *, 1);
    g_ptr_array_add(secrets, secret);
    return secret;
}

void swan_connection_free(gpointer data)
{
    SwanConnection *connection = data;

    g_free(connection->name);
    g_hash_table_unref(connection->values);
    g_free(connection);
}

void swan_secret_free(gpointer data)
{
    SwanSecret *secret = data;

    g_strfreev(secret->ids);
    g_free(secret->type);
    g_free(secret->file);
    secret_string_free(secret->value);
    g_free(secret);
}

void swan_lac_free(gpointer data)
{
    SwanLac *lac = data;

    g_free(lac->name);
    g_hash_table_unref(lac->values);
    g_free(lac);
}

void swan_options_free(gpointer data)
{
    SwanOptions *options = data;

    g_free(options->file);
    g_hash_table_unref(options->values);
    g_free(options);
}

/* ---- what a file is ---- */

typedef enum {
    FILE_NONE,
    FILE_IPSEC_CONF,
    FILE_IPSEC_SECRETS,
    FILE_SWANCTL,
    FILE_XL2TPD,
    FILE_PPP_OPTIONS,
    FILE_LOGINS,
} FileKind;

static FileKind kind_of(const ImportInput *input)
{
    if (!input->text)
        return FILE_NONE;
    if (g_str_has_suffix(input->name, "chap-secrets") ||
        g_str_has_suffix(input->name, "pap-secrets"))
        return FILE_LOGINS;
    if (swan_is_swanctl(input->text))
        return FILE_SWANCTL;
    if (swan_is_xl2tpd(input->text))
        return FILE_XL2TPD;
    if (swan_is_ipsec_conf(input->text))
        return FILE_IPSEC_CONF;
    if (swan_is_ipsec_secrets(input->text))
        return FILE_IPSEC_SECRETS;
    return swan_is_ppp_options(input->text) ? FILE_PPP_OPTIONS : FILE_NONE;
}

gboolean import_strongswan_is(const ImportInput *input)
{
    return kind_of(input) != FILE_NONE;
}

static gboolean read_file(SwanFiles *files, const ImportInput *input, GError **error)
{
    char *text = g_strdup(input->text);
    gboolean read = TRUE;

    switch (kind_of(input)) {
    case FILE_IPSEC_CONF:
        swan_read_ipsec_conf(files, text);
        break;
    case FILE_IPSEC_SECRETS:
        swan_read_ipsec_secrets(files, text);
        break;
    case FILE_SWANCTL:
        read = swan_read_swanctl(files, text, error);
        break;
    case FILE_XL2TPD:
        swan_read_xl2tpd(files, text);
        break;
    case FILE_PPP_OPTIONS:
        swan_read_ppp_options(files, input->name, text);
        break;
    case FILE_LOGINS:
        swan_read_logins(files, text);
        break;
    case FILE_NONE:
        break;
    }
    /* It was cut up: its zero bytes are no ends. */
    explicit_bzero(text, strlen(input->text));
    g_free(text);
    return read;
}

/* ---- connections ---- */

static SwanConnection *find_connection(const SwanFiles *files, const char *name)
{
    for (guint i = 0; i < files->connections->len; i++) {
        SwanConnection *connection = g_ptr_array_index(files->connections, i);
        if (strcmp(connection->name, name) == 0)
            return connection;
    }
    return NULL;
}

/* What also= and conn %default say, for what the connection does not say itself.  Each is asked
 * once, however often it is named. */
static void inherit(const SwanFiles *files, SwanConnection *connection)
{
    const char *also = g_hash_table_lookup(connection->values, "also");
    g_autofree char *chain = g_strconcat(also ? also : "", " %default", NULL);
    g_autoptr(GHashTable) asked = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < ALSO_MAX; i++) {
        g_auto(GStrv) names = g_strsplit_set(chain, " ,", -1);
        g_autoptr(GString) next = g_string_new(NULL);
        for (char **name = names; *name; name++) {
            SwanConnection *other = **name ? find_connection(files, *name) : NULL;
            GHashTableIter iter;
            gpointer key, value;
            if (!other || other == connection || !g_hash_table_add(asked, other))
                continue;
            other->template = TRUE;
            g_hash_table_iter_init(&iter, other->values);
            while (g_hash_table_iter_next(&iter, &key, &value)) {
                if (strcmp(key, "also") == 0)
                    g_string_append_printf(next, "%s ", (const char *)value);
                else if (!g_hash_table_contains(connection->values, key))
                    g_hash_table_insert(connection->values, g_strdup(key), g_strdup(value));
            }
        }
        g_free(chain);
        chain = g_string_free(g_steal_pointer(&next), FALSE);
    }
}

static const char *get(const SwanConnection *connection, const char *key)
{
    const char *value = g_hash_table_lookup(connection->values, key);

    return value && *value ? value : NULL;
}

/* A host's address, rather than a word for any or for one's own. */
static gboolean is_host(const char *text)
{
    static const char *const anybody[] = {"%any", "%any4", "%any6", "%defaultroute", "%group",
                                          "0.0.0.0", "::", NULL};

    return text && !import_in(anybody, text);
}

static gboolean has_l2tp(const char *text)
{
    return text && (strstr(text, "1701") || strstr(text, "l2tp") || strstr(text, "l2f"));
}

static gboolean is_l2tp(const SwanConnection *connection)
{
    static const char *const keys[] = {"leftprotoport", "rightprotoport", "leftsubnet",
                                       "rightsubnet", NULL};

    if (g_strcmp0(get(connection, "type"), "transport") == 0)
        return TRUE;
    for (guint i = 0; keys[i]; i++) {
        if (has_l2tp(get(connection, keys[i])))
            return TRUE;
    }
    return FALSE;
}

static gboolean is_ikev2(const SwanConnection *connection)
{
    static const char *const yes[] = {"insist", "yes", "propose", "ikev2", "2", NULL};
    const char *exchange = get(connection, "keyexchange"), *ikev2 = get(connection, "ikev2");
    const char *version = get(connection, "version");

    return (exchange && import_in(yes, exchange)) || (ikev2 && import_in(yes, ikev2)) ||
           (version && import_in(yes, version));
}

/* The words of one end: "left" is this computer unless its address says otherwise. */
static const char *get_end(const SwanConnection *connection, gboolean ours, const char *key)
{
    gboolean swapped = !is_host(get(connection, "right")) && is_host(get(connection, "left"));
    g_autofree char *name = g_strconcat(ours != swapped ? "left" : "right", key, NULL);

    return get(connection, name);
}

static void set_identities(Imported *imported, const SwanConnection *connection)
{
    const char *remote = get_end(connection, FALSE, "id"), *local = get_end(connection, TRUE, "id");
    gboolean aggressive = g_strcmp0(get(connection, "aggressive"), "yes") == 0 ||
                          g_strcmp0(get(connection, "aggrmode"), "yes") == 0;

    if (remote && *remote != '%')
        import_set(imported, FIELD_IPSEC_REMOTE_ID, remote);
    if (!local || *local == '%')
        return;
    if (!aggressive) {
        import_set(imported, FIELD_IPSEC_LOCAL_ID, local);
        return;
    }
    /* A group's name is written keyid:name, @#hex, @[name] or @name. */
    g_autofree char *group =
        g_strdup(local + (g_str_has_prefix(local, "keyid:") ? 6 : *local == '@'));
    gsize length = strlen(group);
    if (length > 2 && group[0] == '[' && group[length - 1] == ']') {
        group[length - 1] = '\0';
        import_set(imported, FIELD_IPSEC_GROUP_NAME, group + 1);
    } else {
        import_set(imported, FIELD_IPSEC_GROUP_NAME, group);
    }
}

static void set_path(Imported *imported, FieldId id, const char *folder, const char *file)
{
    g_autofree char *path = g_path_is_absolute(file) ? g_strdup(file)
                                                     : g_build_filename(folder, file, NULL);

    import_set(imported, id, path);
    import_tell(imported->warnings,
                "%s names the file %s, which must be there and readable for you.", field_name(id),
                path);
}

static void set_authentication(Imported *imported, const SwanConnection *connection)
{
    const char *by = get(connection, "authby"), *end = get_end(connection, TRUE, "auth");
    const char *certificate = get_end(connection, TRUE, "cert");
    const char *method = end ? end : by;

    if (certificate)
        set_path(imported, FIELD_IPSEC_CERTIFICATE, "/etc/ipsec.d/certs", certificate);
    if (certificate || (method && (strstr(method, "rsa") || strstr(method, "pubkey") ||
                                   strstr(method, "ecdsa"))))
        import_set(imported, FIELD_IPSEC_AUTH, "certificate");
    else if (method && (strstr(method, "xauth") || strstr(method, "eap")))
        import_tell(imported->warnings, "The connection asks for %s within IPsec, which is not "
                    "available.", method);
}

static void set_lifetime(Imported *imported, FieldId id, const char *text)
{
    guint seconds;

    if (!text)
        return;
    if (!import_seconds(text, &seconds)) {
        import_tell(imported->warnings, "%s: \"%s\" is no time", field_name(id), text);
        return;
    }
    g_autofree char *number = g_strdup_printf("%u", seconds);
    import_set(imported, id, number);
}

static const char *const connection_known[] = {
    "left", "right", "leftid", "rightid", "leftauth", "rightauth", "authby", "leftcert",
    "rightcert", "rightca", "ike", "esp", "phase2alg", "ikelifetime", "lifetime", "keylife",
    "salifetime", "forceencaps", "encapsulation", "aggressive", "aggrmode", "keyexchange",
    "ikev2", "version", "type", "leftprotoport", "rightprotoport", "leftsubnet", "rightsubnet",
    "also", "remote_port",
    /* Causeway's own affair, or Libreswan's and strongSwan's */
    "auto", "keyingtries", "rekey", "reauth", "rekeymargin", "rekeyfuzz", "margintime", "dpdaction",
    "dpddelay", "dpdtimeout", "pfs", "compress", "fragmentation", "mobike", "leftfirewall",
    "leftnexthop", "rightnexthop", "leftsendcert", "rightsendcert", "nat-ikev1-method", "ikeport",
    "auth", "phase2", "closeaction", "leftsourceip", "leftallowany", "rightallowany", "overlapip",
    "leftrsasigkey", "rightrsasigkey", "sha2-truncbug", "encapsulate", "install_routes", NULL};

static void apply_connection(Imported *imported, const SwanConnection *connection)
{
    const char *gateway = get_end(connection, FALSE, "");
    const char *esp = get(connection, "esp"), *lifetime = get(connection, "lifetime");
    const char *force = get(connection, "forceencaps");
    g_autofree char *host = gateway ? g_strndup(gateway, strcspn(gateway, ", ")) : NULL;
    GHashTableIter iter;
    gpointer key, value;

    import_set(imported, FIELD_CONNECTION_GATEWAY, host && *host == '%' ? host + 1 : host);
    set_identities(imported, connection);
    set_authentication(imported, connection);
    if (get(connection, "ike"))
        import_set_suites(imported, FIELD_IPSEC_IKE, get(connection, "ike"));
    if (esp || get(connection, "phase2alg"))
        import_set_suites(imported, FIELD_IPSEC_ESP, esp ? esp : get(connection, "phase2alg"));
    set_lifetime(imported, FIELD_IPSEC_IKE_LIFETIME, get(connection, "ikelifetime"));
    if (!lifetime)
        lifetime = get(connection, "keylife") ? get(connection, "keylife")
                                              : get(connection, "salifetime");
    set_lifetime(imported, FIELD_IPSEC_ESP_LIFETIME, lifetime);
    if (g_strcmp0(force, "yes") == 0 || g_strcmp0(get(connection, "encapsulation"), "yes") == 0)
        import_set_boolean(imported, FIELD_IPSEC_FORCE_ENCAPSULATION, TRUE);
    if (g_strcmp0(get(connection, "sha2-truncbug"), "yes") == 0)
        import_tell(imported->warnings,
                    "The gateway shortens SHA-256 wrongly (sha2-truncbug): if no "
                    "data passes, set the phase 2 algorithms (ipsec.esp) to "
                    "aes256-sha256_96.");
    g_hash_table_iter_init(&iter, connection->values);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        if (!import_in(connection_known, key))
            import_leave_out(imported, key);
    }
}

/* ---- secrets ---- */

/* 0: for somebody else; the more exactly it names the gateway, the more. */
static guint match_secret(const SwanSecret *secret, const char *gateway, const char *remote_id)
{
    guint best = *secret->ids ? 0 : 1;

    for (char **id = secret->ids; *id; id++) {
        if ((gateway && g_ascii_strcasecmp(*id, gateway) == 0) ||
            (remote_id && g_ascii_strcasecmp(*id, remote_id) == 0))
            return 3;
        if (g_str_has_prefix(*id, "%any") || strcmp(*id, "0.0.0.0") == 0)
            best = MAX(best, 2);
    }
    return best;
}

static void apply_secrets(const SwanFiles *files, Imported *imported)
{
    const char *gateway = profile_get_string(imported->profile, FIELD_CONNECTION_GATEWAY);
    const char *remote_id = profile_get_string(imported->profile, FIELD_IPSEC_REMOTE_ID);
    gboolean psk = strcmp(profile_get_string(imported->profile, FIELD_IPSEC_AUTH), "psk") == 0;
    const SwanSecret *best = NULL;
    guint best_match = 0;

    for (guint i = 0; i < files->secrets->len; i++) {
        const SwanSecret *secret = g_ptr_array_index(files->secrets, i);
        gboolean is_psk = strcmp(secret->type, "PSK") == 0;
        guint match = match_secret(secret, gateway, remote_id);
        if (!secret->value || is_psk != psk || match <= best_match)
            continue;
        best = secret;
        best_match = match;
    }
    /* With one key and one connection there is nothing to choose. */
    if (!best && files->secrets->len == 1 && files->connections->len <= 1 &&
        ((SwanSecret *)g_ptr_array_index(files->secrets, 0))->value)
        best = g_ptr_array_index(files->secrets, 0);
    if (!best)
        return;
    if (strcmp(best->type, "PSK") == 0) {
        import_set_encoded_psk(imported, best->value);
        return;
    }
    if (best->file)
        set_path(imported,
                 strcmp(best->type, "P12") == 0 ? FIELD_IPSEC_CERTIFICATE : FIELD_IPSEC_KEY,
                 "/etc/ipsec.d/private", best->file);
    import_set_secret(imported, FIELD_IPSEC_KEY_PASSPHRASE, best->value, strlen(best->value));
}

static void apply_login(const SwanFiles *files, Imported *imported)
{
    const char *user = profile_get_string(imported->profile, FIELD_PPP_USER);

    for (guint i = 0; i < files->logins->len; i++) {
        const SwanSecret *login = g_ptr_array_index(files->logins, i);
        if (profile_get_secret(imported->profile, FIELD_PPP_PASSWORD) ||
            (user && strcmp(login->ids[0], user) != 0) ||
            (!user && (files->logins->len > 1 || strcmp(login->ids[0], "*") == 0)))
            continue;
        if (!user)
            import_set(imported, FIELD_PPP_USER, login->ids[0]);
        import_set_secret(imported, FIELD_PPP_PASSWORD, login->value, strlen(login->value));
    }
}

/* ---- putting it together ---- */

static SwanOptions *find_options(const SwanFiles *files, const SwanLac *lac)
{
    const char *path = lac ? g_hash_table_lookup(lac->values, "pppoptfile") : NULL;
    g_autofree char *base = path ? g_path_get_basename(path) : NULL;

    for (guint i = 0; base && i < files->options->len; i++) {
        SwanOptions *options = g_ptr_array_index(files->options, i);
        if (strcmp(options->file, base) == 0)
            return options;
    }
    /* A copy may have got another name on its way. */
    if (files->options->len == 1)
        return g_ptr_array_index(files->options, 0);
    if (base)
        import_tell(files->warnings, "The options of pppd in %s are not among the files.", path);
    return NULL;
}

static void finish(SwanFiles *files, Imported *imported, const SwanLac *lac, const char *name)
{
    SwanOptions *options = find_options(files, lac);

    if (lac)
        swan_apply_lac(imported, lac);
    if (options) {
        options->used = TRUE;
        swan_apply_options(imported, options);
    }
    apply_secrets(files, imported);
    apply_login(files, imported);
    import_end(imported, name, NULL);
}

/* The xl2tpd connection to the same gateway; the only one belongs to the only connection. */
static guint find_lac(const SwanFiles *files, const char *gateway, guint connections)
{
    for (guint i = 0; i < files->lacs->len; i++) {
        const SwanLac *lac = g_ptr_array_index(files->lacs, i);
        const char *lns = g_hash_table_lookup(lac->values, "lns");
        if (lns && gateway && g_ascii_strcasecmp(lns, gateway) == 0)
            return i;
    }
    return files->lacs->len == 1 && connections == 1 ? 0 : G_MAXUINT;
}

/* Whether it is an L2TP client's; otherwise, and if it is not a mere template, told. */
static gboolean is_wanted(const SwanFiles *files, const SwanConnection *connection)
{
    const char *name = connection->name;

    if (name[0] == '%')
        return FALSE;
    if (!is_host(get(connection, "right")) && !is_host(get(connection, "left"))) {
        if (!connection->template)
            import_tell(files->warnings,
                        "\"%s\" is left out: it names no gateway, as on a server.", name);
        return FALSE;
    }
    if (is_ikev2(connection)) {
        import_tell(files->warnings, "\"%s\" is left out: it uses IKEv2.", name);
        return FALSE;
    }
    if (!is_l2tp(connection))
        import_tell(files->warnings, "\"%s\" is left out: it does not carry L2TP.", name);
    return is_l2tp(connection);
}

static void build(SwanFiles *files, ImportResult *result)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();
    g_autoptr(GHashTable) used = g_hash_table_new(NULL, NULL);

    for (guint i = 0; i < files->connections->len; i++)
        inherit(files, g_ptr_array_index(files->connections, i));
    for (guint i = 0; i < files->connections->len; i++) {
        if (is_wanted(files, g_ptr_array_index(files->connections, i)))
            g_ptr_array_add(wanted, g_ptr_array_index(files->connections, i));
    }
    for (guint i = 0; i < wanted->len; i++) {
        const SwanConnection *connection = g_ptr_array_index(wanted, i);
        Imported *imported = import_begin(result);
        if (!imported)
            return;
        apply_connection(imported, connection);
        guint at = find_lac(files, profile_get_string(imported->profile, FIELD_CONNECTION_GATEWAY),
                            wanted->len);
        const SwanLac *lac = at != G_MAXUINT ? g_ptr_array_index(files->lacs, at) : NULL;
        if (lac)
            g_hash_table_add(used, (gpointer)lac);
        finish(files, imported, lac, connection->name);
    }
    for (guint i = 0; i < files->lacs->len; i++) {
        const SwanLac *lac = g_ptr_array_index(files->lacs, i);
        Imported *imported = g_hash_table_contains(used, lac) ? NULL : import_begin(result);
        if (!imported)
            continue;
        import_set(imported, FIELD_CONNECTION_GATEWAY, g_hash_table_lookup(lac->values, "lns"));
        import_tell(imported->warnings,
                    "The part that encrypts (ipsec.conf or swanctl.conf) is not "
                    "among the files: Causeway encrypts all the same and needs the shared key.");
        finish(files, imported, lac, lac->name);
    }
}

static void tell_unused(const SwanFiles *files, const ImportResult *result)
{
    for (guint i = 0; i < files->options->len; i++) {
        const SwanOptions *options = g_ptr_array_index(files->options, i);
        if (!options->used && result->profiles->len > 0)
            import_tell(files->warnings, "No connection uses the options in %s.",
                        *options->file ? options->file : _("the text"));
    }
}

gboolean import_strongswan_read(const ImportInput *const *inputs, gsize count,
                                ImportResult *result, GError **error)
{
    SwanFiles files = {
        .connections = g_ptr_array_new_with_free_func(swan_connection_free),
        .secrets = g_ptr_array_new_with_free_func(swan_secret_free),
        .lacs = g_ptr_array_new_with_free_func(swan_lac_free),
        .options = g_ptr_array_new_with_free_func(swan_options_free),
        .logins = g_ptr_array_new_with_free_func(swan_secret_free),
        .warnings = result->warnings,
    };
    gboolean read = TRUE;

    for (gsize i = 0; i < count && read; i++)
        read = read_file(&files, inputs[i], error);
    if (read) {
        build(&files, result);
        tell_unused(&files, result);
    }
    g_ptr_array_unref(files.connections);
    g_ptr_array_unref(files.secrets);
    g_ptr_array_unref(files.lacs);
    g_ptr_array_unref(files.options);
    g_ptr_array_unref(files.logins);
    return read;
}
