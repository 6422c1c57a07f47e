#include "owner/command.h"

#include "check.h"

static struct invocation last;
static struct err answer;

static struct err record(struct invocation *in)
{
    last = *in;
    fprintf(in->out, "result\n");
    return answer;
}

static struct err number(struct invocation *in)
{
    int64_t n;
    TRY(command_int(in, "count", 1, 10, 5, &n));
    fprintf(in->out, "%d\n", (int)n);
    return OK;
}

static const struct option_row rows[] = {
    {.name = "key", .value = "FILE", .is_required = true, .help = "a key"},
    {.name = "name", .value = "HOST", .is_repeatable = true, .help = "a name"},
    {.name = "force", .help = "a flag"},
    {0},
};
static const struct option_row number_rows[] = {{.name = "count", .value = "N", .help = "a number"}, {0}};

static const struct command audit_check = {.noun = "log",
                                           .verb = "check",
                                           .options = rows,
                                           .operands = "DIR [FILE]",
                                           .operand_min = 1,
                                           .operand_max = 2,
                                           .summary = "check it",
                                           .help = "Long help.",
                                           .example = "casemate log check d --key k\nsecond line",
                                           .run = record};
static const struct command audit_print = {.noun = "log",
                                           .verb = "print",
                                           .operands = "",
                                           .summary = "print it",
                                           .help = "Help.",
                                           .example = "casemate log print",
                                           .run = record};
static const struct command count = {.noun = "count",
                                     .options = number_rows,
                                     .operands = "",
                                     .summary = "count",
                                     .help = "Help.",
                                     .example = "casemate count",
                                     .run = number};
static const struct command *const table[] = {&audit_check, &audit_print, &count, NULL};

struct ran {
    int status;
    char out[8192], err[8192];
};

/* Run a line of words without blanks. The words stay until the next run: the recorded invocation points to them. */
static struct ran run(const char *line)
{
    struct ran r = {0};
    static char words[2048];
    static const char *argv[192];
    int argc = 0;
    snprintf(words, sizeof(words), "%s", line);
    for (char *at = words, *save; (argv[argc] = strtok_r(at, " ", &save)) != NULL; at = NULL)
        argc++;
    FILE *out = fmemopen(r.out, sizeof(r.out), "w"), *err = fmemopen(r.err, sizeof(r.err), "w");
    r.status = command_run(table, argc, argv, out, err);
    fclose(out);
    fclose(err);
    return r;
}

static void what_does_not_fit_is_a_usage_error(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } lines[] = {
        {"casemate", "usage:"},
        {"casemate nonsense", "unknown command nonsense"},
        {"casemate --nonsense", "unknown command --nonsense"},
        {"casemate log", "a verb is missing"},
        {"casemate log nonsense", "unknown verb nonsense"},
        {"casemate log --key k", "unknown verb --key"},
        {"casemate log check --key k", "an argument is missing: DIR [FILE]"},
        {"casemate log check d", "--key is missing"},
        {"casemate log check d --key", "--key needs a value: FILE"},
        {"casemate log check d --key k --key k", "--key is given twice"},
        {"casemate log check d --key=k --key=k", "--key is given twice"},
        {"casemate log check d --key k --force --force", "--force is given twice"},
        {"casemate log check d --key k --force=yes", "--force takes no value"},
        {"casemate log check d --key k --ke k", "unknown option --ke"},
        {"casemate log check d --key k --keys=k", "unknown option --keys"},
        {"casemate log check d --key k --=k", "unknown option --"},
        {"casemate log check d --key k -x", "unknown option -x; -- goes in front of an argument that begins with -"},
        {"casemate log check d e f --key k", "one argument too many: f"},
        {"casemate log check d --key k --format xml", "--format is one of text|json"},
        {"casemate log check d --key k --format json --format json", "--format is given twice"},
        {"casemate log print d", "one argument too many: d"},
        {"casemate count --count 0", "--count is a number from 1 to 10"},
        {"casemate count --count 11", "--count is a number"},
        {"casemate count --count", "--count needs a value"},
        {"casemate count --count=", "--count is a number"},
        {"casemate count --count 5x", "--count is a number"},
        {"casemate count --count +5", "--count is a number"},
        {"casemate count --count 99999999999999999999", "--count is a number"},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        ROW(lines[i].line);
        struct ran r = run(lines[i].line);
        if (r.status != 2 || strstr(r.err, lines[i].says) == NULL || r.out[0] != '\0')
            fail_msg("'%s': status %d, '%s', '%s'", lines[i].line, r.status, r.err, r.out);
        assert_non_null(strstr(r.err, "usage: casemate"));
    }
}

static void options_and_operands_arrive(void **state)
{
    (void)state;
    answer = OK;
    struct ran r = run("casemate log check --name a d --key=k=v --name b --force --format json -- --file");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "result\n");
    assert_string_equal(r.err, "");
    assert_true(last.is_json);
    assert_int_equal(last.operand_count, 2);
    assert_string_equal(last.operands[0], "d");
    assert_string_equal(last.operands[1], "--file");
    assert_string_equal(command_text(&last, "key", ""), "k=v");
    assert_true(command_flag(&last, "force"));
    const char *names[COMMAND_VALUES_MAX];
    assert_int_equal(command_texts(&last, "name", names), 2);
    assert_string_equal(names[1], "b");
    r = run("casemate log check --key k -");
    assert_int_equal(r.status, 0);
    assert_false(last.is_json);
    assert_string_equal(last.operands[0], "-");
    assert_string_equal(command_text(&last, "name", "none"), "none");
    assert_string_equal(run("casemate count").out, "5\n");
    assert_string_equal(run("casemate count --count 7").out, "7\n");
}

/* As many as the frame takes arrive, and one more is refused: none is left out in silence. */
static void no_value_is_left_out(void **state)
{
    (void)state;
    char line[COMMAND_VALUES_MAX * 12] = "casemate log check --key k -";
    const char *names[COMMAND_VALUES_MAX];
    size_t n = strlen(line);
    answer = OK;
    for (int i = 1; i < COMMAND_VALUES_MAX; i++)
        n += (size_t)snprintf(line + n, sizeof(line) - n, " --name %d", i);
    assert_int_equal(run(line).status, 0);
    assert_int_equal(command_texts(&last, "name", names), COMMAND_VALUES_MAX - 1);
    assert_string_equal(names[COMMAND_VALUES_MAX - 2], "63");
    snprintf(line + n, sizeof(line) - n, " --name 64");
    struct ran r = run(line);
    assert_int_equal(r.status, 2);
    assert_non_null(strstr(r.err, "too many options"));
}

static void an_error_becomes_a_status(void **state)
{
    (void)state;
    const struct {
        struct err e;
        int status;
        const char *says;
    } lines[] = {
        {OK, 0, ""},
        {REFUSE(ERR_UNVERIFIED, REASON_AUDIT_BROKEN, "it is broken"), 1,
         "casemate log print: it is broken (UNVERIFIED, audit.broken)\n"},
        {FAIL(ERR_DENIED, "no"), 1, "casemate log print: no (DENIED)\n"},
        {FAIL(ERR_FORMAT, "malformed"), 3, "casemate log print: malformed (FORMAT)\n"},
        {FAIL_SYS(2, "cannot read"), 3, "casemate log print: cannot read: No such file or directory (IO)\n"},
        {FAIL(ERR_NOMEM, "no memory"), 4, "casemate log print: no memory (NOMEM)\n"},
        {(struct err){0}, 4, "casemate log print:  (UNSET)\n"},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        answer = lines[i].e;
        struct ran r = run("casemate log print");
        assert_int_equal(r.status, lines[i].status);
        assert_string_equal(r.err, lines[i].says);
    }
    answer = OK;
}

static void a_result_that_cannot_be_written_is_an_error(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    char text[512] = "";
    FILE *err = fmemopen(text, sizeof(text), "w");
    const char *const argv[] = {"casemate", "log", "print"};
    assert_int_equal(command_run(table, 3, argv, full, err), 3);
    fclose(err);
    fclose(full);
    assert_non_null(strstr(text, "the result cannot be written"));
}

static void help_comes_from_the_rows(void **state)
{
    (void)state;
    struct ran r = run("casemate log check --help");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "usage: casemate log check DIR [FILE] --key FILE [--name HOST]... [--force]"));
    assert_non_null(strstr(r.out, "Long help."));
    assert_non_null(strstr(r.out, "  second line\n"));
    assert_string_equal(run("casemate log check -h").out, r.out);
    r = run("casemate --help");
    assert_int_equal(r.status, 0);
    assert_non_null(strstr(r.out, "  count "));
    assert_non_null(strstr(r.out, "  log print "));
    r = run("casemate log --help");
    assert_non_null(strstr(r.out, "  log print "));
    assert_null(strstr(r.out, "  count "));
    assert_string_equal(run("casemate help log").out, r.out);
    r = run("casemate --version");
    assert_int_equal(r.status, 0);
    assert_string_equal(r.out, "casemate " CASEMATE_VERSION "\n");
}

static void hostile_text_cannot_steer_a_terminal(void **state)
{
    (void)state;
    const struct {
        struct bytes in;
        const char *out;
    } rows_[] = {
        {BYTES_LIT("plain ü"), "plain ü"},       {BYTES_LIT("a\033[2Jb\r\n"), "a?[2Jb??"},
        {BYTES_LIT("\x7f\0x"), "??x"},           {BYTES_LIT("\xc2\x9b[2J"), "?[2J"},
        {BYTES_LIT("\xff\xc3\xbc"), "???"},      {BYTES_LIT("\xc2\xa0"), "\xc2\xa0"},
        {BYTES_LIT("\xff\xc2\x9b\x1b"), "????"}, {BYTES_LIT(""), ""},
    };
    for (size_t i = 0; i < sizeof(rows_) / sizeof(rows_[0]); i++) {
        char text[64] = "";
        FILE *out = fmemopen(text, sizeof(text), "w");
        command_print_bytes(out, rows_[i].in);
        fclose(out);
        assert_string_equal(text, rows_[i].out);
    }
}

/* The table of the program itself: every command says what it does and how. */
/* A noun that is a command by itself has no verb. */
static const char *verb_of(const struct command *c)
{
    return c->verb == NULL ? "" : c->verb;
}

static void every_command_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; commands[i] != NULL; i++) {
        const struct command *c = commands[i];
        ROW(c->summary);
        assert_true(c->summary[0] != '\0' && c->help[0] != '\0' && c->example[0] != '\0');
        assert_non_null(strstr(c->example, c->noun));
        assert_true(c->operand_min <= c->operand_max);
        for (size_t k = 0; k < i; k++)
            assert_true(strcmp(c->noun, commands[k]->noun) != 0 || strcmp(verb_of(c), verb_of(commands[k])) != 0);
        for (const struct option_row *row = c->options; row != NULL && row->name != NULL; row++) {
            assert_true(row->help != NULL && strcmp(row->name, "help") != 0);
            /* A row of its own for --format is for commands that take several forms at once. */
            assert_true(strcmp(row->name, "format") != 0 || (row->is_repeatable && c->formats != NULL));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_is_a_usage_error),
        cmocka_unit_test(options_and_operands_arrive),
        cmocka_unit_test(no_value_is_left_out),
        cmocka_unit_test(an_error_becomes_a_status),
        cmocka_unit_test(a_result_that_cannot_be_written_is_an_error),
        cmocka_unit_test(help_comes_from_the_rows),
        cmocka_unit_test(hostile_text_cannot_steer_a_terminal),
        cmocka_unit_test(every_command_is_complete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
