#include "host/command.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "host/attack/attack.h"
#include "host/swtpm.h"
#include "host/vm_options.h"

#define EXIT_USAGE 2
#define RUN_ARENA  (1 * MIB)

struct verb {
    const char *name;
    const char *operands;
    const char *help;
    struct host_option *rows;
    size_t operand_count; /* exactly so many */
    int (*run)(const struct verb *v, const char *const *operands);
};

/* The sentence of an error, without the place in our source. */
static const char *sentence(struct err e)
{
    const char *text = e.at == NULL ? NULL : strstr(e.at, ": ");
    return text == NULL ? "failed" : text + 2;
}

static void explain(const struct verb *v, struct err e, const char *what)
{
    fprintf(stderr, "casemate-host %s: %s%s%s", v->name, what, *what == '\0' ? "" : ": ", sentence(e));
    if (e.sys != 0)
        fprintf(stderr, ": %s", strerror(e.sys));
    fputc('\n', stderr);
}

static void print_help(const struct verb *v, FILE *to)
{
    fprintf(to, "usage: casemate-host %s %s[options]\n%s\n", v->name, v->operands, v->help);
    for (const struct host_option *o = v->rows; o->name != NULL; o++)
        fprintf(to, "  --%s%s%-*s %s\n", o->name, o->value == NULL ? "" : " ",
                (int)(22 - strlen(o->name) - (o->value == NULL ? 0 : 1)), o->value == NULL ? "" : o->value, o->help);
}

/* The end of every run and attack: the outcome as the last line. */
static int finish(const struct verb *v, struct err e, struct outcome *o)
{
    if (failed(e)) {
        explain(v, e, "");
        *o = outcome_of_error(e, "host");
    }
    e = outcome_print(o, stdout);
    if (failed(e)) {
        explain(v, e, "");
        return EXIT_TIMEOUT;
    }
    return outcome_status(o);
}

static int run_vm(const struct verb *v, const char *const *operands)
{
    (void)operands;
    struct vm_request r;
    struct outcome o = {0};
    struct arena a;
    struct err e = vm_options_read(v->rows, &r);
    if (failed(e)) {
        explain(v, e, "");
        return EXIT_USAGE;
    }
    arena_init(&a, RUN_ARENA);
    e = vm_run(&a, &r, &o);
    vm_options_close(&r);
    int status = finish(v, e, &o);
    arena_clear(&a);
    return status;
}

static int run_tpm_make(const struct verb *v, const char *const *operands)
{
    struct err e = swtpm_make(operands[0]);
    if (failed(e)) {
        explain(v, e, operands[0]);
        return err_exit_status(e);
    }
    printf("TPM state:                %s/tpm2-00.permall\n"
           "endorsement certificate:  %s/ek.pem (DER: %s/ek.der)\n"
           "roots of its authority:   %s/roots.pem\n"
           "A software TPM: whoever runs it can forge what it says. Its roots are insecure_software_tpm_roots.\n",
           operands[0], operands[0], operands[0], operands[0]);
    return 0;
}

static int run_attack(const struct verb *v, const char *const *operands)
{
    const struct attack *attack = attack_find(operands[0]);
    struct outcome o = {0};
    struct arena a;
    bool is_misuse = false;
    if (attack == NULL) {
        fprintf(stderr, "casemate-host attack: no such attack; there are:\n");
        attack_list(stderr);
        return EXIT_USAGE;
    }
    fprintf(stderr, "attack %s (%s): %s\n", attack->name, attack->threat, attack->what);
    arena_init(&a, ATTACK_ARENA_MAX);
    struct err e = attack->run(&a, v->rows, &o, &is_misuse);
    if (failed(e) && is_misuse) {
        explain(v, e, operands[0]);
        arena_clear(&a);
        return EXIT_USAGE;
    }
    if (failed(e)) {
        explain(v, e, operands[0]);
        o = outcome_of_error(e, "host");
        e = OK;
    }
    o.attack = attack->name;
    o.threat = attack->threat;
    int status = finish(v, e, &o);
    arena_clear(&a);
    return status;
}

static struct host_option run_rows[] = {VM_OPTIONS, {.name = "help", .help = "this text"}, {0}};
static struct host_option tpm_rows[] = {{.name = "help", .help = "this text"}, {0}};
static struct host_option attack_rows[] = {VM_OPTIONS, ATTACK_OPTIONS, {.name = "help", .help = "this text"}, {0}};

static const struct verb verbs[] = {
    {"run", "", "Start a measured VM and say how its attestation ended.", run_rows, 0, run_vm},
    {"tpm-make", "DIR ", "Make a software TPM with a certificate authority of its own.", tpm_rows, 1, run_tpm_make},
    {"attack", "NAME ", "What a host can try, one changed point each; without a known NAME, the list.", attack_rows, 1,
     run_attack},
};

static void print_overview(FILE *to)
{
    fprintf(to, "casemate-host " CASEMATE_VERSION ": the untrusted side, for development, tests and the demo\n");
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        fprintf(to, "  casemate-host %-9s %-5s %s\n", verbs[i].name, verbs[i].operands, verbs[i].help);
}

static int run_verb(const struct verb *v, int argc, const char *const *argv)
{
    const char *operands[1] = {NULL};
    size_t count;
    const char *what = "";
    struct err e = options_parse(v->rows, argc, argv, operands, v->operand_count, &count, &what);
    if (failed(e)) {
        explain(v, e, what);
        print_help(v, stderr);
        return EXIT_USAGE;
    }
    if (options_find(v->rows, "help", NULL) != NULL) {
        print_help(v, stdout);
        return 0;
    }
    if (count != v->operand_count) {
        print_help(v, stderr);
        return EXIT_USAGE;
    }
    return v->run(v, operands);
}

int host_command(int argc, const char *const *argv)
{
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return run_verb(&verbs[i], argc - 2, argv + 2);
    bool asks = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--version") == 0;
    print_overview(asks ? stdout : stderr);
    return asks ? 0 : EXIT_USAGE;
}
