/* proves: R4 M-SBX T-GST-04 */
#include "sys/sandbox.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/secret.h"
#include "check.h"
#include "sys/channel.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/loop.h"
#include "sys/process.h"

#define DIED    -1
#define REDUCED 77

static const char *const tmp_dirs[] = {"/tmp", NULL};

/* Runs `act` in a sandboxed child: its result, or DIED when the sandbox ended it. */
static int in_sandbox(const struct sandbox_plan *plan, int (*act)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        const char *reduced;
        if (failed(sandbox_enter(plan, &reduced)))
            _exit(99);
        if (reduced != NULL)
            _exit(REDUCED);
        _exit(act());
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : DIED;
}

static int make_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0 ? 0 : 1;
}

static int read_passwd(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 ? 0 : 1;
}

static int write_tmp(void)
{
    char path[64];
    snprintf(path, sizeof(path), "/tmp/casemate-sandbox-%d", (int)getpid());
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    unlink(path);
    return fd >= 0 && write(fd, "x", 1) == 1 && fdatasync(fd) == 0 ? 0 : 1;
}

static int start_process(void)
{
    return fork() >= 0 ? 0 : 1;
}

static int trace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1;
}

static int nothing(void)
{
    return 0;
}

static void what_is_not_needed_is_gone(void **state)
{
    (void)state;
    if (!sandbox_is_built())
        skip();
    struct sandbox_plan none = {0};
    struct sandbox_plan files = {.needs = SANDBOX_FILES_WRITE, .write_dirs = tmp_dirs};
    if (in_sandbox(&none, nothing) == REDUCED) {
        print_message("this kernel lacks a part of the sandbox\n");
        skip();
    }
    assert_int_equal(in_sandbox(&none, nothing), 0);
    assert_int_equal(in_sandbox(&none, make_socket), DIED);
    assert_int_equal(in_sandbox(&none, read_passwd), DIED);
    assert_int_equal(in_sandbox(&none, start_process), DIED);
    assert_int_equal(in_sandbox(&none, trace), DIED);
    assert_int_equal(in_sandbox(&files, trace), DIED);
    assert_int_equal(in_sandbox(&files, make_socket), DIED);
    assert_int_equal(in_sandbox(&files, read_passwd), 1);
    assert_int_equal(in_sandbox(&files, write_tmp), 0);
    struct sandbox_plan net = {.needs = SANDBOX_NET_CONNECT};
    assert_int_equal(in_sandbox(&net, make_socket), 0);
}

/* The date of a certificate: libc reads the machine's time zone before it computes in UTC. */
static int compute_a_date(void)
{
    struct tm day = {.tm_year = 126, .tm_mday = 1};
    return timegm(&day) == 1767225600 ? 0 : 1;
}

/* The roles of the house do after the sandbox what their code does: each must still be able to. */

static const char *store_dirs[] = {NULL, NULL};
static char store[64];

static int use_a_database(void)
{
    char path[96];
    sqlite3 *db = NULL;
    snprintf(path, sizeof(path), "%s/db", store);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
        return 1;
    const char *sql = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t(a BLOB); BEGIN IMMEDIATE;"
                      "INSERT INTO t VALUES(randomblob(100000)); COMMIT; PRAGMA wal_checkpoint(TRUNCATE); VACUUM;"
                      "SELECT a FROM t ORDER BY a;";
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return 2;
    return sqlite3_close(db) == SQLITE_OK ? 0 : 3;
}

static int write_a_log(void)
{
    char path[96];
    snprintf(path, sizeof(path), "%s/audit", store);
    if (failed(file_write(path, BYTES_LIT("one"), 0600)) || failed(file_write(path, BYTES_LIT("two"), 0600)))
        return 1;
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd < 0 || write(fd, "x", 1) != 1 || fdatasync(fd) != 0)
        return 2;
    struct secret s;
    LOG(LOG_LEVEL_DEBUG, "log.opened");
    return failed(secret_copy(BYTES_LIT("k"), &s)) ? 3 : 0;
}

static void on_timer(void *context, int ready)
{
    (void)ready;
    loop_stop(context);
}

static int talk_on_the_loop(void)
{
    static uint8_t large[200000];
    int ends[2];
    struct channel a;
    struct channel b;
    struct message m;
    struct loop *l;
    struct loop_watch *timer;
    struct loop_watch *term;
    if (failed(channel_pair(ends)))
        return 1;
    channel_init(&a, ends[0], MIB);
    channel_init(&b, ends[1], MIB);
    if (failed(channel_send(&a, 1, 1, BYTES_OF(large), NULL, 0)) || failed(channel_recv(&b, &m)))
        return 2;
    if (failed(loop_new(&l)) || failed(loop_timer(l, 1, on_timer, l, &timer)) ||
        failed(loop_signal(l, SIGTERM, on_timer, l, &term)) || failed(loop_run(l)))
        return 3;
    return m.body.n == sizeof(large) ? 0 : 4;
}

static int look_up_a_name(void)
{
    struct addrinfo *found = NULL;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    if (getaddrinfo("casemate.invalid", "443", &hints, &found) == 0)
        freeaddrinfo(found);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(1)};
    return fd >= 0 && connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0 ? 0 : 1;
}

static int held_socket = -1;

static int accept_a_peer(void)
{
    struct sockaddr_in peer;
    socklen_t n = sizeof(peer);
    int one = 1;
    int fd = accept4(held_socket, (struct sockaddr *)&peer, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
        return 1;
    return write(fd, "x", 1) == 1 && shutdown(fd, SHUT_WR) == 0 && close(fd) == 0 ? 0 : 2;
}

static int start_ourselves(void)
{
    pid_t pid;
    int status = -1;
    if (failed(process_start((const char *const[]){"unit", "--child", NULL}, NULL, 0, &pid)))
        return 1;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 42 ? 0 : 2;
}

static int make_memory_executable(void)
{
    void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0 ? 0 : 1;
}

static int push_a_key(void)
{
    return ioctl(0, TIOCSTI, "x") == 0 ? 0 : 1;
}

static void make_store(void)
{
    snprintf(store, sizeof(store), "/tmp/casemate-store-XXXXXX");
    assert_non_null(mkdtemp(store));
    store_dirs[0] = store;
}

static void remove_store(void)
{
    char command[96];
    snprintf(command, sizeof(command), "rm -rf %s", store);
    assert_int_equal(system(command), 0);
}

static void every_role_still_works(void **state)
{
    (void)state;
    if (!sandbox_is_built()) {
        print_message("this build has no sandbox\n");
        skip();
    }
    make_store();
    static const char *const etc[] = {"/etc", NULL};
    struct sandbox_plan keys = {.needs = SANDBOX_FILES_WRITE, .write_dirs = store_dirs, .files_open = 64};
    struct sandbox_plan appraise = {.memory_mib = 1024};
    struct sandbox_plan front = {.needs = SANDBOX_NET_ACCEPT};
    struct sandbox_plan secrets = {.needs = SANDBOX_NET_CONNECT | SANDBOX_FILES_READ | SANDBOX_DEVICE_IO,
                                   .read_dirs = etc};
    struct sandbox_plan supervisor = {.needs = SANDBOX_FORK | SANDBOX_FILES_READ};
    const struct {
        const char *name;
        const struct sandbox_plan *plan;
        int (*act)(void);
        int want;
    } rows[] = {
        {"keys: SQLite", &keys, use_a_database, 0},
        {"keys: log", &keys, write_a_log, 0},
        {"keys: loop", &keys, talk_on_the_loop, 0},
        {"keys: a name", &keys, look_up_a_name, DIED},
        {"appraise: loop", &appraise, talk_on_the_loop, 0},
        {"appraise: date", &appraise, compute_a_date, 0},
        {"appraise: files", &appraise, write_a_log, DIED},
        {"appraise: new code", &appraise, make_memory_executable, DIED},
        {"front: loop", &front, talk_on_the_loop, 0},
        {"front: a socket", &front, make_socket, DIED},
        {"secrets: a name", &secrets, look_up_a_name, 0},
        {"secrets: terminal", &secrets, push_a_key, DIED},
        {"secrets: loop", &secrets, talk_on_the_loop, 0},
        {"supervisor: start", &supervisor, start_ourselves, 0},
        {"supervisor: trace", &supervisor, trace, DIED},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW(rows[i].name);
        int got = in_sandbox(rows[i].plan, rows[i].act);
        if (got != rows[i].want && got != REDUCED)
            fail_msg("row '%s': gave %d, expected %d", rows[i].name, got, rows[i].want);
        if (rows[i].act == use_a_database) {
            remove_store();
            assert_int_equal(mkdir(store, 0700), 0);
        }
    }
    remove_store();
}

static void a_front_accepts_on_a_socket_that_it_holds(void **state)
{
    (void)state;
    if (!sandbox_is_built())
        skip();
    struct sandbox_plan front = {.needs = SANDBOX_NET_ACCEPT};
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof(at);
    held_socket = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(held_socket, (struct sockaddr *)&at, n), 0);
    assert_int_equal(listen(held_socket, 4), 0);
    assert_int_equal(getsockname(held_socket, (struct sockaddr *)&at, &n), 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, n), 0);
    int got = in_sandbox(&front, accept_a_peer);
    assert_true(got == 0 || got == REDUCED);
    close(fd);
    close(held_socket);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--child") == 0)
        return 42;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_needed_is_gone),
        cmocka_unit_test(every_role_still_works),
        cmocka_unit_test(a_front_accepts_on_a_socket_that_it_holds),
    };
    return cmocka_run_group_tests_name("sys/sandbox", tests, NULL, NULL);
}
