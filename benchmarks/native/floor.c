/* What the system alone asks for: one prepared frame by bare send(2) to each of many sockets, read by another
   process. */

#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_ONCE 256

static struct sockaddr_in any_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

/* Until the writer closes its end. */
static noreturn void read_all(struct sockaddr_in address, int count)
{
    static uint8_t scratch[1 << 18];
    int poll = epoll_create1(0), left = count;
    for (int each = 0; each < count; each++) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address))
            give_up("connect", strerror(errno));
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
    }
    while (left > 0) {
        struct epoll_event events[AT_ONCE];
        int found = epoll_wait(poll, events, AT_ONCE, -1);
        for (int each = 0; each < found; each++)
            if (recv(events[each].data.fd, scratch, sizeof scratch, MSG_DONTWAIT) == 0) {
                close(events[each].data.fd);
                left--;
            }
        if (found < AT_ONCE)
            usleep(PAUSE);
    }
    _exit(0);
}

static int *accept_all(int listening, int count)
{
    int on = 1, *sockets = calloc((size_t)count, sizeof *sockets);
    if (!sockets)
        give_up("memory", "none left");
    for (int each = 0; each < count; each++) {
        sockets[each] = accept(listening, NULL, NULL);
        if (sockets[each] < 0)
            give_up("accept", strerror(errno));
        setsockopt(sockets[each], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return sockets;
}

static void send_rounds(const int *sockets, int count, size_t size, int rounds, int gap_ms)
{
    uint8_t *frame = calloc(1, size);
    uint64_t unsent = 0;
    double spent = 0;
    for (int turn = 0; turn < rounds; turn++) {
        double began = processor_time();
        for (int each = 0; each < count; each++)
            unsent += send(sockets[each], frame, size, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)size;
        spent += processor_time() - began;
        usleep((useconds_t)gap_ms * 1000);
    }
    free(frame);
    printf("{\"us\":%.3f,\"unsent\":%llu}\n", spent / ((double)count * rounds) * 1e6, (unsigned long long)unsent);
}

int measure_floor(int count, size_t size, int rounds, int gap_ms)
{
    allow_files(count);
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = any_port();
    socklen_t length = sizeof address;
    if (bind(listening, (struct sockaddr *)&address, length) || listen(listening, 4096))
        give_up("listen", strerror(errno));
    getsockname(listening, (struct sockaddr *)&address, &length);
    pid_t reader = fork();
    if (reader == 0) {
        close(listening);
        read_all(address, count);
    }
    int *sockets = accept_all(listening, count);
    send_rounds(sockets, count, size, rounds, gap_ms);
    for (int each = 0; each < count; each++)
        close(sockets[each]);
    free(sockets);
    waitpid(reader, NULL, 0);
    return 0;
}
