/* A load client that costs much less than the server it loads. load.c lists the modes. */

#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

/* clocks.c */

double monotonic(void);      /* s */
double processor_time(void); /* s that this process has used */
double epoch_ms(void);       /* Unix ms, the clock that positions are stamped by */
double draw(double most);    /* s, any time up to that */
noreturn void give_up(const char *what, const char *why);
void allow_files(int count);

/* frames.c: what a frame of either wire says of time */

enum kind { NOTICE, SNAPSHOT, UPDATE, BROKEN };

struct content {
    enum kind kind;
    uint64_t positions;
    double oldest, newest; /* ms; without meaning where there are no positions */
};

struct content read_text(const uint8_t *text, size_t length);
struct content read_binary(const uint8_t *frame, size_t length);
size_t resume_of(const uint8_t *head, size_t length, bool binary, char *into, size_t room);
int golden(int count, char **paths);

/* figures.c: what is counted between `reset` and `report` */

void count_frame(const struct content *content, size_t bytes, double now);
void count_closed(void);
void reset_figures(void);
void print_figures(unsigned connected);

/* rounds.c: how long until viewers that lost their connection are current again */

void begin_round(unsigned viewers);
void count_failed(void);
void count_back(const struct content *content, size_t bytes);

/* viewers.c: the connections */

#define HEAD_KEPT 160 /* bytes of a frame of positions that tell what its viewer had */

enum opcode { TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10 };
enum state { WAITING, CONNECTING, UPGRADING, OPEN };
enum absence { HERE, TO_GO, AWAY }; /* in a round */

struct viewer {
    int fd; /* -1 while WAITING */
    enum state state;
    enum absence absence;
    bool current; /* has had a frame of positions on this connection */
    bool deaf;
    bool binary; /* whether the last frame of positions was */
    uint8_t failures, head_length;
    double due; /* when to connect, while WAITING */
    const char *view;
    uint8_t *held; /* of a frame that is not whole yet */
    size_t used, room;
    uint8_t head[HEAD_KEPT]; /* of the last frame of positions */
};

struct audience {
    struct viewer *viewers;
    unsigned count, waiting, shaking, current; /* shaking hands: CONNECTING or UPGRADING */
    bool ready;
    int poll, port;
    const char *subprotocol;
};

extern struct audience audience;

void open_viewer(struct viewer *viewer);
void serve_viewer(struct viewer *viewer);
void lose(struct viewer *viewer, double wait);
void closed_by_server(struct viewer *viewer, double wait);
void part(struct viewer *viewer, const uint8_t *payload, size_t length);
void say_frame(struct viewer *viewer, enum opcode opcode, const void *payload, size_t length);
void drop_held(struct viewer *viewer);
double back_off(const struct viewer *viewer); /* s */

/* reading.c */

bool read_some(struct viewer *viewer); /* true where there may be more */

/* watch.c: the loop around them, and the commands */

int watch(int port, unsigned count, const char *subprotocol, const char *views, unsigned deaf);

#define PAUSE 300 /* µs between two looks at what came: waking up for every frame would cost more than reading it */

/* floor.c */

int measure_floor(int count, size_t size, int rounds, int gap_ms);

#endif
