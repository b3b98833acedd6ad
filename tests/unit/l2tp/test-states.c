/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two state tables, cell by cell, against tables typed a second time from RFC 2661 §7.2.1
 * and §7.4.1: one string per state, one letter per event. */
#include "l2tp/engine.h"

/* Tunnel: q send SCCRQ, c send SCCCN, s send StopCCN, x clean up, . nothing; and the next state
 * I W E S(topping) D(one). */
static void test_tunnel(void)
{
    static const char *const expected[TUNNEL_STATE_COUNT] = {
        /*                          OPEN CLOSE SCCRQ SCCRP bad SCCCN StopCCN error */
        [TUNNEL_IDLE] =            "qW   xD    sS    sS    sS  xI    xD      sS",
        [TUNNEL_WAIT_CTL_REPLY] =  ".W   sS    sS    cE    sS  sS    xD      sS",
        [TUNNEL_ESTABLISHED] =     ".E   sS    sS    sS    sS  sS    xD      sS",
        [TUNNEL_STOPPING] =        ".S   .S    .S    .S    .S  .S    xD      .S",
        [TUNNEL_STOPPED] =         ".D   .D    .D    .D    .D  .D    .D      .D",
    };

    for (guint state = 0; state < TUNNEL_STATE_COUNT; state++) {
        const char *p = expected[state];

        for (guint event = 0; event < TUNNEL_EVENT_COUNT; event++) {
            TunnelCell cell = tunnel_cell((TunnelState)state, (TunnelEvent)event);

            while (*p == ' ')
                p++;
            g_test_message("state %u event %u", state, event);
            g_assert_cmpint(".qcsx"[cell.action], ==, p[0]);
            g_assert_cmpint("IWESD"[cell.next], ==, p[1]);
            p += 2;
        }
        g_assert_cmpint(*p, ==, '\0');
    }
}

/* Call: t open the tunnel, q send ICRQ, n send ICCN, d send CDN, x clean up, . nothing; next
 * state I T(wait-tunnel) R(wait-reply) E. */
static void test_call(void)
{
    static const char *const expected[CALL_STATE_COUNT] = {
        /*                     OPEN tunnel-open ICRP bad ICRQ ICCN CDN close */
        [CALL_IDLE] =         "tT   .I          xI   xI  .I   xI   xI  .I",
        [CALL_WAIT_TUNNEL] =  ".T   qR          dI   dI  dI   dI   xI  xI",
        [CALL_WAIT_REPLY] =   ".R   .R          nE   dI  dI   xI   xI  dI",
        [CALL_ESTABLISHED] =  ".E   .E          dI   dI  dI   dI   xI  dI",
    };

    for (guint state = 0; state < CALL_STATE_COUNT; state++) {
        const char *p = expected[state];

        for (guint event = 0; event < CALL_EVENT_COUNT; event++) {
            CallCell cell = call_cell((CallState)state, (CallEvent)event);

            while (*p == ' ')
                p++;
            g_test_message("state %u event %u", state, event);
            g_assert_cmpint(".tqndx"[cell.action], ==, p[0]);
            g_assert_cmpint("ITRE"[cell.next], ==, p[1]);
            p += 2;
        }
        g_assert_cmpint(*p, ==, '\0');
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/l2tp/states/tunnel", test_tunnel);
    g_test_add_func("/l2tp/states/call", test_call);
    return g_test_run();
}
