package bedplate_deploy_test

import rego.v1

tag_003(type, inputs) := hits if hits := data.bedplate_deploy.warn_tag_003 with input as one(type, inputs)

deployment := "kubernetes:apps/v1:Deployment"

inference_service := "kubernetes:serving.kserve.io/v1beta1:InferenceService"

labelled(labels) := {"metadata": {"name": "x", "labels": labels}}

test_tag_003_passes if {
	tag_003(deployment, labelled({"app": "mlflow", "team": "platform"})) == set()
	tag_003(inference_service, labelled({"app": "fraud", "team": "fraud", "model": "fraud", "model-version": "7"})) == set()
}

test_tag_003_fails_where_some_are_missing if {
	tag_003(deployment, labelled({"app": "mlflow"})) == {`Deployment "x" lacks the labels team; add them.`}
	tag_003(inference_service, labelled({"app": "fraud", "team": "fraud"})) == {`InferenceService "x" lacks the labels model, model-version; add them.`}
}

test_tag_003_fails_where_all_are_missing if tag_003(deployment, {}) == {`Deployment "x" lacks the labels app, team; add them.`}

test_tag_003_leaves_other_kinds_alone if tag_003("kubernetes:core/v1:Namespace", {}) == set()

test_tag_003_is_silent_on_opaque_values if {
	every value in opaque {
		tag_003(deployment, {"metadata": value}) == set()
		tag_003(deployment, labelled({"app": value, "team": value})) == set()
	}
}

test_tag_003_fails_for_replicas_of_ones_own if {
	every type in ["kubernetes:apps/v1:ReplicaSet", "kubernetes:core/v1:ReplicationController"] {
		count(tag_003(type, {})) == 1
	}
}
