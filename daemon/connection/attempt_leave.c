/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An attempt whose connection is gone takes leave of its gateway by itself. */
#include "connection/attempt_private.h"

static void on_left(gpointer data)
{
    Attempt *attempt = data;
    void (*left)(Attempt *, gpointer) = attempt->left;
    gpointer left_data = attempt->left_data;

    left(attempt, left_data);
    attempt_free(attempt);
}

static void on_left_failed(const Failure *failure, gpointer data)
{
    on_left(data);
}

static void on_left_line(const char *line, gpointer data)
{
    /* Nobody is left to read it. */
}

static void on_left_stage(Stage stage, const char *text, gpointer data)
{
}

static void on_left_ike(const IkeInfo *info, gpointer data)
{
}

static void on_left_network(const PlanNegotiated *negotiated, const GatewayPath *path,
                            gpointer data)
{
}

static void on_left_secret(PppSecretKind kind, const Failure *refused, gpointer data)
{
}

void attempt_leave(Attempt *attempt, void (*done)(Attempt *attempt, gpointer user_data),
                   gpointer user_data)
{
    static const AttemptEvents leaving = {
        .stage = on_left_stage,
        .secret_wanted = on_left_secret,
        .network_up = on_left_network,
        .ike_changed = on_left_ike,
        .log = on_left_line,
        .redirected = on_left_line,
        .failed = on_left_failed,
        .closed = on_left,
    };

    attempt->events = leaving;
    attempt->user_data = attempt;
    attempt->left = done;
    attempt->left_data = user_data;
    attempt->link = NULL;
    attempt_stop(attempt);
}
