#include "sys/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char folder[64];

static const char *at(const char *name)
{
    static char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/casemate-file-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static void refuses_a_secret_that_others_can_read(void **state)
{
    (void)state;
    struct secret s = {0};
    const unsigned modes[] = {0644, 0640, 0604, 0620};
    for (size_t i = 0; i < 4; i++) {
        assert_ok(file_write(at("secret"), BYTES_LIT("key"), modes[i]));
        assert_code(file_read_secret(at("secret"), &s), ERR_DENIED);
    }
    assert_ok(file_write(at("secret"), BYTES_LIT("key"), 0600));
    assert_ok(file_read_secret(at("secret"), &s));
    assert_text(secret_borrow(&s), "key");
    secret_clear(&s);
    assert_ok(file_write(at("empty"), BYTES_EMPTY, 0600));
    assert_code(file_read_secret(at("empty"), &s), ERR_LIMIT);
    assert_code(file_read_secret(at("none"), &s), ERR_ABSENT);
}

static void refuses_names_that_lead_out(void **state)
{
    (void)state;
    assert_int_equal(symlink("/etc/passwd", at("link")), 0);
    assert_ok(file_write(at("inside"), BYTES_LIT("x"), 0600));
    SCOPED(fd) int dir = open(folder, O_RDONLY | O_DIRECTORY);
    SCOPED(fd) int fd = -1;
    static const char *const bad[] = {"../etc/passwd", "/etc/passwd", "link", "./../x"};
    for (size_t i = 0; i < 4; i++) {
        ROW(bad[i]);
        assert_code(file_open_beneath(dir, bad[i], O_RDONLY, &fd), ERR_IO);
    }
    assert_code(file_open_beneath(dir, "none", O_RDONLY, &fd), ERR_ABSENT);
    assert_ok(file_open_beneath(dir, "inside", O_RDONLY, &fd));
}

static void a_bound_is_a_bound(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 4);
    assert_ok(file_write(at("five"), BYTES_LIT("12345"), 0600));
    assert_code(file_read(at("five"), &b), ERR_LIMIT);
    buf_reset(&b);
    assert_ok(file_write(at("five"), BYTES_LIT("1234"), 0600));
    assert_ok(file_read(at("five"), &b));
    assert_text(buf_view(&b), "1234");
    buf_clear(&b);
}

static void creating_never_replaces(void **state)
{
    (void)state;
    struct buf b;
    struct stat st;
    buf_init(&b, 100);
    assert_ok(file_create(at("once"), BYTES_LIT("first"), 0600));
    assert_code(file_create(at("once"), BYTES_LIT("second"), 0600), ERR_STATE);
    assert_ok(file_read(at("once"), &b));
    assert_text(buf_view(&b), "first");
    assert_int_equal(stat(at("once"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    buf_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_a_secret_that_others_can_read),
        cmocka_unit_test(refuses_names_that_lead_out),
        cmocka_unit_test(a_bound_is_a_bound),
        cmocka_unit_test(creating_never_replaces),
    };
    return cmocka_run_group_tests_name("sys/file", tests, make_folder, NULL);
}
