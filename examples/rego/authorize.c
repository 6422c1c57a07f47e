/*
 * A program of your own that asks a policy: authorize POLICY.rego INPUT.json
 *
 *     cc authorize.c $(pkg-config --cflags --libs casemate-rego) -o authorize
 *
 * It prints the decision, and for a "no" why, and exits with 0 (allowed), 1 (denied) or 2 (no decision). Anything but a
 * defined `true` is a "no": undefined, false, an error and a limit alike.
 */
#include <casemate/rego.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FILE_MAX (1024 * 1024)

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = file == NULL ? NULL : malloc(FILE_MAX);
    *length = text == NULL ? 0 : fread(text, 1, FILE_MAX, file);
    if (file == NULL || text == NULL || ferror(file) || !feof(file)) {
        fprintf(stderr, "%s: cannot be read, or is too large\n", path);
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    return text;
}

/* A function that policies may call: role_of("ann"). Arguments and answers are JSON. */
static enum rego_status role_of(void *context, const struct rego_text *args, size_t count, struct rego_reply *reply)
{
    const char *admin = context;
    if (count != 1)
        return REGO_ERR_EVAL;
    if (args[0].n != strlen(admin) || memcmp(args[0].p, admin, args[0].n) != 0)
        return REGO_UNDEFINED;
    rego_reply_json(reply, "\"admin\"", 7);
    return REGO_OK;
}

static void print_error(const struct rego_error *e)
{
    fprintf(stderr, "%s:%u:%u: %s: %s\n", e->file, e->row, e->column, e->code, e->message);
    if (e->hint[0] != '\0')
        fprintf(stderr, "hint: %s\n", e->hint);
}

static void print_why(const struct rego_policy *policy, const struct rego_call *call)
{
    struct rego_explain_options options = {.what_if = true};
    struct rego_report *report = NULL;
    struct rego_error error;
    (void)rego_explain(policy, call, &options, &report, &error);
    if (report == NULL) {
        print_error(&error);
        return;
    }
    struct rego_text text = rego_report_text(report);
    fwrite(text.p, 1, text.n, stdout);
    rego_report_free(report);
}

static int decide(const struct rego_policy *policy, const char *input, size_t input_length)
{
    static const char *const secrets[] = {"input.token"};
    struct rego_result *result = NULL;
    struct rego_error error;
    struct rego_call call = {.query = "data.example.allow", .input = input, .input_length = input_length};
    char admin[] = "\"ann\"";
    call.context = admin;
    call.now_ns = (int64_t)time(NULL) * 1000000000;
    call.secrets = secrets;
    call.secret_count = 1;
    enum rego_status status = rego_eval(policy, &call, &result, &error);
    struct rego_text value = status == REGO_OK ? rego_result_json(result) : (struct rego_text){"", 0};
    bool allowed = value.n == 4 && memcmp(value.p, "true", 4) == 0;
    rego_result_free(result);
    puts(allowed ? "allowed" : "denied");
    if (status > REGO_UNDEFINED)
        print_error(&error);
    else if (!allowed)
        print_why(policy, &call);
    return allowed ? 0 : status > REGO_UNDEFINED ? 2 : 1;
}

int main(int argc, char **argv)
{
    static const struct rego_extension functions[] = {{.name = "role_of", .arity = 1, .call = role_of}};
    struct rego_policy *policy = NULL;
    struct rego_error error;
    int exit_status = 2;
    if (argc != 3) {
        fprintf(stderr, "usage: authorize POLICY.rego INPUT.json\n");
        return 2;
    }
    size_t input_length = 0;
    struct rego_module module = {.name = argv[1]};
    char *text = read_file(argv[1], &module.length);
    char *input = text == NULL ? NULL : read_file(argv[2], &input_length);
    module.text = text;
    if (input != NULL) {
        if (rego_policy_new(&module, 1, NULL, 0, functions, 1, &policy, &error) != REGO_OK)
            print_error(&error);
        else if (!rego_policy_defines(policy, "data.example.allow"))
            fprintf(stderr, "%s: defines no data.example.allow\n", argv[1]);
        else
            exit_status = decide(policy, input, input_length);
    }
    rego_policy_free(policy);
    free(input);
    free(text);
    return exit_status;
}
