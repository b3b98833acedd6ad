/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every cell of the automaton against the table as RFC 1661 §4.1 prints it.  The code's table
 * is made of bits and numbers; this one is text, and is read here. */
#include <string.h>

#include "ppp/automaton.h"

/* States 0 to 5, then 6 to 9.  Footnotes p, r, x are kept and skipped over. */
static const char *const LOWER =
    "Up        2       irc,scr/6     -         -         -         -       \n"
    "Down      -           -         0       tls/1       0         1       \n"
    "Open    tls/1         1     irc,scr/6     3r        5r        5r      \n"
    "Close     0         tlf/0       2         2         4         4       \n"
    "TO+       -           -         -         -       str/4     str/5     \n"
    "TO-       -           -         -         -       tlf/2     tlf/3     \n"
    "RCR+      -           -       sta/2 irc,scr,sca/8   4         5       \n"
    "RCR-      -           -       sta/2 irc,scr,scn/6   4         5       \n"
    "RCA       -           -       sta/2     sta/3       4         5       \n"
    "RCN       -           -       sta/2     sta/3       4         5       \n"
    "RTR       -           -       sta/2     sta/3     sta/4     sta/5     \n"
    "RTA       -           -         2         3       tlf/2     tlf/3     \n"
    "RUC       -           -       scj/2     scj/3     scj/4     scj/5     \n"
    "RXJ+      -           -         2         3         4         5       \n"
    "RXJ-      -           -       tlf/2     tlf/3     tlf/2     tlf/3     \n"
    "RXR       -           -         2         3         4         5       \n";

static const char *const UPPER =
    "Up        -           -         -         -         \n"
    "Down      1           1         1       tld/1       \n"
    "Open      6           7         8         9r        \n"
    "Close irc,str/4   irc,str/4 irc,str/4 tld,irc,str/4 \n"
    "TO+     scr/6       scr/6     scr/8       -         \n"
    "TO-     tlf/3p      tlf/3p    tlf/3p      -         \n"
    "RCR+    sca/8     sca,tlu/9   sca/8   tld,scr,sca/8 \n"
    "RCR-    scn/6       scn/7     scn/6   tld,scr,scn/6 \n"
    "RCA     irc/7       scr/6x  irc,tlu/9   tld,scr/6x  \n"
    "RCN   irc,scr/6     scr/6x  irc,scr/8   tld,scr/6x  \n"
    "RTR     sta/6       sta/6     sta/6   tld,zrc,sta/5 \n"
    "RTA       6           6         8       tld,scr/6   \n"
    "RUC     scj/6       scj/7     scj/8     scj/9       \n"
    "RXJ+      6           6         8         9         \n"
    "RXJ-    tlf/3       tlf/3     tlf/3   tld,irc,str/5 \n"
    "RXR       6           7         8       ser/9       \n";

static const char *const ACTIONS[] = {
    "tlu", "tld", "tls", "tlf", "irc", "zrc", "scr", "sca", "scn", "str", "sta", "scj", "ser",
};
static const PppAction ACTION_BITS[] = {
    PPP_TLU, PPP_TLD, PPP_TLS, PPP_TLF, PPP_IRC, PPP_ZRC, PPP_SCR,
    PPP_SCA, PPP_SCN, PPP_STR, PPP_STA, PPP_SCJ, PPP_SER,
};

static void check_cell(PppState state, PppEvent event, const char *cell)
{
    const PppTransition *transition = ppp_automaton_lookup(state, event);
    const char *slash = strchr(cell, '/');
    const char *next = slash ? slash + 1 : cell;
    guint actions = 0;

    if (strcmp(cell, "-") == 0) {
        g_assert_cmpint(transition->next, ==, PPP_ILLEGAL);
        g_assert_cmphex(transition->actions, ==, 0);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(ACTIONS); i++) {
        const char *found = strstr(cell, ACTIONS[i]);
        if (found && slash && found < slash)
            actions |= ACTION_BITS[i];
    }
    g_assert_cmphex(transition->actions, ==, actions);
    g_assert_cmpint(transition->next, ==, next[0] - '0');
}

static guint check_half(const char *text, guint first_state, guint states)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint cells = 0;

    for (guint event = 0; event < PPP_EVENT_COUNT; event++) {
        g_autoptr(GPtrArray) words = g_ptr_array_new();
        g_auto(GStrv) split = g_strsplit(lines[event], " ", -1);

        for (guint i = 0; split[i] != NULL; i++) {
            if (split[i][0] != '\0')
                g_ptr_array_add(words, split[i]);
        }
        g_assert_cmpuint(words->len, ==, states + 1);
        g_assert_cmpstr(g_ptr_array_index(words, 0), ==, ppp_event_name((PppEvent)event));
        for (guint i = 0; i < states; i++, cells++)
            check_cell((PppState)(first_state + i), (PppEvent)event,
                       g_ptr_array_index(words, i + 1));
    }
    return cells;
}

static void test_every_cell(void)
{
    g_assert_cmpuint(check_half(LOWER, 0, 6) + check_half(UPPER, 6, 4), ==,
                     PPP_STATE_COUNT * PPP_EVENT_COUNT);
}

/* RFC 1661 §4.1: the states in which the timer runs are those that have TO events. */
static void test_timer_states(void)
{
    for (guint state = 0; state < PPP_STATE_COUNT; state++)
        g_assert_cmpint(ppp_automaton_has_timer((PppState)state), ==, state >= 4 && state <= 8);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ppp/automaton/every-cell", test_every_cell);
    g_test_add_func("/ppp/automaton/timer-states", test_timer_states);
    return g_test_run();
}
