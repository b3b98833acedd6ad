/* SPDX-License-Identifier: GPL-2.0-or-later */
/* first-ping ADDRESS COMMAND…: starts COMMAND and sends an ICMP echo request every 2 ms from
 * then on, until the first answer comes. Prints the milliseconds from the start to the answer
 * and to the command's end, and the command's exit status; -1 is what did not happen in a
 * minute. A ping in a loop would be too coarse: a process's start takes longer than a round
 * trip. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define INTERVAL_NSEC 2000000
#define LIMIT_MSEC 60000.0

static double now_msec(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/* RFC 1071 */
static uint16_t checksum(const void *data, size_t length)
{
    const uint16_t *words = data;
    uint32_t sum = 0;

    for (size_t i = 0; i < length / 2; i++)
        sum += words[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

static void send_request(int fd, const struct sockaddr_in *peer, uint16_t id)
{
    static uint16_t sequence;
    struct icmphdr request = { .type = ICMP_ECHO };

    request.un.echo.id = htons(id);
    request.un.echo.sequence = htons(sequence++);
    request.checksum = checksum(&request, sizeof(request));
    /* No route or no buffer yet: the next one follows in 2 ms. */
    (void)!sendto(fd, &request, sizeof(request), 0, (const struct sockaddr *)peer, sizeof(*peer));
}

static int is_answer(int fd, const struct sockaddr_in *peer, uint16_t id)
{
    uint8_t packet[1500];
    struct sockaddr_in from;
    socklen_t size = sizeof(from);
    ssize_t n = recvfrom(fd, packet, sizeof(packet), 0, (struct sockaddr *)&from, &size);
    size_t header = n > 0 ? (size_t)(packet[0] & 15) * 4 : 0;
    struct icmphdr reply;

    if (n < (ssize_t)(header + sizeof(reply)) || from.sin_addr.s_addr != peer->sin_addr.s_addr)
        return 0;
    memcpy(&reply, packet + header, sizeof(reply));
    return reply.type == ICMP_ECHOREPLY && ntohs(reply.un.echo.id) == id;
}

static pid_t start(char **command)
{
    pid_t pid = fork();

    if (pid == 0) {
        /* Its words are not ours. */
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execvp(command[0], command);
        perror(command[0]);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    struct sockaddr_in peer = { .sin_family = AF_INET };
    struct itimerspec every = { { 0, INTERVAL_NSEC }, { 0, INTERVAL_NSEC } };
    uint16_t id = (uint16_t)getpid();
    double answered = -1, ended = -1;
    int status = -1;

    if (argc < 3 || inet_pton(AF_INET, argv[1], &peer.sin_addr) != 1) {
        fprintf(stderr, "usage: first-ping ADDRESS COMMAND…\n");
        return 2;
    }
    int icmp = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_ICMP);
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (icmp < 0 || timer < 0 || timerfd_settime(timer, 0, &every, NULL) < 0) {
        perror("first-ping");
        return 1;
    }
    double begin = now_msec();
    pid_t pid = start(argv + 2);
    struct pollfd fds[] = {
        { icmp, POLLIN, 0 }, { timer, POLLIN, 0 }, { pidfd_open(pid, 0), POLLIN, 0 }
    };

    while ((answered < 0 || ended < 0) && now_msec() - begin < LIMIT_MSEC) {
        if (poll(fds, 3, 1000) < 0 && errno != EINTR)
            break;
        if ((fds[0].revents & POLLIN) && answered < 0 && is_answer(icmp, &peer, id)) {
            answered = now_msec() - begin;
            fds[0].fd = fds[1].fd = -1;
        }
        if (fds[1].revents & POLLIN) {
            uint64_t ticks;
            (void)!read(timer, &ticks, sizeof(ticks));
            send_request(icmp, &peer, id);
        }
        if (fds[2].revents & POLLIN) {
            ended = now_msec() - begin;
            waitpid(pid, &status, 0);
            fds[2].fd = -1;
            /* A command that failed brings no answer. */
            if (status != 0)
                break;
        }
    }
    printf("%.1f %.1f %d\n", answered, ended, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return answered < 0;
}
