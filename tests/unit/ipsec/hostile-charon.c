/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands where charon-systemd does, and behaves as the file `behaviour` in the runtime folder
 * says: what a broken or hostile charon might do, which the real one cannot be made to.  Every
 * command that it gets is written down in the file `commands`. */
#include <glib.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ipsec/vici.h"

#define MAX_CLIENTS 8
#define CONNECTION "causeway-test"

typedef struct {
    int fd;
    ViciStream *stream;
} Client;

static Client clients[MAX_CLIENTS];
static guint n_clients;
static char *behaviour;
static char *folder;
static guint initiations;

static gboolean is(const char *name)
{
    return strcmp(behaviour, name) == 0;
}

static gboolean loses_child(void)
{
    return is("loses-child") || is("loses-ike") || is("loses-ike-always");
}

static void note(const char *text)
{
    g_autofree char *path = g_build_filename(folder, "commands", NULL);
    FILE *file = fopen(path, "ae");

    if (!file)
        g_error("cannot write %s", path);
    fprintf(file, "%s\n", text);
    fclose(file);
}

static void send_all(int fd, const void *data, gsize length)
{
    if (send(fd, data, length, MSG_NOSIGNAL) != (ssize_t)length)
        note("(the client has gone)");
}

static void send_frame(int fd, ViciWriter *writer)
{
    gsize length = 0;
    const guint8 *data = vici_writer_finish(writer, &length);

    g_assert_nonnull(data);
    send_all(fd, data, length);
    vici_writer_free(writer);
}

static void answer(int fd, const char *success, const char *words)
{
    ViciWriter *writer = vici_writer_new(VICI_CMD_RESPONSE, NULL);

    vici_write_string(writer, "success", success);
    vici_write_string(writer, "errmsg", words);
    send_frame(fd, writer);
}

static void write_sa(ViciWriter *writer, const char *name, const char *reqid, const char *cipher)
{
    vici_write_section(writer, name);
    vici_write_string(writer, "uniqueid", "2");
    vici_write_string(writer, "state", "ESTABLISHED");
    vici_write_string(writer, "remote-id",
                      is("has-certificate") ? "O=Lab, CN=gw.lab" : "evil\x1b[2Jname\nnext");
    vici_write_string(writer, "remote-port", "99999999");
    vici_write_string(writer, "encr-alg", cipher);
    vici_write_section(writer, "child-sas");
    for (guint child = loses_child() ? 1 : MAX(initiations, 1); child <= MAX(initiations, 1);
         child++) {
        g_autofree char *section = g_strdup_printf("x-%u", child);
        g_autofree char *spi = g_strdup_printf("c0ffee%02x", child);
        vici_write_section(writer, section);
        vici_write_number(writer, "uniqueid", child);
        vici_write_string(writer, "reqid", reqid);
        vici_write_string(writer, "state", "INSTALLED");
        vici_write_string(writer, "spi-out", spi);
        if (is("is-not-heard") || is("is-heard"))
            vici_write_string(writer, "packets-in", is("is-heard") || child > 1 ? "1" : "0");
        vici_write_string(writer, "encr-alg", cipher);
        vici_write_section_end(writer);
    }
    vici_write_section_end(writer);
    vici_write_section_end(writer);
}

/* child-updown, to everybody */
static void tell_up(const char *name, const char *reqid, const char *cipher)
{
    for (guint i = 0; i < n_clients; i++) {
        ViciWriter *writer = vici_writer_new(VICI_EVENT, "child-updown");
        vici_write_string(writer, "up", "yes");
        write_sa(writer, name, reqid, cipher);
        send_frame(clients[i].fd, writer);
    }
}

/* The youngest child has taken the place of the one before it. */
static void tell_rekeyed(const char *name)
{
    for (guint i = 0; i < n_clients; i++) {
        ViciWriter *writer = vici_writer_new(VICI_EVENT, "child-rekey");
        write_sa(writer, name, "1129775105", "AES_CBC");
        send_frame(clients[i].fd, writer);
    }
}

/* An elder IKE SA, whose place another one has taken. */
static void tell_childless(int fd, const char *name)
{
    ViciWriter *writer = vici_writer_new(VICI_EVENT, "list-sa");

    vici_write_section(writer, name);
    vici_write_string(writer, "uniqueid", "1");
    vici_write_string(writer, "state", "ESTABLISHED");
    vici_write_section_end(writer);
    send_frame(fd, writer);
}

/* More than anybody would look into. */
static void tell_certificates(int fd)
{
    static const guint8 der[] = { 0x30, 0x01, 0x00 };

    for (guint i = 0; i < 1000; i++) {
        ViciWriter *writer = vici_writer_new(VICI_EVENT, "list-cert");
        vici_write_string(writer, "type", "X509");
        vici_write_value(writer, "data", der, i == 1 ? 0 : sizeof der);
        send_frame(fd, writer);
    }
}

static void tell_log(int fd, const char *text)
{
    ViciWriter *writer = vici_writer_new(VICI_EVENT, "control-log");

    vici_write_string(writer, "group", "IKE");
    vici_write_string(writer, "level", "1");
    vici_write_string(writer, "msg", text);
    send_frame(fd, writer);
}

/* The event "log", to everybody. */
static void tell_all(const char *name, const char *text)
{
    for (guint i = 0; i < n_clients; i++) {
        ViciWriter *writer = vici_writer_new(VICI_EVENT, "log");
        vici_write_string(writer, "group", "IKE");
        vici_write_string(writer, "level", "1");
        vici_write_string(writer, "ikesa-name", name);
        vici_write_string(writer, "msg", text);
        send_frame(clients[i].fd, writer);
    }
}

/* The gateway deletes a child by way of an ISAKMP SA to which it no longer belongs. */
static void lose_child(const char *name)
{
    tell_all(name, "generating QUICK_MODE request 1 [ HASH ]");
    tell_all(name, "sending packet: from 127.0.0.1[500] to 127.0.0.2[500] (76 bytes)");
    if (initiations > 1)
        return;
    tell_all("causeway-other", "received DELETE for ESP CHILD_SA with SPI c0ffee02");
    tell_all("causeway-other", "CHILD_SA not found, ignored");
    tell_all(name, "received DELETE for ESP CHILD_SA with SPI c0ffee01");
    tell_all(name, "CHILD_SA not found, ignored");
}

static void on_initiate(int fd, const char *name)
{
    initiations++;
    if (is("no-ikev1")) {
        answer(fd, "no", "establishing CHILD_SA failed");
    } else if (is("wrong-key")) {
        tell_log(fd, "generating ID_PROT request 0 [ ID HASH ]");
        tell_log(fd, "sending packet: from 127.0.0.1[500] to 127.0.0.2[500] (92 bytes)");
        tell_log(fd, "received packet: from 127.0.0.2[500] to 127.0.0.1[500] (92 bytes)");
        tell_log(fd, "could not decrypt payloads");
    } else if (initiations > 1 && (is("loses-ike-always") || (is("loses-ike") && initiations == 2))) {
        tell_log(fd, "generating QUICK_MODE request 1 [ HASH SA No ID ID ]");
        tell_log(fd, "sending packet: from 127.0.0.1[500] to 127.0.0.2[500] (348 bytes)");
        tell_log(fd, "received packet: from 127.0.0.2[500] to 127.0.0.1[500] (108 bytes)");
        tell_log(fd, "received DELETE for IKE_SA causeway-test[1]");
        answer(fd, "no", "establishing CHILD_SA failed");
    } else if (is("lies")) {
        tell_up("causeway-other", "1129775105", "AES_CBC");
        tell_up(name, "7", "AES_CBC");
        tell_up(name, "1129775105", "AES\x1b[31m\x07");
    } else {
        tell_up(name, "1129775105", "AES_CBC");
        answer(fd, "yes", NULL);
        if (loses_child())
            lose_child(name);
    }
}

static void on_command(int fd, const ViciPacket *packet)
{
    static const guint8 unasked[] = { 0, 0, 0, 1, VICI_CMD_RESPONSE };
    const char *ike = vici_node_string(packet->message, "ike");
    const char *child = vici_node_string(packet->message, "child-id");
    const char *id = vici_node_string(packet->message, "ike-id");
    const char *key = strcmp(packet->name, "unload-key") == 0 ? vici_node_string(packet->message, "id")
                                                             : NULL;
    g_autofree char *line = g_strconcat(packet->name, " ", key ? key : "",
                                        id ? "ike-id " : child ? "child-id " : "",
                                        ike ? ike : id ? id : child ? child : "", NULL);

    note(line);
    if (is("loads-slowly") && strcmp(packet->name, "load-key") == 0) {
        g_usleep(300000); /* a smart card's time */
        ViciWriter *writer = vici_writer_new(VICI_CMD_RESPONSE, NULL);
        vici_write_string(writer, "success", "yes");
        vici_write_string(writer, "id", "ab12");
        send_frame(fd, writer);
        return;
    }
    if (is("hangs") || (is("hangs-at-initiate") && strcmp(packet->name, "initiate") == 0))
        return;
    if (strcmp(packet->name, "version") == 0) {
        ViciWriter *writer = vici_writer_new(VICI_CMD_RESPONSE, NULL);
        vici_write_string(writer, "version", is("no-ikev1") ? "6.1.0" : "5.9.8");
        send_frame(fd, writer);
    } else if (strcmp(packet->name, "load-shared") == 0 && is("answers-unasked")) {
        answer(fd, "yes", NULL);
        send_all(fd, unasked, sizeof unasked);
        send_all(fd, unasked, sizeof unasked);
    } else if (strcmp(packet->name, "initiate") == 0) {
        on_initiate(fd, ike);
    } else if (strcmp(packet->name, "list-sas") == 0) {
        ViciWriter *writer = vici_writer_new(VICI_EVENT, "list-sa");
        write_sa(writer, ike, "1129775105", "AES_CBC");
        send_frame(fd, writer);
        if (loses_child())
            tell_childless(fd, ike);
        answer(fd, "yes", NULL);
    } else if (strcmp(packet->name, "list-certs") == 0) {
        if (is("has-certificate"))
            tell_certificates(fd);
        answer(fd, NULL, NULL);
    } else if (strcmp(packet->name, "rekey") == 0) {
        answer(fd, "yes", NULL);
        initiations++;
        tell_rekeyed(CONNECTION);
    } else if (strcmp(packet->name, "load-conn") == 0 && is("refuses")) {
        answer(fd, "no", "invalid value for: reqid, config discarded");
    } else {
        answer(fd, "yes", NULL);
    }
}

static void on_unregister(int fd, const char *event)
{
    g_autofree char *line = g_strconcat("unregister ", event, NULL);

    note(line);
    if (!is("hangs"))
        send_frame(fd, vici_writer_new(VICI_EVENT_CONFIRM, NULL));
}

static void on_packet(int fd, const ViciPacket *packet)
{
    if (packet->type == VICI_EVENT_REGISTER)
        send_frame(fd, vici_writer_new(is("knows-no-events") ? VICI_EVENT_UNKNOWN
                                                             : VICI_EVENT_CONFIRM, NULL));
    else if (packet->type == VICI_CMD_REQUEST)
        on_command(fd, packet);
    else if (packet->type == VICI_EVENT_UNREGISTER)
        on_unregister(fd, packet->name);
}

static void drop_client(guint index)
{
    close(clients[index].fd);
    vici_stream_free(clients[index].stream);
    clients[index] = clients[--n_clients];
}

static void on_readable(guint index)
{
    guint8 buffer[65536];
    ssize_t length = recv(clients[index].fd, buffer, sizeof buffer, 0);
    const guint8 *frame;
    gsize frame_length;

    if (length <= 0 || is("closes")) {
        drop_client(index);
        return;
    }
    vici_stream_push(clients[index].stream, buffer, (gsize)length);
    while ((frame = vici_stream_next(clients[index].stream, &frame_length)) != NULL) {
        g_auto(ViciPacket) packet = { .type = VICI_EVENT };
        if (!vici_packet_parse(frame, frame_length, &packet))
            g_error("our own client sent what is no VICI");
        on_packet(clients[index].fd, &packet);
    }
}

static void on_connection(int listener)
{
    static const guint8 garbage[] = { 0, 0, 0, 4, 1, 9, 9, 9 };
    static const guint8 endless[] = { 0x7f, 0xff, 0xff, 0xff, 1 };
    int fd = accept(listener, NULL, NULL);

    if (fd < 0 || n_clients == MAX_CLIENTS)
        g_error("no room");
    clients[n_clients++] = (Client){ fd, vici_stream_new() };
    if (is("garbage"))
        send_all(fd, garbage, sizeof garbage);
    if (is("endless-frame"))
        send_all(fd, endless, sizeof endless);
}

static void notify_ready(void)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    g_strlcpy(address.sun_path, g_getenv("NOTIFY_SOCKET"), sizeof address.sun_path);
    if (sendto(fd, "STATUS=x\nREADY=1\n", 17, 0, (struct sockaddr *)&address, sizeof address) < 0)
        g_error("nobody to tell");
    close(fd);
}

int main(void)
{
    const char *config = g_getenv("STRONGSWAN_CONF");
    g_autofree char *own = g_path_get_dirname(config);
    g_autofree char *above = g_path_get_dirname(own);
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    folder = g_path_get_dirname(above);
    g_autofree char *path = g_build_filename(folder, "behaviour", NULL);
    if (!g_file_get_contents(path, &behaviour, NULL, NULL))
        g_error("no behaviour in %s", path);
    if (is("shouts")) {
        for (guint i = 0; i < 300000; i++)
            fputc('x', stderr);
        fprintf(stderr, "\n00[LIB] the last words\n");
        return 1;
    }
    if (is("dies")) {
        fprintf(stderr, "00[LIB] the last words\n");
        return 1;
    }
    g_snprintf(address.sun_path, sizeof address.sun_path, "%s/vici", own);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 5) != 0)
        g_error("cannot listen at %s", address.sun_path);
    notify_ready();
    for (;;) {
        struct pollfd fds[MAX_CLIENTS + 1] = { { .fd = listener, .events = POLLIN } };
        guint n = n_clients;
        for (guint i = 0; i < n; i++)
            fds[i + 1] = (struct pollfd){ .fd = clients[i].fd, .events = POLLIN };
        if (poll(fds, n + 1, -1) < 0)
            return 1;
        for (guint i = n; i > 0; i--) {
            if (fds[i].revents)
                on_readable(i - 1);
        }
        if (fds[0].revents)
            on_connection(listener);
    }
}
