#include "load.h"

#include <stdio.h>

static struct {
    double began, half; /* s */
    unsigned viewers, back, snapshots;
    uint64_t bytes, failed;
} round_;

void begin_round(unsigned viewers)
{
    round_ = (typeof(round_)){.began = monotonic(), .viewers = viewers};
}

void count_failed(void) { round_.failed++; }

/* A viewer has had its first frame of positions again; the last one ends the round. */
void count_back(const struct content *content, size_t bytes)
{
    round_.back++;
    round_.snapshots += content->kind == SNAPSHOT;
    round_.bytes += bytes;
    if (round_.back == (round_.viewers + 1) / 2)
        round_.half = monotonic() - round_.began;
    if (round_.back < round_.viewers)
        return;
    printf("{\"half\":%.3f,\"all\":%.3f,\"viewers\":%u,\"snapshots\":%u,\"bytes\":%llu,\"failed\":%llu}\n", round_.half,
           monotonic() - round_.began, round_.viewers, round_.snapshots, (unsigned long long)round_.bytes,
           (unsigned long long)round_.failed);
    fflush(stdout);
}
