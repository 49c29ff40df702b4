// A provider that costs as little as one can: canned answers over HTTP/1.1 keep-alive, one thread, epoll, loopback only.
//
//   provider <answers folder> <secret>
//
// Prints its port. What is answered is chosen by the path (chat, messages, responses, gemini) and by a word in the path or
// near either end of the body: mock-plain is JSON; mock-burst, mock-one and mock-paced are streams of the same events,
// written one by one, all at once, or one each 10 ms. Whoever does not bring the secret gets a 401, so that a proxy that
// hands on its client's credential shows up as errors. Ends with the process that started it, or after six hours: a soak takes one.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define MAX_FD 65536
#define HEAD_LIMIT 65536
#define KEPT 4096
#define PACE_NS 10000000L
#define LIFE_S 21600

typedef struct { char *bytes; size_t length; } Text;
typedef struct { Text json; Text whole; Text *events; int count; } Answer;
typedef struct {
  int used; size_t head_length, body_left; char *head; int has_head;
  char first[KEPT], last[KEPT]; size_t first_length, last_length;
  Text out; size_t sent; Answer *stream; int next_event, is_paced; long due_ns;
} Peer;

static const char *NAMES[] = {"chat", "messages", "responses", "gemini", "embeddings"};
static Answer answers[5];
static Peer *peers[MAX_FD];
static int paced[MAX_FD], paced_count, loop_fd;
static char secret[256];

static long now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }
static void fail(const char *what) { perror(what); exit(1); }

static Text read_file(const char *folder, const char *name, const char *ending) {
  char path[4096]; snprintf(path, sizeof path, "%s/%s.%s", folder, name, ending);
  FILE *file = fopen(path, "r"); Text text = {0, 0};
  if (!file) return text;
  fseek(file, 0, SEEK_END); long length = ftell(file); rewind(file);
  text.bytes = malloc(length + 1); text.length = fread(text.bytes, 1, length, file); text.bytes[text.length] = 0;
  fclose(file); return text;
}

static Text framed(const char *type, Text body) {
  Text out; out.bytes = malloc(body.length + 512);
  int head = sprintf(out.bytes, "HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %zu\r\nx-request-id: req_0123456789\r\n"
    "openai-processing-ms: 12\r\nx-ratelimit-limit-requests: 10000\r\nx-ratelimit-remaining-requests: 9999\r\n"
    "x-ratelimit-reset-requests: 6ms\r\nserver: mock\r\ndate: Sat, 21 Nov 2026 00:00:00 GMT\r\n\r\n", type, body.length);
  memcpy(out.bytes + head, body.bytes, body.length); out.length = head + body.length; return out;
}

static const char STREAM_HEAD[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
  "x-request-id: req_0123456789\r\ncache-control: no-cache\r\nserver: mock\r\n\r\n";

static void load_answer(const char *folder, int index) {
  Answer *answer = &answers[index];
  Text json = read_file(folder, NAMES[index], "json"), sse = read_file(folder, NAMES[index], "sse");
  if (json.bytes) answer->json = framed("application/json", json);
  if (!sse.bytes) return;
  answer->events = calloc(4096, sizeof(Text));
  answer->whole.bytes = malloc(sse.length * 2 + 65536);
  memcpy(answer->whole.bytes, STREAM_HEAD, sizeof STREAM_HEAD - 1); answer->whole.length = sizeof STREAM_HEAD - 1;
  for (char *at = sse.bytes, *end; *at && (end = strstr(at, "\n\n")); at = end + 2) {
    size_t length = end + 2 - at; Text *event = &answer->events[answer->count];
    event->bytes = malloc(length + 32);
    event->length = sprintf(event->bytes, "%zx\r\n", length);
    memcpy(event->bytes + event->length, at, length); event->length += length;
    memcpy(event->bytes + event->length, "\r\n", 2); event->length += 2;
    memcpy(answer->whole.bytes + answer->whole.length, event->bytes, event->length);
    answer->whole.length += event->length;
    if (++answer->count == 4095) break;
  }
  answer->events[answer->count++] = (Text){"0\r\n\r\n", 5};
  memcpy(answer->whole.bytes + answer->whole.length, "0\r\n\r\n", 5); answer->whole.length += 5;
}

static void drop(int fd) {
  Peer *peer = peers[fd]; if (!peer) return;
  for (int at = 0; at < paced_count; at++) if (paced[at] == fd) paced[at--] = paced[--paced_count];
  free(peer->head); free(peer); peers[fd] = 0; close(fd);
}

static void watch(int fd, int events) {
  struct epoll_event event = {.events = events, .data.fd = fd}; epoll_ctl(loop_fd, EPOLL_CTL_MOD, fd, &event);
}

// Returns 0 when the connection is gone.
static int flush(int fd) {
  Peer *peer = peers[fd];
  for (;;) {
    while (peer->sent < peer->out.length) {
      ssize_t n = send(fd, peer->out.bytes + peer->sent, peer->out.length - peer->sent, MSG_NOSIGNAL);
      if (n < 0) {
        if (errno == EAGAIN) { watch(fd, EPOLLIN | EPOLLOUT); return 1; }
        drop(fd); return 0;
      }
      peer->sent += n;
    }
    if (!peer->stream || peer->is_paced) return 1;
    if (peer->next_event == peer->stream->count) { peer->stream = 0; return 1; }
    peer->out = peer->stream->events[peer->next_event++]; peer->sent = 0;
  }
}

static int has(Peer *peer, const char *word) {
  size_t length = strlen(word);
  return memmem(peer->head, strcspn(peer->head, "\r"), word, length) || memmem(peer->first, peer->first_length, word, length) ||
    memmem(peer->last, peer->last_length, word, length);
}

static int answer(int fd) {
  Peer *peer = peers[fd]; static const Text refused = {"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n", 49};
  size_t line = strcspn(peer->head, "\r");
  int kind = memmem(peer->head, line, "/messages", 9) ? 1 : memmem(peer->head, line, "/responses", 10) ? 2
    : memmem(peer->head, line, "enerateContent", 14) ? 3 : memmem(peer->head, line, "/embeddings", 11) ? 4 : 0;
  Answer *found = &answers[kind];
  peer->sent = 0; peer->stream = 0; peer->is_paced = 0;
  if (!strstr(peer->head, secret)) peer->out = refused;
  else if (has(peer, "mock-one")) peer->out = found->whole;
  else if (has(peer, "mock-held")) {
    static Text held; size_t length = sizeof STREAM_HEAD - 1;
    if (!held.bytes) {
      held.bytes = malloc(65536); memcpy(held.bytes, STREAM_HEAD, length); held.length = length;
      for (int at = 0; at < 2; at++) {
        memcpy(held.bytes + held.length, answers[0].events[at].bytes, answers[0].events[at].length);
        held.length += answers[0].events[at].length;
      }
    }
    peer->out = held;
  } else if (has(peer, "mock-burst") || has(peer, "mock-paced")) {
    peer->out = (Text){(char *)STREAM_HEAD, sizeof STREAM_HEAD - 1};
    peer->stream = found; peer->next_event = 0; peer->is_paced = has(peer, "mock-paced");
    if (peer->is_paced) { peer->due_ns = now_ns() + PACE_NS; paced[paced_count++] = fd; }
  } else peer->out = found->json;
  peer->has_head = 0; peer->head_length = 0;
  return flush(fd);
}

static int body(int fd, const char *bytes, size_t length) {
  Peer *peer = peers[fd];
  if (peer->first_length < KEPT) {
    size_t n = length < KEPT - peer->first_length ? length : KEPT - peer->first_length;
    memcpy(peer->first + peer->first_length, bytes, n); peer->first_length += n;
  }
  size_t tail = length > KEPT ? KEPT : length, keep = peer->last_length + tail > KEPT ? KEPT - tail : peer->last_length;
  memmove(peer->last, peer->last + peer->last_length - keep, keep);
  memcpy(peer->last + keep, bytes + length - tail, tail); peer->last_length = keep + tail;
  peer->body_left -= length;
  return peer->body_left == 0 ? answer(fd) : 1;
}

static void receive(int fd) {
  static char buffer[1 << 20];
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n == 0 || (n < 0 && errno != EAGAIN)) { drop(fd); return; }
  char *at = buffer;
  while (n > 0) {
    Peer *peer = peers[fd];
    if (peer->has_head) {
      size_t take = (size_t)n < peer->body_left ? (size_t)n : peer->body_left;
      if (!body(fd, at, take)) return;
      at += take; n -= take; continue;
    }
    size_t before = peer->head_length, room = HEAD_LIMIT - before, take = (size_t)n < room ? (size_t)n : room;
    if (take == 0) { drop(fd); return; }
    memcpy(peer->head + before, at, take); peer->head[before + take] = 0; peer->head_length += take;
    char *end = strstr(peer->head, "\r\n\r\n");
    if (!end) { at += take; n -= take; continue; }
    size_t used = end + 4 - peer->head - before; end[4] = 0; at += used; n -= used;
    char *length = strcasestr(peer->head, "\r\ncontent-length:");
    peer->has_head = 1; peer->first_length = peer->last_length = 0;
    peer->body_left = length ? strtoul(length + 17, 0, 10) : 0;
    if (!length && strcasestr(peer->head, "\r\ntransfer-encoding:")) { drop(fd); return; }
    if (peer->body_left == 0 && !answer(fd)) return;
  }
}

static int pace(void) {
  long now = now_ns(), next = now + 1000000000L;
  for (int at = 0; at < paced_count; at++) {
    int fd = paced[at]; Peer *peer = peers[fd];
    if (peer->due_ns <= now && peer->sent == peer->out.length) {
      peer->out = peer->stream->events[peer->next_event++]; peer->sent = 0; peer->due_ns += PACE_NS;
      if (peer->next_event == peer->stream->count) { paced[at--] = paced[--paced_count]; peer->stream = 0; flush(fd); continue; }
      if (!flush(fd)) { at--; continue; }
    }
    if (peer->due_ns < next) next = peer->due_ns;
  }
  long wait = (next - now + 999999) / 1000000;
  return wait < 1 ? 1 : (int)wait;
}

int main(int count, char **values) {
  if (count != 3) { fprintf(stderr, "provider <answers folder> <secret>\n"); return 2; }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct rlimit files = {MAX_FD, MAX_FD}; setrlimit(RLIMIT_NOFILE, &files);
  for (int at = 0; at < 5; at++) load_answer(values[1], at);
  snprintf(secret, sizeof secret, "%s", values[2]);
  int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; socklen_t size = sizeof address;
  if (bind(listener, (void *)&address, size) || listen(listener, 4096)) fail("listen");
  getsockname(listener, (void *)&address, &size);
  printf("%d\n", ntohs(address.sin_port)); fflush(stdout);
  loop_fd = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[512];
  epoll_ctl(loop_fd, EPOLL_CTL_ADD, listener, &event);
  for (long until = now_ns() + LIFE_S * 1000000000L; now_ns() < until;) {
    int found = epoll_wait(loop_fd, ready, 512, paced_count ? pace() : 1000);
    for (int at = 0; at < found; at++) {
      int fd = ready[at].data.fd;
      if (fd != listener) {
        if (ready[at].events & EPOLLOUT) { watch(fd, EPOLLIN); if (!flush(fd)) continue; }
        if (peers[fd] && ready[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) receive(fd);
        continue;
      }
      for (int peer; (peer = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0;) {
        if (peer >= MAX_FD) { close(peer); continue; }
        setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        peers[peer] = calloc(1, sizeof(Peer)); peers[peer]->head = malloc(HEAD_LIMIT + 1);
        struct epoll_event mine = {.events = EPOLLIN, .data.fd = peer}; epoll_ctl(loop_fd, EPOLL_CTL_ADD, peer, &mine);
      }
    }
  }
  return 0;
}
