package bedplate_deploy_test

import rego.v1

apr_010_in(tier, release) := hits if {
	hits := data.bedplate_deploy.stack_deny_apr_010 with input as stack([])
		with data.config as released("stack_deny_apr_010", tier, release)
}

apr_010(parts) := apr_010_in("production", changed(parts))

stale(parts) := object.union(approval("Yusuf", "compliance"), parts)

huda := approval("Huda", "platform")

test_apr_010_passes if {
	apr_010({}) == set()

	# What was approved before lies about and counts for nothing.
	apr_010({"approvals": array.concat(good_release.approvals, [stale({"digest": "sha256:bb"})])}) == set()
}

test_apr_010_fails_for_an_approval_of_something_else if {
	apr_010({"approvals": [huda, stale({"digest": "sha256:bb"})]}) == {"The approval of Yusuf is of another release; have this one approved."}
}

test_apr_010_fails_for_an_approval_that_is_not_valid_now if {
	every parts in [{"expires": noon}, {"signed_at": noon + 1}, {"expires": "later"}] {
		apr_010({"approvals": [huda, stale(parts)]}) == {"The approval of Yusuf is not valid now: it has expired or lies ahead; have the release approved anew."}
	}
}

test_apr_010_fails_where_the_digest_is_missing if {
	every release in [changed({"digest": ""}), object.remove(good_release, ["digest"])] {
		"The release has no digest, so that no approval can be of it; take the digest from bedplate." in apr_010_in("production", release)
	}
}

test_apr_010_takes_no_opaque_digest_for_the_release_s if {
	every value in opaque {
		apr_010({"approvals": [huda, stale({"digest": value})]}) == {"The approval of Yusuf is of another release; have this one approved."}
	}
}

test_apr_010_asks_nothing_of_other_tiers if apr_010_in("staging", changed({"digest": ""})) == set()

test_apr_010_fails_without_facts if {
	hits := data.bedplate_deploy.stack_deny_apr_010 with input as stack([])
	count(hits) == 2
}
