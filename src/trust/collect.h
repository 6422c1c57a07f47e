/*
 * What each file is, and its content as a tree. Kind by content first, by name second.
 */
#pragma once

#include "trust/assess.h"
#include "trust/yaml_tree.h"

enum input_kind {
    INPUT_IGNORED = 0,
    INPUT_K8S,
    INPUT_INITDATA,
    INPUT_AGENT_POLICY, /* a loose one: what the guest image has built in */
    INPUT_BROKER_CONFIG,
    INPUT_ATTESTATION_POLICY,
    INPUT_RESOURCE_POLICY,
    INPUT_IMAGE_POLICY,
    INPUT_REFERENCE_VALUES,
    INPUT_IMAGE_MANIFEST,
    INPUT_ENCLAVE,
    INPUT_REQUESTS,
    INPUT_CONTEXT,
    INPUT_KIND_COUNT
};

struct input {
    struct bytes path;
    struct bytes text; /* initdata: the TOML text, unpacked if it came as a disk or an annotation's text */
    enum input_kind kind;
    bool has_failed;
    bool is_over_limit; /* it failed by a limit */
    struct bytes why;   /* of a failure: "line 3: a key is one word" */
    struct bytes sha256;
    const struct json *tree; /* one document: TOML, JSON; REQUESTS: an array of lines */
    struct yaml yaml;        /* K8S: its documents; of a JSON file one document without lines */
};

/*
 * input_kind_name - the name of a kind as in the report ("k8s", "initdata"). input_kind_named - the reverse; false if
 * there is none.
 *
 * out      a literal; *out only on success
 * errors   none
 */
const char *input_kind_name(enum input_kind kind);
bool input_kind_named(struct bytes name, enum input_kind *out);

/*
 * collect_inputs - recognise and parse all files, sorted by path.
 *
 * in       files: hostile
 * out      *out: `count` inputs; a file that cannot be parsed has has_failed set
 * errors   NOMEM; BUG
 * cost     one pass over each
 * source: spec/trust-model.md 5.1, 8
 */
MUST_CHECK struct err collect_inputs(struct arena *a, const struct assess_file *files, size_t count,
                                     struct input **out);
