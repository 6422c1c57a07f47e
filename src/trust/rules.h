/*
 * The rules of threats/ run over a model, and their findings put in order.
 */
#pragma once

#include "trust/catalogue.h"
#include "trust/model.h"

/*
 * rules_run - every rule over the model: an object id -> {"finding": [..], "answered": [..], "reason": ".."}, and under
 * "outside" what is out of scope.
 *
 * in       facts: the model's JSON
 * out      *out in the arena; on BUG m->fault says which rule and why
 * errors   BUG  a rule does not compile or fails: the catalogue is broken; LIMIT; NOMEM
 * cost     the rules are compiled anew each time
 */
MUST_CHECK struct err rules_run(struct model *m, const struct json *facts, const struct json **out);

/*
 * rules_open - the rules compiled; rules_close - gives them back (NULL is fine). rules_ask - rules_run with rules that
 * are compiled already.
 *
 * out      *out owned by the caller
 * errors   as rules_run
 */
struct rego_policy;
MUST_CHECK struct err rules_open(struct model *m, struct rego_policy **out);
void rules_close(struct rego_policy *rules);
MUST_CHECK struct err rules_ask(struct model *m, const struct rego_policy *rules, const struct json *facts,
                                const struct json **out);

/*
 * findings_make - the findings of casemate-assess/1: defaults of the row filled in, duplicates merged, those that
 * another one includes dropped, severities lowered by the context, fingerprints, sorted.
 *
 * in       facts, results: as above
 * out      *findings, *answered, *not_applicable: arrays
 * errors   BUG  a rule gave a finding without artefact or evidence; NOMEM
 * source: spec/trust-model.md 5.2, 6
 */
MUST_CHECK struct err findings_make(struct model *m, const struct json *facts, const struct json *results,
                                    const struct json **findings, const struct json **answered,
                                    const struct json **not_applicable);

/*
 * findings_exit - the exit status that the findings give, without that of the inputs.
 *
 * out      0 or 1
 * errors   none
 */
int findings_exit(const struct assess_request *request, const struct json *findings);

/*
 * finding_severity - the severity of a finding by its member; SEVERITY_NONE for another word.
 *
 * out      the severity
 * errors   none
 */
enum severity finding_severity(const struct json *finding);
