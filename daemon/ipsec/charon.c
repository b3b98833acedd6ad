/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which charon, and for how long: our own while somebody needs it, or the system's. */
#include "ipsec/charon.h"

#include <string.h>

#include "ipsec/charon-process.h"

/* From exec to answering; it takes a tenth of a second. */
#define START_MSEC 10000
/* A reconnect within this time finds it running. */
#define GRACE_MSEC 30000
#define SYSTEM_PORT_NAT_T 4500

typedef enum {
    STATE_OFF,
    STATE_STARTING,
    STATE_READY,
    STATE_STOPPING,
} State;

struct CharonMember {
    IkeService *service;
    CharonEvents events;
    gpointer user_data;
    GSource *source;  /* a call that is due */
    Failure *failure; /* with it: `down`; without: `ready` */
};

struct IkeService {
    GHashTable *users; /* user, or user and token → IkeService, which has none of its own */
    guint ending;      /* how many of these and ourselves have not ended yet */
    guint references; /* the owner's and the members': a freed negotiation may still tidy up */
    IkeServiceMode mode;
    char *directory;
    char *program; /* as given; may be NULL */
    char *token_module; /* NULL: none */
    State state;
    guint holds;
    gboolean private;
    char *system_socket;
    CharonProcess *process;
    GPtrArray *members;
    GSource *start_deadline;
    GSource *grace;
    void (*shutdown)(gpointer user_data);
    gpointer shutdown_data;
};

static const char *const system_sockets[] = { "/run/charon.vici", "/var/run/charon.vici", NULL };

static void service_start(IkeService *service);

static GSource *attach(GSource *source, GSourceFunc function, gpointer user_data)
{
    g_source_set_callback(source, function, user_data, NULL);
    g_source_attach(source, g_main_context_get_thread_default());
    return source;
}

static void clear_source(GSource **source)
{
    if (*source)
        g_source_destroy(*source);
    g_clear_pointer(source, g_source_unref);
}

/* ---- members ---- */

static gboolean on_member_due(gpointer user_data)
{
    CharonMember *member = user_data;
    g_autoptr(Failure) failure = g_steal_pointer(&member->failure);

    clear_source(&member->source);
    if (failure)
        member->events.down(failure, member->user_data);
    else
        member->events.ready(member->user_data);
    return G_SOURCE_REMOVE;
}

/* A failure supersedes a readiness that was not told yet. */
static void member_tell(CharonMember *member, const Failure *failure)
{
    if (member->failure)
        return;
    member->failure = failure_copy(failure);
    if (!member->source)
        member->source = attach(g_idle_source_new(), on_member_due, member);
    g_source_set_priority(member->source, G_PRIORITY_DEFAULT);
}

static void service_tell(IkeService *service, const Failure *failure)
{
    for (guint i = 0; i < service->members->len; i++)
        member_tell(g_ptr_array_index(service->members, i), failure);
}

/* ---- states ---- */

static void on_one_ended(gpointer user_data)
{
    IkeService *service = user_data;

    if (!service->shutdown || --service->ending > 0)
        return;
    void (*done)(gpointer) = service->shutdown;
    service->shutdown = NULL;
    done(service->shutdown_data);
}

static void service_off(IkeService *service)
{
    clear_source(&service->start_deadline);
    clear_source(&service->grace);
    g_clear_pointer(&service->process, charon_process_free);
    service->state = STATE_OFF;
    on_one_ended(service);
}

static void service_fail(IkeService *service, const Failure *failure)
{
    service_off(service);
    service_tell(service, failure);
}

static void on_process_ready(gpointer user_data)
{
    IkeService *service = user_data;

    if (service->state != STATE_STARTING)
        return;
    clear_source(&service->start_deadline);
    service->state = STATE_READY;
    g_debug("charon %d is ready", (int)charon_process_pid(service->process));
    service_tell(service, NULL);
}

static void on_process_ended(const char *words, gpointer user_data)
{
    IkeService *service = user_data;

    if (service->state == STATE_STOPPING) {
        gboolean again = service->holds > 0 && !service->shutdown;
        service_off(service);
        if (again)
            service_start(service);
        return;
    }
    g_autoptr(Failure) failure = failure_new(STAGE_PREPARE, FAILURE_CHARON_FAILED, words);
    g_message("charon ended unexpectedly");
    service_fail(service, failure);
}

static gboolean on_start_deadline(gpointer user_data)
{
    IkeService *service = user_data;
    g_autoptr(Failure) failure =
        failure_new(STAGE_PREPARE, FAILURE_CHARON_FAILED, "it did not get ready in time");

    service_fail(service, failure);
    return G_SOURCE_REMOVE;
}

static void start_private(IkeService *service, const char *program)
{
    static const CharonProcessEvents events = { on_process_ready, on_process_ended };
    g_autoptr(Failure) failure = NULL;

    service->private = TRUE;
    service->process =
        charon_process_start(program, service->directory, service->token_module, &events, service,
                             &failure);
    if (!service->process) {
        service_fail(service, failure);
        return;
    }
    service->state = STATE_STARTING;
    service->start_deadline =
        attach(g_timeout_source_new(START_MSEC), on_start_deadline, service);
}

static gboolean use_system(IkeService *service)
{
    for (guint i = 0; system_sockets[i]; i++) {
        if (!g_file_test(system_sockets[i], G_FILE_TEST_EXISTS))
            continue;
        g_free(service->system_socket);
        service->system_socket = g_strdup(system_sockets[i]);
        service->private = FALSE;
        service->state = STATE_READY;
        service_tell(service, NULL);
        return TRUE;
    }
    return FALSE;
}

static void service_start(IkeService *service)
{
    g_autofree char *program = service->mode == IKE_SERVICE_SYSTEM
                                   ? NULL
                                   : charon_process_find_program(service->program);

    if (program) {
        start_private(service, program);
        return;
    }
    if (service->mode != IKE_SERVICE_PRIVATE && use_system(service))
        return;
    g_autoptr(Failure) failure = failure_new(
        STAGE_PREPARE, FAILURE_CHARON_MISSING,
        service->mode == IKE_SERVICE_SYSTEM ? "the system's charon does not run" : NULL);
    service_fail(service, failure);
}

static void service_need(IkeService *service)
{
    service->holds++;
    clear_source(&service->grace);
    /* The system's may have gone since. */
    if (service->state == STATE_READY && !service->process)
        service->state = STATE_OFF;
    if (service->state == STATE_OFF)
        service_start(service);
}

static gboolean on_grace_over(gpointer user_data)
{
    IkeService *service = user_data;

    clear_source(&service->grace);
    if (service->process) {
        service->state = STATE_STOPPING;
        charon_process_stop(service->process);
    } else {
        service->state = STATE_OFF;
    }
    return G_SOURCE_REMOVE;
}

static void service_let_go(IkeService *service)
{
    g_return_if_fail(service->holds > 0);
    if (--service->holds > 0 || service->state == STATE_OFF || service->state == STATE_STOPPING)
        return;
    clear_source(&service->grace);
    service->grace = attach(g_timeout_source_new(service->token_module ? 0 : GRACE_MSEC),
                            on_grace_over, service);
}

/* ---- interface ---- */

IkeService *ike_service_new(IkeServiceMode mode, const char *runtime_directory,
                            const char *program)
{
    IkeService *service = g_new0(IkeService, 1);

    service->references = 1;
    service->mode = mode;
    service->directory = g_build_filename(runtime_directory, "charon", NULL);
    service->program = g_strdup(program);
    service->members = g_ptr_array_new();
    service->users = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify)ike_service_free);
    return service;
}

static IkeService *service_of(IkeService *service, const char *key)
{
    IkeService *own = g_hash_table_lookup(service->users, key);
    if (!own) {
        own = ike_service_new(service->mode, "", service->program);
        g_free(own->directory);
        /* A number, for a socket's path must be short. */
        own->directory = g_strdup_printf("%s-%u", service->directory,
                                         g_hash_table_size(service->users) + 1);
        g_hash_table_insert(service->users, g_strdup(key), own);
    }
    return own;
}

IkeService *ike_service_of_user(IkeService *service, const char *user)
{
    if (!user || service->mode == IKE_SERVICE_SYSTEM)
        return service;
    return service_of(service, user);
}

IkeService *ike_service_of_token(IkeService *service, const char *user, const char *module,
                                 guint slot)
{
    /* No user's name has a line's end in it. */
    g_autofree char *key = g_strdup_printf("%s\n%u\n%s", user ? user : "", slot, module);

    if (service->mode == IKE_SERVICE_SYSTEM)
        return service;
    IkeService *own = service_of(service, key);
    if (!own->token_module)
        own->token_module = g_strdup(module);
    return own;
}

void ike_service_hold(IkeService *service)
{
    service_need(service);
}

void ike_service_release(IkeService *service)
{
    service_let_go(service);
}

GPid ike_service_pid(IkeService *service)
{
    return service->process ? charon_process_pid(service->process) : 0;
}

void ike_service_shutdown(IkeService *service, void (*done)(gpointer user_data),
                          gpointer user_data)
{
    GHashTableIter iter;
    gpointer own;

    service->shutdown = done;
    service->shutdown_data = user_data;
    service->ending = 1 + g_hash_table_size(service->users);
    g_hash_table_iter_init(&iter, service->users);
    while (g_hash_table_iter_next(&iter, NULL, &own))
        ike_service_shutdown(own, on_one_ended, service);
    if (!service->process) {
        service_off(service);
        return;
    }
    clear_source(&service->start_deadline);
    clear_source(&service->grace);
    service->state = STATE_STOPPING;
    charon_process_stop(service->process);
}

static void service_unref(IkeService *service)
{
    if (--service->references > 0)
        return;
    service_off(service);
    g_hash_table_unref(service->users);
    g_ptr_array_unref(service->members);
    g_free(service->system_socket);
    g_free(service->directory);
    g_free(service->program);
    g_free(service->token_module);
    g_free(service);
}

void ike_service_free(IkeService *service)
{
    if (!service)
        return;
    service->shutdown = NULL;
    g_hash_table_remove_all(service->users);
    service_unref(service);
}

CharonMember *charon_join(IkeService *service, const CharonEvents *events, gpointer user_data)
{
    CharonMember *member = g_new0(CharonMember, 1);

    member->service = service;
    member->events = *events;
    member->user_data = user_data;
    service->references++;
    g_ptr_array_add(service->members, member);
    service_need(service);
    if (service->state == STATE_READY)
        member_tell(member, NULL);
    return member;
}

void charon_leave(CharonMember *member)
{
    if (!member)
        return;
    IkeService *service = member->service;
    g_ptr_array_remove(service->members, member);
    clear_source(&member->source);
    failure_free(member->failure);
    g_free(member);
    service_let_go(service);
    service_unref(service);
}

const char *charon_socket_path(IkeService *service)
{
    return service->private ? charon_process_socket_path(service->process)
                            : service->system_socket;
}

guint16 charon_port_nat_t(IkeService *service)
{
    return service->private ? charon_process_port_nat_t(service->process) : SYSTEM_PORT_NAT_T;
}

gboolean charon_is_private(IkeService *service)
{
    return service->private;
}
