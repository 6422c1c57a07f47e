/*
 * The threat catalogue as data: the head of each file of threats/, embedded at build by tools/make-catalogue. The same
 * rows drive the rules, `assess list`, `explain`, SARIF's rules and docs/threats/.
 */
#pragma once

#include "trust/assess.h"

#define CATALOGUE_VERSION "1.0.0"

struct threat {
    const char *id;    /* "T-API-02" */
    const char *title; /* one line */
    const char *text;  /* the threat in about three sentences */
    const char *precondition;
    const char *const *crossings;  /* "X1"; this and the other lists end with NULL and may be empty */
    const char *const *assets;     /* "A-DATA" */
    const char *const *attackers;  /* "OO" */
    const char *const *mechanisms; /* "M-POL" */
    const char *const *layouts;    /* "kata-vm"; empty: all */
    const char *const *needs;      /* kinds of input that the row is decided by: "agent-policy" */
    const char *const *properties; /* what is lost: "data.confidentiality"; empty: severity never falls by context */
    const char *const *probes;     /* "E01" */
    const char *const *seed;       /* "S3" */
    const char *const *refs;       /* "CVE-2025-58354", "kata #13615" */
    const char *const *within;     /* not raised where one of these is raised on the same artefact and subject */
    const char *const *tests;      /* names of the tests that fire it and that stay silent */
    const char *const *proofs;     /* tests of ours that show what a rule answers without a file; mostly empty */
    enum severity severity;        /* of the row; a rule may name a lower one */
    const char *severity_rule;     /* how it varies, or "" */
    const char *decided;           /* how it is decided, in words */
    const char *unseen;            /* why no file can show it open, or "" */
    const char *remedy;
    const char *bad;  /* a snippet that fires, or "" */
    const char *good; /* one that does not, or "" */
    const char *file; /* "threats/T-API-02.rego" */
    const char *rule; /* its whole text */
};

/* Ended by a row whose id is NULL, in the order of their ids. The words that threats refer to (mechanisms, crossings,
 * personas ..) stand in threats/model.json, see report/model.h. */
extern const struct threat threats[];

/* The tables of threats/ that probes and rules read, as JSON texts. */
extern const char catalogue_probes_json[];
extern const char catalogue_tee_json[];
extern const char catalogue_classes_json[];
extern const char catalogue_rules_json[]; /* the heads above as JSON, for the rules: data.catalogue */
extern const char catalogue_lib[];        /* threats/lib.rego */
extern const char catalogue_outside[];    /* threats/outside.rego */
extern const char catalogue_sha256[];     /* over all files of threats/, lower-case hex */

/*
 * threat_find - the row with this id, or NULL.
 *
 * in       id: any text
 * out      borrowed from the table
 * errors   none
 */
const struct threat *threat_find(struct bytes id);
