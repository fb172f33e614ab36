package bedplate_deploy_test

import rego.v1

costs(estimate, unpriced) := {
	"estimated_hourly_usd": estimate,
	"budget_hourly_usd": 60,
	"warn_hourly_usd": 48,
	"unpriced": unpriced,
}

gpu_005(facts) := hits if {
	hits := data.bedplate_deploy.stack_deny_gpu_005 with input as stack([])
		with data.config as {"stack_deny_gpu_005": facts}
}

gpu_005_warning(facts) := hits if {
	hits := data.bedplate_deploy.stack_warn_gpu_005 with input as stack([])
		with data.config as {"stack_warn_gpu_005": facts}
}

test_gpu_005_passes_within_the_budget if {
	gpu_005(costs(60, [])) == set()
	gpu_005_warning(costs(47.99, [])) == set()
}

test_gpu_005_fails_above_the_budget if {
	gpu_005(costs(60.01, [])) == {"The environment is estimated at 61 USD an hour, above its budget of 60 USD; lower the limits of its pools or raise the budget."}
}

test_gpu_005_warns_near_the_budget if {
	gpu_005_warning(costs(48, [])) == {"The environment is estimated at 48 USD an hour, near its budget or above it; lower the limits of its pools or raise the budget."}
}

test_gpu_005_warns_of_what_has_no_price if {
	gpu_005_warning(costs(1, ["kms:key", "ec2:g6.xlarge"])) == {"The estimate leaves out what has no price: ec2:g6.xlarge, kms:key; state the prices."}
}

test_gpu_005_fails_where_the_estimate_is_missing if {
	gpu_005(object.remove(costs(1, []), ["estimated_hourly_usd"])) == {"Rule stack_deny_gpu_005 lacks facts of the environment (estimated_hourly_usd); run it through bedplate, or pass them as policy configuration."}
	gpu_005_warning({}) == {"Rule stack_warn_gpu_005 lacks facts of the environment (estimated_hourly_usd, warn_hourly_usd, unpriced); run it through bedplate, or pass them as policy configuration."}
}
