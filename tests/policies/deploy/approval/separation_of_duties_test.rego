package bedplate_deploy_test

import rego.v1

apr_002_in(tier, release) := hits if {
	hits := data.bedplate_deploy.stack_deny_apr_002 with input as stack([])
		with data.config as released("stack_deny_apr_002", tier, release)
}

apr_002(parts) := apr_002_in("production", changed(parts))

test_apr_002_passes if apr_002({}) == set()

test_apr_002_fails_where_the_author_approves if {
	apr_002({"approvals": [approval("Ann", "platform"), approval("Huda", "platform")]}) == {"Ann has approved the release and is its author; have somebody else approve it."}
}

test_apr_002_fails_where_the_deployer_approves if {
	apr_002({"approvals": [approval("CI", "platform")]}) == {"CI has approved the release and is its deployer; have somebody else approve it."}
}

test_apr_002_fails_where_the_author_deploys if {
	apr_002({"deployer": "Ann", "deployer_key": "ann"}) == {"Ann is author and deployer of the release; let another identity deploy it."}
}

test_apr_002_fails_where_somebody_is_missing if {
	apr_002({"author_key": ""}) == {"Nobody knows the author of the release; name one."}
	apr_002_in("production", object.remove(good_release, ["deployer_key"])) == {"Nobody knows the deployer of the release; name one."}
}

test_apr_002_leaves_approvals_of_other_releases_alone if {
	apr_002({"approvals": [object.union(approval("Ann", "platform"), {"digest": "sha256:bb"})]}) == set()
}

test_apr_002_is_silent_on_opaque_approvals if {
	every value in opaque {
		apr_002({"approvals": value}) == set()
	}
}

test_apr_002_asks_nothing_of_other_tiers if apr_002_in("development", changed({"author_key": ""})) == set()

test_apr_002_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_apr_002 with input as stack([])
	count(hits) == 2
}
