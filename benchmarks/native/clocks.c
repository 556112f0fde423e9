#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define OWN_FILES 32

static double seconds(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

double monotonic(void) { return seconds(CLOCK_MONOTONIC); }

double processor_time(void) { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

double epoch_ms(void) { return seconds(CLOCK_REALTIME) * 1e3; }

double draw(double most) { return most * (double)random() / (double)RAND_MAX; }

noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "load: %s: %s\n", what, why);
    exit(2);
}

void allow_files(int count)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t wanted = (rlim_t)count + OWN_FILES;
    if (limit.rlim_max < wanted)
        give_up("RLIMIT_NOFILE", "expected a hard limit above the number of viewers; raise it, or take fewer");
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
