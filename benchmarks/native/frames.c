/* Reads no more of a frame than its kind and its timestamps (docs/protocol.md, "Live"). */

#define _GNU_SOURCE
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STAMP "\"timestamp\":"
#define BETWEEN 60 /* bytes; the JSON of a position is longer than this from its timestamp to the next one's */
#define KIND_WITHIN 64 /* bytes */
#define HEAD 32
#define BLOCK 16

static void take(struct content *content, double stamp)
{
    if (content->positions == 0 || stamp < content->oldest)
        content->oldest = stamp;
    if (content->positions == 0 || stamp > content->newest)
        content->newest = stamp;
    content->positions++;
}

static bool says(const uint8_t *text, size_t length, const char *word)
{
    return memmem(text, length < KIND_WITHIN ? length : KIND_WITHIN, word, strlen(word)) != NULL;
}

static double digits(const uint8_t *at, const uint8_t *end)
{
    uint64_t value = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++)
        value = value * 10 + (uint64_t)(*at - '0');
    return (double)value;
}

struct content read_text(const uint8_t *text, size_t length)
{
    struct content content = {NOTICE, 0, 0, 0};
    if (says(text, length, "\"snapshot\""))
        content.kind = SNAPSHOT;
    else if (says(text, length, "\"update\""))
        content.kind = UPDATE;
    else
        return content;
    const uint8_t *at = text, *end = text + length;
    while (at < end && (at = memmem(at, (size_t)(end - at), STAMP, sizeof STAMP - 1)) != NULL) {
        at += sizeof STAMP - 1;
        take(&content, digits(at, end));
        at += BETWEEN;
    }
    return content;
}

static uint32_t uint32_at(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value); /* little-endian, as this machine */
    return value;
}

static double float64_at(const uint8_t *at)
{
    double value;
    memcpy(&value, at, sizeof value);
    return value;
}

struct content read_binary(const uint8_t *frame, size_t length)
{
    struct content content = {BROKEN, 0, 0, 0};
    if (length < HEAD || (frame[0] != 1 && frame[0] != 2))
        return content;
    for (size_t at = HEAD; at < length;) {
        size_t left = length - at, size = left < BLOCK ? 0 : uint32_at(frame + at);
        if (size < BLOCK || size % 8 || size > left)
            return content;
        size_t positions = uint32_at(frame + at + 4);
        if (positions > (size - BLOCK) / 8)
            return content;
        for (size_t each = 0; each < positions; each++)
            take(&content, float64_at(frame + at + BLOCK + 8 * each));
        at += size;
    }
    content.kind = frame[0] == 1 ? SNAPSHOT : UPDATE;
    return content;
}

static size_t text_resume(const char *head, size_t length, char *into, size_t room)
{
    const char *epoch = memmem(head, length, "\"epoch\":\"", 9), *seq = memmem(head, length, "\"seq\":", 6);
    const char *end = epoch ? memchr(epoch + 9, '"', (size_t)(head + length - epoch - 9)) : NULL;
    if (!end || !seq)
        return 0;
    return (size_t)snprintf(into, room, ",\"resume\":{\"epoch\":\"%.*s\",\"seq\":%.0f}", (int)(end - epoch - 9),
                            epoch + 9, digits((const uint8_t *)seq + 6, (const uint8_t *)head + length));
}

/* What a viewer says it had, from the first bytes of the last frame of positions; nothing where they do not tell. */
size_t resume_of(const uint8_t *head, size_t length, bool binary, char *into, size_t room)
{
    if (!binary)
        return text_resume((const char *)head, length, into, room);
    if (length < HEAD)
        return 0;
    char epoch[17];
    for (int byte = 0; byte < 8; byte++)
        snprintf(epoch + 2 * byte, 3, "%02x", head[24 + byte]);
    return (size_t)snprintf(into, room, ",\"resume\":{\"epoch\":\"%s\",\"seq\":%.0f}", epoch, float64_at(head + 8));
}

static void print_golden(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        give_up(path, "cannot be read");
    static uint8_t frame[1 << 20];
    size_t length = fread(frame, 1, sizeof frame, file);
    fclose(file);
    bool binary = length > 0 && frame[0] != '{';
    struct content content = binary ? read_binary(frame, length) : read_text(frame, length);
    char resume[128] = "";
    resume_of(frame, length, binary, resume, sizeof resume);
    printf("%s %d %llu %.0f %.0f %s\n", path, content.kind, (unsigned long long)content.positions, content.oldest,
           content.newest, resume);
}

/* A line a file: kind, positions, oldest and newest timestamp, what would be resumed. */
int golden(int count, char **paths)
{
    for (int each = 0; each < count; each++)
        print_golden(paths[each]);
    return 0;
}
