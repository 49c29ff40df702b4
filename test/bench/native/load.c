// A closed loop of requests over keep-alive connections: each sends the same bytes again as soon as its answer is whole.
//
//   load <port> <connections> <milliseconds> <file with the whole request> [hold | number of requests]
//
// Where the bytes hold "#00000000" each request has its own number there: what is asked twice might be answered once.
// No new request begins after the time is up, or after so many; what is open is finished, for at most as long again plus 20 s. With "hold"
// each connection sends one request, and the answers are only watched until the time is up. Prints one line of JSON.
// Times are in microseconds; an event is an empty line in the body of an answer. What is bad was another status than 200 (the last
// of them is told), a connection that ended too early, an answer that cannot be read, or one that did not come in time.
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

#define SAMPLES 2000000
#define GRACE_NS 20000000000L

typedef struct {
  int fd, is_chunked, is_busy, has_head, status, chunk_state; char head[16384]; size_t head_length;
  size_t sent, left; long began_ns; int has_byte; char last, mine[24];
} Link;

static char *request, *number; static size_t request_length;
static struct sockaddr_in address; static int loop_fd, port;
static long started, answered, events, first_bytes, bytes;
static long other_status, ended_early, unreadable; static int last_status;
static float *totals, *firsts;

static long now_ns(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000L + t.tv_nsec; }

static void open_link(Link *link) {
  int one = 1;
  memset(link, 0, sizeof *link);
  link->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(link->fd, (void *)&address, sizeof address) && errno != EINPROGRESS) { perror("connect"); exit(1); }
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = link}; epoll_ctl(loop_fd, EPOLL_CTL_ADD, link->fd, &event);
}

static void watch(Link *link, int mask) {
  struct epoll_event event = {.events = mask, .data.ptr = link}; epoll_ctl(loop_fd, EPOLL_CTL_MOD, link->fd, &event);
}

static void push(Link *link) {
  if (number) memcpy(number + 1, link->mine, 8);
  while (link->sent < request_length) {
    ssize_t n = send(link->fd, request + link->sent, request_length - link->sent, MSG_NOSIGNAL);
    if (n < 0) { if (errno == EAGAIN || errno == ENOTCONN) watch(link, EPOLLIN | EPOLLOUT); return; }
    link->sent += n;
  }
  watch(link, EPOLLIN);
}

static void begin(Link *link) {
  link->is_busy = 1; link->sent = 0; link->has_head = 0; link->head_length = 0; link->has_byte = 0; link->last = 0;
  link->began_ns = now_ns(); snprintf(link->mine, sizeof link->mine, "%08ld", ++started % 100000000L); push(link);
}

// The received length says how the connection ended, where there is no answer.
static void end(Link *link, int is_whole, ssize_t received) {
  link->is_busy = 0;
  if (!is_whole) { if (received > 0) unreadable++; else ended_early++; return; }
  if (link->status != 200) { other_status++; last_status = link->status; return; }
  if (answered < SAMPLES) totals[answered] = (now_ns() - link->began_ns) / 1000.0f;
  answered++;
}

static void content(Link *link, const char *at, size_t length) {
  if (length == 0) return;
  bytes += length;
  if (!link->has_byte) {
    link->has_byte = 1;
    if (first_bytes < SAMPLES) firsts[first_bytes++] = (now_ns() - link->began_ns) / 1000.0f;
  }
  if (!link->is_chunked) return;
  if (link->last == '\n' && at[0] == '\n') events++;
  for (const char *found = at; (found = memmem(found, at + length - found, "\n\n", 2)); found += 2) events++;
  link->last = at[length - 1];
}

// Returns 1 when the answer is whole, -1 when it cannot be understood.
static int take(Link *link, const char *at, size_t n) {
  if (!link->has_head) {
    size_t before = link->head_length, room = sizeof link->head - 1 - before, copied = n < room ? n : room;
    memcpy(link->head + before, at, copied); link->head_length += copied; link->head[link->head_length] = 0;
    char *stop = strstr(link->head, "\r\n\r\n");
    if (!stop) return copied < n ? -1 : 0;
    size_t used = stop + 4 - link->head - before; at += used; n -= used; stop[4] = 0;
    link->has_head = 1; link->status = atoi(link->head + 9); link->chunk_state = 0; link->left = 0;
    char *length = strcasestr(link->head, "\r\ncontent-length:");
    link->is_chunked = strcasestr(link->head, "\r\ntransfer-encoding: chunked") != 0;
    if (length) link->left = strtoul(length + 17, 0, 10); else if (!link->is_chunked) return -1;
    if (!link->is_chunked && link->left == 0) return 1;
  }
  if (!link->is_chunked) {
    content(link, at, n < link->left ? n : link->left);
    if (n > link->left) return -1;
    link->left -= n; return link->left == 0;
  }
  // 0: size, 1: rest of the size line, 2: content, 3: the line end behind it, 4: the last line end
  for (const char *stop = at + n; at < stop;) {
    if (link->chunk_state == 2) {
      size_t here = (size_t)(stop - at) < link->left ? (size_t)(stop - at) : link->left;
      content(link, at, here); at += here; link->left -= here;
      if (link->left == 0) link->chunk_state = 3;
      continue;
    }
    char c = *at++;
    if (link->chunk_state == 0 && c != '\r' && c != ';') {
      int digit = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
      if (digit < 0 || digit > 15) return -1;
      link->left = link->left * 16 + digit;
    } else if (link->chunk_state == 0) link->chunk_state = 1;
    else if (c == '\n') {
      if (link->chunk_state == 4) return at == stop ? 1 : -1;
      if (link->chunk_state == 1) link->chunk_state = link->left ? 2 : 4; else link->chunk_state = 0;
    }
  }
  return 0;
}

static int by_size(const void *a, const void *b) { float x = *(float *)a, y = *(float *)b; return x < y ? -1 : x > y; }
static float at_share(float *all, long count, double share) {
  if (count > SAMPLES) count = SAMPLES;
  return count ? all[(long)((count - 1) * share)] : 0;
}

int main(int count, char **values) {
  if (count < 5) { fprintf(stderr, "load <port> <connections> <milliseconds> <request file> [hold | requests]\n"); return 2; }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  struct rlimit files = {65536, 65536}; setrlimit(RLIMIT_NOFILE, &files);
  port = atoi(values[1]); int links_count = atoi(values[2]), is_hold = count > 5 && values[5][0] == 'h';
  long most = count > 5 && !is_hold ? atol(values[5]) : -1;
  address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  FILE *file = fopen(values[4], "r"); if (!file) { perror(values[4]); return 1; }
  fseek(file, 0, SEEK_END); request_length = ftell(file); rewind(file);
  request = malloc(request_length); if (fread(request, 1, request_length, file) != request_length) return 1;
  number = memmem(request, request_length, "#00000000", 9);
  totals = malloc(SAMPLES * sizeof(float)); firsts = malloc(SAMPLES * sizeof(float));
  loop_fd = epoll_create1(0);
  Link *links = calloc(links_count, sizeof(Link));
  long began = now_ns(), until = began + atol(values[3]) * 1000000L, last_call = until + (until - began) + GRACE_NS;
  for (int at = 0; at < links_count; at++) { open_link(&links[at]); begin(&links[at]); }
  static char buffer[1 << 20]; static struct epoll_event ready[512];
  long busy = links_count, now = began;
  while (busy > 0 && (now = now_ns()) < (is_hold ? until : last_call)) {
    int found = epoll_wait(loop_fd, ready, 512, 100);
    for (int at = 0; at < found; at++) {
      Link *link = ready[at].data.ptr;
      if (ready[at].events & EPOLLOUT && link->is_busy) push(link);
      if (!(ready[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
      ssize_t n = recv(link->fd, buffer, sizeof buffer, 0);
      if (n < 0 && errno == EAGAIN) continue;
      int was_busy = link->is_busy, got = n > 0 && link->is_busy ? take(link, buffer, n) : -1;
      if (got == 0) continue;
      int keeps = got == 1 && !strcasestr(link->head, "\r\nconnection: close");
      if (was_busy) end(link, got == 1, n);
      int goes_on = was_busy && !is_hold && now_ns() < until && started != most;
      if (!keeps) { close(link->fd); if (goes_on) open_link(link); }
      if (goes_on) begin(link); else if (was_busy) busy--;
    }
  }
  long incomplete = is_hold ? 0 : busy, took = now_ns() - began;
  qsort(totals, answered < SAMPLES ? answered : SAMPLES, sizeof(float), by_size);
  qsort(firsts, first_bytes, sizeof(float), by_size);
  long bad = other_status + ended_early + unreadable + incomplete;
  printf("{\"started\":%ld,\"answered\":%ld,\"bad\":%ld,\"otherStatus\":%ld,\"lastStatus\":%d,\"endedEarly\":%ld,"
    "\"unreadable\":%ld,\"late\":%ld,\"seconds\":%.4f,\"events\":%ld,\"bytes\":%ld,"
    "\"p50Us\":%.1f,\"p99Us\":%.1f,\"firstByteP50Us\":%.1f,\"firstByteP99Us\":%.1f}\n",
    started, answered, bad, other_status, last_status, ended_early, unreadable, incomplete,
    took / 1e9, events, bytes, at_share(totals, answered, 0.5), at_share(totals, answered, 0.99),
    at_share(firsts, first_bytes, 0.5), at_share(firsts, first_bytes, 0.99));
  return 0;
}
