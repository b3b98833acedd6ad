/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cipher suites. */
#include "ipsec/proposals.h"

#include <gio/gio.h>
#include <string.h>

typedef enum {
    KIND_CIPHER,
    KIND_AEAD, /* cipher and integrity in one; ESP only, IKEv1 has none for itself */
    KIND_HASH,
    KIND_GROUP,
    KIND_NOTHING, /* spellings that stand for "none" */
} Kind;

typedef struct {
    const char *name;    /* strongSwan's */
    const char *aliases; /* others, separated by spaces */
    const char *reported; /* charon's name in list-sas */
    guint key_size;      /* that it reports, bits; 0: it is part of the name */
    Kind kind;
    gboolean weak;
    gboolean esp_only; /* for hashes: their truncated forms */
    guint iv, icv, align;
} Algorithm;

/* IV and block sizes: RFC 2451 (3DES), RFC 3602 (AES-CBC), RFC 4106 (GCM), RFC 3686 (CTR),
 * RFC 7634 (ChaCha20); ICV sizes: RFC 2403, RFC 2404, RFC 4868, RFC 3566.  ESP aligns to four
 * bytes at least (RFC 4303 §2.4). */
static const Algorithm algorithms[] = {
    { "aes256", "aes_cbc256 aes_256 aes-256 aes_cbc_256", "AES_CBC", 256, KIND_CIPHER,
      .iv = 16, .align = 16 },
    { "aes192", "aes_cbc192 aes_192 aes-192 aes_cbc_192", "AES_CBC", 192, KIND_CIPHER,
      .iv = 16, .align = 16 },
    { "aes128", "aes_cbc128 aes_128 aes-128 aes_cbc_128", "AES_CBC", 128, KIND_CIPHER,
      .iv = 16, .align = 16 },
    { "3des", "3des_cbc des3 3des168 3des_cbc192", "3DES_CBC", 0, KIND_CIPHER, .weak = TRUE,
      .iv = 8, .align = 8 },
    { "des", "des_cbc", "DES_CBC", 0, KIND_CIPHER, .weak = TRUE, .iv = 8, .align = 8 },
    { "camellia256", "camellia_cbc256", "CAMELLIA_CBC", 256, KIND_CIPHER, .iv = 16, .align = 16 },
    { "camellia128", "camellia_cbc128", "CAMELLIA_CBC", 128, KIND_CIPHER, .iv = 16, .align = 16 },
    { "aes256ctr", "aes_ctr256", "AES_CTR", 256, KIND_CIPHER, .esp_only = TRUE, .iv = 8,
      .align = 4 },
    { "aes128ctr", "aes_ctr128", "AES_CTR", 128, KIND_CIPHER, .esp_only = TRUE, .iv = 8,
      .align = 4 },
    { "aes256gcm16", "aes_gcm256 aes_gcm_16_256 aes_gcm_c_256 aes_gcm_c256 aes256gcm aes256gcm128 "
      "aes_gcm_256", "AES_GCM_16", 256, KIND_AEAD, .iv = 8, .icv = 16, .align = 4 },
    { "aes192gcm16", "aes_gcm192 aes_gcm_16_192 aes_gcm_c_192 aes192gcm aes192gcm128",
      "AES_GCM_16", 192, KIND_AEAD, .iv = 8, .icv = 16, .align = 4 },
    { "aes128gcm16", "aes_gcm128 aes_gcm_16_128 aes_gcm_c_128 aes_gcm_c128 aes128gcm aes128gcm128 "
      "aes_gcm_128", "AES_GCM_16", 128, KIND_AEAD, .iv = 8, .icv = 16, .align = 4 },
    { "chacha20poly1305", "chacha20_poly1305", "CHACHA20_POLY1305", 256, KIND_AEAD, .iv = 8,
      .icv = 16, .align = 4 },

    { "sha1", "sha sha1_96 sha1-96 hmac_sha1 sha1_96", "HMAC_SHA1_96", 0, KIND_HASH, .icv = 12 },
    { "sha256", "sha2 sha2_256 sha2-256 sha2_256_128 sha256_128", "HMAC_SHA2_256_128", 0,
      KIND_HASH, .icv = 16 },
    { "sha384", "sha2_384 sha2-384 sha2_384_192", "HMAC_SHA2_384_192", 0, KIND_HASH, .icv = 24 },
    { "sha512", "sha2_512 sha2-512 sha2_512_256", "HMAC_SHA2_512_256", 0, KIND_HASH, .icv = 32 },
    { "md5", "md5_96 hmac_md5 md5-96", "HMAC_MD5_96", 0, KIND_HASH, .weak = TRUE, .icv = 12 },
    { "sha256_96", "sha2_256_96 sha2_256_truncbug", "HMAC_SHA2_256_96", 0, KIND_HASH,
      .esp_only = TRUE, .icv = 12 },
    { "aesxcbc", "aes_xcbc aes_xcbc_96 aesxcbc96", "AES_XCBC_96", 0, KIND_HASH, .esp_only = TRUE,
      .icv = 12 },

    { "modp768", "dh1 modp768 group1", "MODP_768", 0, KIND_GROUP, .weak = TRUE },
    { "modp1024", "dh2 group2", "MODP_1024", 0, KIND_GROUP, .weak = TRUE },
    { "modp1536", "dh5 group5", "MODP_1536", 0, KIND_GROUP, .weak = TRUE },
    { "modp2048", "dh14 group14", "MODP_2048", 0, KIND_GROUP },
    { "modp3072", "dh15 group15", "MODP_3072", 0, KIND_GROUP },
    { "modp4096", "dh16 group16", "MODP_4096", 0, KIND_GROUP },
    { "modp6144", "dh17 group17", "MODP_6144", 0, KIND_GROUP },
    { "modp8192", "dh18 group18", "MODP_8192", 0, KIND_GROUP },
    { "ecp256", "dh19 group19", "ECP_256", 0, KIND_GROUP },
    { "ecp384", "dh20 group20", "ECP_384", 0, KIND_GROUP },
    { "ecp521", "dh21 group21", "ECP_521", 0, KIND_GROUP },
    /* RFC 8247 §2.4: groups with small subgroups, and one of 192 bits */
    { "modp1024s160", "dh22 group22", "MODP_1024_160", 0, KIND_GROUP, .weak = TRUE },
    { "modp2048s224", "dh23 group23", "MODP_2048_224", 0, KIND_GROUP, .weak = TRUE },
    { "modp2048s256", "dh24 group24", "MODP_2048_256", 0, KIND_GROUP, .weak = TRUE },
    { "ecp192", "dh25 group25", "ECP_192", 0, KIND_GROUP, .weak = TRUE },
    { "ecp224", "dh26 group26", "ECP_224", 0, KIND_GROUP },
    { "curve25519", "x25519 dh31 group31", "CURVE_25519", 0, KIND_GROUP },

    /* IKEv1 has no PRF apart from the hash (RFC 2409 §4) and no ESN. */
    { "null", "none noesn prfmd5 prfsha1 prfsha256 prfsha384 prfsha512", "", 0, KIND_NOTHING },
};

/* Spellings that leave the key size open: Libreswan offers the sizes in this order. */
static const struct {
    const char *spelling;
    const char *names[2];
} open_sizes[] = {
    { "aes", { "aes256", "aes128" } },
    { "aes_cbc", { "aes256", "aes128" } },
    { "aes_gcm", { "aes256gcm16", "aes128gcm16" } },
    { "aes_gcm_c", { "aes256gcm16", "aes128gcm16" } },
    { "aes_gcm_16", { "aes256gcm16", "aes128gcm16" } },
    { "camellia", { "camellia256", "camellia128" } },
};

/* What one user may make us offer. */
#define SUITES_MAX 48

/* Strong first, AES-256 before AES-128, and no longer than the gateways of the field bear.
 * The ECP rows are what Windows Server 2019 takes before it falls back to modp1024. */
static const char *const ike_strong[] = {
    "aes256-sha256-modp2048", "aes256-sha384-ecp384", "aes256-sha1-ecp384",
    "aes256-sha1-modp2048",   "aes128-sha256-modp2048", "aes128-sha1-modp2048", NULL,
};
static const char *const ike_compatible[] = {
    "aes256-sha1-modp1536", "aes256-sha1-modp1024", "aes128-sha1-modp1024",
    "3des-sha1-modp1024",   NULL,
};
static const char *const ike_legacy[] = {
    "aes192-sha1-modp1024", "aes256-md5-modp1024", "aes128-md5-modp1024",
    "3des-sha1-modp1536",   "3des-md5-modp1024",   NULL,
};
/* SHA-1 before SHA-256: as a MAC it is sound, and some gateways cut SHA-256 to 96 bits against
 * RFC 4868, which negotiates well and then carries nothing. */
static const char *const esp_strong[] = {
    "aes256gcm16", "aes256-sha1", "aes256-sha256", "aes128gcm16", "aes128-sha1",
    "aes128-sha256", NULL,
};
static const char *const esp_compatible[] = { "3des-sha1", NULL };
static const char *const esp_legacy[] = {
    "aes256-md5", "aes128-md5", "3des-md5", NULL,
};

static char **ladder(IkeSecurity security, const char *const *strong,
                     const char *const *compatible, const char *const *legacy)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    g_strv_builder_addv(builder, (const char **)strong);
    if (security != IKE_SECURITY_STRONG)
        g_strv_builder_addv(builder, (const char **)compatible);
    if (security == IKE_SECURITY_LEGACY)
        g_strv_builder_addv(builder, (const char **)legacy);
    return g_strv_builder_end(builder);
}

char **proposals_ike(IkeSecurity security)
{
    return ladder(security, ike_strong, ike_compatible, ike_legacy);
}

char **proposals_esp(IkeSecurity security)
{
    return ladder(security, esp_strong, esp_compatible, esp_legacy);
}

static gboolean has_word(const char *words, const char *word)
{
    gsize length = strlen(word);

    for (const char *p = words; (p = strstr(p, word)) != NULL; p += length) {
        if ((p == words || p[-1] == ' ') && (p[length] == ' ' || p[length] == '\0'))
            return TRUE;
    }
    return FALSE;
}

static const Algorithm *find_algorithm(const char *token)
{
    for (gsize i = 0; i < G_N_ELEMENTS(algorithms); i++) {
        if (strcmp(algorithms[i].name, token) == 0 || has_word(algorithms[i].aliases, token))
            return &algorithms[i];
    }
    return NULL;
}

/* ---- a user's list ---- */

typedef struct {
    GPtrArray *ciphers; /* of const Algorithm */
    GPtrArray *hashes;
    GPtrArray *groups;
} Alternatives;

static void add_unique(GPtrArray *array, const Algorithm *algorithm)
{
    if (!g_ptr_array_find(array, algorithm, NULL))
        g_ptr_array_add(array, (gpointer)algorithm);
}

static gboolean alternatives_add(Alternatives *all, const Algorithm *algorithm)
{
    switch (algorithm->kind) {
    case KIND_CIPHER:
    case KIND_AEAD:
        add_unique(all->ciphers, algorithm);
        return TRUE;
    case KIND_HASH:
        add_unique(all->hashes, algorithm);
        return TRUE;
    case KIND_GROUP:
        add_unique(all->groups, algorithm);
        return TRUE;
    case KIND_NOTHING:
        return TRUE;
    }
    return FALSE;
}

static gboolean parse_token(Alternatives *all, const char *token, gboolean is_ike, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(open_sizes); i++) {
        if (strcmp(token, open_sizes[i].spelling) != 0)
            continue;
        return parse_token(all, open_sizes[i].names[0], is_ike, error) &&
               parse_token(all, open_sizes[i].names[1], is_ike, error);
    }
    const Algorithm *algorithm = find_algorithm(token);
    if (!algorithm) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "\"%s\" is no encryption, hash or group that is known", token);
        return FALSE;
    }
    if (is_ike && (algorithm->kind == KIND_AEAD || algorithm->esp_only)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "\"%s\" cannot be used in phase 1 of IKEv1", token);
        return FALSE;
    }
    return alternatives_add(all, algorithm);
}

static gboolean add_suite(GStrvBuilder *builder, GHashTable *seen, const Algorithm *cipher,
                          const Algorithm *hash, const Algorithm *group, GError **error)
{
    g_autofree char *suite =
        g_strconcat(cipher->name, hash ? "-" : "", hash ? hash->name : "", group ? "-" : "",
                    group ? group->name : "", NULL);

    if (g_hash_table_contains(seen, suite))
        return TRUE;
    if (g_hash_table_size(seen) == SUITES_MAX) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "more than %d combinations; gateways do not take so many", SUITES_MAX);
        return FALSE;
    }
    g_strv_builder_add(builder, suite);
    g_hash_table_add(seen, g_steal_pointer(&suite));
    return TRUE;
}

static gboolean add_groups(GStrvBuilder *builder, GHashTable *seen, const Alternatives *all,
                           const Algorithm *cipher, const Algorithm *hash, GError **error)
{
    for (guint i = 0; i < all->groups->len; i++) {
        if (!add_suite(builder, seen, cipher, hash, g_ptr_array_index(all->groups, i), error))
            return FALSE;
    }
    return all->groups->len > 0 || add_suite(builder, seen, cipher, hash, NULL, error);
}

static gboolean add_combinations(GStrvBuilder *builder, GHashTable *seen, const Alternatives *all,
                                 GError **error)
{
    for (guint i = 0; i < all->ciphers->len; i++) {
        const Algorithm *cipher = g_ptr_array_index(all->ciphers, i);
        if (cipher->kind == KIND_AEAD) {
            if (!add_groups(builder, seen, all, cipher, NULL, error))
                return FALSE;
            continue;
        }
        for (guint j = 0; j < all->hashes->len; j++) {
            if (!add_groups(builder, seen, all, cipher, g_ptr_array_index(all->hashes, j), error))
                return FALSE;
        }
    }
    return TRUE;
}

/* Libreswan users leave out what it has defaults for. */
static void complete(Alternatives *all, gboolean is_ike)
{
    if (all->hashes->len == 0) {
        add_unique(all->hashes, find_algorithm("sha256"));
        add_unique(all->hashes, find_algorithm("sha1"));
    }
    if (is_ike && all->groups->len == 0) {
        add_unique(all->groups, find_algorithm("modp2048"));
        add_unique(all->groups, find_algorithm("modp1024"));
    }
}

static gboolean parse_proposal(GStrvBuilder *builder, GHashTable *seen, const char *text,
                               gboolean is_ike, GError **error)
{
    g_autoptr(GPtrArray) ciphers = g_ptr_array_new();
    g_autoptr(GPtrArray) hashes = g_ptr_array_new();
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    Alternatives all = { ciphers, hashes, groups };
    g_auto(GStrv) tokens = g_strsplit_set(text, "-;+", -1);

    for (guint i = 0; tokens[i]; i++) {
        /* "aes-256" has a hyphen of its own */
        g_autofree char *joined = tokens[i + 1] ? g_strconcat(tokens[i], "-", tokens[i + 1], NULL)
                                                : NULL;
        if (tokens[i][0] == '\0')
            continue;
        if (joined && find_algorithm(joined) && strstr(text, joined))
            i++;
        else
            g_clear_pointer(&joined, g_free);
        if (!parse_token(&all, joined ? joined : tokens[i], is_ike, error))
            return FALSE;
    }
    if (ciphers->len == 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                    "\"%s\" names no encryption", text);
        return FALSE;
    }
    complete(&all, is_ike);
    return add_combinations(builder, seen, &all, error);
}

/* Blanks mean nothing, "!" is strongSwan's old "nothing but these", case does not count. */
static char *clean(const char *text)
{
    GString *result = g_string_new(NULL);

    for (const char *p = text; *p; p++) {
        if (!g_ascii_isspace(*p) && *p != '!')
            g_string_append_c(result, g_ascii_tolower(*p));
    }
    return g_string_free(result, FALSE);
}

static char **parse_list(const char *text, gboolean is_ike, GError **error)
{
    g_autofree char *cleaned = clean(text);
    g_auto(GStrv) proposals = g_strsplit(cleaned, ",", -1);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    if (!g_str_is_ascii(text)) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "proposals are plain ASCII");
        return NULL;
    }
    for (guint i = 0; proposals[i]; i++) {
        if (proposals[i][0] && !parse_proposal(builder, seen, proposals[i], is_ike, error))
            return NULL;
    }
    if (g_hash_table_size(seen) == 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "the list is empty");
        return NULL;
    }
    return g_strv_builder_end(builder);
}

char **proposals_parse_ike(const char *text, GError **error)
{
    return parse_list(text, TRUE, error);
}

char **proposals_parse_esp(const char *text, GError **error)
{
    return parse_list(text, FALSE, error);
}

gboolean ike_check_proposals(const char *ike_or_null, const char *esp_or_null, GError **error)
{
    g_auto(GStrv) ike = NULL;
    g_auto(GStrv) esp = NULL;

    if (ike_or_null && *ike_or_null && !(ike = proposals_parse_ike(ike_or_null, error)))
        return FALSE;
    return !esp_or_null || !*esp_or_null || (esp = proposals_parse_esp(esp_or_null, error)) != NULL;
}

/* ---- lists ---- */

char **proposals_promote(char **suites, const char *first)
{
    guint length = suites ? g_strv_length(suites) : 0;

    for (guint i = 0; first && i < length; i++) {
        if (strcmp(suites[i], first) != 0)
            continue;
        char *found = suites[i];
        memmove(suites + 1, suites, i * sizeof *suites);
        suites[0] = found;
        break;
    }
    return suites;
}

const char *proposals_group(const char *suite)
{
    const char *last = strrchr(suite, '-');
    const Algorithm *algorithm = last ? find_algorithm(last + 1) : NULL;

    return algorithm && algorithm->kind == KIND_GROUP ? last + 1 : NULL;
}

char **proposals_filter_group(char *const *suites, const char *group)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; suites[i]; i++) {
        if (g_strcmp0(proposals_group(suites[i]), group) == 0)
            g_strv_builder_add(builder, suites[i]);
    }
    return g_strv_builder_end(builder);
}

char **proposals_add_group(char *const *suites, const char *group)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; suites[i]; i++) {
        g_autofree char *suite = g_strconcat(suites[i], "-", group, NULL);
        g_strv_builder_add(builder, proposals_group(suites[i]) ? suites[i] : suite);
    }
    return g_strv_builder_end(builder);
}

/* ---- what was agreed on ---- */

static const Algorithm *find_reported(const char *name, guint key_size)
{
    for (gsize i = 0; name && i < G_N_ELEMENTS(algorithms); i++) {
        const Algorithm *algorithm = &algorithms[i];
        if (g_ascii_strcasecmp(algorithm->reported, name) == 0 &&
            (algorithm->key_size == 0 || key_size == 0 || algorithm->key_size == key_size))
            return algorithm;
    }
    return NULL;
}

static void append_reported(GString *suite, const char *name, guint key_size)
{
    const Algorithm *algorithm = find_reported(name, key_size);
    g_autofree char *lower = g_ascii_strdown(name, -1);

    if (suite->len > 0)
        g_string_append_c(suite, '-');
    g_string_append(suite, algorithm ? algorithm->name : lower);
}

char *proposals_name(const char *cipher, guint key_size, const char *integrity, const char *prf,
                     const char *group)
{
    GString *suite = g_string_new(NULL);

    if (cipher)
        append_reported(suite, cipher, key_size);
    if (integrity)
        append_reported(suite, integrity, 0);
    else if (prf)
        append_reported(suite, prf, 0);
    if (group)
        append_reported(suite, group, 0);
    return g_string_free(suite, FALSE);
}

gboolean proposals_weak(const char *suite)
{
    g_auto(GStrv) tokens = g_strsplit(suite, "-", -1);

    for (guint i = 0; tokens[i]; i++) {
        const Algorithm *algorithm = find_algorithm(tokens[i]);
        if (algorithm && algorithm->weak)
            return TRUE;
    }
    return FALSE;
}

gboolean proposals_esp_shape(const char *suite, EspShape *ret_shape)
{
    g_auto(GStrv) tokens = g_strsplit(suite, "-", -1);
    EspShape shape = { 0 };

    for (guint i = 0; tokens[i]; i++) {
        const Algorithm *algorithm = find_algorithm(tokens[i]);
        if (!algorithm)
            return FALSE;
        shape.iv += algorithm->iv;
        shape.icv += algorithm->icv;
        shape.align = MAX(shape.align, algorithm->align);
    }
    if (shape.align == 0 || shape.icv == 0)
        return FALSE;
    *ret_shape = shape;
    return TRUE;
}
