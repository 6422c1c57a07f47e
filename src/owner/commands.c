/*
 * Every command of `casemate`, one row each; a new verb is a row here and a function in its noun's folder.
 */
#include "owner/admin/admin_command.h"
#include "owner/assess/assess_command.h"
#include "owner/audit/audit_command.h"
#include "owner/broker/broker_command.h"
#include "owner/command.h"
#include "owner/endorsement/endorsement_command.h"
#include "owner/evidence/evidence_command.h"
#include "owner/explain/explain_command.h"
#include "owner/keygen/keygen_command.h"
#include "owner/policy/policy_command.h"
#include "owner/reference/measure_command.h"
#include "owner/reference/reference_command.h"
#include "owner/resource/resource_command.h"
#include "owner/workload/workload_command.h"

const struct command *const commands[] = {
    &command_admin_add,
    &command_admin_list,
    &command_admin_delete,
    &command_assess_diff,
    &command_assess_explain,
    &command_assess_list,
    &command_assess_model,
    &command_assess_show,
    &command_assess, /* behind its verbs: it takes everything else */
    &command_audit_show,
    &command_audit_verify,
    &command_broker_init,
    &command_endorsement_add,
    &command_endorsement_list,
    &command_endorsement_delete,
    &command_evidence_show,
    &command_evidence_verify,
    &command_explain_reason,
    &command_keygen,
    &command_pod_check,
    &command_policy_eval,
    &command_policy_explain,
    &command_policy_check,
    &command_policy_fmt,
    &command_policy_test,
    &command_policy_bench,
    &command_policy_set,
    &command_policy_get,
    &command_policy_show,
    &command_policy_list,
    &command_policy_delete,
    &command_reference_measure,
    &command_reference_set,
    &command_reference_get,
    &command_reference_list,
    &command_reference_delete,
    &command_resource_set,
    &command_resource_list,
    &command_resource_delete,
    &command_workload_bind,
    &command_workload_list,
    &command_workload_unbind,
    NULL,
};
