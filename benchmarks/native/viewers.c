/* A viewer connects, says its view, reads, and comes back after it was cut off. */

#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_WAIT 0.5 /* s, at most */
#define LONGEST_WAIT 15.0
#define STOPPING_WAIT 5.0 /* after 1012, where the reason names no wait */
#define STOPPING 1012
#define READS 8 /* before other viewers get their turn */
#define LONGEST_ANSWER 2048
#define LONGEST_TEXT 4096

struct audience audience;

double back_off(const struct viewer *viewer)
{
    double most = FIRST_WAIT * (double)(1u << (viewer->failures < 10 ? viewer->failures : 10));
    return draw(most < LONGEST_WAIT ? most : LONGEST_WAIT);
}

void drop_held(struct viewer *viewer)
{
    free(viewer->held);
    viewer->held = NULL;
    viewer->used = viewer->room = 0;
}

/* Closes it abruptly, without a word, to connect again after `wait` seconds. */
void lose(struct viewer *viewer, double wait)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0}; /* leaves no port behind */
    setsockopt(viewer->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(viewer->fd);
    drop_held(viewer);
    audience.shaking -= viewer->state == CONNECTING || viewer->state == UPGRADING;
    audience.current -= viewer->current;
    audience.waiting++;
    if (viewer->absence == TO_GO)
        viewer->absence = AWAY;
    viewer->fd = -1;
    viewer->state = WAITING;
    viewer->current = false;
    viewer->due = monotonic() + wait;
    viewer->failures += viewer->failures < 10;
}

void closed_by_server(struct viewer *viewer, double wait)
{
    if (viewer->state == OPEN)
        count_closed();
    else
        count_failed();
    lose(viewer, wait);
}

static void say(struct viewer *viewer, const void *data, size_t length)
{
    (void)send(viewer->fd, data, length, MSG_NOSIGNAL); /* where it is broken, reading will tell */
}

/* One frame with a mask of zeros, which leaves the payload as it is. */
void say_frame(struct viewer *viewer, enum opcode opcode, const void *payload, size_t length)
{
    uint8_t frame[LONGEST_TEXT + 8] = {(uint8_t)(0x80 | opcode)};
    size_t at = 2;
    frame[1] = (uint8_t)(0x80 | (length < 126 ? length : 126));
    if (length >= 126) {
        frame[2] = (uint8_t)(length >> 8);
        frame[3] = (uint8_t)length;
        at = 4;
    }
    memset(frame + at, 0, 4);
    memcpy(frame + at + 4, payload, length);
    say(viewer, frame, at + 4 + length);
}

static void say_view(struct viewer *viewer)
{
    char text[LONGEST_TEXT], resume[128] = "";
    resume_of(viewer->head, viewer->head_length, viewer->binary, resume, sizeof resume);
    int body = (int)strlen(viewer->view) - 1; /* without its last brace */
    int length = snprintf(text, sizeof text, "%.*s%s}", body, viewer->view, resume);
    if (length < 0 || (size_t)length >= sizeof text)
        give_up("view", "expected less than 4 KiB");
    say_frame(viewer, TEXT, text, (size_t)length);
}

void open_viewer(struct viewer *viewer)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)audience.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    viewer->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (viewer->fd < 0)
        give_up("socket", strerror(errno));
    viewer->state = CONNECTING;
    audience.waiting--;
    audience.shaking++;
    struct epoll_event event = {.events = EPOLLOUT, .data.ptr = viewer};
    epoll_ctl(audience.poll, EPOLL_CTL_ADD, viewer->fd, &event);
    if (connect(viewer->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS)
        closed_by_server(viewer, back_off(viewer));
}

static void upgrade(struct viewer *viewer)
{
    int error = 0, on = 1;
    socklen_t size = sizeof error;
    getsockopt(viewer->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        closed_by_server(viewer, back_off(viewer));
        return;
    }
    setsockopt(viewer->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    bool named = strcmp(audience.subprotocol, "-") != 0;
    char request[512];
    int length = snprintf(request, sizeof request,
                          "GET /ws/locations HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n%s%s%s\r\n",
                          audience.port, named ? "Sec-WebSocket-Protocol: " : "", named ? audience.subprotocol : "",
                          named ? "\r\n" : "");
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = viewer};
    epoll_ctl(audience.poll, EPOLL_CTL_MOD, viewer->fd, &event);
    viewer->state = UPGRADING;
    say(viewer, request, (size_t)length);
}

static void read_answer(struct viewer *viewer)
{
    char answer[LONGEST_ANSWER];
    ssize_t got = recv(viewer->fd, answer, sizeof answer, MSG_PEEK);
    if (got < 0 && errno == EAGAIN)
        return;
    const char *end = got > 0 ? memmem(answer, (size_t)got, "\r\n\r\n", 4) : NULL;
    if (got <= 0) {
        closed_by_server(viewer, back_off(viewer));
    } else if (!end) {
        return;
    } else if (got > 12 && !memcmp(answer, "HTTP/1.1 101", 12)) {
        recv(viewer->fd, answer, (size_t)(end + 4 - answer), 0);
        viewer->state = OPEN;
        audience.shaking--;
        say_view(viewer);
    } else if (!audience.ready) {
        printf("refused %.*s\n", 3, answer + 9);
        exit(3);
    } else {
        closed_by_server(viewer, back_off(viewer));
    }
}

/* Answers a close frame, and comes back when it says. */
void part(struct viewer *viewer, const uint8_t *payload, size_t length)
{
    char reason[126] = "";
    unsigned code = length < 2 ? 0 : (unsigned)(payload[0] << 8 | payload[1]);
    if (length > 2)
        memcpy(reason, payload + 2, length - 2 < 125 ? length - 2 : 125);
    const char *named = strstr(reason, "retry_ms=");
    double wait = named ? atof(named + 9) / 1e3 : code == STOPPING ? draw(STOPPING_WAIT) : back_off(viewer);
    say_frame(viewer, CLOSE, payload, length < 2 ? 0 : 2);
    closed_by_server(viewer, wait);
}

void serve_viewer(struct viewer *viewer)
{
    if (viewer->state == CONNECTING)
        upgrade(viewer);
    else if (viewer->state == UPGRADING)
        read_answer(viewer);
    else if (viewer->state == OPEN)
        for (int turn = 0; turn < READS && read_some(viewer); turn++)
            continue;
}
