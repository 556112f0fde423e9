/* The loop around the viewers, and the commands on standard input. */

#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define HANDSHAKES 200 /* at once, until all are there */
#define AT_ONCE 256
#define LOOK_EVERY 0.005 /* s */
#define LONGEST_LINE 256

static char **read_views(const char *path, size_t *count)
{
    FILE *file = fopen(path, "r");
    if (!file)
        give_up(path, strerror(errno));
    char **views = NULL, *line = NULL;
    size_t room = 0;
    ssize_t length;
    for (*count = 0; (length = getline(&line, &room, file)) > 0;) {
        line[strcspn(line, "\r\n")] = 0;
        if (!*line)
            continue;
        views = realloc(views, (*count + 1) * sizeof *views);
        views[(*count)++] = strdup(line);
    }
    fclose(file);
    free(line);
    if (!*count)
        give_up(path, "expected a view a line, got none");
    return views;
}

static void gather(unsigned count, const char *path, unsigned deaf)
{
    size_t known;
    char **views = read_views(path, &known);
    audience.viewers = calloc(count, sizeof *audience.viewers);
    audience.count = audience.waiting = count;
    for (unsigned each = 0; each < count; each++)
        audience.viewers[each] = (struct viewer){.fd = -1, .view = views[each % known], .deaf = each + deaf >= count};
    free(views); /* the texts stay */
}

static void open_due(void)
{
    static double looked;
    double now = monotonic();
    if (!audience.waiting || now - looked < LOOK_EVERY)
        return;
    looked = now;
    unsigned most = audience.ready ? audience.count : HANDSHAKES;
    for (unsigned each = 0; each < audience.count && audience.shaking < most; each++)
        if (audience.viewers[each].state == WAITING && audience.viewers[each].due <= now)
            open_viewer(&audience.viewers[each]);
}

static void become_ready(void)
{
    if (audience.ready || audience.current < audience.count)
        return;
    audience.ready = true;
    for (unsigned each = 0; each < audience.count; each++)
        if (audience.viewers[each].deaf)
            epoll_ctl(audience.poll, EPOLL_CTL_DEL, audience.viewers[each].fd, NULL);
    reset_figures();
    puts("ready");
    fflush(stdout);
}

static void interrupt(bool cuts)
{
    unsigned reading = 0;
    for (unsigned each = 0; each < audience.count; each++)
        reading += !audience.viewers[each].deaf;
    begin_round(reading);
    for (unsigned each = 0; each < audience.count; each++) {
        struct viewer *viewer = &audience.viewers[each];
        if (viewer->deaf)
            continue;
        viewer->absence = viewer->state == WAITING ? AWAY : TO_GO;
        if (cuts && viewer->state != WAITING)
            lose(viewer, draw(0.5));
    }
}

static void obey(const char *line)
{
    if (!strcmp(line, "reset"))
        reset_figures();
    else if (!strcmp(line, "report"))
        print_figures(audience.current);
    else if (!strcmp(line, "cut") || !strcmp(line, "restart"))
        interrupt(*line == 'c');
    else if (!strcmp(line, "quit"))
        exit(0);
    else
        give_up(line, "expected reset, report, cut, restart or quit");
}

static void read_commands(void)
{
    static char line[LONGEST_LINE];
    static size_t used;
    ssize_t got = read(STDIN_FILENO, line + used, sizeof line - 1 - used);
    if (got <= 0)
        exit(0); /* whoever started this is gone */
    used += (size_t)got;
    line[used] = 0;
    for (char *end; (end = memchr(line, '\n', used)) != NULL;) {
        *end = 0;
        obey(line);
        used -= (size_t)(end + 1 - line);
        memmove(line, end + 1, used + 1);
    }
}

int watch(int port, unsigned count, const char *subprotocol, const char *views, unsigned deaf)
{
    allow_files((int)count);
    gather(count, views, deaf);
    audience.port = port;
    audience.subprotocol = subprotocol;
    audience.poll = epoll_create1(0);
    struct epoll_event commands = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(audience.poll, EPOLL_CTL_ADD, STDIN_FILENO, &commands);
    for (;;) {
        struct epoll_event events[AT_ONCE];
        open_due();
        int found = epoll_wait(audience.poll, events, AT_ONCE, audience.waiting ? 5 : -1);
        for (int each = 0; each < found; each++)
            if (events[each].data.ptr)
                serve_viewer(events[each].data.ptr);
            else
                read_commands();
        become_ready();
        if (found < AT_ONCE)
            usleep(PAUSE);
    }
}
