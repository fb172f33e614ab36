package bedplate_deploy

import rego.v1

# METADATA
# title: The estimated cost stays below the hourly budget
# description: >-
#   A GPU left running costs more in a weekend than a review. The estimate counts every pool at its
#   limit, so that what is deployed can never surprise.
# custom:
#   id: GPU-005
#   severity: high
#   scope: stack
#   resource_types: []
#   controls: ["finops:budget"]
#   avoid: Pools whose limits cost more an hour than budget.hourly_usd.
#   remediation: Lower the limits of the pools, or raise budget.hourly_usd.
#   parameters: [estimated_hourly_usd, budget_hourly_usd]
#   settings: [budget.hourly_usd]
stack_deny_gpu_005 contains message if message := without_facts("stack_deny_gpu_005", ["estimated_hourly_usd", "budget_hourly_usd"])

stack_deny_gpu_005 contains message if {
	estimate := fact("stack_deny_gpu_005", "estimated_hourly_usd")
	budget := fact("stack_deny_gpu_005", "budget_hourly_usd")
	is_number(estimate)
	is_number(budget)
	estimate > budget

	# Whole dollars, apart even where the two are close: engines print fractions differently.
	message := sprintf("The environment is estimated at %d USD an hour, above its budget of %d USD; lower the limits of its pools or raise the budget.", [ceil(estimate), floor(budget)])
}

# METADATA
# title: The estimated cost is near the hourly budget, or leaves something out
# description: >-
#   Told early, an owner can still choose. What has no price is not counted as free.
# custom:
#   id: GPU-005
#   severity: low
#   scope: stack
#   resource_types: []
#   controls: ["finops:budget"]
#   avoid: An estimate at budget.warn_percent of the hourly budget or more, or a resource type without a price.
#   remediation: Lower the limits of the pools, raise the budget, or state the missing prices.
#   parameters: [estimated_hourly_usd, warn_hourly_usd, unpriced]
#   settings: [budget.hourly_usd]
stack_warn_gpu_005 contains message if message := without_facts("stack_warn_gpu_005", ["estimated_hourly_usd", "warn_hourly_usd", "unpriced"])

stack_warn_gpu_005 contains message if {
	estimate := fact("stack_warn_gpu_005", "estimated_hourly_usd")
	threshold := fact("stack_warn_gpu_005", "warn_hourly_usd")
	is_number(estimate)
	is_number(threshold)
	estimate >= threshold
	message := sprintf("The environment is estimated at %d USD an hour, near its budget or above it; lower the limits of its pools or raise the budget.", [ceil(estimate)])
}

stack_warn_gpu_005 contains message if {
	unpriced := listed(fact("stack_warn_gpu_005", "unpriced"))
	count(unpriced) > 0
	message := sprintf("The estimate leaves out what has no price: %s; state the prices.", [concat(", ", sort(unpriced))])
}
