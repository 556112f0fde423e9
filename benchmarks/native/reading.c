/* Frames as they come, cut anywhere. A viewer owns memory only while a frame of it is not whole. */

#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SCRATCH (1 << 18)

static uint8_t scratch[SCRATCH];

/* Bytes that there must be of a frame, as far as `have` of them tell; it is whole where that is not more. */
static size_t frame_need(const uint8_t *data, size_t have)
{
    if (have < 2)
        return 2;
    size_t length = data[1] & 0x7f, head = length < 126 ? 2 : length == 126 ? 4 : 10;
    if (have < head)
        return head;
    if (head > 2) {
        length = 0;
        for (size_t at = 2; at < head; at++)
            length = length << 8 | data[at];
    }
    return head + length;
}

static void keep_positions(struct viewer *viewer, const struct content *content, const uint8_t *payload,
                           size_t length, size_t bytes)
{
    viewer->head_length = (uint8_t)(length < HEAD_KEPT ? length : HEAD_KEPT);
    memcpy(viewer->head, payload, viewer->head_length);
    viewer->failures = 0;
    if (viewer->current)
        return;
    viewer->current = true;
    audience.current++;
    if (viewer->absence == AWAY) {
        viewer->absence = HERE;
        count_back(content, bytes);
    }
}

static void take_frame(struct viewer *viewer, const uint8_t *frame, size_t bytes, double now)
{
    size_t head = frame[1] < 126 ? 2 : frame[1] == 126 ? 4 : 10, length = bytes - head;
    const uint8_t *payload = frame + head;
    enum opcode opcode = frame[0] & 0x0f;
    if (opcode == PING) {
        say_frame(viewer, PONG, payload, length);
    } else if (opcode == CLOSE) {
        part(viewer, payload, length);
    } else if (opcode == TEXT || opcode == BINARY) {
        if (!(frame[0] & 0x80))
            give_up("frame", "expected whole messages, got a fragment");
        struct content content = opcode == TEXT ? read_text(payload, length) : read_binary(payload, length);
        count_frame(&content, bytes, now);
        if (content.kind != SNAPSHOT && content.kind != UPDATE)
            return;
        viewer->binary = opcode == BINARY;
        keep_positions(viewer, &content, payload, length, bytes);
    }
}

static void hold(struct viewer *viewer, const uint8_t *data, size_t have)
{
    size_t need = frame_need(data, have);
    bool already = data == viewer->held;
    if (need > viewer->room) {
        viewer->held = realloc(viewer->held, need);
        if (!viewer->held)
            give_up("memory", "none left");
        viewer->room = need;
    }
    if (!already)
        memcpy(viewer->held, data, have);
    viewer->used = have;
}

static void take_frames(struct viewer *viewer, size_t have)
{
    double now = epoch_ms();
    const uint8_t *data = scratch;
    size_t need;
    while (have && have >= (need = frame_need(data, have))) {
        take_frame(viewer, data, need, now);
        if (viewer->state != OPEN)
            return;
        data += need;
        have -= need;
    }
    if (have)
        hold(viewer, data, have);
}

static void complete_held(struct viewer *viewer)
{
    size_t need = frame_need(viewer->held, viewer->used);
    if (viewer->used < need) {
        hold(viewer, viewer->held, viewer->used);
        return;
    }
    uint8_t *frame = viewer->held;
    viewer->held = NULL;
    drop_held(viewer);
    take_frame(viewer, frame, need, epoch_ms());
    free(frame);
}

/* Reads what came, into the frame that is not whole if there is one. */
bool read_some(struct viewer *viewer)
{
    bool holds = viewer->held != NULL;
    size_t room = holds ? viewer->room - viewer->used : SCRATCH;
    ssize_t got = recv(viewer->fd, holds ? viewer->held + viewer->used : scratch, room, 0);
    if (got < 0 && errno == EAGAIN)
        return false;
    if (got <= 0) {
        closed_by_server(viewer, back_off(viewer));
        return false;
    }
    if (holds) {
        viewer->used += (size_t)got;
        complete_held(viewer);
    } else {
        take_frames(viewer, (size_t)got);
    }
    return (size_t)got == room && viewer->state == OPEN;
}
