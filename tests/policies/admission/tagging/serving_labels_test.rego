package bedplate_admission_test

import rego.v1

tag_103(question) := hits if hits := data.bedplate_admission.deny_tag_103 with input as question

labelled(kind, set_) := named(kind, {"metadata": {"labels": set_}})

test_tag_103_passes if {
	tag_103(strict(model)) == set()
	tag_103(strict(labelled("Job", {"app": "x", "team": "fraud"}))) == set()
	tag_103(strict(pod(good_pod))) == set()
}

test_tag_103_passes_what_a_controller_made if tag_103(strict(named("Deployment", {"metadata": {"ownerReferences": [{"kind": "InferenceService", "controller": true}]}}))) == set()

test_tag_103_fails_where_some_are_missing if {
	tag_103(strict(labelled("Job", {"app": "x"}))) == of("Job", "lacks the labels team; add them.")
	tag_103(strict(labelled("InferenceService", {"app": "x", "team": "fraud"}))) == of_model("lacks the labels model, model-version; add them.")
}

test_tag_103_fails_where_all_are_missing if tag_103(strict(named("CronJob", {}))) == of("CronJob", "lacks the labels app, team; add them.")

test_tag_103_is_silent_on_opaque_values if {
	every value in opaque {
		tag_103(strict(labelled("Job", value))) == set()
		tag_103(strict(labelled("Job", {"app": value, "team": value}))) == set()
	}
}

test_tag_103_fails_for_every_maker_of_pods if {
	every made in makers(good_pod) {
		made.kind in ({"Pod"} | {kind | some message in tag_103(strict(made)); kind := split(message, " ")[0]})
	}
}

test_tag_103_fails_for_an_owner_that_controls_nothing if {
	owned := {"metadata": {"ownerReferences": [{"kind": "ConfigMap", "name": "x"}]}}
	tag_103(strict(named("Deployment", owned))) == of("Deployment", "lacks the labels app, team; add them.")
}
