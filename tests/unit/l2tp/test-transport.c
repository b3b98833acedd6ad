/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reliable delivery (RFC 2661 §5.8, Appendix A): timers, window, acknowledgement. */
#include "l2tp/transport.h"

#include "wire.h"

#define MS USEC_PER_MSEC

static Usec now;

/* A message with nothing in it but a Message Type. */
static gboolean queue(Transport *transport, guint mark)
{
    static const guint8 hello[] = { 0xc8, 2, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 8, 0, 0, 0, 0,
        0, 6 };

    return transport_send(transport, hello, sizeof hello, mark);
}

/* What goes out now, as "0,0 1,0 zlb2,5": Ns and Nr. */
static char *sent(Transport *transport)
{
    GString *line = g_string_new(NULL);
    const guint8 *packet;
    gsize length;
    guint mark;

    while (transport_next(transport, now, &packet, &length, &mark)) {
        g_string_append_printf(line, "%s%s%u,%u%s", line->len ? " " : "",
            length == 12 ? "zlb" : "", packet[8] << 8 | packet[9], packet[10] << 8 | packet[11],
            mark ? "!" : "");
    }
    return g_string_free(line, FALSE);
}

#define assert_sent(transport, expected)                                                         \
    G_STMT_START                                                                                 \
    {                                                                                            \
        g_autofree char *line_ = sent(transport);                                                \
        g_assert_cmpstr(line_, ==, expected);                                                    \
    }                                                                                            \
    G_STMT_END

static TransportVerdict receive(Transport *transport, guint16 ns, guint16 nr, gsize body)
{
    static const guint8 bytes[L2TP_MESSAGE_MAX + 1];
    L2tpHeader header = { .ns = ns, .nr = nr };

    return transport_receive(transport, now, &header, reader_init(bytes, body));
}

static Transport *fresh(Usec rtt)
{
    now = 50 * USEC_PER_SEC;
    return transport_new(4, rtt);
}

/* 200, 400, 800 ms ... 8 s, and dead after 31 s. */
static void test_backoff(void)
{
    static const guint delays[] = { 200, 400, 800, 1600, 3200, 6400, 8000, 8000 };
    Transport *transport = fresh(0);
    Usec start = now;

    /* The peer has been there. */
    g_assert_cmpint(receive(transport, 0, 0, 0), ==, TRANSPORT_ACK_ONLY);
    queue(transport, 0);
    assert_sent(transport, "0,0");
    for (gsize i = 0; i < G_N_ELEMENTS(delays); i++) {
        g_assert_cmpuint(transport_deadline(transport) - now, ==, delays[i] * MS);
        now += delays[i] * MS - 1;
        assert_sent(transport, "");
        now += 1;
        g_assert_false(transport_is_dead(transport, now));
        assert_sent(transport, "0,0");
    }
    now = transport_deadline(transport);
    g_assert_cmpuint(now - start, ==, 31 * USEC_PER_SEC);
    g_assert_true(transport_is_dead(transport, now));
    transport_free(transport);
}

/* Nobody has ever answered: 10 s, or five tries if those take longer. */
static void test_backoff_unheard(void)
{
    static const struct {
        guint rtt, tries, ms;
    } rows[] = { { 0, 6, 10000 }, { 20, 8, 10000 }, { 600, 5, 16000 } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Transport *transport = fresh(rows[i].rtt * MS);
        Usec start = now;

        queue(transport, 0);
        assert_sent(transport, "0,0");
        for (guint n = 2; n <= rows[i].tries; n++) {
            now = transport_deadline(transport);
            g_assert_false(transport_is_dead(transport, now));
            assert_sent(transport, "0,0");
        }
        now = transport_deadline(transport);
        g_assert_cmpuint(now - start, ==, rows[i].ms * MS);
        g_assert_true(transport_is_dead(transport, now));
        transport_free(transport);
    }
}

/* The SCCRQ: 2 · rtt + 30 ms, or 200 ms. */
static void test_first_rto(void)
{
    static const guint rows[][2] = { { 0, 200 }, { 1, 32 }, { 75, 180 }, { 100, 230 },
        { 300, 630 }, { 485, 1000 }, { 5000, 1000 } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Transport *transport = fresh(rows[i][0] * MS);

        queue(transport, 0);
        assert_sent(transport, "0,0");
        g_assert_cmpuint(transport_deadline(transport) - now, ==, rows[i][1] * MS);
        transport_free(transport);
    }
}

/* The next ones, of our own measurement: 2 · rtt or 200 ms - rtt. */
static void test_measured_rto(void)
{
    static const guint rows[][2] = { { 1, 199 }, { 50, 150 }, { 75, 150 }, { 100, 200 },
        { 300, 600 }, { 600, 1000 } };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        Transport *transport = fresh(1000 * MS);

        queue(transport, 0);
        assert_sent(transport, "0,0");
        now += rows[i][0] * MS;
        receive(transport, 0, 1, 0);
        queue(transport, 0);
        assert_sent(transport, "1,0");
        g_assert_cmpuint(transport_deadline(transport) - now, ==, rows[i][1] * MS);
        transport_free(transport);
    }
}

/* After an hour's sleep a message is tried again before the peer is given up. */
static void test_sleep(void)
{
    Transport *transport = fresh(0);
    guint tries = 1;

    g_assert_cmpint(receive(transport, 0, 0, 0), ==, TRANSPORT_ACK_ONLY);
    queue(transport, 0);
    assert_sent(transport, "0,0");
    now += 3600 * USEC_PER_SEC;
    while (!transport_is_dead(transport, now)) {
        assert_sent(transport, "0,0");
        tries++;
        now = transport_deadline(transport);
    }
    g_assert_cmpuint(tries, ==, 6);
    transport_free(transport);
}

/* Slow start: one, then two for the acknowledgement, and so on up to the peer's window. */
static void test_slow_start(void)
{
    Transport *transport = fresh(0);

    for (guint i = 0; i < 12; i++)
        queue(transport, 0);
    assert_sent(transport, "0,0");
    receive(transport, 0, 1, 0);
    assert_sent(transport, "1,0 2,0");
    receive(transport, 0, 3, 0);
    assert_sent(transport, "3,0 4,0 5,0");
    receive(transport, 0, 4, 0);
    assert_sent(transport, "6,0 7,0");
    receive(transport, 0, 5, 0);
    assert_sent(transport, "8,0"); /* window 4, the default */
    transport_free(transport);
}

static void test_window_one(void)
{
    Transport *transport = fresh(0);

    transport_set_window(transport, 1);
    for (guint i = 0; i < 3; i++)
        queue(transport, i == 2);
    assert_sent(transport, "0,0");
    receive(transport, 0, 1, 0);
    assert_sent(transport, "1,0");
    receive(transport, 0, 2, 0);
    assert_sent(transport, "2,0!"); /* a mark comes back with the first transmission only */
    now += 200 * MS;
    assert_sent(transport, "2,0");
    transport_free(transport);
}

/* Congestion avoidance after a loss: back to one, half as the threshold (Appendix A). */
static void test_congestion(void)
{
    Transport *transport = fresh(0);

    transport_set_window(transport, 8);
    for (guint i = 0; i < 30; i++)
        queue(transport, 0);
    assert_sent(transport, "0,0");
    for (guint16 i = 1; i <= 3; i++) {
        receive(transport, 0, i, 0);
        g_free(sent(transport));
    }
    /* cwnd is 4: 3, 4, 5, 6 are under way. */
    now += 200 * MS;
    assert_sent(transport, "3,0 4,0");
    receive(transport, 0, 7, 0);
    assert_sent(transport, "7,0 8,0"); /* slow start up to 2 */
    receive(transport, 0, 8, 0);
    assert_sent(transport, "9,0");     /* then by 1/cwnd */
    receive(transport, 0, 9, 0);
    assert_sent(transport, "10,0 11,0");
    transport_free(transport);
}

/* SCCCN and ICRQ travel together; if they are lost, they do so again. */
static void test_flight_of_two_lost(void)
{
    Transport *transport = fresh(0);

    queue(transport, 0);
    assert_sent(transport, "0,0");
    receive(transport, 0, 1, 20);
    queue(transport, 0);
    queue(transport, 0);
    assert_sent(transport, "1,1 2,1");
    now += 200 * MS;
    assert_sent(transport, "1,1 2,1");
    now += 400 * MS;
    assert_sent(transport, "1,1");
    transport_free(transport);
}

/* Karn: an acknowledgement of what was sent twice is no measurement, only a bound. */
static void test_rtt(void)
{
    Transport *transport = fresh(0);

    queue(transport, 0);
    assert_sent(transport, "0,0");
    now += 200 * MS;
    assert_sent(transport, "0,0");
    g_assert_cmpuint(transport_rtt(transport), ==, 0);
    now += 10 * MS;
    receive(transport, 0, 1, 0);
    g_assert_cmpuint(transport_rtt(transport), ==, 210 * MS);
    queue(transport, 0);
    assert_sent(transport, "1,0");
    g_assert_cmpuint(transport_deadline(transport) - now, ==, 470 * MS);
    now += 80 * MS;
    receive(transport, 0, 2, 0);
    g_assert_cmpuint(transport_rtt(transport), ==, 80 * MS);
    queue(transport, 0);
    assert_sent(transport, "2,0");
    g_assert_cmpuint(transport_deadline(transport) - now, ==, 160 * MS); /* 2 · rtt */
    now += 160 * MS;
    receive(transport, 0, 3, 0);
    g_assert_cmpuint(transport_rtt(transport), ==, 90 * MS);
    transport_free(transport);
}

/* An acknowledgement waits a little for a message that carries it. */
static void test_delayed_ack(void)
{
    Transport *transport = fresh(0);

    g_assert_cmpint(receive(transport, 0, 0, 20), ==, TRANSPORT_DELIVER);
    assert_sent(transport, "");
    g_assert_cmpuint(transport_deadline(transport) - now, ==, 20 * MS);
    now += 20 * MS;
    assert_sent(transport, "zlb0,1");
    g_assert_cmpint(receive(transport, 1, 0, 20), ==, TRANSPORT_DELIVER);
    queue(transport, 0);
    assert_sent(transport, "0,2");
    g_assert_cmpint(receive(transport, 2, 0, 0), ==, TRANSPORT_ACK_ONLY);
    now += 20 * MS;
    assert_sent(transport, ""); /* a ZLB is not acknowledged */
    transport_free(transport);
}

/* "receipt of duplicate messages MUST be acknowledged". */
static void test_duplicate(void)
{
    Transport *transport = fresh(0);

    receive(transport, 0, 0, 20);
    now += 20 * MS;
    assert_sent(transport, "zlb0,1");
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpint(receive(transport, 0, 0, 20), ==, TRANSPORT_DUPLICATE);
        assert_sent(transport, "zlb0,1");
    }
    /* The RFC's example: 16 is next; 0 to 15 and 32784 to 65535 are duplicates. */
    transport_set_counters(transport, 0, 16);
    g_assert_cmpint(receive(transport, 15, 0, 20), ==, TRANSPORT_DUPLICATE);
    g_assert_cmpint(receive(transport, 32784, 0, 20), ==, TRANSPORT_DUPLICATE);
    g_assert_cmpint(receive(transport, 65535, 0, 20), ==, TRANSPORT_DUPLICATE);
    g_assert_cmpint(receive(transport, 32783, 0, 20), ==, TRANSPORT_HELD);
    transport_free(transport);
}

/* A retransmission carries the Nr of now. */
static void test_nr_refreshed(void)
{
    Transport *transport = fresh(0);

    queue(transport, 0);
    assert_sent(transport, "0,0");
    receive(transport, 0, 0, 20);
    now += 200 * MS;
    assert_sent(transport, "0,1");
    transport_free(transport);
}

static void test_nr_ahead_of_ns(void)
{
    Transport *transport = fresh(0);

    queue(transport, 0);
    assert_sent(transport, "0,0");
    g_assert_cmpint(receive(transport, 0, 2, 20), ==, TRANSPORT_INVALID);
    g_assert_cmpint(receive(transport, 0, 0x7fff, 20), ==, TRANSPORT_INVALID);
    g_assert_cmpint(receive(transport, 1, 0x8000, 0), ==, TRANSPORT_ACK_ONLY);
    g_assert_false(transport_is_idle(transport));
    /* An old Nr is only late. */
    g_assert_cmpint(receive(transport, 0, 0xffff, 20), ==, TRANSPORT_DELIVER);
    g_assert_false(transport_is_idle(transport));
    g_assert_cmpint(receive(transport, 1, 1, 0), ==, TRANSPORT_ACK_ONLY);
    g_assert_true(transport_is_idle(transport));
    transport_free(transport);
}

/* Both counters run over while a window is open. */
static void test_wrap(void)
{
    Transport *transport = fresh(0);

    transport_set_counters(transport, 0xfffe, 0xffff);
    for (guint i = 0; i < 4; i++)
        queue(transport, 0);
    assert_sent(transport, "65534,65535");
    g_assert_cmpint(receive(transport, 0xffff, 0xffff, 20), ==, TRANSPORT_DELIVER);
    assert_sent(transport, "65535,0 0,0");
    g_assert_cmpint(receive(transport, 0xffff, 0xffff, 20), ==, TRANSPORT_DUPLICATE);
    assert_sent(transport, "zlb1,0");
    g_assert_cmpint(receive(transport, 0, 1, 20), ==, TRANSPORT_DELIVER);
    assert_sent(transport, "1,1");
    g_assert_cmpint(receive(transport, 1, 2, 0), ==, TRANSPORT_ACK_ONLY);
    g_assert_true(transport_is_idle(transport));
    transport_free(transport);
}

/* Early messages wait for the missing one, within our window and no further. */
static void test_out_of_order(void)
{
    Transport *transport = fresh(0);
    L2tpHeader header;
    GBytes *body;

    g_assert_cmpint(receive(transport, 2, 0, 22), ==, TRANSPORT_HELD);
    g_assert_cmpint(receive(transport, 2, 0, 22), ==, TRANSPORT_HELD);
    g_assert_cmpint(receive(transport, 1, 0, 21), ==, TRANSPORT_HELD);
    g_assert_cmpint(receive(transport, 4, 0, 24), ==, TRANSPORT_HELD); /* beyond: dropped */
    g_assert_false(transport_next_received(transport, &header, &body));
    g_assert_cmpint(receive(transport, 0, 0, 20), ==, TRANSPORT_DELIVER);
    for (guint i = 1; i <= 2; i++) {
        g_assert_true(transport_next_received(transport, &header, &body));
        g_assert_cmpuint(header.ns, ==, i);
        g_assert_cmpuint(g_bytes_get_size(body), ==, 20 + i);
        g_bytes_unref(body);
    }
    g_assert_false(transport_next_received(transport, &header, &body));
    now += 20 * MS;
    assert_sent(transport, "zlb0,3");
    /* Too large to be kept, yet taken in order. */
    g_assert_cmpint(receive(transport, 4, 0, L2TP_MESSAGE_MAX + 1), ==, TRANSPORT_HELD);
    g_assert_cmpint(receive(transport, 3, 0, 20), ==, TRANSPORT_DELIVER);
    g_assert_false(transport_next_received(transport, &header, &body));
    g_assert_cmpint(receive(transport, 4, 0, L2TP_MESSAGE_MAX + 1), ==, TRANSPORT_DELIVER);
    transport_free(transport);
}

static void test_queue_is_bounded(void)
{
    Transport *transport = fresh(0);
    guint count = 0;

    while (queue(transport, 0))
        g_assert_cmpuint(++count, <, 1000);
    g_assert_cmpuint(count, ==, TRANSPORT_QUEUE_MAX);
    transport_drop_queue(transport);
    g_assert_true(transport_is_idle(transport));
    g_assert_true(transport_has_room(transport));
    transport_free(transport);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp/transport/backoff", test_backoff);
    g_test_add_func("/l2tp/transport/backoff-unheard", test_backoff_unheard);
    g_test_add_func("/l2tp/transport/first-rto", test_first_rto);
    g_test_add_func("/l2tp/transport/measured-rto", test_measured_rto);
    g_test_add_func("/l2tp/transport/sleep", test_sleep);
    g_test_add_func("/l2tp/transport/slow-start", test_slow_start);
    g_test_add_func("/l2tp/transport/window-one", test_window_one);
    g_test_add_func("/l2tp/transport/congestion", test_congestion);
    g_test_add_func("/l2tp/transport/flight-of-two-lost", test_flight_of_two_lost);
    g_test_add_func("/l2tp/transport/rtt", test_rtt);
    g_test_add_func("/l2tp/transport/delayed-ack", test_delayed_ack);
    g_test_add_func("/l2tp/transport/duplicate", test_duplicate);
    g_test_add_func("/l2tp/transport/nr-refreshed", test_nr_refreshed);
    g_test_add_func("/l2tp/transport/nr-ahead-of-ns", test_nr_ahead_of_ns);
    g_test_add_func("/l2tp/transport/wrap", test_wrap);
    g_test_add_func("/l2tp/transport/out-of-order", test_out_of_order);
    g_test_add_func("/l2tp/transport/queue-is-bounded", test_queue_is_bounded);
    return g_test_run();
}
