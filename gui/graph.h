/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws the last minute of throughput. */
#pragma once

#include <gtk/gtk.h>

#include "history.h"

#define CAUSEWAY_TYPE_GRAPH (causeway_graph_get_type())
G_DECLARE_FINAL_TYPE(CausewayGraph, causeway_graph, CAUSEWAY, GRAPH, GtkWidget)

/* Copies and draws. */
void causeway_graph_show(CausewayGraph *graph, const History *history);
