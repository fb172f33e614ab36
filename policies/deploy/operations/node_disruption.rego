package bedplate_deploy

import rego.v1

# METADATA
# title: In production nodes are not taken from what runs on them at Karpenter's discretion
# description: >-
#   Where a pool says nothing, Karpenter takes nodes that are in use as soon as others would do, a tenth
#   of the pool at a time. A model that has to be loaded again is not there meanwhile.
# custom:
#   id: OPS-009
#   severity: medium
#   scope: resource
#   resource_types: ["kubernetes:karpenter.sh/v1:NodePool"]
#   reads: [spec.disruption]
#   controls: [iso27001:A.8.6, iso27001:A.8.14]
#   avoid: A NodePool that consolidates nodes in use, without budgets of its own.
#   remediation: Set spec.disruption.consolidationPolicy to WhenEmpty, or state spec.disruption.budgets.
#   parameters: [tier]
#   applies: {tiers: [production]}
deny_ops_009 contains message if message := without_facts("deny_ops_009", ["tier"])

deny_ops_009 contains message if {
	input.__type == "kubernetes:karpenter.sh/v1:NodePool"
	fact("deny_ops_009", "tier") == "production"
	when := at(input, ["spec", "disruption", "consolidationPolicy"])
	is_known(when)
	when != "WhenEmpty"
	budgets := listed(at(input, ["spec", "disruption", "budgets"]))
	count([budget | some budget in budgets; bounds_disruption(budget)]) == 0
	message := sprintf("%s lets Karpenter take nodes in use as it likes; set spec.disruption.consolidationPolicy to WhenEmpty, or budgets.", [label(input)])
}

# A budget of all nodes is none.
bounds_disruption(budget) if at(budget, ["nodes"]) != "100%"
