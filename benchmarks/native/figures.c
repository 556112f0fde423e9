#include "load.h"

#include <stdio.h>
#include <string.h>

/* Latencies in µs, in buckets that are at most 1/128 of their value wide. */
#define FINE 128
#define BUCKETS (40 * FINE)

struct latencies {
    uint64_t counts[BUCKETS], total;
    double most; /* µs */
};

static struct {
    double since, cpu;
    uint64_t frames, bytes, positions, notices, notice_bytes, broken, closed;
    struct latencies newest, oldest;
} figures;

static unsigned bucket(uint64_t value)
{
    if (value < FINE)
        return (unsigned)value;
    unsigned shift = 56u - (unsigned)__builtin_clzll(value);
    return shift * FINE + (unsigned)(value >> shift);
}

static double middle(unsigned bucket)
{
    unsigned shift = bucket < 2 * FINE ? 0 : bucket / FINE - 1;
    return ((double)(bucket - shift * FINE) + 0.5) * (double)(1ull << shift);
}

static void add(struct latencies *latencies, double us)
{
    us = us < 0 ? 0 : us > 1e11 ? 1e11 : us; /* a day */
    latencies->counts[bucket((uint64_t)us)]++;
    latencies->total++;
    if (us > latencies->most)
        latencies->most = us;
}

static double percentile(const struct latencies *latencies, double share)
{
    uint64_t wanted = (uint64_t)((double)latencies->total * share), passed = 0;
    for (unsigned each = 0; each < BUCKETS; each++) {
        passed += latencies->counts[each];
        if (passed > wanted)
            return middle(each) < latencies->most ? middle(each) : latencies->most;
    }
    return latencies->most;
}

void count_frame(const struct content *content, size_t bytes, double now)
{
    if (content->kind == NOTICE || content->kind == BROKEN) {
        figures.notices += content->kind == NOTICE;
        figures.broken += content->kind == BROKEN;
        figures.notice_bytes += bytes;
        return;
    }
    figures.frames++;
    figures.bytes += bytes;
    figures.positions += content->positions;
    if (content->kind == UPDATE && content->positions) {
        add(&figures.newest, (now - content->newest) * 1e3);
        add(&figures.oldest, (now - content->oldest) * 1e3);
    }
}

void count_closed(void) { figures.closed++; }

void reset_figures(void)
{
    memset(&figures, 0, sizeof figures);
    figures.since = monotonic();
    figures.cpu = processor_time();
}

static void print_latencies(const char *name, const struct latencies *latencies)
{
    printf("\"%s\":{\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f}", name, percentile(latencies, 0.5) / 1e3,
           percentile(latencies, 0.99) / 1e3, percentile(latencies, 0.999) / 1e3, latencies->most / 1e3);
}

void print_figures(unsigned connected)
{
    printf("{\"seconds\":%.6f,\"cpu\":%.6f,\"connected\":%u,", monotonic() - figures.since,
           processor_time() - figures.cpu, connected);
    printf("\"frames\":%llu,\"bytes\":%llu,\"positions\":%llu,\"notices\":%llu,\"notice_bytes\":%llu,",
           (unsigned long long)figures.frames, (unsigned long long)figures.bytes,
           (unsigned long long)figures.positions, (unsigned long long)figures.notices,
           (unsigned long long)figures.notice_bytes);
    printf("\"broken\":%llu,\"closed\":%llu,", (unsigned long long)figures.broken, (unsigned long long)figures.closed);
    print_latencies("newest", &figures.newest);
    printf(",");
    print_latencies("oldest", &figures.oldest);
    printf("}\n");
    fflush(stdout);
}
