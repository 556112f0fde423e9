/* A load client in plain C.

   load viewers PORT COUNT SUBPROTOCOL VIEWSFILE [DEAF]
     WebSockets that look at the lines of VIEWSFILE, in turn; "-" is no subprotocol. Says "ready" once all had their
     snapshot, or "refused" and the status; the last DEAF then stop reading. Obeys lines on standard input:
       reset     counts from here
       report    one line of JSON of what was counted
       cut       closes all that read, abruptly; they come back within 500 ms. One line of JSON when all are current
       restart   the same, for connections that the server is about to close
       quit
   load floor COUNT SIZE ROUNDS GAP_MS
     µs of processor time that a bare send(2) of such a frame takes
   load golden FILE...
     a line for each file: kind (1 snapshot, 2 update, 3 broken), positions, oldest and newest timestamp, resume

   A latency is this machine's clock minus a position's timestamp, which is cut to whole ms: up to 1 ms too much,
   and 0.3 ms more, for it looks at its sockets that often. */

#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (*end || value < 0 || value > 1 << 30)
        give_up(text, "expected a whole number");
    return (int)value;
}

int main(int count, char **words)
{
    srandom((unsigned)time(NULL));
    if ((count == 6 || count == 7) && !strcmp(words[1], "viewers"))
        return watch(number(words[2]), (unsigned)number(words[3]), words[4], words[5],
                     count == 7 ? (unsigned)number(words[6]) : 0);
    if (count == 6 && !strcmp(words[1], "floor"))
        return measure_floor(number(words[2]), (size_t)number(words[3]), number(words[4]), number(words[5]));
    if (count > 2 && !strcmp(words[1], "golden"))
        return golden(count - 2, words + 2);
    give_up("usage", "load viewers PORT COUNT SUBPROTOCOL VIEWSFILE [DEAF] | "
                     "floor COUNT SIZE ROUNDS GAP_MS | golden FILE...");
}
