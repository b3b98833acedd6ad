/* SPDX-License-Identifier: GPL-2.0-or-later */
/* first-frame COMMAND…: starts COMMAND and prints, once something is painted in a window of at
 * least 200 by 200 pixels, the milliseconds since the start and the command's process id; it
 * goes on running. False when that did not happen in a minute. The X server tells of what is
 * painted (Damage): a window that is only mapped has no content yet. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <X11/Xlib.h>
#include <X11/extensions/Xdamage.h>

#define LIMIT_MSEC 60000.0
#define LEAST_PIXELS 200

static double now_msec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* A window may have gone before it could be watched. */
static int on_error(Display *display, XErrorEvent *error)
{
    return 0;
}

/* The program's own windows are made as children of the root, whatever a window manager does
 * with them later. */
static void take_event(Display *display, int damage_event, int *ret_painted)
{
    XEvent event;

    XNextEvent(display, &event);
    if (event.type == CreateNotify) {
        XDamageCreate(display, event.xcreatewindow.window, XDamageReportRawRectangles);
    } else if (event.type == damage_event + XDamageNotify) {
        const XDamageNotifyEvent *damage = (const XDamageNotifyEvent *)&event;
        if (damage->area.width >= LEAST_PIXELS && damage->area.height >= LEAST_PIXELS)
            *ret_painted = 1;
    }
}

static int await_frame(Display *display, int damage_event, double end)
{
    struct pollfd server = {.fd = ConnectionNumber(display), .events = POLLIN};
    int painted = 0;

    while (!painted) {
        double left = end - now_msec();
        if (left <= 0)
            return 0;
        XFlush(display);
        if (XPending(display) == 0 && poll(&server, 1, (int)left + 1) < 0)
            return 0;
        while (!painted && XPending(display) > 0)
            take_event(display, damage_event, &painted);
    }
    return 1;
}

int main(int argc, char **argv)
{
    Display *display = XOpenDisplay(NULL);
    int damage_event, damage_error, major = 1, minor = 1;

    if (argc < 2 || !display || !XDamageQueryExtension(display, &damage_event, &damage_error) ||
        !XDamageQueryVersion(display, &major, &minor))
        return 2;
    XSetErrorHandler(on_error);
    XSelectInput(display, DefaultRootWindow(display), SubstructureNotifyMask);
    XSync(display, False);
    double begin = now_msec();
    pid_t pid = fork();
    if (pid == 0) {
        setsid();
        close(STDOUT_FILENO);
        dup(STDERR_FILENO);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (pid < 0 || !await_frame(display, damage_event, begin + LIMIT_MSEC))
        return 1;
    printf("%.0f %d\n", now_msec() - begin, (int)pid);
    return 0;
}
