/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system call filter, of which filter_program.c tells what it allows. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "tunnel/sandbox.h"

static const struct sock_filter instructions[] = {
#include "tunnel/filter_instructions.h"
};

gboolean sandbox_filter(void)
{
    const struct sock_fprog program = {
        G_N_ELEMENTS(instructions), (struct sock_filter *)instructions,
    };

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}
